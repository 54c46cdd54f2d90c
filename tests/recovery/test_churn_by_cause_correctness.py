"""Churn by cause: worked by hand, and the natural churn of the example company found again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

from clvlab.clock import DAYS_PER_YEAR
from clvlab.data.company import load_company
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError
from clvlab.recovery import churn_by_cause, customer_years
from clvlab.recovery.churn_by_cause import CAUSES, poisson_limits, shared_limits

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
LAST_DAY = date(2023, 12, 31)
BOUGHT = [("a", "2023-01-01"), ("b", "2023-01-01"), ("b", "2023-10-01"), ("c", "2023-12-21")]
LOST = [
    ("a", "2023-07-01", "moved"),
    ("b", "2023-04-01", "pulled"),
    ("b", "2023-05-01", "pulled"),
    ("c", "2023-06-01", "moved"),
    ("d", "2023-06-01", "moved"),
    ("b", "2023-12-01", None),
]


def log_of(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=1.0)
    table["date"] = pd.to_datetime(table["date"])
    return TransactionLog(
        table.sort_values("date", ignore_index=True), pd.DataFrame(), name="by hand"
    )


def losses_of(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "lost_on", "reason"])
    return table.assign(lost_on=pd.to_datetime(table["lost_on"]))


def test_time_at_risk_and_losses_by_hand():
    """Lost is who was there: b is lost once, comes back, and is lost again; c and d never were."""
    years, counted = customer_years(log_of(BOUGHT), losses_of(LOST), as_of=LAST_DAY)
    a, b, c = 181, 90 + 61, 10
    assert years * DAYS_PER_YEAR == pytest.approx(a + b + c)
    assert sorted(counted["customer_id"]) == ["a", "b", "b"]
    assert str(counted["lost_on"].max().date()) == "2023-12-01"


def test_losses_without_a_reason_are_shared_out():
    table = churn_by_cause(log_of(BOUGHT), losses_of(LOST), as_of=LAST_DAY)
    years = 342 / DAYS_PER_YEAR
    assert table["customers"].to_dict() == {
        "our decision": 0, "our failure": 0, "a rival": 1, "natural": 1, "all": 3,
    }  # fmt: skip
    assert table.loc["natural", "churn_rate"] == pytest.approx(1.5 / years)
    assert table["churn_rate"].iloc[:-1].sum() == pytest.approx(table.loc["all", "churn_rate"])
    assert table.loc["our failure", "churn_rate_lower"] == 0
    assert (table["churn_rate_upper"] > table["churn_rate"]).all()


def test_limits_are_those_of_a_poisson_count():
    """At the limits the count is as far in the tail as the interval says."""
    lower, upper = poisson_limits(np.array([7.0]), 0.9)
    assert poisson.sf(6, lower) == pytest.approx(0.05)
    assert poisson.cdf(7, upper) == pytest.approx(0.05)


@pytest.mark.parametrize(("share_known", "mean"), [(0.5, 200), (0.9, 60)])
def test_limits_hold_the_mean_as_often_as_they_say(share_known, mean):
    """Of 4,000 years: losses of which some have a reason, a fifth of them natural."""
    rng = np.random.default_rng(7)
    held = 0
    for total in rng.poisson(mean, 4_000).tolist():
        known = rng.binomial(total, share_known)
        natural = np.array([float(rng.binomial(known, 0.2))])
        lower, upper = shared_limits(natural, known, total, 0.9)
        held += lower[0] <= 0.2 * mean <= upper[0]
    # Exact limits of counts hold a little more often than they say.
    assert 0.885 < held / 4_000 < 0.945


@pytest.fixture(scope="module")
def true_rates():
    """Losses by true reason in the months in which customers were there."""
    stages = pd.read_csv(EXAMPLE / "truth" / "stages.csv")
    losses = pd.read_csv(EXAMPLE / "truth" / "losses.csv")
    years = (stages["stage"] != "terminated").sum() / 12
    rates = losses["true_reason"].map(CAUSES).value_counts() / years
    return rates.rename_axis("cause")


def test_the_natural_churn_of_the_example_is_within_its_limits(true_rates):
    """And so is that of every other cause, though the company notes not all of its losses."""
    company = load_company(EXAMPLE)
    found = churn_by_cause(company.purchases(), company.table("losses"), as_of=LAST_DAY)
    inside = true_rates.between(
        found["churn_rate_lower"].reindex(true_rates.index),
        found["churn_rate_upper"].reindex(true_rates.index),
    )
    assert inside["natural"]
    assert inside.all()
    width = found.loc["natural", "churn_rate_upper"] - found.loc["natural", "churn_rate_lower"]
    assert width < true_rates["natural"]


def test_what_can_not_be_answered_is_refused():
    log, losses = log_of(BOUGHT), losses_of(LOST)
    with pytest.raises(InputError, match="interval"):
        churn_by_cause(log, losses, as_of=LAST_DAY, interval=1.0)
    with pytest.raises(InputError, match="reason"):
        churn_by_cause(log, losses.drop(columns="reason"), as_of=LAST_DAY)
    with pytest.raises(InputError, match="could be lost"):
        churn_by_cause(log, losses, as_of=date(2022, 1, 1))
