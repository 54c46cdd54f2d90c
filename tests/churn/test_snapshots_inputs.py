"""What a plan of snapshots cannot be, told in the user's words."""

from __future__ import annotations

from datetime import date

import pytest
from tests.churn.conftest import FIRST, SECOND, THIRD

from clvlab import churn
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.errors import InputError


@pytest.fixture(scope="module")
def history(sample_log):
    return churn.PurchaseHistory.of(sample_log)


def test_a_window_that_is_not_over_has_no_labels(history):
    with pytest.raises(InputError, match="must end by the last day seen, 1998-06-30; it ends on"):
        churn.label_snapshot(history, churn.Snapshot(date(1998, 4, 1), 91))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"horizon": 13}, "'horizon' must be a span with its unit; got 13"),
        ({"horizon": "0 days"}, "'horizon' must be at least a day"),
        ({"horizon": "26 weeks"}, "must hold four horizons"),
        ({"horizon": "13 weeks", "train": 0}, "'train' must be a whole number from 1"),
        (
            {"horizon": "13 weeks", "test": "1998-05-01"},
            "by the day of the one for scoring",
        ),
        (
            {"horizon": "13 weeks", "test": "1997-12-31", "train": ["1997-08-01"]},
            "outcome by the day of the one for calibrating",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused(history, more, said):
    with pytest.raises(InputError, match=said):
        churn.plan_snapshots(history, **more)


def test_outcomes_that_reach_into_a_later_use_are_refused():
    near = churn.Snapshot(date(1997, 9, 1), 91)
    with pytest.raises(InputError, match="the outcome of 1997-09-01, for calibrating, is known on"):
        churn.SnapshotPlan((churn.Snapshot(date(1997, 3, 1), 91),), near, SECOND, THIRD)
    with pytest.raises(InputError, match="must have a snapshot to learn from"):
        churn.SnapshotPlan((), FIRST, SECOND, THIRD)


def test_outcomes_of_other_customers_are_refused(history):
    table = churn.churn_features(history, FIRST)
    with pytest.raises(InputError, match="same customers in the same order as the features"):
        LabelledSnapshot(FIRST, table, churn.label_snapshot(history, FIRST).iloc[1:])


def test_a_log_without_purchases_by_the_day_is_refused(sample_log):
    with pytest.raises(InputError, match="must hold purchases by the last day"):
        churn.PurchaseHistory.of(sample_log, last_day=date(1996, 1, 1))


def test_a_log_that_is_too_short_for_one_test_is_refused(history):
    view = churn.Snapshot(history.last_day, 200)
    with pytest.raises(InputError, match="must hold four label windows and gaps of 200 days"):
        churn.rolling_origin(history, view, {"silence rule": churn.SilenceRule})
