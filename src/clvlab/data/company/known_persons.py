"""Customers' names, addresses and numbers taken out of what people wrote about customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from clvlab.data.company.contracts import TableContract
from clvlab.data.company.masking import masked, plain_text

_PREFIX = 2
_SHORTEST_LATIN, _SHORTEST_OTHER = 4, 2
"""Signs that a value must have to be looked for: a shorter one is a part of ordinary words."""


@dataclass(frozen=True)
class KnownPersons:
    """What names the customers of a company, arranged so that a text is searched in one pass.

    Attributes
    ----------
    values
        The values in small letters with what stands in their place, the longest first, by their
        first signs.
    """

    values: Mapping[str, Sequence[tuple[str, str]]] = field(repr=False)

    @classmethod
    def of(cls, tables: Iterable[tuple[TableContract, pd.DataFrame]]) -> KnownPersons:
        """Everything that stands in the personal columns of some tables.

        Values of fewer than four signs, or two where they are not Latin, are not looked for.
        Telephone numbers are looked for as they stand, and without blanks, country code and signs.
        """
        words: dict[str, str] = {}
        for contract, frame in tables:
            for name in (one for one in contract.personal if one in frame):
                kind = contract.columns[name].en
                for value in frame[name].dropna().unique():
                    for text in _forms(str(value), phone=name == "phone"):
                        words.setdefault(_small(text), f"[{kind}]")
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for text in sorted(words, key=lambda one: (-len(one), one)):
            found[text[:_PREFIX]].append((text, words[text]))
        return cls(dict(found))

    def hidden_in(self, text: str) -> str:
        """The text with every value replaced by its kind, as a whole word and in any letters.

        Examples
        --------
        >>> from clvlab.data.company import CONTRACTS
        >>> file = pd.DataFrame({"customer_id": ["1"], "name": ["Baker & Sons"]})
        >>> known = KnownPersons.of([(CONTRACTS["customers"], file)])
        >>> known.hidden_in("asked BAKER & SONS, not Baker & Sonsbeek")
        'asked [name], not Baker & Sonsbeek'
        """
        plain = plain_text(text)
        small, parts, place, kept = _small(plain), [], 0, 0
        while place < len(small):
            value, kind = self._at(small, place)
            if not value:
                place += 1
                continue
            parts += [plain[kept:place], kind]
            place += len(value)
            kept = place
        return "".join([*parts, plain[kept:]]) if parts else text

    def _at(self, small: str, place: int) -> tuple[str, str]:
        for value, kind in self.values.get(small[place : place + _PREFIX], ()):
            last = place + len(value)
            if small.startswith(value, place) and not (
                _goes_on(small, place - 1, place) or _goes_on(small, last - 1, last)
            ):
                return value, kind
        return "", ""


def without_known_persons(
    contract: TableContract, frame: pd.DataFrame, known: KnownPersons
) -> tuple[pd.DataFrame, int]:
    """A table whose text names nobody.

    Values of the customer file are taken out of columns of free text; e-mail addresses, telephone
    and identity card numbers out of all text. A column of few words, such as a region, keeps
    words that some customer is called by.

    Returns
    -------
    tuple
        The table, and how many of its rows were changed.
    """
    changed = pd.Series(data=False, index=frame.index)
    out = {}
    for name, column in contract.columns.items():
        if name not in frame or column.personal or column.kind != "text":
            continue
        texts = frame[name].dropna().unique()
        clean = {text: masked(known.hidden_in(text) if column.free else text) for text in texts}
        clean = {text: new for text, new in clean.items() if new != text}
        if clean:
            changed |= frame[name].isin(list(clean))
            out[name] = frame[name].replace(clean)
    return frame.assign(**out), int(changed.sum())


def _forms(value: str, *, phone: bool) -> list[str]:
    text = " ".join(plain_text(value).split())
    forms = [text]
    if phone:
        digits = "".join(sign for sign in text if sign.isdigit())
        national = text[1:].partition(" ")[2] if text.startswith("+") else ""
        forms += [digits, national, "".join(sign for sign in national if sign.isdigit())]
        return [one for one in forms if sum(map(str.isdigit, one)) > _SHORTEST_LATIN]
    least = _SHORTEST_LATIN if text.isascii() else _SHORTEST_OTHER
    return [text] if len(text) >= least else []


def _small(text: str) -> str:
    """In small letters, sign by sign, so that every place stays where it is."""
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


def _goes_on(text: str, before: int, after: int) -> bool:
    """Whether a word in Latin letters or a number goes on from one sign to the next."""
    return before >= 0 and after < len(text) and _latin(text[before]) and _latin(text[after])


def _latin(sign: str) -> bool:
    return sign.isalnum() and sign < "\u2e80"
