"""Scores on disk against those of a summary in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.scoring.ranking import QUANTILES
from clvlab.summary.concentration import gini


def read(scores):
    return pd.read_parquet(scores.path).set_index("customer_id")


def test_every_column_is_that_of_the_scores_in_memory(scored, in_memory):
    table = read(scored)
    left_out = {c for c in in_memory.table if "predictive" in c}
    left_out |= {f"{name}_credible_{side}" for name in ("expected_spend", "clv")
                 for side in ("lower", "upper")}  # fmt: skip
    assert list(table) == [c for c in in_memory.table if c not in left_out]
    pd.testing.assert_frame_equal(
        table, in_memory.table[list(table)], rtol=1e-12, check_index_type=False
    )
    for name in ("probability_alive", "expected_purchases", "expected_spend", "clv", "decile"):
        np.testing.assert_array_equal(table[name], in_memory.table[name])


def test_deciles_and_total_are_those_of_the_scores_in_memory(scored, in_memory):
    same = [c for c in in_memory.deciles if "predictive" not in c]
    assert [c for c in scored.deciles if "share" not in c] == same
    pd.testing.assert_frame_equal(
        scored.deciles[same], in_memory.deciles[same], rtol=1e-12, check_dtype=False
    )
    pd.testing.assert_series_equal(scored.total, in_memory.total[same], rtol=1e-12)
    assert scored.method == in_memory.method == "posterior"


def test_shares_gini_and_quantiles_are_those_of_the_values(scored):
    clv = read(scored)["clv"].to_numpy()
    best = np.sort(clv)[::-1]
    tenth = best[: -(-len(best) // 10)].sum() / best.sum()
    assert scored.deciles.loc[1, "share"] == pytest.approx(tenth, rel=1e-12)
    assert scored.deciles["cumulated_share"].iloc[-1] == pytest.approx(1, rel=1e-12)
    assert scored.gini == pytest.approx(gini(clv), rel=1e-12)
    expected = np.quantile(clv, QUANTILES, method="inverted_cdf")
    np.testing.assert_array_equal(scored.quantiles, expected)


@pytest.mark.parametrize("name", ["pareto-nbd", "nbd", "mbg-cnbd-k"])
def test_other_models_score_alike(name, simulated_summary, terms, tmp_path):
    head = clvlab.CustomerSummary(simulated_summary.table.head(40), simulated_summary.window)
    terms = {**terms, "horizon": "8 weeks"}
    head.to_parquet(tmp_path / "summary.parquet")
    study = clvlab.fit_study(head, name, n_draws=20, seed=2, draws="laplace")
    here = study.scores(head, **terms)
    there = clvlab.score_on_disk(
        tmp_path / "summary.parquet", study, tmp_path / "scores.parquet", **terms
    )
    table = read(there)
    pd.testing.assert_frame_equal(
        table, here.table[list(table)], rtol=1e-12, check_index_type=False
    )
    limits = ["clv_credible_lower", "clv_credible_upper"]
    pd.testing.assert_frame_equal(there.deciles[limits], here.deciles[limits], rtol=1e-12)


def test_spend_that_moves_with_frequency(simulated_summary, summary_on_disk, terms, tmp_path):
    spend = clvlab.FrequencyGammaGammaModel().fit(clvlab.count_summary(summary_on_disk))
    study = clvlab.fit_study(simulated_summary, "bg-nbd", spend=spend, n_draws=20)
    here = study.scores(simulated_summary, **terms)
    there = clvlab.score_on_disk(summary_on_disk, study, tmp_path / "scores.parquet", **terms)
    for name in ("expected_spend", "clv"):
        np.testing.assert_allclose(read(there)[name], here.table[name], rtol=1e-12)
    np.testing.assert_allclose(
        there.deciles["clv_credible_upper"], here.deciles["clv_credible_upper"], rtol=1e-12
    )


def test_another_unit_than_that_of_the_fit(study, simulated_summary, terms, tmp_path):
    window = replace(simulated_summary.window, unit=clvlab.TimeUnit.DAY)
    days = replace(simulated_summary, window=window)
    days.to_parquet(tmp_path / "summary.parquet")
    there = clvlab.score_on_disk(
        tmp_path / "summary.parquet", study, tmp_path / "scores.parquet", interval=None, **terms
    )
    here = study.scores(days, **terms).table
    np.testing.assert_array_equal(read(there)["clv"], here["clv"])


@pytest.mark.parametrize("n", [1, 3, 9, 11])
def test_few_customers_leave_tenths_empty(n, study, simulated_summary, terms, tmp_path):
    few = clvlab.CustomerSummary(simulated_summary.table.tail(n), simulated_summary.window)
    few.to_parquet(tmp_path / "summary.parquet")
    there = clvlab.score_on_disk(
        tmp_path / "summary.parquet", study, tmp_path / "scores.parquet", **terms
    )
    here = study.scores(few, **terms)
    np.testing.assert_array_equal(read(there)["decile"], here.table["decile"])
    assert there.deciles.index.tolist() == here.deciles.index.tolist()
    np.testing.assert_allclose(there.deciles["clv"], here.deciles["clv"], rtol=1e-12)


def test_customers_who_cost_more_than_they_earn(study, simulated_summary, summary_on_disk,
                                                tmp_path):  # fmt: skip
    terms = {"horizon": 26, "annual_discount_rate": 0.0, "margin_rate": 0.1, "direct_cost": 2.0}
    there = clvlab.score_on_disk(summary_on_disk, study, tmp_path / "scores.parquet", **terms)
    here = study.scores(simulated_summary, **terms)
    assert (here.table["clv"] < 0).any()
    np.testing.assert_array_equal(read(there)["decile"], here.table["decile"])
    np.testing.assert_allclose(there.total["clv"], here.total["clv"], rtol=1e-12)
    assert np.isnan(there.gini)


@pytest.mark.parametrize(
    "own", [("margin_rate",), ("direct_cost",), ("margin_rate", "direct_cost")]
)
def test_margins_and_costs_of_their_own(own, study, simulated_summary, terms, tmp_path):
    rng, n = np.random.default_rng(4), len(simulated_summary)
    margins = np.where(rng.random(n) < 0.1, 0.0, rng.random(n))
    table = simulated_summary.table.assign(margin_rate=margins, direct_cost=rng.gamma(1, 2, n))
    summary = replace(simulated_summary, table=table)
    summary.to_parquet(tmp_path / "summary.parquet")
    terms = {**terms, **{name: name for name in own}}
    there = clvlab.score_on_disk(
        tmp_path / "summary.parquet", study, tmp_path / "scores.parquet", **terms
    )
    here = study.scores(summary, **terms)
    for name in ("expected_purchases", "expected_spend", "clv", "decile"):
        np.testing.assert_array_equal(read(there)[name], here.table[name])
    same = [c for c in here.deciles if "predictive" not in c]
    pd.testing.assert_frame_equal(
        there.deciles[same], here.deciles[same], rtol=1e-12, check_dtype=False
    )
    pd.testing.assert_series_equal(there.total[same], here.total[same], rtol=1e-12)


def test_spend_without_a_mean_is_unbounded(simulated_summary, summary_on_disk, terms, tmp_path):
    spend = clvlab.GammaGammaModel().evaluate([1.0, 0.9, 10.0], simulated_summary)
    study = clvlab.fit_study(simulated_summary, "bg-nbd", spend=spend, n_draws=20, draws="laplace")
    there = clvlab.score_on_disk(summary_on_disk, study, tmp_path / "scores.parquet", **terms)
    here = study.scores(simulated_summary, **terms)
    np.testing.assert_array_equal(read(there)["clv"], here.table["clv"])
    np.testing.assert_array_equal(read(there)["decile"], here.table["decile"])
    assert there.total["clv"] == here.total["clv"] == np.inf
    assert np.isnan(there.gini)
