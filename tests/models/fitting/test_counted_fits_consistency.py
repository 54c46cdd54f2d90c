"""Models fitted to counts of a summary on disk are those fitted to the summary."""

from __future__ import annotations

import numpy as np
import pytest

import clvlab

MODELS = (
    clvlab.BetaGeoModel,
    clvlab.ModifiedBetaGeoModel,
    clvlab.ParetoNBDModel,
    clvlab.NBDModel,
)


@pytest.fixture(scope="module")
def counted(summary_on_disk):
    return clvlab.count_summary(summary_on_disk)


@pytest.mark.parametrize("model", MODELS)
def test_a_fit_to_counts_is_the_fit_to_the_summary(model, simulated_summary, counted):
    whole, few = model().fit(simulated_summary), model().fit(counted)
    assert few.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-9)
    np.testing.assert_allclose(few.params_, whole.params_, rtol=1e-12)
    np.testing.assert_allclose(few.covariance_, whole.covariance_, rtol=1e-9)
    assert (few.n_customers_, few.n_excluded_) == (whole.n_customers_, whole.n_excluded_)
    assert few.fingerprint_ == whole.fingerprint_
    assert few.diagnosis_ == whole.diagnosis_


def test_parameters_are_judged_alike_on_both(simulated_summary, counted):
    here = (0.5, 6.0, 0.9, 2.0)
    whole = clvlab.BetaGeoModel().evaluate(here, simulated_summary)
    few = clvlab.BetaGeoModel().evaluate(here, counted)
    assert few.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-9)


@pytest.mark.parametrize("name", ["bg-nbd", "pareto-nbd"])
def test_a_study_of_counts_is_that_of_the_summary(name, simulated_summary, counted, tmp_path):
    whole = clvlab.fit_study(simulated_summary, name, n_draws=50, seed=4)
    few = clvlab.fit_study(counted, name, n_draws=50, seed=4)
    np.testing.assert_array_equal(few.transaction_draws, whole.transaction_draws)
    np.testing.assert_array_equal(few.spend_draws, whole.spend_draws)
    assert (few.window, few.diagnosis) == (whole.window, whole.diagnosis)
    few.save(tmp_path / "study.json")
    again = clvlab.FittedStudy.load(tmp_path / "study.json")
    np.testing.assert_array_equal(again.transaction_draws, few.transaction_draws)


def test_a_fit_to_counts_answers_for_the_customers(simulated_summary, counted):
    whole = clvlab.fit_study(simulated_summary, "bg-nbd", n_draws=20)
    few = clvlab.fit_study(counted, "bg-nbd", n_draws=20)
    terms = {"horizon": "52 weeks", "annual_discount_rate": 0.1, "margin_rate": 0.3}
    head = clvlab.CustomerSummary(simulated_summary.table.head(50), simulated_summary.window)
    ours, theirs = (one.scores(head, **terms).table for one in (few, whole))
    np.testing.assert_array_equal(ours, theirs)


def test_the_posterior_knows_its_customers(counted, summary_on_disk, simulated_summary):
    model = clvlab.BetaGeoModel().fit(counted)
    assert len(clvlab.posterior_of(model, simulated_summary, n_draws=20)) == 20
    assert len(clvlab.posterior_of(model, counted, n_draws=20)) == 20
    others = clvlab.CustomerSummary(simulated_summary.table.iloc[1:], simulated_summary.window)
    with pytest.raises(clvlab.InputError, match="must be those that the model of purchases"):
        clvlab.posterior_of(model, others, n_draws=20)
