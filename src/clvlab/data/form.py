"""A proposal for how dates and numbers of a text file are written; never applied on its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from clvlab import schema
from clvlab.data.days import ISO, PAIR_FIRST
from clvlab.data.identifiers import is_textual
from clvlab.data.raw_table import RawTable

_YEAR_FIRST = re.compile(r"\d{4}([/.])\d{1,2}\1\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?")
_GERMAN = re.compile(r"-?(\d+,\d{1,2}|\d{1,3}(\.\d{3})+(,\d+)?)")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_ROWS_LOOKED_AT = 20_000
_MONTHS = 12


def propose_options(raw: RawTable, columns: Mapping[str, str]) -> dict[str, str]:
    """Options of `load_transactions` that the values of the mapped columns call for.

    Examples
    --------
    >>> from clvlab.data.raw_table import from_pandas
    >>> table = pd.DataFrame({"Tag": ["31.12.2023", "01.02.2024"], "Betrag": ["1.234,50", "9,00"]})
    >>> propose_options(from_pandas(table, "orders"), {"date": "Tag", "amount": "Betrag"})
    {'date_format': 'day-first', 'decimal': ',', 'thousands': '.'}
    """
    options: dict[str, str] = {}
    day = columns.get(schema.DATE, schema.DATE).strip("`")
    if day in raw.names:
        form = propose_date_format(_text_of(raw, day))
        if form:
            options["date_format"] = form
    amount = columns.get(schema.AMOUNT, schema.AMOUNT)
    for name in raw.names:
        if name == amount.strip("`") or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", amount):
            options |= _number_signs(_text_of(raw, name))
    return options


def _text_of(raw: RawTable, name: str) -> pd.Series:
    values = raw.column(name)
    if not is_textual(values):
        return pd.Series([], dtype=object)
    return values.dropna().head(_ROWS_LOOKED_AT).map(str).str.strip()


def propose_date_format(text: pd.Series) -> str | None:
    """The `date_format` that all dates agree with; None for ISO, and where nothing is certain.

    Dates that can all be read both ways get the placeholder ``day-first|month-first``, which is
    refused until someone decides.
    """
    if not len(text) or all(re.fullmatch(ISO, value) for value in text):
        return None
    match = _YEAR_FIRST.fullmatch(text.iloc[0])
    if match and all(_YEAR_FIRST.fullmatch(value) for value in text):
        sign, time = match[1], {0: "", 1: " %H:%M", 2: " %H:%M:%S"}[text.iloc[0].count(":")]
        return f"%Y{sign}%m{sign}%d{time}"
    pairs = [re.fullmatch(PAIR_FIRST, value) for value in text]
    if not all(pairs):
        return None
    numbers = [(int(pair["a"]), int(pair["b"])) for pair in pairs if pair]
    day_first = any(first > _MONTHS for first, _ in numbers)
    month_first = any(second > _MONTHS for _, second in numbers)
    if day_first and month_first:
        return None
    if not day_first and not month_first:
        return "day-first|month-first"
    return "day-first" if day_first else "month-first"


def _number_signs(text: pd.Series) -> dict[str, str]:
    plain = [value for value in text if not re.fullmatch(r"-?\d+(\.\d+)?", value)]
    certain = [value for value in plain if re.fullmatch(r"-?\d[\d.]*,(\d{1,2})", value)]
    if certain and all(_GERMAN.fullmatch(value) for value in plain):
        grouped = any("." in value for value in text)
        return {"decimal": ",", "thousands": "."} if grouped else {"decimal": ","}
    if plain and all(_GROUPED.fullmatch(value) for value in plain):
        return {"thousands": ","}
    return {}
