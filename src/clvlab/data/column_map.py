"""Which source column, or which arithmetic over columns, stands for which name of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clvlab import schema
from clvlab.data.expression import Expression, parse_expression
from clvlab.data.propose import propose_columns, written_for_python
from clvlab.data.raw_table import RawTable
from clvlab.errors import InputError, Problem, Problems, did_you_mean

CONTRACT = (*schema.TRANSACTION_COLUMNS, *schema.OPTIONAL_TRANSACTION_COLUMNS)
NUMERIC = (schema.AMOUNT, "margin", "quantity")
"""The names that may be expressions; the others are columns as they are."""

Columns = Mapping[str, str | None] | str | None
_PARTS = re.compile(r"(?:`[^`]*`|[^,`])+")


@dataclass(frozen=True)
class ColumnMap:
    """Contract names with the column or expression behind each.

    Attributes
    ----------
    plain
        Contract name to source column.
    computed
        Contract name to expression.
    """

    plain: Mapping[str, str]
    computed: Mapping[str, Expression]

    def source_of(self, name: str) -> str:
        """What the user calls a contract column."""
        return self.plain[name] if name in self.plain else self.computed[name].text

    def __contains__(self, name: object) -> bool:
        return name in self.plain or name in self.computed


def parse_columns(columns: Columns) -> dict[str, str | None]:
    """A mapping of contract names, given as a mapping or as one text.

    Parameters
    ----------
    columns
        Such as ``{"customer_id": "CustomerID"}`` or ``"customer_id=CustomerID, date=Day"``; names
        that hold commas or equals signs stand in backquotes. A contract name without a value
        leaves that column out.

    Raises
    ------
    InputError
        When a name is not in the contract, is given twice, or a part is not ``name=column``.

    Examples
    --------
    >>> parse_columns("customer_id=Kunde, amount=Menge * `Preis, netto`")
    {'customer_id': 'Kunde', 'amount': 'Menge * `Preis, netto`'}
    """
    problems = Problems()
    given = _given(columns, problems)
    mapping: dict[str, str | None] = {}
    for name, value in given:
        if name not in CONTRACT:
            rule = f"can't set '{name}', which is not a name of the contract"
            found = f"got {name}={value}"
            problems.add("parameter 'columns'", rule, found, did_you_mean(name, CONTRACT))
        elif name in mapping:
            problems.add("parameter 'columns'", "must set each name once", f"'{name}' is set twice")
        elif value is not None and not isinstance(value, str):
            rule = f"must map '{name}' to a column or an expression as text"
            problems.add("parameter 'columns'", rule, f"got {value!r}")
        else:
            mapping[name] = (value or "").strip() or None
    problems.raise_if_any()
    return mapping


def _given(columns: object, problems: Problems) -> list[tuple[str, object]]:
    if columns is None:
        return []
    if isinstance(columns, Mapping):
        return [(str(name), value) for name, value in columns.items()]
    if not isinstance(columns, str):
        rule = "must be a mapping or text such as customer_id=CustomerID, date=Day"
        problems.add("parameter 'columns'", rule, f"got {type(columns).__name__}")
        return []
    pairs: list[tuple[str, object]] = []
    for part in _PARTS.findall(columns):
        name, sign, value = part.partition("=")
        if sign:
            pairs.append((name.strip(), value))
        elif part.strip():
            rule = "must be parts of the form name=column, with commas between them"
            problems.add("parameter 'columns'", rule, f"got {part.strip()!r}")
    return pairs


def map_columns(raw: RawTable, columns: Columns) -> ColumnMap:
    """Find every contract column in a source.

    Names that `columns` does not set are found where a column has exactly that name.

    Raises
    ------
    InputError
        When a required name is neither set nor there, or what is set does not exist; the message
        lists the columns there are and proposes a mapping.
    """
    given = parse_columns(columns)
    problems, plain, computed = Problems(), {}, {}
    for name in CONTRACT:
        text = given.get(name, name if name in raw.names else None)
        if text is None:
            continue
        bare = text[1:-1] if re.fullmatch(r"`[^`]+`", text) else text
        if bare in raw.names:
            plain[name] = bare
            continue
        try:
            computed[name] = _expression(name, text, raw)
        except InputError as error:
            for problem in error.problems:
                problems.add(problem.subject, problem.rule, problem.found, problem.remedy)
    for name in schema.TRANSACTION_COLUMNS:
        needed = computed[name].columns if name in computed else (plain.get(name, ""),)
        for column in needed:
            raw.note_absent(column, problems)
        if name in given and given[name] is None:
            problems.add("parameter 'columns'", f"must set '{name}'", "it is left out")
    absent = [n for n in schema.TRANSACTION_COLUMNS if n not in raw.names and n not in given]
    if absent:
        problems.add(*_missing(raw, absent))
    problems.raise_if_any()
    return ColumnMap(plain, computed)


def _expression(name: str, text: str, raw: RawTable) -> Expression:
    subject = f"columns: '{name}' of {raw.label}"
    if name in NUMERIC:
        return parse_expression(text, raw.names, subject)
    remedy = did_you_mean(text, raw.names)
    raise InputError(
        Problem(subject, "must name a column that exists", f"there is no column '{text}'", remedy)
    )


def _missing(raw: RawTable, absent: list[str]) -> tuple[str, str, str, str]:
    proposal = propose_columns(raw)
    there = ", ".join(f"'{name}'" for name in raw.names) or "none"
    remedy = (
        f"Looking at the columns, this may be meant: columns={written_for_python(proposal)}"
        if all(name in proposal for name in schema.TRANSACTION_COLUMNS)
        else 'Say which column is which, as in columns={"customer_id": "...", "date": "...", '
        '"amount": "..."}'
    )
    if "the table" in raw.label:
        remedy += " (an index is not a column: reset_index() makes it one)"
    rule = f"must have the columns {', '.join(schema.TRANSACTION_COLUMNS)}"
    missing = ", ".join(f"'{name}'" for name in absent)
    return raw.label, rule, f"it lacks {missing} and has {there}", f"{remedy}."
