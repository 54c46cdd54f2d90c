"""From a log to scores without its customers in memory: the same as in memory."""

import numpy as np
import pandas as pd

import clvlab

AHEAD = {"horizon": "26 weeks", "annual_discount_rate": 0.1, "margin_rate": 0.3, "interval": None}


def test_log_summary_fit_and_scores_on_disk_are_those_in_memory(tmp_path):
    log = clvlab.load_cdnow(sample=True)
    lines = log.table[["customer_id", "date", "amount"]]
    lines.to_parquet(tmp_path / "log.parquet")
    base = clvlab.summarize_at_scale(
        tmp_path / "log.parquet", tmp_path / "base.parquet", unit="week"
    )
    counted = clvlab.count_summary(base.path)
    study = clvlab.fit_study(counted, "bg-nbd", n_draws=30, seed=1)
    kept = clvlab.score_on_disk(base.path, study, tmp_path / "scores.parquet", **AHEAD)

    summary = clvlab.summarize(clvlab.load_transactions(lines, returns="net"), unit="week")
    whole = clvlab.fit_study(summary, "bg-nbd", n_draws=30, seed=1)
    assert study.model.log_likelihood_ == whole.model.log_likelihood_
    scores = pd.read_parquet(tmp_path / "scores.parquet").set_index("customer_id")
    alive = whole.model.probability_alive(summary)
    assert sorted(scores.index) == sorted(alive.index)
    np.testing.assert_allclose(scores["probability_alive"].loc[alive.index], alive, rtol=1e-12)
    np.testing.assert_allclose(kept.total["clv"], scores["clv"].sum(), rtol=1e-9)
