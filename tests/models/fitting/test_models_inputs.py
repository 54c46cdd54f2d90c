"""What the models can't work with is refused in words: column or parameter, rows, rule, remedy."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError, NotFittedError

GOOD = pd.DataFrame(
    {
        "frequency": [2, 0, 1],
        "recency": [30.0, 0.0, 10.0],
        "T": [38.0, 38.0, 20.0],
        "monetary_value": [22.0, 0.0, 15.0],
    }
)


def fit_message(frame, **options):
    with pytest.raises(InputError) as caught:
        clvlab.BetaGeoModel().fit(frame, **{"unit": "week", **options})
    return str(caught.value)


def spend_message(frame):
    with pytest.raises(InputError) as caught:
        clvlab.GammaGammaModel().fit(frame)
    return str(caught.value)


def test_a_frame_without_its_unit():
    assert fit_message(GOOD, unit=None) == (
        "a plain table of customers must come with the unit of its times; got none. "
        'Pass unit="week" (or day, month, year), or a CustomerSummary, which knows it.'
    )


def test_an_unknown_unit():
    assert fit_message(GOOD, unit="quarters").startswith("parameter 'unit' must be a unit of time")


def test_a_unit_that_contradicts_the_summary(sample):
    assert fit_message(sample, unit="day") == (
        "parameter 'unit' can't differ from the summary's own, week; got 'day'. "
        "Leave it out: a summary carries its unit."
    )


def test_the_summarys_own_unit_is_no_contradiction(sample, sample_model):
    assert clvlab.BetaGeoModel().fit(sample, unit="weeks").params_ == sample_model.params_


def test_missing_columns_are_named_with_those_that_are_there():
    assert fit_message(GOOD.drop(columns=["T", "recency"])) == (
        "the table of customers must have the columns frequency, recency, T; missing are recency, "
        "T. Its columns are: frequency, monetary_value."
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "many", None])
@pytest.mark.parametrize("column", ["frequency", "recency", "T"])
def test_what_is_no_finite_number_is_named_with_its_row(column, value):
    frame = GOOD.astype(object)
    frame.loc[2, column] = value
    assert fit_message(frame) == (
        f"column '{column}' must hold finite numbers; 1 of 3 rows do not: row 2."
    )


def test_fractions_of_purchases():
    assert fit_message(GOOD.assign(frequency=[2.5, 0, 1])) == (
        "column 'frequency' must hold whole numbers of repeat purchases; 1 of 3 rows do not: row 0."
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"frequency": [-1, 0, 1]}, "column 'frequency' can't be negative; 1 of 3 rows"),
        ({"recency": [30, -1, 10]}, "column 'recency' can't be negative; 1 of 3 rows"),
        ({"recency": [39, 0, 10]}, "column 'recency' can't exceed T; 1 of 3 rows"),
        ({"recency": [30, 5, 10]}, "must be 0 where there is no repeat purchase; 1 of 3 rows"),
        ({"recency": [0, 0, 10]}, "must be above 0 where there are repeat purchases; 1 of 3 rows"),
    ],
)
def test_impossible_histories_are_named_with_their_rows(change, expected):
    text = fit_message(GOOD.assign(**change))
    assert expected in text
    assert "rows break this: row" in text


def test_all_broken_rules_are_said_together():
    text = fit_message(GOOD.assign(frequency=[-1, 0, 1], recency=[30, 5, 25]))
    assert len(text.splitlines()) == 3


def test_an_empty_table():
    assert fit_message(GOOD.iloc[:0]) == (
        "the table of customers must hold at least one customer; it is empty."
    )


def test_nobody_bought_twice():
    assert fit_message(GOOD.assign(frequency=0, recency=0.0)) == (
        "the customers to fit a BG/NBD model to must include some with repeat purchases; nobody "
        "of 3 customers bought twice. Observe for longer, or check that customer ids are the same "
        "across purchases."
    )


def test_nobody_has_a_complete_history(sample_log):
    summary = clvlab.summarize(sample_log, calibration_end="1997-09-30", burn_in="26 weeks")
    with pytest.raises(InputError) as caught:
        clvlab.BetaGeoModel().fit(summary)
    assert str(caught.value) == (
        "the customers to fit to must include some whose history is complete; all 2,357 were "
        "customers before the log or its burn-in ended. Choose a shorter burn_in, or observe for "
        "longer."
    )


def test_spend_of_nobody_who_bought_twice():
    assert spend_message(GOOD.assign(frequency=0)) == (
        "column 'frequency' must show at least one customer with a repeat purchase of a positive "
        "amount; nobody bought twice. Spend per purchase can't be modelled from first purchases "
        "alone."
    )


def test_repeat_purchases_of_nothing():
    assert "all repeat purchases amount to zero" in spend_message(GOOD.assign(monetary_value=0.0))


def test_negative_spend():
    assert spend_message(GOOD.assign(monetary_value=[-1.0, 0, 15])) == (
        "column 'monetary_value' can't be negative; 1 of 3 rows break this: row 0. "
        "Net returns against purchases when loading the log."
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "much"])
def test_spend_that_is_no_finite_amount(value):
    frame = GOOD.astype({"monetary_value": object})
    frame.loc[2, "monetary_value"] = value
    assert spend_message(frame).startswith(
        "column 'monetary_value' must hold finite amounts where there are repeat purchases; "
        "1 of 3 rows break this: row 2."
    )


def test_spend_without_its_columns():
    text = spend_message(GOOD.drop(columns="monetary_value"))
    assert "missing are monetary_value." in text


def test_predictions_of_spend_refuse_what_fitting_refuses(sample_spend):
    with pytest.raises(InputError, match=r"1 of 3 rows do not: row 0"):
        sample_spend.expected_spend(GOOD.assign(frequency=[1.5, 0, 1]))
    with pytest.raises(InputError, match=r"must hold finite amounts"):
        sample_spend.expected_spend(GOOD.assign(monetary_value=[float("nan"), 0, 15]))


@pytest.mark.parametrize("ask", ["probability_alive", "draw_parameters", "parameter_table", "aic_"])
def test_a_model_answers_only_after_its_fit(sample, ask):
    calls = {
        "probability_alive": lambda model: model.probability_alive(sample),
        "draw_parameters": lambda model: model.draw_parameters(5, 1),
        "parameter_table": lambda model: model.parameter_table(),
        "aic_": lambda model: model.aic_,
    }
    with pytest.raises(NotFittedError) as caught:
        calls[ask](clvlab.BetaGeoModel())
    assert str(caught.value) == "this BetaGeoModel is not fitted yet; call fit(summary) first"


def test_a_spend_model_answers_only_after_its_fit(sample):
    with pytest.raises(NotFittedError, match="this GammaGammaModel is not fitted yet"):
        clvlab.GammaGammaModel().expected_spend(sample)


@pytest.mark.parametrize("interval", [0, 1, 95, -0.5, float("nan"), None, "90%"])
def test_a_coverage_is_a_share(sample_model, interval):
    with pytest.raises(InputError) as caught:
        sample_model.parameter_table(interval)
    assert str(caught.value) == (
        f"parameter 'interval' must be a coverage between 0 and 1; got {interval!r}. "
        "An interval that holds the truth nine times in ten is 0.90."
    )


def test_scores_and_tracking_refuse_the_same_coverage(
    sample_log, sample, sample_model, sample_spend
):
    terms = {"horizon": 52, "annual_discount_rate": 0.1, "margin_rate": 0.3}
    with pytest.raises(InputError, match="parameter 'interval' must be a coverage"):
        clvlab.score_customers(sample, sample_model, sample_spend, interval=90, **terms)
    with pytest.raises(InputError, match="parameter 'interval' must be a coverage"):
        clvlab.track_repeat_purchases(sample_log, sample, sample_model, interval=90)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"margin_rate": 30}, "parameter 'margin_rate' must be a share between 0 and 1; got 30."),
        ({"margin_rate": -0.1}, "parameter 'margin_rate' must be a share between 0 and 1"),
        ({"margin_rate": float("nan")}, "parameter 'margin_rate' must be a share between 0 and 1"),
        ({"margin_rate": "30%"}, "A margin of 30 percent is 0.30; for revenue instead of margin"),
        ({"annual_discount_rate": 10}, "got 10. Ten percent a year is 0.10."),
        ({"horizon": -1}, "parameter 'horizon' must be a finite length of time"),
        ({"horizon": "a year"}, "must be a number, a span with its unit, or a date; got 'a year'"),
        ({"horizon": "1997-01-01"}, "of at least zero; got '1997-01-01'"),
    ],
)
def test_assumptions_that_make_no_sense(sample, sample_model, sample_spend, wrong, expected):
    terms = {"horizon": 52, "annual_discount_rate": 0.1, "margin_rate": 0.3, **wrong}
    for function in (clvlab.customer_lifetime_value, clvlab.score_customers):
        with pytest.raises(InputError) as caught:
            function(sample, sample_model, sample_spend, **terms)
        assert expected in str(caught.value)


@pytest.mark.parametrize("customers", [{"frequency": [1]}, [1, 2], None])
def test_customers_of_another_type(customers):
    for ask in (clvlab.BetaGeoModel().fit, clvlab.GammaGammaModel().fit):
        with pytest.raises(InputError, match="must be a CustomerSummary or a DataFrame; got"):
            ask(customers)
