"""Contracts: censoring by hand, curves and regression on the Telco sample, and refusals."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clvlab import churn
from clvlab.errors import InputError, NotFittedError
from clvlab.lifecycle import kaplan_meier

TELCO = Path(os.environ.get("CLVLAB_DATA_DIR", "")) / "telco_churn"
MADE = pd.DataFrame(
    {
        "customer_id": list("abcde"),
        "start": ["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-05", "2024-01-10"],
        "end": ["2024-02-20", "2024-03-02", None, None, "2024-03-04"],
    }
)


@pytest.fixture(scope="module")
def telco():
    files = sorted(TELCO.glob("*.csv*")) if os.environ.get("CLVLAB_DATA_DIR") else []
    if not files:
        pytest.skip("the shared data are missing: CLVLAB_DATA_DIR names no telco_churn")
    table = pd.read_csv(files[0])
    return table.assign(ended=table["Churn"] == "Yes")


def test_what_runs_on_the_last_day_is_censored():
    found = churn.contract_durations(MADE, date(2024, 3, 3))
    assert found.loc["a"].tolist() == [50, True]
    assert found.loc["b"].tolist() == [61, True]
    assert found.loc["c"].tolist() == [31, False]
    assert found.loc["e"].tolist() == [53, False]
    assert "d" not in found.index


def test_labels_of_running_contracts():
    view = churn.Snapshot(date(2024, 2, 20), 10, gap_days=2)
    # a ends on the day of the snapshot; the window reaches from 02-23 to 03-03.
    assert churn.label_contracts(MADE, view, date(2024, 4, 1)).to_dict() == {
        "b": True,
        "c": False,
        "e": False,
    }


def test_the_curve_of_telco(telco):
    curve = churn.survival_curve(telco["tenure"], telco["ended"])
    found = [round(churn.survival_at(curve, months), 4) for months in (12, 24, 60)]
    assert found == [0.8432, 0.7887, 0.6644]
    inside = curve.dropna()
    assert (inside["lower"] < inside["survival"]).all()
    assert (inside["survival"] < inside["upper"]).all()


def test_limits_are_those_of_the_other_curve(telco):
    ours = churn.survival_curve(telco["tenure"], telco["ended"])
    theirs = kaplan_meier(telco["tenure"], telco["ended"])
    np.testing.assert_allclose(ours["survival"], 1 - theirs["share"])
    np.testing.assert_allclose(ours["lower"], 1 - theirs["upper"], rtol=1e-9)
    np.testing.assert_allclose(ours["upper"], 1 - theirs["lower"], rtol=1e-9)


def test_contracts_by_length_leave_at_different_rates(telco):
    curves = churn.survival_curve(telco["tenure"], telco["ended"], by=telco["Contract"])
    at = {name: churn.survival_at(own, 24) for name, own in curves.groupby("group")}
    assert at["Two year"] > at["One year"] > at["Month-to-month"]


def test_the_hazard_of_telco_and_its_probabilities(telco):
    columns = pd.DataFrame(
        {
            "month_to_month": (telco["Contract"] == "Month-to-month").astype(float),
            "monthly": telco["MonthlyCharges"],
        }
    )
    model = churn.CoxChurn().fit(columns, telco["tenure"], telco["ended"])
    row = model.hazard_ratios_.loc["month_to_month"]
    assert row["lower"] > 5
    young = churn.survival_curve(telco["tenure"], telco["ended"])
    given = model.churn_probability(columns, 0, 12)
    assert given.between(0, 1).all()
    assert given.mean() == pytest.approx(1 - churn.survival_at(young, 12), abs=0.03)
    assert (model.churn_probability(columns, telco["tenure"], 0) == 0).all()


def test_the_regression_finds_the_truth(rng):
    n = 4000
    x = pd.DataFrame({"risk": rng.normal(size=n)})
    life = rng.exponential(1 / (0.05 * np.exp(0.7 * x["risk"])))
    seen = rng.uniform(5, 40, n)
    days, ended = pd.Series(np.minimum(life, seen)), pd.Series(life <= seen)
    model = churn.CoxChurn(interval=0.999).fit(x, days, ended)
    row = model.hazard_ratios_.loc["risk"]
    assert row["lower"] < np.exp(0.7) < row["upper"]
    given = model.churn_probability(pd.DataFrame({"risk": [0.0]}), 3.0, 10.0)
    assert given.iloc[0] == pytest.approx(1 - np.exp(-0.5), abs=0.03)


def test_what_is_no_contract_is_refused():
    with pytest.raises(InputError, match="column 'end' must be there"):
        churn.contract_durations(MADE.drop(columns="end"), date(2024, 3, 3))
    with pytest.raises(InputError, match="column 'end' can't lie before the start; 1 rows do"):
        churn.contract_durations(MADE.assign(end="2024-03-01"), date(2024, 3, 3))
    with pytest.raises(InputError, match="durations must be at least 0; 1 of 2 are negative"):
        churn.survival_curve(pd.Series([1, -1]), pd.Series([True, False]))
    with pytest.raises(InputError, match="must end by the last day seen"):
        churn.label_contracts(MADE, churn.Snapshot(date(2024, 3, 1), 10), date(2024, 3, 3))
    with pytest.raises(InputError, match="'x' must hold finite numbers; 1 rows do not"):
        churn.CoxChurn().fit(
            pd.DataFrame({"x": [1.0, np.nan]}), pd.Series([1, 2]), pd.Series([True, True])
        )
    with pytest.raises(NotFittedError):
        churn.CoxChurn().churn_probability(pd.DataFrame({"x": [1.0]}), 0, 1)
