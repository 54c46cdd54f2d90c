"""Silence is judged by the customer's own rhythm, and ranked by what it puts at risk."""

from datetime import date, timedelta

import pandas as pd
import pytest

import clvlab
from clvlab.data import load_transactions
from clvlab.errors import InputError
from clvlab.lifecycle.early_warning import early_warnings

TERMS = {
    "horizon": "52 weeks",
    "annual_discount_rate": 0.1,
    "margin_rate": 0.3,
    "within": None,
}


@pytest.fixture(scope="module")
def warned(sample_log, sample_model, sample_spend):
    today = clvlab.summarize(sample_log, calibration_end="1998-06-30", unit="week")
    return today, early_warnings(today, sample_model, sample_spend, **TERMS)


def test_chance_of_silence_is_that_of_the_gamma_mixture(warned, sample_model):
    today, found = warned
    r, alpha, _, _ = sample_model.params_
    row = today.to_frame("week").loc[found.index[0]]
    by_hand = ((alpha + row["recency"]) / (alpha + row["T"])) ** (r + row["frequency"])
    assert found["chance_of_silence"].iloc[0] == pytest.approx(by_hand, rel=1e-12)
    assert found["chance_of_silence"].le(0.05).all()


def test_values_are_the_models_and_the_list_is_in_order(warned, sample_model, sample_spend):
    today, found = warned
    terms = {name: value for name, value in TERMS.items() if name != "within"}
    value = clvlab.customer_lifetime_value(today, sample_model, sample_spend, **terms)
    assert found["value_now"].to_numpy() == pytest.approx(value[found.index].to_numpy(), rel=1e-9)
    assert found["value_at_risk"].is_monotonic_decreasing
    assert found["value_at_risk"].gt(0).all()


def test_frequent_buyers_are_missed_sooner(sample_model, sample_spend):
    start = date(2024, 1, 1)
    rows = [("often", start + timedelta(days=7 * k), 20.0) for k in range(30)]
    rows += [("rarely", start + timedelta(days=70 * k), 20.0) for k in range(4)]
    rows += [("once", start, 20.0)]
    log = load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    today = clvlab.summarize(
        log, calibration_end="2024-10-27", observed_until="2024-10-27", unit="week"
    )
    found = early_warnings(today, sample_model, sample_spend, **TERMS)
    assert found.index.tolist() == ["often"]
    assert (
        found["reason"]
        .iloc[0]
        .startswith(
            "Bought every 7 days on average and has been silent for 97: of active customers"
        )
    )


def test_margins_of_customers_count(warned, sample_log, sample_model, sample_spend):
    today, found = warned
    margins = pd.Series(0.3, index=today.table.index)
    margins[found.index[0]] = 0.6
    other = early_warnings(today, sample_model, sample_spend, **{**TERMS, "margin_rate": margins})
    first = found.index[0]
    assert other.loc[first, "value_now"] == pytest.approx(2 * found.loc[first, "value_now"])


def test_a_share_is_needed(warned, sample_model, sample_spend):
    with pytest.raises(InputError, match="'unusual' must be above 0 and below 1"):
        early_warnings(warned[0], sample_model, sample_spend, **TERMS, unusual=5)


def test_silence_that_has_long_been_unusual_is_no_early_warning(warned, sample_model, sample_spend):
    today, everybody = warned
    found = early_warnings(today, sample_model, sample_spend, **{**TERMS, "within": "13 weeks"})
    assert 0 < len(found) < len(everybody)
    pd.testing.assert_frame_equal(found, everybody.loc[found.index])
    r, alpha, _, _ = sample_model.params_
    rows = today.to_frame("week").loc[everybody.index]
    earlier = (rows["T"] - 13).clip(lower=rows["recency"])
    chance = ((alpha + rows["recency"]) / (alpha + earlier)) ** (r + rows["frequency"])
    assert set(found.index) == set(chance.index[chance > 0.05])
