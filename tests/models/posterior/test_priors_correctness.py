"""Priors: what they say, in every form that they are asked in."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from clvlab.models.posterior.default_priors import (
    beta_geo_beta_binom_prior,
    beta_geo_prior,
    gamma_gamma_prior,
    nbd_prior,
    pareto_nbd_prior,
    shifted_beta_geometric_prior,
)
from clvlab.models.posterior.priors import Prior, Quantity

DEFAULTS = {
    "bgnbd": beta_geo_prior(33.0),
    "pareto_nbd": pareto_nbd_prior(33.0),
    "nbd": nbd_prior(33.0),
    "gamma_gamma": gamma_gamma_prior(25.0),
    "bgbb": beta_geo_beta_binom_prior(),
    "shifted_beta_geometric": shifted_beta_geometric_prior(),
}


def quantities_of(prior, points):
    """Logarithms of each quantity, worked out from its powers."""
    columns = dict(zip(prior.parameter_names, points.T, strict=True))
    return np.stack(
        [sum(power * columns[name] for name, power in q.powers.items()) for q in prior.quantities]
    )


@pytest.mark.parametrize("prior", DEFAULTS.values(), ids=DEFAULTS)
def test_draws_have_the_stated_medians_and_spreads(prior):
    logs = quantities_of(prior, prior.draw(200_000, np.random.default_rng(1)))
    table = prior.table()
    assert_allclose(np.exp(np.median(logs, axis=1)), table["median"], rtol=0.02)
    assert_allclose(logs.std(axis=1), table["log_sd"], rtol=0.01)
    assert_allclose(np.corrcoef(logs), np.eye(len(logs)), atol=0.01)
    inside = (np.exp(logs) > table[["lower"]].to_numpy()) & (
        np.exp(logs) < table[["upper"]].to_numpy()
    )
    assert_allclose(inside.mean(axis=1), 0.95, atol=0.003)


@pytest.mark.parametrize("prior", DEFAULTS.values(), ids=DEFAULTS)
def test_the_density_is_proper_and_normal_in_logarithms(prior):
    points = prior.draw(50, np.random.default_rng(2))
    normal = multivariate_normal(prior.centre, prior.root @ prior.root.T)
    assert_allclose(prior.log_density(points), normal.logpdf(points), rtol=1e-10)


def test_the_log_posterior_is_the_sum_with_exact_derivatives():
    prior = beta_geo_prior(33.0)

    def log_likelihood(point):
        return -float(np.exp(point).sum()), -np.exp(point), -np.diag(np.exp(point))

    evaluate, point, step = prior.added_to(log_likelihood), prior.centre + 0.3, 1e-5
    value, gradient, hessian = evaluate(point)
    assert value == pytest.approx(
        log_likelihood(point)[0] + prior.log_density(point[None])[0], rel=1e-12
    )
    for j, shift in enumerate(step * np.eye(4)):
        above, below = evaluate(point + shift), evaluate(point - shift)
        assert gradient[j] == pytest.approx((above[0] - below[0]) / (2 * step), rel=1e-6)
        assert_allclose(hessian[j], (above[1] - below[1]) / (2 * step), rtol=1e-6, atol=1e-8)


def test_the_prior_moves_with_the_unit_of_time():
    weeks, days = beta_geo_prior(33.0), beta_geo_prior(33.0 * 7)
    points = weeks.draw(20, np.random.default_rng(3))
    in_days = points + np.log([1, 7, 1, 1])
    assert_allclose(days.log_density(in_days), weeks.log_density(points), rtol=1e-12)


def test_the_prior_moves_with_the_currency():
    euros, cents = gamma_gamma_prior(25.0), gamma_gamma_prior(2500.0)
    points = euros.draw(20, np.random.default_rng(3))
    in_cents = points + np.log([1, 1, 100])
    assert_allclose(cents.log_density(in_cents), euros.log_density(points), rtol=1e-12)


def test_adjusting_changes_one_quantity_only():
    prior = gamma_gamma_prior(25.0)
    adjusted = prior.adjusted("q", median=3.0, log_sd=0.2)
    before, after = prior.table(), adjusted.table()
    assert after.loc["q", ["median", "log_sd"]].tolist() == [3.0, 0.2]
    assert after.drop(index="q").equals(before.drop(index="q"))
    assert prior.adjusted("q", log_sd=0.2).table().loc["q", "median"] == 4.0


def test_a_prior_survives_as_json():
    prior = pareto_nbd_prior(33.0).adjusted("s", median=0.5)
    again = Prior.from_json(json.loads(json.dumps(prior.to_json())))
    assert again == prior
    assert_allclose(again.centre, prior.centre)


def test_powers_other_than_one_are_named():
    assert Quantity({"a": 2, "b": -0.5}, 1.0, 1.0).name == "a^2 / b^0.5"
    assert Quantity({"a": -1}, 1.0, 1.0).name == "1 / a"
