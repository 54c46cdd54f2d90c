"""The same tables as careless exports write them: other encodings, signs, names and dates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.data.company.contracts import CONTRACTS
from clvlab.simulate.company.planting import ERROR_COLUMNS

UNREADABLE = "unreadable"
"""The kind of error: dates in several forms in one column, which no policy can read."""
CUSTOMERS_FILE = "客户.csv"
_CUSTOMER_NAMES = {"customer_id": "客户代码", "phone": "联系电话", "region": "大区"}
_INVOICE_NAMES = {
    "invoice_id": "Rechnung",
    "customer_id": "Kunde",
    "issued_on": "Ausgestellt am",
    "due_on": "Fällig am",
    "paid_on": "Bezahlt am",
    "amount": "Betrag",
    "disputed": "Strittig",
}
_SAID = f"""
[tables.customers]
file = "{CUSTOMERS_FILE}"
encoding = "gb18030"
columns = {{ customer_id = "客户代码", phone = "联系电话", region = "大区" }}

[tables.invoices]
encoding = "latin-1"
delimiter = ";"
decimal = ","
thousands = "."
date_format = "day-first"

[tables.invoices.columns]
""" + "".join(f'{name} = "{word}"\n' for name, word in _INVOICE_NAMES.items())


@dataclass(frozen=True)
class Dirty:
    """Files in place of clean ones.

    Attributes
    ----------
    files
        By name: customers in GB18030 with Chinese names, invoices in Latin-1 with German names,
        decimal commas and day-first dates, contacts with dates in three forms.
    replaced
        The tables that they hold.
    said
        What `tables.toml` says of them. It makes all of them readable but the contacts: which
        day 03/04/2022 is, it can't say.
    errors
        The dates that are not in ISO form, as an account; see `plant_errors`.
    """

    files: dict[str, bytes]
    replaced: tuple[str, ...]
    said: str
    errors: pd.DataFrame


def dirty_files(tables: dict[str, pd.DataFrame]) -> Dirty:
    """Some tables of a company, given with every cell as text, as careless exports write them."""
    contacts, errors = _with_mixed_dates(tables["contacts"])
    files = {
        CUSTOMERS_FILE: as_csv(_in_chinese(tables["customers"]), "gb18030"),
        "invoices.csv": as_csv(_in_german(tables["invoices"]), "latin-1", ";"),
        "contacts.csv": as_csv(contacts),
    }
    return Dirty(files, ("customers", "invoices", "contacts"), _SAID, errors)


def as_csv(table: pd.DataFrame, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The bytes of a text file with a header."""
    return table.to_csv(index=False, sep=delimiter, lineterminator="\n").encode(encoding)


def _in_chinese(table: pd.DataFrame) -> pd.DataFrame:
    words = {name: column.zh for name, column in CONTRACTS["customers"].columns.items()}
    return table.rename(columns={**words, **_CUSTOMER_NAMES})


def _in_german(table: pd.DataFrame) -> pd.DataFrame:
    out = table.copy()
    for name in ("issued_on", "due_on", "paid_on"):
        out[name] = table[name].map(_day_first)
    out["amount"] = table["amount"].map(_with_comma)
    out["disputed"] = table["disputed"].map({"yes": "ja", "no": "nein", "": ""})
    return out.rename(columns=_INVOICE_NAMES)


def _with_mixed_dates(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every sixth date day-first and every eleventh month-first, the others in ISO form."""
    rows = np.arange(len(table))
    day_first, month_first = rows % 6 == 3, (rows % 11 == 5) & (rows % 6 != 3)
    dates = table["date"].copy()
    dates[day_first] = table["date"][day_first].map(_day_first)
    dates[month_first] = table["date"][month_first].map(_month_first)
    changed = np.flatnonzero(day_first | month_first)
    errors = pd.DataFrame(
        {
            "table": "contacts",
            "kind": UNREADABLE,
            "row": changed,
            "column": "date",
            "key": table["customer_id"].to_numpy()[changed],
            "other": "",
            "found": dates.to_numpy()[changed],
            "was": table["date"].to_numpy()[changed],
        },
        columns=list(ERROR_COLUMNS),
    )
    return table.assign(date=dates), errors


def _day_first(day: str) -> str:
    return ".".join(reversed(day.split("-")))


def _month_first(day: str) -> str:
    year, month, of_month = day.split("-")
    return f"{month}/{of_month}/{year}"


def _with_comma(amount: str) -> str:
    whole = f"{float(amount):,.2f}"
    return whole.replace(",", " ").replace(".", ",").replace(" ", ".")
