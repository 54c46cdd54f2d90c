"""Open credit notes reduce what a customer owes: everywhere by the same amount."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.relations.credit.conftest import invoices

from clvlab.data.exact_money import sum_by
from clvlab.relations import credit
from clvlab.relations.credit_notes import left_to_pay
from clvlab.relations.record_figures import overdue_at
from clvlab.summary import Period

ROWS = [
    ("a", "2024-01-01", "2024-01-31", None, 100.0),
    ("a", "2024-02-01", "2024-03-02", None, 200.1),
    ("a", "2024-03-20", "2024-04-19", None, 40.0),
    ("b", "2024-03-01", "2024-03-31", None, 300.0),
    ("a", "2024-03-05", "2024-03-05", None, -150.3),
    ("a", "2024-01-10", "2024-01-10", "2024-01-20", -70.0),
    ("c", "2024-03-01", "2024-03-01", None, -25.0),
]
LAST = date(2024, 4, 10)


@pytest.fixture
def owing():
    return credit.read_receivables(invoices(ROWS), as_of=LAST)


def test_the_oldest_invoices_are_set_off_first(owing):
    """150.30 cover R1 and a quarter of R2; a note that was paid out sets off nothing."""
    owed = owing.owed().set_index("invoice_id")
    assert owed["amount"].to_dict() == {"R2": 149.8, "R3": 40.0, "R4": 300.0}
    assert owed.loc["R2", "set_off"] == pytest.approx(50.3)
    assert owing.set_off() == {"notes": 2, "credit": 175.3, "set_off": 150.3, "left_over": 25.0}


def test_ageing_headroom_and_overdue_know_of_it(owing):
    assert credit.ageing(owing)["owed"].sum() == pytest.approx(489.8)
    assert credit.ageing(owing).loc["31-60 days", "owed"] == pytest.approx(149.8)
    found = credit.outstanding_on(owing, LAST, window_days=91)
    assert (found["owed"], found["overdue"]) == (489.8, 449.8)
    months = [Period.of("2024-03-01", "2024-03-31"), Period.of("2024-04-01", str(LAST))]
    assert overdue_at(invoices(ROWS), months).tolist() == [149.8, 449.8]


def test_the_past_knows_only_the_notes_of_its_time(owing):
    before = credit.outstanding_on(owing, date(2024, 3, 4), window_days=60)
    assert before["owed"] == 600.1
    then = overdue_at(invoices(ROWS), [Period.of("2024-02-01", "2024-02-29")])
    assert then.tolist() == [100.0]


def test_what_is_set_off_is_what_a_loop_gives():
    """Whatever the order and size: never below nothing, and each customer's sum is right."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        n, m = 30, 8
        days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 40, n), "D")
        names = np.array(list("abc"))
        owed = pd.DataFrame(
            {
                "invoice_id": [f"R{k:02d}" for k in rng.permutation(n)],
                "customer_id": rng.choice(names, n),
                "issued_on": days,
                "amount": rng.integers(1, 5000, n) / 100,
            }
        )
        notes = pd.DataFrame(
            {"customer_id": rng.choice(names, m), "amount": -rng.integers(1, 9000, m) / 100}
        )
        left = left_to_pay(owed, notes)
        expected = owed["amount"].copy()
        still = (-notes["amount"]).groupby(notes["customer_id"]).sum().to_dict()
        for row in owed.sort_values(["issued_on", "invoice_id"]).index:
            name = owed.loc[row, "customer_id"]
            taken = min(still.get(name, 0.0), expected[row])
            expected[row] -= taken
            still[name] = still.get(name, 0.0) - taken
        np.testing.assert_allclose(left, expected, atol=1e-9)
        whole = sum_by(owed["amount"], owed["customer_id"])
        assert (sum_by(left, owed["customer_id"]) <= whole).all()
