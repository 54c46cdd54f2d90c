"""Invoices that the tests share: the example company's, and some by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clvlab.relations import credit

EXAMPLE = Path(__file__).parents[3] / "data" / "example"


def invoices(rows, **more):
    """A table of (customer, issued, due, paid, amount); None for a day that is not known."""
    table = pd.DataFrame(rows, columns=["customer_id", "issued_on", "due_on", "paid_on", "amount"])
    for name in ("issued_on", "due_on", "paid_on"):
        table[name] = pd.to_datetime(table[name])
    table.insert(0, "invoice_id", [f"R{place}" for place in range(1, len(table) + 1)])
    return table.assign(**more)


@pytest.fixture(scope="session")
def opened():
    return credit.open_credit(EXAMPLE)


@pytest.fixture(scope="session")
def study(opened):
    return credit.fit_late_payment(opened.receivables, opened.characteristics)
