"""Gamma-Gamma from binned amounts against the exact fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab
from clvlab.models.gamma_gamma.binned_spending import BinnedSpending
from clvlab.models.gamma_gamma.gamma_gamma import spending_of
from clvlab.models.gamma_gamma.large_shapes import log_likelihood_of_large_shapes
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters, log_likelihood, readable_sums
from clvlab.summary.counted_summary import CountedSummary

SPEND = {
    "ordinary": (6.25, 3.74, 15.44),
    "much alike": (20.0, 12.0, 300.0),
    "wide": (0.8, 1.3, 8.0),
    "steady": (150.0, 4.0, 1.0),
}


@pytest.fixture(scope="module", params=SPEND)
def both(request, tmp_path_factory):
    """A summary of so many buyers that bins are shared, and its amounts in bins."""
    p, q, v = SPEND[request.param]
    rng = np.random.default_rng(list(SPEND).index(request.param))
    base = clvlab.simulate_base(
        30_000, transaction=(1.2, 8, 0.5, 2.5), spend=(6, 4, 15), unit="week", seed=3
    )
    table = clvlab.summarize(base.log, unit="week").table
    x = table["frequency"].to_numpy()
    mean = rng.gamma(p * np.maximum(x, 1)) / np.maximum(x, 1) / rng.gamma(q, 1 / v, len(x))
    summary = replace(
        clvlab.summarize(base.log, unit="week"),
        table=table.assign(monetary_value=np.where(x > 0, mean, np.nan)),
    )
    path = tmp_path_factory.mktemp("amounts") / "summary.parquet"
    summary.to_parquet(path)
    return summary, clvlab.count_summary(path, exact_buyers=0)


def test_the_fit_is_that_of_every_amount(both):
    summary, counted = both
    exact = clvlab.GammaGammaModel().fit(summary)
    binned = clvlab.GammaGammaModel().fit(counted)
    n = exact.n_customers_
    assert binned.n_customers_ == n
    assert binned.n_without_amount_ == exact.n_without_amount_
    assert len(counted.spend) < n / 3
    here = clvlab.GammaGammaModel().evaluate(list(exact.params_), counted)
    assert abs(here.log_likelihood_ - exact.log_likelihood_) / n < 1e-7
    assert abs(binned.log_likelihood_ - exact.log_likelihood_) / n < 1e-7
    np.testing.assert_allclose(binned.params_, exact.params_, rtol=1e-5)
    np.testing.assert_allclose(binned.covariance_, exact.covariance_, rtol=1e-3)


def test_bin_means_alone_would_not_do(both):
    summary, counted = both
    exact = clvlab.GammaGammaModel().fit(summary)
    means = replace(counted, spend=counted.spend.assign(spread_log=0.0))
    there = clvlab.GammaGammaModel().evaluate(list(exact.params_), means)
    assert abs(there.log_likelihood_ - exact.log_likelihood_) / exact.n_customers_ > 1e-6


def test_bins_of_one_buyer_each_are_exact(sample):
    x, m = (sample.table[name] for name in ("frequency", "monetary_value"))
    bought = (x > 0) & (m > 0)
    order = np.argsort(x[bought].to_numpy(), kind="stable")
    logs = np.log(m[bought].to_numpy()[order])
    bins = sample.table[bought].iloc[order][["frequency"]].reset_index(drop=True)
    bins = bins.assign(customers=1, mean_log=logs, spread_log=0.0)
    counted = CountedSummary(sample.table.iloc[:0], bins, sample.window, len(sample))
    one, each = BinnedSpending.of_bins(counted), spending_of(sample)[0]
    parameters = GammaGammaParameters(5.0, 4.0, 20.0)
    np.testing.assert_allclose(readable_sums(one, 15.0), readable_sums(each, 15.0), rtol=1e-12)
    for function in (log_likelihood, log_likelihood_of_large_shapes):
        for ours, theirs in zip(function(parameters, one), function(parameters, each), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-8)
