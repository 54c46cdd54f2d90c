"""Labels counted by hand: every boundary day, the gap, who is asked, and how snapshots are laid."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from tests.churn.conftest import FIRST, SECOND, THIRD, log_of

from clvlab import churn

AS_OF = date(2024, 3, 31)
VIEW = churn.Snapshot(AS_OF, 10, gap_days=3)


def day(after):
    return (AS_OF + timedelta(days=after)).isoformat()


@pytest.mark.parametrize(
    ("after", "churned"),
    [(0, True), (1, True), (3, True), (4, False), (13, False), (14, True)],
)
def test_only_a_purchase_in_the_window_counts(after, churned):
    log = log_of([("a", day(-20), 5.0), ("a", day(after), 5.0), ("z", day(30), 1.0)])
    history = churn.PurchaseHistory.of(log)
    assert churn.label_snapshot(history, VIEW).to_dict() == {"a": churned}


def test_the_window_is_named_by_its_first_day():
    assert (VIEW.label_first, VIEW.label_last) == (date(2024, 4, 4), date(2024, 4, 13))
    assert THIRD.label_first == date(1998, 1, 1)


def test_who_is_asked_about():
    log = log_of(
        [
            ("new", day(0), 1.0),
            ("old", day(-40), 1.0),
            ("often", day(-30), 1.0),
            ("often", day(-5), 1.0),
            ("later", day(1), 1.0),
            ("end", day(40), 1.0),
        ]
    )
    history = churn.PurchaseHistory.of(log)

    def asked(**rule):
        return list(churn.label_snapshot(history, VIEW, churn.Eligibility(**rule)).index)

    assert asked() == ["new", "often", "old"]
    assert asked(least_purchases=2) == ["often"]
    assert asked(bought_within="5 days") == ["new"]
    assert asked(bought_within="6 days") == ["new", "often"]


def test_the_churn_rates_of_cdnow(published):
    rates = [one.churned.mean() for one in (*published.train, published.calibrate, published.test)]
    assert [round(rate, 4) for rate in rates] == [0.8204, 0.8216, 0.8375]


def test_labels_are_those_of_the_rows(sample_log):
    history = churn.PurchaseHistory.of(sample_log)
    rows = sample_log.table
    for view in (FIRST, SECOND, churn.Snapshot(date(1997, 11, 5), 30, 14)):
        known = rows[rows["date"] <= str(view.as_of)]["customer_id"].unique()
        window = rows["date"].between(str(view.label_first), str(view.label_last))
        bought = set(rows[window]["customer_id"])
        expected = {one: one not in bought for one in known}
        assert churn.label_snapshot(history, view).to_dict() == expected


def test_a_plan_leaves_no_outcome_open_when_a_snapshot_is_used(sample_log):
    history = churn.PurchaseHistory.of(sample_log)
    plan = churn.plan_snapshots(history, horizon="6 weeks", gap="5 days", train=3)
    order = [*plan.train, plan.calibrate, plan.test, plan.now]
    assert len(plan.train) == 3
    assert plan.now.as_of == date(1998, 6, 30)
    for earlier, later in pairwise(order):
        assert earlier.label_last <= later.as_of
    assert plan.test.label_last == date(1998, 6, 30)
    assert plan.table()["use"].tolist() == ["learn"] * 3 + ["calibrate", "test", "score"]
