"""The BG/NBD model against published estimates and predictions for CDNOW.

Fader, Hardie and Lee (2005) and the BTYD walkthrough publish rounded digits; the full ones were
found by two independent optimizers on exact day counts.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from clvlab.models.bgnbd.formulas import (
    expected_purchases,
    expected_purchases_new_customer,
    probability_alive,
    probability_purchase,
)
from clvlab.models.bgnbd.likelihood import BetaGeoParameters, log_likelihood
from clvlab.models.customers.histories import histories_of

MAXIMUM = BetaGeoParameters(0.2425945, 4.4136020, 0.7929220, 2.4259068)


def test_the_sample_has_the_published_counts(sample):
    assert (len(sample), sample.repeat_purchases, sample.repeaters) == (2357, 2457, 946)
    assert int(sample.table["holdout_frequency"].sum()) == 1882


def test_the_master_has_the_published_counts(master):
    assert (len(master), master.repeat_purchases, master.repeaters) == (23570, 24337, 9451)


def test_the_fit_of_the_sample_reaches_the_published_maximum(sample_model):
    assert_allclose(sample_model.params_, MAXIMUM, rtol=1e-5)
    assert sample_model.log_likelihood_ == pytest.approx(-9582.429207, abs=1e-5)
    errors = sample_model.parameter_table()["standard_error"]
    assert_allclose(errors, [0.01256, 0.37822, 0.18573, 0.70541], rtol=1e-3)
    assert sample_model.converged_
    assert sample_model.diagnosis_ == []


def test_the_fit_of_the_master_reaches_the_known_maximum(master):
    import clvlab

    model = clvlab.BetaGeoModel().fit(master)
    assert_allclose(model.params_, [0.2516240, 4.7889430, 0.7234336, 2.1610884], rtol=1e-5)
    assert model.log_likelihood_ == pytest.approx(-95368.443933, abs=1e-5)


def test_the_published_parameters_have_the_published_log_likelihood(sample):
    published = BetaGeoParameters(0.2425967, 4.413659, 0.7929869, 2.426164)
    value, _, _ = log_likelihood(published, histories_of(sample))
    assert value == pytest.approx(-9582.429, abs=1e-3)


def test_single_histories_have_the_likelihood_of_the_published_test_values(five_customers):
    parameters = BetaGeoParameters(0.25, 4.0, 0.8, 2.5)
    rows = five_customers.iloc[:2].assign(frequency=[0, 200], recency=[0.0, 38.0], T=40.0)
    for row, expected in zip(range(2), [-0.5994738182, 100.7956930927], strict=True):
        value, _, _ = log_likelihood(parameters, histories_of(rows.iloc[[row]], "week"))
        assert value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (0.1429, 0.00782),
        (1, 0.05318),
        (3, 0.15063),
        (31.8571, 1.04049),
        (32, 1.04373),
        (78, 1.85796),
        (52, 1.4440123),
    ],
)
def test_expected_purchases_of_a_new_customer(weeks, expected):
    assert float(expected_purchases_new_customer(MAXIMUM, weeks)) == pytest.approx(
        expected, abs=5e-6
    )


def test_a_customer_of_the_paper():
    history = (2, 30.43, 38.86)
    rounded = BetaGeoParameters(0.2426, 4.4135, 0.7929, 2.4258)
    assert float(probability_alive(rounded, *history)) == pytest.approx(0.72661, abs=1e-4)
    assert float(expected_purchases(rounded, *history, 39)) == pytest.approx(1.2259, abs=1e-4)
    assert float(probability_purchase(rounded, *history, 39)) == pytest.approx(0.5546, abs=1e-4)
    assert float(probability_purchase(rounded, 0, 0, 38.86, 39)) == pytest.approx(
        1 - 0.85567, abs=1e-4
    )


def test_customer_1516(sample_model, sample):
    one = sample.table.index.get_loc("1516")
    assert sample_model.expected_purchases(sample, horizon=52).iloc[one] == pytest.approx(
        25.757337, abs=1e-5
    )
    assert sample_model.probability_alive(sample).iloc[one] == pytest.approx(0.9688544, abs=1e-6)


def test_more_purchases_before_the_same_silence_mean_fewer_expected():
    expected = expected_purchases(MAXIMUM, [10, 15, 20, 25], 20, 39, 52)
    assert_allclose(expected, [0.3474838, 0.04283702, 0.004159274, 0.0003583938], rtol=1e-5)


def test_the_holdout_of_the_sample_is_predicted_as_published(sample, sample_model):
    expected = sample_model.expected_purchases(sample, horizon="273 days")
    assert expected.sum() == pytest.approx(1653.409, abs=1e-3)
    assert sample_model.probability_alive(sample).sum() == pytest.approx(1917.3, abs=0.05)
    error = expected - sample.table["holdout_frequency"]
    assert error.abs().mean() == pytest.approx(0.78545, abs=1e-5)
    assert np.sqrt((error**2).mean()) == pytest.approx(1.60798, abs=1e-5)


def test_expectations_by_frequency_are_the_published_ones(sample, sample_model):
    import clvlab

    table = clvlab.check_holdout(sample, sample_model).by_frequency
    published = [0.2250893, 0.5231364, 1.044126, 1.520256, 2.163824, 2.653789, 3.503957, 6.157036]
    assert_allclose(table["expected"], published, rtol=2e-4)
    assert list(table["customers"]) == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert_allclose(
        table["observed"], [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359], atol=5e-4
    )


def test_the_fit_finds_the_parameters_of_a_simulated_base():
    import clvlab

    truth = np.array([0.55, 8.5, 0.8, 2.5])
    base = clvlab.simulate_base(
        30_000, transaction=truth, spend=(6.25, 3.74, 15.44), unit="week", seed=5, observed_days=730
    )
    model = clvlab.BetaGeoModel().fit(clvlab.summarize(base.log, unit="week"))
    table = model.parameter_table(0.999)
    assert (table["lower"] < truth).all()
    assert (truth < table["upper"]).all()


def test_a_simulated_base_does_what_the_model_expects():
    import clvlab

    base = clvlab.simulate_base(
        20_000, transaction=(0.5, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=2,
        observed_days=730,
    )  # fmt: skip
    summary = clvlab.summarize(
        base.log, calibration_end="2023-12-31", holdout_end="2024-12-29", unit="week"
    )
    model = clvlab.BetaGeoModel().fit(summary)
    check = clvlab.check_holdout(summary, model)
    assert abs(check.relative_error) < 0.04
    buys = (summary.table["holdout_frequency"] > 0).mean()
    predicted = model.probability_purchase(summary, horizon="364 days").mean()
    assert predicted == pytest.approx(buys, abs=4 * np.sqrt(buys * (1 - buys) / len(summary)))
