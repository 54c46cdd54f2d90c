"""Names, addresses, phones and e-mails of customers that do not exist.

Nothing here can be anybody's: phone numbers have the area code 000, e-mails end in example.com,
streets lie in a model district, and people have placeholders for given names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Labels

_STREET_NUMBERS = 600
_PHONES = 10**8


def draw_identities(
    rng: np.random.Generator, industry: Labels, share_chinese: float, words: Mapping[str, Any]
) -> pd.DataFrame:
    """One identity for each industry given; no name, address, phone or e-mail occurs twice.

    Returns
    -------
    DataFrame
        ``name``, ``address``, ``phone``, ``email``, ``legal_representative``,
        ``contact_person``, in the order of `industry`.
    """
    n = len(industry)
    places = [
        (side[0] + first[0] + second[0], (side[1] + first[1] + second[1]).capitalize())
        for side in words["side"]
        for first in words["first"]
        for second in words["second"]
    ]
    chinese = rng.random(n) < share_chinese
    frame = pd.DataFrame(index=pd.RangeIndex(n), columns=["name", "email"], dtype=object)
    for kind in words["kinds"]:
        rows = np.flatnonzero(industry == kind)
        named = _names(rng, words["kinds"][kind], places, chinese[rows])
        frame.loc[rows, ["name", "email"]] = np.array(named, dtype=object).reshape(-1, 2)
    frame["address"] = _addresses(rng, places, chinese)
    frame["phone"] = [_phone(number) for number in rng.choice(_PHONES, n, replace=False)]
    for column in ("legal_representative", "contact_person"):
        frame[column] = _people(rng, words, chinese)
    return frame


def _names(
    rng: np.random.Generator,
    forms: list[list[Any]],
    places: list[tuple[str, str]],
    chinese: np.ndarray[Any, Any],
) -> list[tuple[str, str]]:
    """Names and e-mails of one industry, none of them twice in either language."""
    slots = [(form, number) for form in forms for number in range(1, form[3] + 1)]
    combos = rng.choice(len(slots) * len(places), len(chinese), replace=False)
    named = []
    for combo, in_chinese in zip(combos.tolist(), chinese, strict=True):
        (form, number), place = slots[combo % len(slots)], places[combo // len(slots)]
        text = form[0] if in_chinese else form[1]
        name = text.format(place=place[0] if in_chinese else place[1], n=number)
        named.append((name, f"{form[2]}-{number}@{place[1].lower()}.example.com"))
    return named


def _addresses(
    rng: np.random.Generator, places: list[tuple[str, str]], chinese: np.ndarray[Any, Any]
) -> list[str]:
    drawn = rng.choice(len(places) * _STREET_NUMBERS, len(chinese), replace=False)
    street, number = np.divmod(drawn, _STREET_NUMBERS)
    return [
        f"示范区{places[s][0]}路{k + 1}号" if zh else f"{k + 1} {places[s][1]} Road, Model District"
        for s, k, zh in zip(street.tolist(), number.tolist(), chinese, strict=True)
    ]


def _phone(number: int) -> str:
    digits = f"{number:08d}"
    return f"+86 000 {digits[:4]} {digits[4:]}"


def _people(
    rng: np.random.Generator, words: Mapping[str, Any], chinese: np.ndarray[Any, Any]
) -> list[str]:
    surnames, given = words["surnames"], words["given"]
    first = rng.integers(0, len(surnames), len(chinese)).tolist()
    second = rng.integers(0, len(given), len(chinese)).tolist()
    return [
        f"{surnames[i][0]}某{given[j][0]}" if zh else f"{surnames[i][1]} Mou{given[j][1]}"
        for i, j, zh in zip(first, second, chinese, strict=True)
    ]
