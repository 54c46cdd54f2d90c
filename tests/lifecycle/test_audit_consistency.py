"""Identities of the audit hold exactly on any log, and later purchases change nothing earlier."""

import math
from datetime import date, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlab.data import load_transactions
from clvlab.lifecycle.cohorts import cohorts_of
from clvlab.lifecycle.one_period import audit_one_period
from clvlab.lifecycle.time_to_event import time_to_second_purchase
from clvlab.lifecycle.two_periods import audit_two_periods
from clvlab.lifecycle.whole_base import amount_by_cohort
from clvlab.summary.period import Period

START = date(2024, 1, 1)
BEFORE, AFTER = (
    Period(START, START + timedelta(89)),
    Period(START + timedelta(90), date(2024, 6, 30)),
)
purchase = st.tuples(
    st.integers(1, 9), st.integers(-60, 181), st.integers(1, 999_999).map(lambda cents: cents / 100)
)


def log_of(rows, *anchors):
    """A log with a purchase in each period at least."""
    rows = [*rows, (1, 5, 3.0), (1, 100, 4.0), *anchors]
    frame = pd.DataFrame(rows, columns=["customer_id", "offset", "amount"])
    frame["date"] = pd.to_datetime(START) + pd.to_timedelta(frame["offset"], unit="D")
    return load_transactions(frame[["customer_id", "date", "amount"]])


@settings(max_examples=40)
@given(st.lists(purchase, max_size=40))
def test_bridge_and_factors_add_up(rows):
    found = audit_two_periods(log_of(rows), BEFORE, AFTER)
    bridge, facts = found.bridge(), found.describe()
    whole = round(100 * facts["after"]) - round(100 * facts["before"])
    assert round(100 * math.fsum(bridge["change"])) == whole
    assert bridge["customers"].sum() == len(found.customers)
    parts = math.fsum(found.factors()["part"])
    assert math.isclose(parts, facts["after"] - facts["before"], rel_tol=1e-9, abs_tol=1e-7)
    migration = found.decile_migration()
    assert migration.to_numpy().sum() == len(found.customers)
    assert migration.drop(index="none").to_numpy().sum() == len(found.before.customers)


@settings(max_examples=40)
@given(st.lists(purchase, max_size=40))
def test_every_purchase_is_in_one_place(rows):
    log = log_of(rows)
    period = Period(log.table["date"].min().date(), log.table["date"].max().date())
    one = audit_one_period(log, period)
    total = round(100 * math.fsum(log.table["amount"]))
    assert round(100 * math.fsum(one.deciles()["amount"])) == total
    assert one.by_orders(5)["customers"].sum() == len(one.customers)
    assert round(100 * math.fsum(amount_by_cohort(log).to_numpy().ravel())) == total
    assert one.deciles()["customers"].max() - one.deciles()["customers"].min() <= 1


@settings(max_examples=40)
@given(st.lists(purchase, max_size=40), st.lists(purchase, max_size=10))
def test_later_purchases_change_nothing_before(rows, more):
    later = [(who, 182 + abs(day), amount) for who, day, amount in more]
    end = date(2024, 6, 30)
    log, longer = log_of(rows), log_of(rows, *later)
    one = cohorts_of(log, step="7 days", last_day=end)
    other = cohorts_of(longer, step="7 days", last_day=end)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(
        time_to_second_purchase(log, end), time_to_second_purchase(longer, end)
    )
    pd.testing.assert_frame_equal(
        audit_two_periods(log, BEFORE, AFTER).bridge(),
        audit_two_periods(longer, BEFORE, AFTER).bridge(),
    )
