"""Who is lost and who comes back: a log worked by hand, and CDNOW's natural return."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError
from clvlab.recovery import (
    abc_class,
    compare_valuations,
    expected_return,
    funnel,
    lost_by_probability,
    lost_by_record,
    lost_by_rhythm,
    lost_by_silence,
    natural_return,
    returns_after,
    structure,
)


def log_of(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    table["date"] = pd.to_datetime(table["date"])
    ordered = table.sort_values(["date", "customer_id"], ignore_index=True)
    return TransactionLog(ordered, pd.DataFrame(), name="by hand")


HAND = log_of(
    [
        ("a", "2023-01-01", 10.0),
        ("a", "2023-01-31", 10.0),
        ("a", "2024-02-10", 5.0),
        ("b", "2023-06-01", 20.0),
        ("c", "2023-01-01", 1.0),
        ("c", "2023-12-01", 2.0),
        ("d", "2023-01-01", 4.0),
        ("d", "2023-01-11", 4.0),
        ("d", "2023-01-21", 4.0),
        ("d", "2023-01-31", 4.0),
        ("d", "2024-03-01", 1.0),
        ("d", "2024-03-11", 1.0),
        ("z", "2024-06-30", 1.0),
    ]
)
DAY = date(2023, 12, 31)


def test_silence_of_a_fixed_length():
    lost = lost_by_silence(HAND, as_of=DAY, silent="26 weeks")
    assert lost.index.tolist() == ["a", "b", "d"]
    assert lost.loc["a", "lost_on"] == pd.Timestamp("2023-01-31") + pd.Timedelta(weeks=26)
    assert lost.loc["a", ["purchases", "amount", "silent_days"]].tolist() == [2, 20.0, 334]
    assert (lost["reason"] == "unknown").all()


def test_silence_by_ones_own_rhythm_counts_a_slow_buyer_as_alive():
    lost = lost_by_rhythm(HAND, as_of=DAY, gaps=3)
    assert "d" in lost.index
    assert "c" not in lost.index
    assert (lost["lost_on"] <= pd.Timestamp(DAY)).all()


def test_a_recorded_loss_ends_with_a_purchase_after_it():
    said = pd.DataFrame(
        {
            "customer_id": ["a", "c", "d", "q"],
            "lost_on": pd.to_datetime(["2023-03-01", "2023-03-01", "2024-05-01", "2023-04-01"]),
            "reason": ["pulled", "moved", "moved", None],
        }
    )
    lost = lost_by_record(HAND, said, as_of=DAY)
    assert lost["reason"].to_dict() == {"a": "pulled", "q": "unknown"}


def test_one_stray_order_is_a_return_and_no_regained_customer():
    lost = lost_by_silence(HAND, as_of=DAY, silent="26 weeks")
    back = returns_after(HAND, lost, offered_on=DAY, window="182 days", least_rate=0.5)
    assert back["returned"].to_dict() == {"a": 1, "b": 0, "d": 1}
    assert back["orders"].to_dict() == {"a": 1, "b": 0, "d": 2}
    assert back.loc["a", "days_to_return"] == 41
    assert back.loc["a", "rate_ratio"] == pytest.approx((1 / 182) / (2 / 364))
    strict = returns_after(HAND, lost, offered_on=DAY, window="182 days", least_rate=1.01)
    assert strict["regained"].to_dict() == {"a": 0, "b": 0, "d": 0}
    assert back["regained"].to_dict() == {"a": 1, "b": 0, "d": 1}


def test_a_window_that_could_not_be_seen_is_refused():
    lost = lost_by_silence(HAND, as_of=DAY, silent="26 weeks")
    with pytest.raises(InputError, match="must end within the data; it ends 2024-12-30"):
        returns_after(HAND, lost, offered_on=DAY, window="365 days", least_rate=0)


@pytest.fixture(scope="module")
def cdnow():
    log = clvlab.load_cdnow()
    as_of = date(1997, 12, 31)
    lost = lost_by_silence(log, as_of=as_of, silent="181 days")
    back = returns_after(log, lost, offered_on=as_of, window="181 days", least_rate=0)
    summary = clvlab.summarize(log, calibration_end=as_of, unit="week")
    return log, lost, back, summary, clvlab.BetaGeoModel().fit(summary)


def test_cdnows_natural_return_and_what_the_model_of_the_first_life_expected(cdnow):
    _, lost, back, summary, model = cdnow
    kind = (lost["purchases"] > 1).map({True: "again", False: "once"})
    expected = expected_return(summary, model, lost, window="26 weeks")
    table = natural_return(lost, back, kind, expected=expected)
    assert table["share"].round(3).to_dict() == {"again": 0.222, "once": 0.078, "all": 0.113}
    assert table["expected"].round(3)["again"] == pytest.approx(0.146, abs=0.001)
    assert table["expected"].round(3)["once"] == pytest.approx(0.103, abs=0.001)
    assert table.loc["all", "spent"] == pytest.approx(54, abs=1)
    assert table["customers"].iloc[:2].sum() == table.loc["all", "customers"] == len(lost)
    assert ((table["lower"] < table["share"]) & (table["share"] < table["upper"])).all()


def test_the_day_of_a_loss_by_probability_is_the_first_below_the_level(cdnow):
    log, _, _, summary, model = cdnow
    lost = lost_by_probability(log, summary, model, below=0.05, within="26 weeks")
    some = lost.iloc[::60]
    waited = (some["lost_on"] - some["last_purchase"]).dt.days
    frame = summary.to_frame("day").loc[some.index, ["frequency", "recency", "T"]]
    for shift, below in ((0, True), (-1, False)):
        chance = model.probability_purchase(
            frame.assign(T=frame["recency"] + waited + shift), horizon="182 days", unit="day"
        )
        assert ((chance < 0.05) == below).all()
    assert (lost["lost_on"] <= pd.Timestamp("1997-12-31")).all()


def test_structure_and_funnel_lose_nobody(cdnow):
    _, lost, _, _, _ = cdnow
    table = structure(
        lost.assign(kind=np.where(lost["purchases"] > 2, "many", None)), "kind", "amount"
    )
    assert set(table.index) == {"many", "unknown"}
    assert table["customers"].sum() == len(lost)
    assert table["amount"].sum() == pytest.approx(lost["amount"].sum())
    steps = {"valuable": lost["amount"] > 20, "recent": lost["silent_days"] < 250}
    kept = funnel(lost, steps, "amount")
    assert kept["customers"].is_monotonic_decreasing
    assert kept.loc["recent", "customers"] == (steps["valuable"] & steps["recent"]).sum()


def test_classes_are_cut_by_cumulative_share():
    values = pd.Series([50.0, 30.0, 10.0, 6.0, 4.0])
    assert abc_class(values).tolist() == ["A", "A", "B", "B", "C"]
    assert abc_class(pd.Series([0.0, 0.0])).tolist() == ["C", "C"]
    table = compare_valuations(pd.DataFrame({"one": values, "other": values[::-1].to_numpy()}))
    assert table.loc[("one", "other"), "rank_correlation"] == pytest.approx(-1)
    assert table.loc[("one", "other"), "change_class"] == pytest.approx(4 / 5)
