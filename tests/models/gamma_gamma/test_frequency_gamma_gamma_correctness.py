"""Spend that moves with frequency: the truth found again, and carried into every answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend

TERMS = {"horizon": "26 weeks", "annual_discount_rate": 0.1, "margin_rate": 0.3}
FACTOR = 1.3


@pytest.fixture(scope="module")
def dependent():
    """A base whose buyers spend 30 percent more a purchase when they have twice as many."""
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 6, 0.8, 2.5), spend=(4, 4, 15), unit="week", seed=3,
        acquisition_days=90, observed_days=546,
    )  # fmt: skip
    table = base.log.table
    purchases = table[table["date"] <= "2023-12-31"].groupby("customer_id").size()
    typical = np.exp(np.log(purchases[purchases > 1]).mean())
    own = table["customer_id"].map(purchases).fillna(1)
    factor = np.where(own > 1, FACTOR ** np.log2(own / typical), 1.0)
    log = clvlab.load_transactions(
        table.assign(amount=(table["amount"] * factor).clip(lower=0.01).round(2))
    )
    return clvlab.summarize(log, calibration_end="2023-12-31", holdout_end="2024-06-29")


@pytest.fixture(scope="module")
def spend(dependent):
    return clvlab.FrequencyGammaGammaModel().fit(dependent)


def test_the_truth_is_found_again(spend):
    table = spend.parameter_table()
    truth = {"p": 4, "q": 4, "v": 15, "per_doubling": FACTOR}
    for name, value in truth.items():
        assert table.loc[name, "lower"] < value < table.loc[name, "upper"]
    assert table.loc["per_doubling", "standard_error"] < 0.04
    assert spend.frequency_p_value_ < 1e-6


def test_it_foretells_better_where_spend_depends_on_frequency(dependent):
    table = clvlab.compare_spend_models(dependent)
    plain, knowing = table["log_likelihood"]
    assert knowing > plain + 50
    assert table["difference"].iloc[1] < 0


def test_where_it_does_not_both_say_the_same():
    base = clvlab.simulate_base(
        3000, transaction=(0.6, 6, 0.8, 2.5), spend=(4, 4, 15), unit="week", seed=3,
        acquisition_days=90, observed_days=546,
    )  # fmt: skip
    summary = clvlab.summarize(base.log, calibration_end="2023-12-31", holdout_end="2024-06-29")
    table = clvlab.compare_spend_models(summary)
    assert not clvlab.check_spend_independence(summary).found
    assert abs(table["difference"].iloc[1]) < 3e-4
    assert table["expected"].iloc[1] == pytest.approx(table["expected"].iloc[0], rel=2e-3)


def test_cdnow_is_dependent_and_not_foretold_better(master):
    """The fit gains much and the holdout nothing: why a holdout is asked before it is used."""
    table = clvlab.compare_spend_models(master)
    assert table["log_likelihood"].iloc[1] > table["log_likelihood"].iloc[0] + 100
    assert table["difference"].iloc[1] > 2 * table["standard_error"].iloc[1]


def test_with_a_factor_of_one_it_is_the_plain_model():
    x, m = np.array([0, 1, 5, 40]), np.array([0.0, 12.0, 30.0, 7.0])
    plain = expected_spend((6.25, 3.74, 15.44), x, m)
    np.testing.assert_array_equal(expected_spend((6.25, 3.74, 15.44, 1.0, 3.0), x, m), plain)


def test_expected_spend_follows_each_buyers_own_scale(dependent, spend):
    p, q, v, factor, typical = spend.params_
    some = dependent.table[dependent.table["frequency"] > 0].iloc[:5]
    x, m = some["frequency"].to_numpy(), some["monetary_value"].to_numpy()
    scale = v * factor ** (np.log(1 + x) / np.log(2) - np.log(typical) / np.log(2))
    by_hand = p * (scale + x * m) / (p * x + q - 1)
    found = spend.expected_spend(dependent)
    np.testing.assert_allclose(found[some.index], by_hand, rtol=1e-12)
    nobody = dependent.table.index[dependent.table["frequency"] == 0][0]
    assert found[nobody] == pytest.approx(p * v / (q - 1))
    assert spend.mean_spend() == pytest.approx(p * v / (q - 1))


def test_scores_of_a_study_and_its_files_carry_it(dependent, spend, tmp_path):
    study = clvlab.fit_study(dependent, "bg-nbd", spend=spend, n_draws=200, seed=1)
    assert study.spend_draws.shape == (200, 5)
    factors = study.spend_draws[:, 3]
    assert factors.mean() == pytest.approx(spend.params_.per_doubling, abs=0.01)
    error = spend.parameter_table().loc["per_doubling", "standard_error"]
    assert 0.75 < factors.std() / error < 1.3
    scores = study.scores(dependent, **TERMS)
    direct = clvlab.customer_lifetime_value(dependent, study.model, spend, **TERMS)
    np.testing.assert_allclose(scores.table["clv"], direct, rtol=1e-9)
    total = scores.total
    assert total["clv_predictive_lower"] < total["clv"] < total["clv_predictive_upper"]
    study.save(tmp_path / "study.json")
    again = clvlab.FittedStudy.load(tmp_path / "study.json")
    assert type(again.spend) is clvlab.FrequencyGammaGammaModel
    pd.testing.assert_frame_equal(again.scores(dependent, **TERMS).table, scores.table)


def test_frequent_buyers_gain_and_rare_ones_lose_against_the_plain_model(dependent, spend):
    plain = clvlab.GammaGammaModel().fit(dependent).expected_spend(dependent)
    ratio = spend.expected_spend(dependent) / plain
    x = dependent.table["frequency"]
    assert ratio[x == 1].mean() < 1 < ratio[x > 8].mean()


def test_draws_around_the_maximum_have_all_parameters(spend):
    draws = spend.draw_parameters(2000, 1)
    assert draws.shape == (2000, 5)
    assert np.log(draws[:, 3]).std() == pytest.approx(
        spend.parameter_table().loc["per_doubling", "standard_error"] / spend.params_.per_doubling,
        rel=0.1,
    )


def test_what_it_can_not_be_fitted_to(five_customers):
    with pytest.raises(InputError, match="must include 10 repeat buyers who bought unequally"):
        clvlab.FrequencyGammaGammaModel().fit(five_customers)
    with pytest.raises(InputError, match=r"the parameters must be fitted.*Use fit\(summary\)"):
        clvlab.FrequencyGammaGammaModel().evaluate((1, 2, 3, 1, 2), five_customers)
