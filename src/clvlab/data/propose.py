"""A proposal for which column is which, from names and values; never applied on its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pandas as pd

from clvlab import schema
from clvlab.data.column_words import PRICES, SYNONYMS
from clvlab.data.raw_table import RawTable

_SIGNS = re.compile(r"[\W_]+")
_ROWS_LOOKED_AT = 1_000
_DAY_LIKE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|(19|20)\d{6})([ T].*)?"
)


def propose_columns(raw: RawTable) -> dict[str, str]:
    """Contract names with the source column or expression that is probably meant.

    Names decide first (English, German and Chinese words for each), then values: a column of
    dates, a column of repeated ids, quantity times price where there is no amount. Names for which
    nothing fits are left out.

    Examples
    --------
    >>> from clvlab.data.raw_table import from_pandas
    >>> names = ["Kundennummer", "Rechnungsdatum", "Menge", "Einzelpreis"]
    >>> propose_columns(from_pandas(pd.DataFrame(columns=names), "orders"))["amount"]
    'Menge * Einzelpreis'
    """
    proposal: dict[str, str] = {}
    for contract, known in SYNONYMS.items():
        words = known.split()
        ranked = [(words.index(plain(name)), name) for name in raw.names if plain(name) in words]
        if contract in raw.names:
            proposal[contract] = contract
        elif ranked:
            proposal[contract] = quoted(min(ranked)[1])
    prices = [name for name in raw.names if plain(name) in PRICES.split()]
    if schema.AMOUNT not in proposal and prices:
        many = proposal.get("quantity")
        proposal[schema.AMOUNT] = f"{many} * {quoted(prices[0])}" if many else quoted(prices[0])
    _propose_from_values(raw, proposal)
    order = [*schema.TRANSACTION_COLUMNS, *SYNONYMS]
    return {name: proposal[name] for name in dict.fromkeys(order) if name in proposal}


def plain(name: str) -> str:
    """A column name without case, spaces and signs.

    Examples
    --------
    >>> plain("Customer_ID")
    'customerid'
    """
    return _SIGNS.sub("", name).lower()


def quoted(name: str) -> str:
    """A column name as an expression can hold it."""
    return name if name.isidentifier() else f"`{name}`"


def _propose_from_values(raw: RawTable, proposal: dict[str, str]) -> None:
    taken = set(re.findall(r"\w+", " ".join(proposal.values())))
    free = [
        name for name in raw.names if name not in taken and quoted(name) not in proposal.values()
    ]
    if schema.DATE not in proposal:
        days = [name for name in free if _holds_days(raw.column(name))]
        if len(days) == 1:
            proposal[schema.DATE] = quoted(days[0])
            free.remove(days[0])
    if schema.CUSTOMER_ID not in proposal:
        ids = [name for name in free if _repeats(raw.column(name))]
        if len(ids) == 1:
            proposal[schema.CUSTOMER_ID] = quoted(ids[0])


def _holds_days(values: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return True
    if pd.api.types.is_float_dtype(values.dtype):
        return False
    first = values.dropna().head(_ROWS_LOOKED_AT).astype(str)
    return len(first) > 0 and all(_DAY_LIKE.fullmatch(value) for value in first)


def _repeats(values: pd.Series) -> bool:
    """Whether a column looks like ids: whole numbers or codes, many of them, some repeated."""
    first = values.dropna().head(_ROWS_LOOKED_AT).astype(str)
    codes = first.str.fullmatch(r"[A-Za-z]{0,3}[-_]?\d+").all() and not _holds_days(values)
    return bool(codes) and 0.05 * len(first) < first.nunique() < len(first)


def written_for_python(proposal: Mapping[str, str]) -> str:
    """A mapping as a Python caller writes it.

    Examples
    --------
    >>> written_for_python({"date": "Datum"})
    '{"date": "Datum"}'
    """
    return json.dumps(dict(proposal), ensure_ascii=False)


def written_for_command(proposal: Mapping[str, str]) -> str:
    """A mapping as the command line takes it.

    Examples
    --------
    >>> written_for_command({"customer_id": "Kunde", "date": "Datum"})
    'customer_id=Kunde, date=Datum'
    """
    return ", ".join(f"{name}={column}" for name, column in proposal.items())
