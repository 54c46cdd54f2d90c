"""Key figures are what a slow and plain reckoning gives."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.clock import same_period_a_year_before
from clvlab.data.exact_money import sum_by
from clvlab.relations import measure_key_figures
from clvlab.relations.purchase_figures import purchase_figures
from clvlab.relations.record_figures import overdue_at, survey_index
from clvlab.summary import calendar_periods

LAPSE = 91


@pytest.fixture(scope="module")
def months(sample_log):
    days = sample_log.table["date"]
    return calendar_periods(days.min().date(), days.max().date(), "month")


@pytest.fixture(scope="module")
def monthly(sample_log, months):
    return purchase_figures(sample_log, months, lapse_days=LAPSE)


def test_customers_come_and_go_without_a_remainder(monthly):
    moved = monthly["new"] + monthly["returned"] - monthly["lapsed"]
    assert (monthly["active"].diff() - moved).dropna().eq(0).all()
    assert len(moved.dropna()) > 10


def test_active_are_those_who_bought_within_the_silence(sample_log, months, monthly):
    rows = sample_log.table
    for period in months[4::4]:
        end = pd.Timestamp(period.last)
        last = rows[rows["date"] <= end].groupby("customer_id")["date"].max()
        active = ((end - last).dt.days < LAPSE).sum()
        assert monthly.loc[end, "active"] == active
        assert monthly.loc[end, "customers"] == len(last)


def test_revenue_is_summed_exactly(sample_log, monthly, months):
    rows = sample_log.table
    inside = rows[rows["date"] <= pd.Timestamp(months[-1].last)]
    assert monthly["orders"].sum() == len(inside)
    by_month = sum_by(inside["amount"], inside["date"].dt.to_period("M"))
    assert monthly["revenue"].tolist() == by_month.tolist()


def test_what_a_cut_log_can_not_know_is_missing(monthly):
    assert monthly["new"].isna().tolist()[:4] == [True] * 4
    assert monthly["new"].notna().all() == monthly["lapsed"].notna().all()
    assert monthly["orders"].notna().all()


def test_overdue_is_what_a_reckoning_day_by_day_gives(example):
    invoices = example.table("invoices")
    months = calendar_periods(date(2022, 1, 1), date(2023, 12, 31), "month")
    found = overdue_at(invoices, months)
    possible = ~(invoices["paid_on"] < invoices["issued_on"])
    for end in found.index[::5]:
        unpaid = invoices["paid_on"].isna() | (invoices["paid_on"] > end)
        late = invoices[(invoices["due_on"] < end) & unpaid & possible]
        assert found[end] == pytest.approx(late["amount"].sum(), abs=0.005)


def test_an_index_counts_answers_on_their_scale_alone():
    months = calendar_periods(date(2023, 1, 1), date(2023, 2, 28), "month")
    rows = [("a", 7.0), ("a", 4.0), ("b", 1.0), ("b", 77.0)]
    asked = pd.DataFrame(rows, columns=["respondent_id", "answer"]).assign(
        role="customer", item=["loyalty_1", "loyalty_2"] * 2, date=pd.Timestamp("2023-02-03"),
        scale_least=1.0, scale_most=7.0,
    )  # fmt: skip
    found = survey_index(asked, "loyalty", months)
    assert np.isnan(found.value.iloc[0])
    assert found.value.iloc[1] == pytest.approx((0.75 + 0.0) / 2)
    assert found.of.tolist() == [0.0, 2.0]
    assert survey_index(asked, "satisfaction", months) is None


def test_a_page_that_nothing_happened_on_rarely_alerts(example, last_day):
    """Of its own past the example company gives about as many alerts as are allowed for."""
    figures = measure_key_figures(example, as_of=last_day, period="month")
    before = figures.alarms_before(0.20)
    assert before["outside"].sum() / before["judged"].sum() < 3 * figures.level(0.20)


def test_a_table_that_is_missing_is_named(sample_log):
    from clvlab.data.company import Company

    figures = measure_key_figures(Company("shop", {}, sample_log), as_of=date(1998, 6, 30))
    assert figures.not_available["overdue"] == "not available: needs the table invoices"
    assert {"satisfaction", "expenses", "conversion", "freshness"} <= set(figures.not_available)
    assert {"orders", "revenue"} <= set(figures.table().index)


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        (date(2024, 2, 29), "month", date(2023, 2, 28)),
        (date(2024, 3, 31), "quarter", date(2023, 3, 31)),
        (date(2024, 6, 30), "week", date(2023, 7, 2)),
    ],
)
def test_last_year_is_the_same_month_or_the_same_weekday(day, period, expected):
    assert same_period_a_year_before(day, period) == expected
    if period == "week":
        assert expected.weekday() == day.weekday()
