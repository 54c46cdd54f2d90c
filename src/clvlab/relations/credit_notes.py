"""Credit notes that nobody has paid out: they reduce what the same customer owes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.data.exact_money import to_amounts, to_minor_units
from clvlab.schema import AMOUNT, CUSTOMER_ID


def open_on(rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Invoices or credit notes that were issued by a day (inclusive) and not settled by it.

    What was settled before it was issued is left out: nobody knows.
    """
    early = rows["paid_on"] < rows["issued_on"]
    return rows[(rows["issued_on"] <= day) & ~(rows["paid_on"] <= day) & ~early]


def left_to_pay(invoices: pd.DataFrame, notes: pd.DataFrame) -> pd.Series:
    """What is left of open invoices when open credit notes are set off.

    The notes of a customer go against that customer's oldest invoices, by day of issue and then
    by `invoice_id`, whether these are due or not. What is more than a customer owes is set off
    against nothing.

    Parameters
    ----------
    invoices
        Open ones: ``invoice_id``, ``customer_id``, ``issued_on``, ``amount`` above 0.
    notes
        Open credit notes: ``customer_id``, ``amount`` below 0.

    Returns
    -------
    pandas.Series
        What is left of each invoice, at least 0 and at most its amount; indexed like `invoices`.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-02-01", "2024-01-01", "2024-01-01"])
    >>> owed = pd.DataFrame({"invoice_id": ["2", "1", "3"], "customer_id": ["a", "a", "b"],
    ...     "issued_on": days, "amount": [50.0, 30.0, 10.0]})
    >>> left_to_pay(owed, pd.DataFrame({"customer_id": ["a"], "amount": [-45.5]})).tolist()
    [34.5, 0.0, 10.0]
    """
    if invoices.empty or notes.empty:
        return invoices[AMOUNT].astype(np.float64)
    amounts = np.concatenate([invoices[AMOUNT].to_numpy(), notes[AMOUNT].to_numpy()])
    money = to_minor_units(amounts.astype(np.float64))
    n = len(invoices)
    credit = pd.Series(-money.units[n:]).groupby(notes[CUSTOMER_ID].to_numpy()).sum()
    ordered = (
        pd.DataFrame(
            {
                CUSTOMER_ID: invoices[CUSTOMER_ID].to_numpy(),
                "issued_on": invoices["issued_on"].to_numpy(),
                "invoice_id": invoices["invoice_id"].astype(str).to_numpy(),
                "units": money.units[:n],
            }
        )
        .sort_values(["issued_on", "invoice_id"], kind="stable")
        .reset_index(names="place")
    )
    up_to = ordered.groupby(CUSTOMER_ID)["units"].cumsum()
    covered = ordered[CUSTOMER_ID].map(credit).fillna(0).astype(ordered["units"].dtype)
    left = np.clip((up_to - covered).to_numpy(), 0, ordered["units"].to_numpy())
    out = np.empty(n, dtype=money.units.dtype)
    out[ordered["place"].to_numpy()] = left
    return pd.Series(to_amounts(out, money.decimals), invoices.index, name=AMOUNT)
