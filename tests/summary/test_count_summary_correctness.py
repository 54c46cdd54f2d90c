"""Counts of a summary on disk, against the same counted by pandas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.summary.counting import BINS

HISTORY = ["frequency", "recency_days", "T_days"]


def by_pandas(table):
    complete = table[table["history_complete"]]
    counted = complete.groupby(HISTORY).size().rename("customers").reset_index()
    order = ["frequency", "T_days", "recency_days"]
    return counted.sort_values(order, ignore_index=True)


@pytest.fixture(scope="module")
def with_incomplete(simulated_summary, tmp_path_factory):
    """Every seventh history is incomplete, and some buyers buy for nothing."""
    table = simulated_summary.table.copy()
    table.loc[table.index[::7], "history_complete"] = False
    bought = table.index[table["frequency"] > 0]
    table.loc[bought[:20], "monetary_value"] = 0.0
    summary = replace(simulated_summary, table=table)
    path = tmp_path_factory.mktemp("incomplete") / "summary.parquet"
    summary.to_parquet(path)
    return summary, path


def test_distinct_histories_are_those_that_pandas_counts(simulated_summary, summary_on_disk):
    counted = clvlab.count_summary(summary_on_disk)
    pd.testing.assert_frame_equal(counted.histories, by_pandas(simulated_summary.table))
    assert len(counted) == len(simulated_summary)
    assert counted.repeaters == simulated_summary.repeaters
    assert counted.window == simulated_summary.window
    assert (counted.name, counted.simulated) == (simulated_summary.name, True)


def test_incomplete_histories_are_not_counted(with_incomplete):
    summary, path = with_incomplete
    counted = clvlab.count_summary(path)
    pd.testing.assert_frame_equal(counted.histories, by_pandas(summary.table))
    assert len(counted) == len(summary)


def test_a_folder_counts_as_one_summary(summary_on_disk, summary_in_parts):
    whole, parts = clvlab.count_summary(summary_on_disk), clvlab.count_summary(summary_in_parts)
    pd.testing.assert_frame_equal(whole.histories, parts.histories)
    pd.testing.assert_frame_equal(whole.spend, parts.spend)


def test_amounts_are_kept_up_to_a_number_of_buyers(simulated_summary, summary_on_disk):
    counted = clvlab.count_summary(summary_on_disk, exact_buyers=simulated_summary.repeaters)
    bought = simulated_summary.table[simulated_summary.table["frequency"] > 0]
    assert not counted.binned
    np.testing.assert_array_equal(counted.spend["monetary_value"], bought["monetary_value"])
    assert clvlab.count_summary(
        summary_on_disk, exact_buyers=simulated_summary.repeaters - 1
    ).binned


def test_bins_hold_the_moments_of_their_buyers(with_incomplete):
    summary, path = with_incomplete
    spend = clvlab.count_summary(path, exact_buyers=0).spend
    table = summary.table[summary.table["history_complete"]]
    buyers = table[(table["frequency"] > 0) & (table["monetary_value"] > 0)]
    logs = np.log(buyers["monetary_value"])
    for x, bins in spend.groupby("frequency"):
        own = logs[buyers["frequency"] == x]
        n, mean, spread = (bins[name] for name in ("customers", "mean_log", "spread_log"))
        assert n.sum() == len(own)
        assert len(bins) <= BINS
        np.testing.assert_allclose(n @ mean, own.sum(), rtol=1e-9)
        np.testing.assert_allclose(n @ (mean**2 + spread**2), (own**2).sum(), rtol=1e-9)
        width = (own.max() - own.min()) / BINS
        assert (spread <= width / 2 + 1e-12).all()
