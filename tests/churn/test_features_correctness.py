"""Features counted another way, customer by customer, and a few by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests.churn.conftest import SECOND, log_of

from clvlab import churn


def test_features_are_those_of_the_rows(sample_log):
    history = churn.PurchaseHistory.of(sample_log)
    table = churn.churn_features(history, SECOND)
    rows = sample_log.table[sample_log.table["date"] <= str(SECOND.as_of)]
    gaps = rows.groupby("customer_id")["date"].diff().dt.days
    usual = gaps.median()
    for one, own in list(rows.groupby("customer_id"))[::50]:
        days = (own["date"].max() - own["date"]).dt.days
        between = np.diff(own["date"].to_numpy()).astype("timedelta64[D]").astype(float)
        silence = (
            (np.datetime64(SECOND.as_of) - own["date"].max().to_datetime64())
            .astype("timedelta64[D]")
            .astype(int)
        )
        found = table.loc[one]
        assert found["silence_days"] == silence
        assert found["frequency"] == len(own) - 1
        assert found["recency_days"] == days.max()
        assert found["purchases_third"] == (days + silence < 30).sum()
        assert found["purchases_one"] == (days + silence < 91).sum()
        assert found["mean_amount"] == pytest.approx(own["amount"].mean())
        assert found["last_amount_ratio"] == pytest.approx(
            own["amount"].iloc[-1] / own["amount"].mean()
        )
        assert found["weekend_share"] == pytest.approx((own["date"].dt.day_of_week >= 5).mean())
        assert found["own_gap_days"] == pytest.approx(
            (between.sum() + 3 * usual) / (len(between) + 3)
        )
        variation = between.std() / between.mean() if len(between) else 1.0
        assert found["gap_variation"] == pytest.approx(
            (len(between) * variation + 3) / (len(between) + 3)
        )


def test_breadth_counts_different_values_up_to_the_day():
    rows = [
        ("a", "2024-01-01", 1.0),
        ("a", "2024-01-05", 1.0),
        ("b", "2024-01-05", 1.0),
        ("a", "2024-01-09", 1.0),
        ("b", "2024-02-09", 1.0),
    ]
    log = log_of(rows, category=["x", "y", "x", None, "y"])
    view = churn.Snapshot(date(2024, 1, 9), 5)
    chosen = churn.FeatureSet((), season=False, breadth=("category",), model_based=False)
    table = churn.churn_features(churn.PurchaseHistory.of(log), view, chosen)
    assert table["categories"].to_dict() == {"a": 2.0, "b": 1.0}


def test_the_season_is_the_label_window_a_year_before():
    log = log_of(
        [
            *(("a", day, 1.0) for day in ("2023-01-02", "2023-04-02", "2023-04-11", "2024-03-31")),
            ("b", "2023-04-12", 1.0),
            ("b", "2024-04-20", 1.0),
        ]
    )
    view = churn.Snapshot(date(2024, 3, 31), 10)
    table = churn.churn_features(churn.PurchaseHistory.of(log), view)
    # The window from 2024-04-01 to 04-10 lies from 2023-04-02 to 04-11, 365 days before.
    assert table["season_purchases"].to_dict() == {"a": 2.0, "b": 0.0}


def test_windows_that_would_hold_the_whole_history_are_left_out(sample_log):
    history = churn.PurchaseHistory.of(sample_log)
    short = churn.FeatureSet.of(history, churn.Snapshot(date(1997, 4, 1), 91))
    long = churn.FeatureSet.of(history, churn.Snapshot(date(1998, 3, 31), 91))
    assert [name for name, _ in short.windows] == ["third"]
    assert [name for name, _ in long.windows] == ["third", "one", "two"]
    assert long.season
    assert not short.season


def test_the_chance_of_a_purchase_is_that_of_the_model(sample_log, sample_model):
    history = churn.PurchaseHistory.of(sample_log)
    table = churn.churn_features(history, SECOND)
    assert table["probability_purchase"].between(0, 1).all()
    repeat = table["frequency"] > 0
    bought = ~churn.label_snapshot(history, SECOND)
    assert abs(table["probability_purchase"].mean() - bought.mean()) < 0.03
    assert table.loc[repeat, "probability_purchase"].mean() > bought.mean()


RETURNS = [
    ("a", "2024-01-05", 2, 3.0),
    ("a", "2024-01-20", 1, 1.0),
    ("c", "2024-01-02", 5, 9.0),
]
BOUGHT = [
    ("a", "2024-01-01", 10.0),
    ("b", "2024-01-03", 5.0),
    ("a", "2024-01-09", 2.0),
    ("b", "2024-01-12", 5.0),
]


def with_returns(rows):
    back = pd.DataFrame(rows, columns=["customer_id", "date", "lines", "amount"])
    return replace(log_of(BOUGHT), returns=back.assign(date=pd.to_datetime(back["date"])))


def test_returns_count_from_the_day_they_were_made():
    view = churn.Snapshot(date(2024, 1, 10), 5)
    history = churn.PurchaseHistory.of(with_returns(RETURNS), last_day=date(2024, 1, 25))
    chosen = churn.FeatureSet((), season=False, breadth=(), returns=True, model_based=False)
    names = ["returned_share", "returns_per_purchase", "return_silence_days"]
    early = churn.churn_features(history, view, chosen)[names]
    assert early.loc["a"].tolist() == [3.0 / 15.0, 1.0, 5.0]
    assert early.loc["b"].tolist() == [0.0, 0.0, 10.0]
    late = churn.churn_features(history, view.at(date(2024, 1, 25)), chosen)[names]
    assert late.loc["a"].tolist() == [4.0 / 16.0, 1.5, 5.0]


@pytest.mark.parametrize(
    ("rows", "known"), [(RETURNS, True), (RETURNS[1:], False), (RETURNS[:0], False)]
)
def test_without_a_return_by_the_first_snapshot_they_are_no_feature(rows, known):
    history = churn.PurchaseHistory.of(with_returns(rows))
    view = churn.Snapshot(date(2024, 1, 10), 2)
    assert churn.FeatureSet.of(history, view, model_based=False).returns is known
