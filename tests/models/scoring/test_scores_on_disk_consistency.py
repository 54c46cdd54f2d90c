"""Scores on disk are the same in every run, and a run that stops leaves nothing half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clvlab
from clvlab.models.scoring import customer_blocks, customer_futures
from clvlab.models.scoring.history_lookup import HistoryLookup
from clvlab.models.scoring.ranking import Cuts
from clvlab.models.study.score_table import deciles_of

NAMES = ["frequency", "T_days", "recency_days"]


def test_two_runs_write_the_same_bytes(scored, study, summary_on_disk, terms, tmp_path):
    again = clvlab.score_on_disk(summary_on_disk, study, tmp_path / "scores.parquet", **terms)
    assert again.path.read_bytes() == scored.path.read_bytes()
    pd.testing.assert_frame_equal(again.deciles, scored.deciles, check_exact=True)
    assert (again.gini, again.total.tolist()) == (scored.gini, scored.total.tolist())


def test_parts_and_small_blocks_change_nothing(
    scored, study, summary_in_parts, terms, tmp_path, monkeypatch
):
    monkeypatch.setattr(customer_blocks, "CUSTOMERS_AT_ONCE", 117)
    again = clvlab.score_on_disk(summary_in_parts, study, tmp_path / "scores.parquet", **terms)
    pd.testing.assert_frame_equal(
        pd.read_parquet(again.path), pd.read_parquet(scored.path), check_exact=True
    )
    pd.testing.assert_frame_equal(again.deciles, scored.deciles, check_exact=True)


def test_a_folder_may_hold_files_without_customers_and_files_of_others(
    scored, study, simulated_summary, terms, tmp_path
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for k, rows in enumerate((slice(0, 0), slice(0, 900), slice(900, 900), slice(900, None))):
        part = replace(simulated_summary, table=simulated_summary.table.iloc[rows])
        part.to_parquet(folder / f"part-{k}.parquet")
    (folder / "_SUCCESS").write_text("")
    (folder / ".part-1.parquet.crc").write_bytes(b"crc")
    again = clvlab.score_on_disk(folder, study, tmp_path / "scores.parquet", **terms)
    pd.testing.assert_frame_equal(
        pd.read_parquet(again.path), pd.read_parquet(scored.path), check_exact=True
    )
    read = clvlab.SummaryFile.open(folder).read().table
    known = simulated_summary.table.sort_values(["first_purchase", "customer_id"])
    pd.testing.assert_frame_equal(read, known, check_exact=True)


def test_blocks_of_files_move_no_limit_of_a_customer(
    study, summary_on_disk, summary_in_parts, terms, tmp_path, monkeypatch
):
    found = []
    for path, at_once in ((summary_on_disk, 500_000), (summary_in_parts, 117)):
        monkeypatch.setattr(customer_blocks, "CUSTOMERS_AT_ONCE", at_once)
        scores = clvlab.score_on_disk(
            path, study, tmp_path / "scores.parquet", customer_limits=True, **terms
        )
        found.append((pd.read_parquet(scores.path), scores.deciles))
        monkeypatch.setattr(customer_futures, "_ROWS_AT_ONCE", 500)
    for one, other in zip(*found, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_order_of_customers_moves_no_sum(scored, study, simulated_summary, terms, tmp_path):
    order = np.random.default_rng(1).permutation(len(simulated_summary))
    mixed = clvlab.CustomerSummary(simulated_summary.table.iloc[order], simulated_summary.window)
    mixed.to_parquet(tmp_path / "summary.parquet")
    again = clvlab.score_on_disk(
        tmp_path / "summary.parquet", study, tmp_path / "scores.parquet", **terms
    )
    assert again.gini == scored.gini
    np.testing.assert_allclose(again.total["clv"], scored.total["clv"], rtol=1e-13)
    pd.testing.assert_series_equal(again.quantiles, scored.quantiles, check_exact=True)


def test_without_an_interval_there_are_the_same_estimates(
    scored, study, summary_on_disk, terms, tmp_path
):
    bare = clvlab.score_on_disk(
        summary_on_disk, study, tmp_path / "scores.parquet", interval=None, **terms
    )
    table, full = pd.read_parquet(bare.path), pd.read_parquet(scored.path)
    assert not [name for name in [*table, *bare.deciles] if "credible" in name]
    pd.testing.assert_frame_equal(table, full[list(table)], check_exact=True)
    columns = list(bare.deciles)
    pd.testing.assert_frame_equal(bare.deciles, scored.deciles[columns], check_exact=True)


def test_the_window_goes_with_the_scores(scored, simulated_summary):
    import pyarrow.parquet as pq

    found = pq.read_schema(scored.path).metadata
    assert simulated_summary.window.calibration_end.isoformat().encode() in found[b"clvlab"]


@pytest.mark.parametrize("step", ["values", "limits", "scores"])
def test_a_run_that_is_stopped_leaves_the_earlier_file(
    step, study, summary_on_disk, terms, told, tmp_path
):
    out, spill = tmp_path / "scores.parquet", tmp_path / "spill"
    spill.mkdir()
    out.write_bytes(b"earlier")

    def stop(now, done, total):
        if now == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clvlab.score_on_disk(
            summary_on_disk, study, out, spill_folder=spill, progress=told(stop), **terms
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scores.parquet", "spill"]
    assert out.read_bytes() == b"earlier"
    assert list(spill.iterdir()) == []


def test_progress_ends_with_everybody(
    study, summary_on_disk, simulated_summary, terms, told, tmp_path
):
    seen = {}
    clvlab.score_on_disk(
        summary_on_disk,
        study,
        tmp_path / "scores.parquet",
        progress=told(lambda step, done, total: seen.update({step: (done, total)})),
        **terms,
    )
    everybody = (len(simulated_summary),) * 2
    assert {seen[step] for step in ("values", "limits", "scores")} == {everybody}


customers = st.tuples(st.integers(0, 3), st.integers(0, 6), st.integers(0, 6))


@given(st.lists(customers, min_size=1, max_size=30), st.lists(customers, max_size=10))
def test_lookup_finds_what_a_merge_finds(known, wanted):
    histories = pd.DataFrame(sorted(set(known)), columns=NAMES)
    some = pd.DataFrame([*known, *wanted], columns=NAMES)
    found = HistoryLookup.of(histories).find(
        *(some[name].to_numpy(np.int64) for name in ("frequency", "recency_days", "T_days"))
    )
    places = histories.assign(place=histories.index)
    expected = some.merge(places, how="left")["place"].fillna(-1)
    np.testing.assert_array_equal(found, expected)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_cuts_divide_as_ranks_do(values):
    clv = np.array(values, dtype=np.float64)
    order, n = np.argsort(-clv, kind="stable"), len(clv)
    firsts = [-(-k * n // 10) for k in range(1, 10)]
    starts = order[[first for first in firsts if first < n]]
    cuts = Cuts(clv[starts], starts)
    np.testing.assert_array_equal(cuts.decile(clv, 0), deciles_of(clv))
