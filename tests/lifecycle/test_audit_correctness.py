"""The audit's numbers: known facts of CDNOW, and tables that can be checked by hand."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, logrank

import clvlab
from clvlab.data import load_transactions
from clvlab.lifecycle.cohorts import cohorts_of
from clvlab.lifecycle.decomposition import split_change
from clvlab.lifecycle.one_period import audit_one_period
from clvlab.lifecycle.time_to_event import compare_times, kaplan_meier, time_to_second_purchase
from clvlab.lifecycle.two_periods import audit_two_periods
from clvlab.lifecycle.whole_base import amount_by_cohort, dependence_on_acquisition
from clvlab.summary.concentration import gini, herfindahl, lorenz_curve, top_share
from clvlab.summary.period import Period, calendar_periods

ALL = Period.of("1997-01-01", "1998-06-30")
THIRD, FOURTH = Period.of("1997-07-01", "1997-09-30"), Period.of("1997-10-01", "1997-12-31")


@pytest.fixture(scope="module")
def cdnow():
    return clvlab.load_cdnow()


@pytest.fixture(scope="module")
def shop():
    """Four customers over two quarters."""
    rows = [
        ("a", "2023-11-05", 10),
        ("a", "2024-01-10", 20),
        ("a", "2024-04-01", 35.5),
        ("b", "2024-01-15", 40),
        ("b", "2024-02-15", 20),
        ("b", "2024-05-01", 15),
        ("c", "2024-02-01", 30),
        ("d", "2024-05-05", 25),
        ("e", "2023-12-24", 5),
        ("e", "2024-06-30", 8),
        ("f", "2024-03-01", 9),
        ("f", "2024-06-01", 9),
    ]
    return load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))


def test_cdnow_in_one_period(cdnow):
    found = audit_one_period(cdnow, ALL).describe()
    assert found["customers"] == 23570
    assert found["bought_once"] == pytest.approx(0.511, abs=5e-4)
    assert found["gini"] == pytest.approx(0.6346, abs=5e-5)
    assert found["top_10"] == pytest.approx(0.509, abs=5e-4)
    assert found["top_20"] == pytest.approx(0.678, abs=5e-4)
    assert found["effective_customers"] == pytest.approx(3828, abs=0.5)


def test_cdnow_from_the_third_to_the_fourth_quarter(cdnow):
    found = audit_two_periods(cdnow, THIRD, FOURTH)
    parts = found.factors()["part"]
    assert parts.round().tolist() == [-2936, 7737, 3611]
    assert found.describe()["before"] == 292395.37
    assert found.describe()["after"] == 300806.76
    assert math.fsum(parts) == pytest.approx(300806.76 - 292395.37, abs=1e-9)


def test_cdnow_cohorts(cdnow):
    found = cohorts_of(cdnow, step="30 days")
    summary = found.summary()
    assert summary["customers"].tolist() == [7846, 8476, 7248]
    assert summary["first_basket"].round(2).tolist() == [33.93, 33.14, 32.76]
    assert summary["ages"].tolist() == [17, 16, 15]


def test_cdnow_share_that_bought_again_within_a_year(cdnow):
    times = time_to_second_purchase(cdnow)
    cohort = cohorts_of(cdnow).customers["cohort"]
    curve = kaplan_meier(times["days"], times["happened"], by=cohort)
    year = curve[curve["day"] <= 365].groupby("group").tail(1)
    assert year["share"].round(3).tolist() == [0.458, 0.451, 0.469]
    assert ((year["lower"] < year["share"]) & (year["share"] < year["upper"])).all()


def test_log_rank_of_two_groups_is_that_of_scipy(cdnow):
    times = time_to_second_purchase(cdnow)
    cohort = cohorts_of(cdnow).customers["cohort"].astype(str)
    first, second, _ = sorted(cohort.unique())
    two = cohort.isin([first, second])
    sides = [
        CensoredData(
            uncensored=times["days"][(cohort == name) & times["happened"]],
            right=times["days"][(cohort == name) & ~times["happened"]],
        )
        for name in (first, second)
    ]
    ours = compare_times(times["days"][two], times["happened"][two], cohort[two])
    theirs = logrank(*sides)
    assert ours["statistic"] == pytest.approx(theirs.statistic**2, rel=1e-10)
    assert ours["p_value"] == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours["degrees_of_freedom"] == 1


def test_log_rank_holds_its_level_with_three_groups():
    rng = np.random.default_rng(5)
    refused = 0
    for _ in range(400):
        days, seen = rng.exponential(10, 150), rng.exponential(15, 150)
        times, happened = pd.Series(np.minimum(days, seen)), pd.Series(days <= seen)
        p_value = compare_times(times, happened, pd.Series(np.arange(150) % 3))["p_value"]
        refused += p_value < 0.05
    assert 0.02 <= refused / 400 <= 0.085  # 0.05 plus and minus three standard errors


def test_bridge_by_hand(shop):
    found = audit_two_periods(
        shop, Period.of("2024-01-01", "2024-03-31"), Period.of("2024-04-01", "2024-06-30")
    )
    bridge = found.bridge()
    assert bridge["customers"].to_dict() == {
        "new": 1,
        "reactivated": 1,
        "lapsed": 1,
        "up": 1,
        "down": 1,
        "same": 1,
    }
    assert bridge["change"].tolist() == [25.0, 8.0, -30.0, 15.5, -45.0, 0.0]
    assert bridge["change"].sum() == found.describe()["change"]
    assert found.describe()["retained"] == 0.75
    migration = found.decile_migration()
    assert migration.to_numpy().sum() == len(found.customers)
    assert migration.loc["none"].sum() == 2
    assert migration["none"].sum() == 1


def test_cohort_table_by_hand(shop):
    found = cohorts_of(shop, period="quarter", step="91 days", last_day=date(2024, 6, 30))
    last_quarter = found.table[found.table["cohort"] == "2023-12-31"]
    assert last_quarter["age"].tolist() == [0, 1]
    assert last_quarter["customers"].tolist() == [2, 2]
    assert last_quarter["active"].tolist() == [2, 1]
    assert last_quarter["amount"].tolist() == [35.0, 35.5]
    assert last_quarter["cumulative_amount"].tolist() == [35.0, 70.5]
    assert found.table.loc[found.table["cohort"] == "2024-03-31", "age"].tolist() == [0]
    assert "2024-06-30" not in found.table["cohort"].astype(str).tolist()


def test_amounts_by_cohort_by_hand(shop):
    whole = amount_by_cohort(shop)
    assert whole.loc["2024-03-31"].tolist() == [20.0, 99.0, 0.0]
    assert whole.loc["2024-06-30"].tolist() == [43.5, 24.0, 25.0]
    found = dependence_on_acquisition(whole)
    assert found["new"].tolist() == [15.0, 99.0, 25.0]
    assert found.loc["2024-06-30", "change_earlier"] == pytest.approx(67.5 / 119 - 1)


def test_what_differs_by_hand():
    rows = [("a", "2024-01-01", 10), ("b", "2024-01-01", 10), ("b", "2024-01-02", 10)]
    log = load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    shares = audit_one_period(log, Period.of("2024-01-01", "2024-01-31")).what_differs()
    assert shares.to_dict() == pytest.approx({"orders": 1.0, "basket": 0.0})


def test_margin_is_used_where_everybody_has_one():
    rows = [("a", "2024-01-01", 100, 5), ("b", "2024-01-01", 50, 25), ("c", "2024-01-03", 10, 1)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount", "margin"])
    found = audit_one_period(load_transactions(frame), Period.of("2024-01-01", "2024-01-31"))
    assert found.basis == "margin"
    assert found.describe()["margin_rate"] == pytest.approx(31 / 160)
    assert found.deciles()["amount"].tolist() == [50.0, 100.0, 10.0]
    assert found.what_differs().sum() == pytest.approx(1.0)
    assert found.by_orders(3)["customers"].tolist() == [3, 0, 0]


def test_concentration_by_hand():
    values = [1.0, 2.0, 3.0, 10.0]
    # sum of (2i - 5) v_i = -3 - 2 + 3 + 30 = 28, over 4 * 16
    assert gini(values) == pytest.approx(28 / 64)
    assert herfindahl(values) == pytest.approx((1 + 4 + 9 + 100) / 256)
    assert top_share(values, 0.25) == pytest.approx(10 / 16)
    assert lorenz_curve(values)["value"].tolist() == [0.0, 1 / 16, 3 / 16, 6 / 16, 1.0]


def test_change_of_a_product_that_stays():
    parts = split_change({"a": 2.0, "b": 8.0}, {"a": 4.0, "b": 4.0})["part"]
    assert parts.tolist() == pytest.approx([16 * math.log(2), -16 * math.log(2)])


def test_calendar_periods_are_whole():
    found = calendar_periods(date(2024, 1, 1), date(2024, 3, 30), "month")
    assert [str(one) for one in found] == ["2024-01-01 to 2024-01-31", "2024-02-01 to 2024-02-29"]
