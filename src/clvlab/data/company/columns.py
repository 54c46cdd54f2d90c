"""Which source column stands for which name of a table's contract."""

from __future__ import annotations

from collections.abc import Mapping

from clvlab.data.company.contracts import TableContract
from clvlab.data.raw_table import RawTable
from clvlab.errors import Problems, did_you_mean


def columns_of(
    raw: RawTable, contract: TableContract, given: Mapping[str, str | None], problems: Problems
) -> dict[str, str]:
    """Contract names with their source columns, in the order of the contract.

    Names that `given` does not set are found where a column has exactly that name, or the
    contract's Chinese name; a name set to None leaves the column out. What is set and does not
    exist, and what is required and not there, is added to `problems`.
    """
    found: dict[str, str] = {}
    for name in given:
        if name not in contract.columns:
            rule = f"can't set '{name}', which is not a column of {contract.name}"
            hint = did_you_mean(name, list(contract.columns))
            problems.add(f"columns of {raw.label}", rule, f"got {given[name]!r}", hint)
    for name, column in contract.columns.items():
        if name in given:
            source = given[name]
            if source is not None and source not in raw.names:
                subject = f"columns: '{name}' of {raw.label}"
                hint = did_you_mean(source, raw.names)
                rule = "must name a column that exists"
                problems.add(subject, rule, f"there is no column '{source}'", hint)
            elif source is not None:
                found[name] = source
            continue
        for word in (name, column.zh):
            if word in raw.names:
                found.setdefault(name, word)
    absent = [name for name in contract.required if name not in found and not given.get(name)]
    if absent:
        there = ", ".join(f"'{name}'" for name in raw.names) or "none"
        missing = ", ".join(f"'{name}'" for name in absent)
        problems.add(
            raw.label,
            f"must have the columns {', '.join(contract.required)}",
            f"it lacks {missing} and has {there}",
            f'Say which is which, as in columns={{"{absent[0]}": "..."}}.',
        )
    return found
