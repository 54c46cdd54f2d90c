"""Personal data in columns that are not meant for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from clvlab.data.company.checks.findings import Finding, Findings
from clvlab.data.company.checks.source import CheckedTable
from clvlab.data.company.masking import (
    holds_address,
    personal_parts,
    plain_text,
)

_PREFIX = 3
_WHOLE_NAME = 4
"""Signs that a customer's name must have to be looked for; a shorter one is found in any text."""
_STAFF = frozenset({"owner"})
"""Columns that name the company's own people, who may be called like anybody else."""
RULE = "the column must hold no personal data"


def personal_data_in(
    table: CheckedTable, names: Mapping[str, list[str]], findings: Findings
) -> None:
    """Note cells that hold addresses, telephone or identity card numbers, or customers' names.

    Text columns are searched for all of them; ids only for e-mail addresses, since an order
    number may look like a telephone number. Columns that the contract marks as personal are what
    such data belong in.
    """
    findings.looked("personal_in_text", table.name)
    for name, column in table.contract.columns.items():
        if column.personal or name not in table.frame or column.kind not in ("text", "id"):
            continue
        values = table.frame[name].map(str, na_action="ignore").astype(object)
        codes, distinct = pd.factorize(values)
        sought = names if name not in _STAFF and table.name != "customers" else {}
        parts = [_parts(text, column.kind, sought) for text in distinct]
        found = np.array(["", *(", ".join(each) for each in parts)], dtype=object)[codes + 1]
        mask = pd.Series(found != "")
        said = [f"holds: {each}" for each in found[mask.to_numpy()]]
        table.tell(findings, Finding(table.name, "personal_in_text", name, said, RULE), mask)


def _parts(text: str, kind: str, names: Mapping[str, list[str]]) -> list[str]:
    if kind == "id":
        return ["e-mail address"] if holds_address(text) else []
    found = personal_parts(text)
    return [*found, "a customer's name"] if names and _names_someone(text, names) else found


def sought_names(customers: CheckedTable | None) -> dict[str, list[str]]:
    """The customers' names to look for, by their first signs.

    A single word in Latin letters is none that could be looked for: it stands in other texts as
    well. Names of people are looked for where they have a given name and a family name, or three
    Chinese signs.
    """
    found: dict[str, list[str]] = defaultdict(list)
    if customers is None:
        return found
    for column, least in (
        ("name", _WHOLE_NAME),
        ("contact_person", 3),
        ("legal_representative", 3),
    ):
        if column not in customers.frame:
            continue
        for text in customers.frame[column].dropna().unique():
            name = _folded(str(text))
            words = len(name.split()) > 1 or not name.isascii()
            if len(name) >= least and words:
                found[name[:_PREFIX]].append(name)
    return found


def _folded(text: str) -> str:
    return " ".join(plain_text(text).casefold().split())


def _names_someone(text: str, names: Mapping[str, list[str]]) -> bool:
    folded = _folded(text)
    return any(
        folded.startswith(name, place) and _stands_alone(folded, place, place + len(name))
        for place, candidates in _candidates(folded, names)
        for name in candidates
    )


def _candidates(text: str, names: Mapping[str, list[str]]) -> Iterator[tuple[int, list[str]]]:
    for place in range(len(text) - _PREFIX + 1):
        candidates = names.get(text[place : place + _PREFIX])
        if candidates:
            yield place, candidates


def _stands_alone(text: str, first: int, last: int) -> bool:
    """Whether no Latin word goes on before or after."""
    before, after = text[:first][-1:], text[last:][:1]
    return not (_latin(before) and _latin(text[first])) and not (
        _latin(after) and _latin(text[last - 1])
    )


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
