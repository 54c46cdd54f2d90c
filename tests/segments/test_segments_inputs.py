"""Every refusal names what it is about, the rule, what arrived and what to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.segments import (
    Outcomes,
    Records,
    abc,
    agreement,
    allocate_budget,
    behaviour_in,
    by_column,
    by_function,
    by_nature,
    compare_segments,
    composition,
    cut_customers,
    loyalty_by_volume,
    main_ordinary_scattered,
    models_by_segment,
    outcomes_in,
    promotion_by_segment,
    rfm_scores,
    segmentation_of,
    service_by_segment,
    stress_test,
)
from clvlab.summary.period import Period

VALUES = pd.Series([3.0, 2.0, 1.0], index=list("abc"))
YEAR = Period.of("2024-01-01", "2024-12-31")


@pytest.fixture
def base(make_base):
    return make_base(np.random.default_rng(1), (40, 30))


def refused(match):
    return pytest.raises(InputError, match=match)


def test_a_circular_comparison_is_refused_and_says_what_to_do(base):
    cut, outcomes = base
    same = Outcomes(cut.cut_in, outcomes.metrics, outcomes.kinds, {})
    with refused("can't be compared in days that made them") as error:
        compare_segments(cut, same)
    said = str(error.value)
    assert "they were cut in 2023-01-01 to 2023-06-30" in said
    assert "Compare them from 2023-07-01 on, or pass allow_circular=True" in said


def test_a_period_that_overlaps_or_comes_before_is_refused(base):
    cut, outcomes = base
    for first, last in (("2023-06-30", "2023-12-31"), ("2022-01-01", "2022-12-31")):
        other = Outcomes(Period.of(first, last), outcomes.metrics, outcomes.kinds, {})
        with refused("days that made them"):
            compare_segments(cut, other)


def test_segments_must_be_two_and_large_enough(base):
    with refused("must be two or more; 1 of 2 have 35 customers or more.*lower 'fewest'"):
        compare_segments(*base, fewest=35)
    with refused("'fewest' must be at least 2; got 1"):
        compare_segments(*base, fewest=1)


def test_resamples_must_reach_the_level(base):
    with refused("must be at least 60 for 3 metrics to reach the level 0.05; got 59"):
        compare_segments(*base, resamples=59)
    with refused("parameter 'interval' must be above 0 and below 1; got 90"):
        compare_segments(*base, interval=90)


def test_outcomes_must_be_known(base):
    cut, outcomes = base
    nothing = replace(outcomes, metrics=outcomes.metrics * np.nan)
    with refused("the outcomes must be known of two segments or more"):
        compare_segments(cut, nothing)


def test_the_days_compared_must_have_been_seen(sample_log):
    period = Period.of("1998-01-01", "1998-12-31")
    with refused("seen to its end.*it ends 1998-12-31, and the last day seen is 1998-06-30"):
        outcomes_in(sample_log, period, pd.Index(["0004"]))


@pytest.mark.parametrize("cuts", [(0.95, 0.8), (0.0, 0.5), (0.5, 1.0), ()])
def test_cuts_must_rise_between_zero_and_one(cuts):
    with refused("parameter 'cuts' must rise, each above 0 and below 1"):
        abc(VALUES, cuts, cut_in=None)


def test_values_to_rank_must_be_finite_and_some_positive():
    with refused("the values must be finite numbers; 1 of 3 are not"):
        abc(VALUES.where(VALUES != 2), cut_in=None)
    with refused("none of 3 customers has one. Left out are customers with no positive amount"):
        abc(VALUES * 0, cut_in=None)


def test_labels_need_rules_and_customers_are_there_once():
    with refused("the labels must each have a rule; 'b' has none"):
        segmentation_of(pd.Series(["b"]), scheme="x", rules={"a": ""}, cut_in=None)
    twice = pd.Series(["a", "a"], index=[1, 1])
    with refused("must have each customer once; 1 stand there again"):
        segmentation_of(twice, scheme="x", rules={"a": ""}, cut_in=None)


def test_schemes_say_what_is_wrong_with_their_parameters():
    behaviour = pd.DataFrame({"tenure_days": [1], "amount": [1.0]}, index=["a"])
    with refused("parameter 'large' must be above 0 and below 1; got 1"):
        main_ordinary_scattered(behaviour, long_days=1, large=1, cut_in=None)
    with refused("got 'regon'. Did you mean 'region'?"):
        by_column(pd.DataFrame({"region": ["x"]}), "regon", cut_in=None)
    with refused("the nature 'school' must have a meaning"):
        by_nature(pd.Series(["school"]), {})
    with refused("the meaning of 'x' must be one of government.*got 'goverment'"):
        by_nature(pd.Series(["x"]), {"x": "goverment"})
    with refused("the function must give a series with the ids"):
        by_function(behaviour, len, {}, scheme="x", cut_in=None)
    with refused("parameter 'volume_cut' must be above 0 and below 1; got 50"):
        loyalty_by_volume(VALUES, VALUES, volume_cut=50, cut_in=None)
    with refused("volume and loyalty must have the same ids"):
        loyalty_by_volume(VALUES, VALUES.iloc[::-1], cut_in=None)
    with refused("parameter 'groups' must be at least 2"):
        rfm_scores(behaviour, 1)


def test_a_report_is_told_which_schemes_and_columns_there_are(sample_log):
    nobody = pd.DataFrame(index=pd.Index([], name="customer_id"))
    records = Records(sample_log, nobody, sample_log.table)
    period = Period.of("1997-01-01", "1997-09-30")
    with refused("parameter 'scheme' must be known; got 'abcd'. Did you mean 'abc'?"):
        cut_customers(records, period, "abcd")
    with refused("the scheme 'column' needs the table customers; there is none. Choose a scheme"):
        cut_customers(records, period, "column", column="age")
    with refused("parameter 'basis' must be one of orders, amount"):
        cut_customers(records, period, "abc", basis="margin")
    with refused("the log must hold purchases by the period's end; none up to 1990-01-01"):
        behaviour_in(sample_log, Period.of("1989-01-01", "1990-01-01"))


def test_a_split_needs_an_axis_and_purchases():
    lines = pd.DataFrame(
        {"customer_id": [1], "date": [pd.Timestamp("2020-01-01")], "amount": [1.0], "region": "x"}
    )
    with refused("parameter 'axis' must be a column of the purchases; got 'channel'"):
        composition(lines, "channel")
    with refused("the composition must have purchases to split; none in 2024-01-01"):
        composition(lines, "region", YEAR)


def test_a_stress_test_needs_probabilities_of_the_same_customers():
    with refused("parameter 'churn' must hold probabilities from 0 to 1; 1 of 3 are not"):
        stress_test(VALUES, pd.Series([0.1, 0.2, 1.2], index=VALUES.index))
    with refused("values and churn must have the same ids"):
        stress_test(VALUES, VALUES.iloc[::-1] / 10)
    with refused("parameter 'correlation' must be from 0 to below 1; got 1"):
        stress_test(VALUES, VALUES / 10, correlation=1)
    with refused("parameter 'values' must be finite and not negative; 1 of 3 are not"):
        stress_test(VALUES - 2, VALUES / 10)


def test_a_budget_needs_something_to_save():
    table = pd.DataFrame({"customers": [1], "clv": [-1.0]}, index=["A"])
    with refused("the segments must have a value to be saved") as error:
        allocate_budget(table, budget=0.0, reachable=2.0, saturation=1.0)
    said = str(error.value)
    assert "parameter 'budget' must be above 0; got 0.0" in said
    assert "parameter 'reachable' must be a share, at most 1; got 2.0" in said


def test_effort_discounts_and_models_need_their_data(base, sample):
    cut, _ = base
    costs = pd.DataFrame(
        {"customer_id": [1], "date": [pd.Timestamp("2020-01-01")], "amount": [1.0]}
    )
    worth = pd.Series(1.0, cut.labels.index)
    with refused("nothing falls on these customers in 2024-01-01"):
        service_by_segment(cut, worth, costs, YEAR)
    with refused("parameter 'measure' must be one of customer_id, date, amount; got 'hours'"):
        service_by_segment(cut, worth, costs, YEAR, measure="hours")
    with refused("parameter 'forms' must be a column of the lines; got 'coupon'"):
        promotion_by_segment(cut, costs, ["coupon"], YEAR)
    with refused("the segments must be two or more with 20 customers; 0 are"):
        models_by_segment(sample, cut)
    other = segmentation_of(pd.Series(["a"], ["x"]), scheme="x", rules={"a": ""}, cut_in=None)
    with refused("the two segmentations must have customers in common"):
        agreement(cut, other)
