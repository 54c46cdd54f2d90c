"""Maxima of data that other software ships: CDNOW rounded to two decimals, and apparel."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import clvlab
from clvlab.models.study.lifetimes_conversion import undisturbed


@pytest.fixture(scope="module")
def rounded():
    """The CDNOW sample as lifetimes ships it, in weeks with two decimals."""
    with undisturbed():
        from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value

        return load_cdnow_summary_data_with_monetary_value()


@pytest.mark.parametrize(
    ("model_type", "log_likelihood", "parameters"),
    [
        (clvlab.BetaGeoModel, -9582.425561, [0.2425929, 4.4135316, 0.7928861, 2.4257534]),
        (clvlab.ModifiedBetaGeoModel, -9582.132685, None),
        (clvlab.ParetoNBDModel, -9594.973930, None),
    ],
)
def test_rounded_weeks_have_a_maximum_of_their_own(rounded, model_type, log_likelihood, parameters):
    model = model_type().fit(rounded, unit="week")
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=1e-5)
    if parameters is not None:
        assert_allclose(model.params_, parameters, rtol=1e-5)


def test_rounded_amounts_have_a_maximum_of_their_own(rounded):
    model = clvlab.GammaGammaModel().fit(rounded)
    assert model.log_likelihood_ == pytest.approx(-4055.923244, abs=1e-5)
    assert_allclose(model.params_, [6.2488025, 3.7445885, 15.4477480], rtol=1e-5)


@pytest.fixture(scope="module")
def apparel():
    """The 600 customers of CLVTools, split after 104 weeks."""
    folder = os.environ.get("CLVLAB_DATA_DIR")
    if not folder or not (Path(folder) / "apparel").is_dir():
        pytest.skip("the apparel data are not in CLVLAB_DATA_DIR")
    log = pd.read_csv(Path(folder) / "apparel" / "apparelTrans.csv", dtype={"Id": str})
    columns = {"customer_id": "Id", "date": "Date", "amount": "Price"}
    loaded = clvlab.load_transactions(log, columns=columns, zero_amounts="keep")
    return clvlab.summarize(loaded, calibration_end="2006-12-31", unit="week")


def test_pareto_nbd_of_the_apparel_customers(apparel):
    model = clvlab.ParetoNBDModel().fit(apparel)
    assert model.log_likelihood_ == pytest.approx(-5848.097827, abs=1e-5)
    assert_allclose(model.params_, [1.4489391, 48.6348814, 0.5612510, 46.8821093], rtol=1e-5)
    published = [0.2434282, 7.4891816, 0.2710479, 35.6114114]
    errors = model.parameter_table()["standard_error"]
    assert_allclose(errors, published, rtol=2e-3)


def test_bgnbd_of_the_apparel_customers(apparel):
    model = clvlab.BetaGeoModel().fit(apparel)
    assert model.log_likelihood_ == pytest.approx(-5857.019749, abs=1e-5)
    assert_allclose(model.params_, [0.6073113, 20.9567540, 1.2755614, 8.8609490], rtol=1e-5)


def test_gamma_gamma_of_the_apparel_customers(apparel):
    model = clvlab.GammaGammaModel().fit(apparel)
    assert model.log_likelihood_ == pytest.approx(-1670.663044, abs=1e-5)
    assert_allclose(model.params_, [3.0990386, 5.6536930, 56.5041877], rtol=1e-5)


def test_the_walkthrough_of_bgnbd(sample):
    """Published digits, at the parameters that its search stopped at."""
    stopped = clvlab.BetaGeoModel().evaluate([0.2425967, 4.413659, 0.7929869, 2.426164], sample)
    assert stopped.expected_purchases_new_customer(52) == pytest.approx(1.444004, abs=1e-6)
    x = np.array([10.0, 15.0, 20.0, 25.0])
    silent = pd.DataFrame({"frequency": x, "recency": 20.0, "T": 39.0})
    expected = stopped.expected_purchases(silent, horizon=52, unit="week")
    assert_allclose(expected, [0.3474606, 0.04283391, 0.004158973, 0.0003583685], rtol=1e-5)
    one = pd.DataFrame({"frequency": [26], "recency": [30.857142857142858], "T": [31.0]})
    again = stopped.expected_purchases(one, horizon=52, unit="week").iloc[0]
    assert again == pytest.approx(25.75659, abs=2e-5)
    assert stopped.probability_alive(one, unit="week").iloc[0] == pytest.approx(0.9688523, abs=1e-6)
