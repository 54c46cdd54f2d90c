"""Values of stages: methods, sums, and limits that are those of simulated futures."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError
from clvlab.lifecycle import stage_value
from clvlab.lifecycle.early_warning import early_warnings
from clvlab.lifecycle.replay import replay_stages
from clvlab.lifecycle.stage_value import OpenLeads, revenue_ahead, stage_values, sums_ahead
from clvlab.lifecycle.value_at_risk import value_at_risk_limits

TERMS = {"horizon": "52 weeks", "annual_discount_rate": 0.1, "margin_rate": 0.3}
DRAWS = 400


@pytest.fixture(scope="module")
def study(sample):
    return clvlab.fit_study(sample, n_draws=DRAWS, seed=1)


@pytest.fixture(scope="module")
def stage(sample_log, study):
    as_of = date(1997, 9, 30)
    return replay_stages(sample_log, "acquaintance", study.model, as_of=as_of).current()


@pytest.fixture(scope="module")
def values(study, sample, stage):
    return stage_values(study, sample, stage, **TERMS)


def test_stages_add_up_to_the_base(values, study, sample):
    clv = clvlab.customer_lifetime_value(sample, study.model, study.spend, **TERMS)
    assert values.customers["value"].sum() == pytest.approx(clv.sum(), rel=1e-12)
    assert values.stages["value"].sum() == pytest.approx(clv.sum(), rel=1e-12)
    assert values.stages["customers"].sum() == len(clv)


def test_each_stage_is_valued_by_its_method(values, study, sample):
    clv = clvlab.customer_lifetime_value(sample, study.model, study.spend, **TERMS)
    table = values.customers
    own = table["method"] == "own history"
    assert own.any()
    pd.testing.assert_series_equal(table.loc[own, "value"], clv[own], check_names=False)
    new = pd.Series("new", index=sample.table.index).astype("category")
    table = stage_values(study, sample, new, **TERMS).customers
    assert set(table["method"]) == {"cohort prior"}
    month = sample.table["first_purchase"].dt.to_period("M")
    means = clv.groupby(month).transform("mean")
    assert table["value"].to_numpy() == pytest.approx(means.to_numpy())


def test_who_has_not_bought_is_unobserved_without_leads(values):
    row = values.stages.loc["potential"]
    assert row["method"] == "unobserved: needs the table leads"
    assert row.drop("method").isna().all()


def test_leads_are_worth_their_conversions_times_a_new_customer(study, sample, stage):
    table = stage_values(study, sample, stage, **TERMS, leads=OpenLeads(200, 99, 24)).stages
    row = table.loc["potential"]
    new = study.new_customer(**TERMS).loc["value", "estimate"]
    assert row["value"] == pytest.approx(200 * 24.5 / 100 * new, rel=1e-9)
    assert row["value_lower"] < row["value"] < row["value_upper"]
    assert row["method"] == "conversion x new customer"


def test_limits_are_those_of_simulated_futures(values, study, sample, stage):
    full = study.groups(sample, stage.astype(str), **TERMS)
    table = values.stages.loc[full.index]
    width = full["clv_predictive_upper"] - full["clv_predictive_lower"]
    for side in ("lower", "upper"):
        off = (table[f"value_{side}"] - full[f"clv_predictive_{side}"]).abs() / width
        # two sets of draws' own errors: the 5 % point of 400 draws has one of 3 % of the width
        assert (off < 0.15).all(), off


def test_customers_drawn_for_a_large_group_stand_for_all(study, sample, monkeypatch):
    everybody = pd.Series("total", index=sample.table.index)
    _, whole = sums_ahead(study, sample, everybody, **TERMS)
    monkeypatch.setattr(stage_value, "LARGEST", 800)
    _, part = sums_ahead(study, sample, everybody, **TERMS)
    assert part.loc["total", "value"] == whole.loc["total", "value"]
    width = whole["value_upper"] - whole["value_lower"]
    for side in ("value_lower", "value_upper"):
        assert ((part[side] - whole[side]).abs() / width < 0.2).all()


def test_revenue_ahead_is_the_forecast_of_the_months(study, sample):
    found = revenue_ahead(study, sample, months=12)
    total = study.by_month(sample, months=12).total
    assert found["revenue"] == pytest.approx(total["revenue"], rel=1e-6)
    width = total["revenue_predictive_upper"] - total["revenue_predictive_lower"]
    for side in ("lower", "upper"):
        name = f"revenue_predictive_{side}"
        assert abs(found[name] - total[name]) < 0.15 * width


def test_limits_of_the_value_at_risk_are_around_it(study, sample):
    warned = early_warnings(sample, study.model, study.spend, **TERMS)
    found = value_at_risk_limits(study, sample, warned, **TERMS)
    lower, upper = (found.customers[f"value_at_risk_{side}"] for side in ("lower", "upper"))
    at_risk = warned["value_at_risk"]
    assert (lower.le(at_risk) & upper.ge(at_risk)).mean() > 0.95
    assert found.total_lower < at_risk.sum() < found.total_upper
    # What is shared by all does not cancel, and what is not is not added up.
    assert found.total_upper - found.total_lower <= (upper - lower).sum() * (1 + 1e-12)


def test_limits_of_one_draw_are_the_value_under_it(study, sample):
    warned = early_warnings(sample, study.model, study.spend, **TERMS)
    own = np.array([list(study.model.params_)]), np.array([list(study.spend.params_)])
    one = replace(study, transaction_draws=own[0], spend_draws=own[1])
    found = value_at_risk_limits(one, sample, warned, **TERMS)
    expected = warned["value_at_risk"].to_numpy()
    assert found.customers["value_at_risk_lower"].to_numpy() == pytest.approx(expected, rel=1e-6)
    assert found.total_upper == pytest.approx(expected.sum(), rel=1e-6)


def test_no_warnings_put_nothing_at_risk(study, sample):
    none = early_warnings(sample, study.model, study.spend, **TERMS).iloc[:0]
    found = value_at_risk_limits(study, sample, none, **TERMS)
    assert (len(found.customers), found.total_lower, found.total_upper) == (0, 0.0, 0.0)


def test_messages(study, sample, stage):
    with pytest.raises(InputError, match="must name one for every customer"):
        stage_values(study, sample, stage.iloc[1:], **TERMS)
    with pytest.raises(InputError, match="must be counts, with converted at most ended"):
        OpenLeads(5, 2, 3)
    own = pd.Series(0.3, index=sample.table.index)
    with pytest.raises(InputError, match="must be one number for all where leads are valued"):
        stage_values(
            study, sample, stage, **{**TERMS, "margin_rate": own}, leads=OpenLeads(5, 3, 2)
        )
