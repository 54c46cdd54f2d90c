"""A disk that runs full while customers are counted or scored, and files that are damaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clvlab


@pytest.fixture(scope="module")
def many(simulated_summary, tmp_path_factory):
    """A summary in which nearly every customer has a history of their own."""
    rng, n = np.random.default_rng(1), 300_000
    frequency, observed = rng.integers(0, 40, n), rng.integers(100, 700, n)
    recency = np.where(frequency > 0, np.maximum(1, (observed * rng.random(n)).astype(int)), 0)
    table = pd.DataFrame(
        {
            "first_purchase": pd.Timestamp("2023-01-01"),
            "frequency": frequency,
            "recency_days": recency,
            "T_days": observed,
            "monetary_value": np.where(frequency > 0, rng.gamma(5, 5, n) + 0.01, np.nan),
            "history_complete": True,
        },
        index=pd.Index(np.arange(n), name="customer_id"),
    )
    path = tmp_path_factory.mktemp("many") / "summary.parquet"
    replace(simulated_summary, table=table).to_parquet(path)
    return path


def refused(call):
    with pytest.raises(clvlab.InputError) as raised:
        call()
    assert raised.value.__cause__ is None
    return str(raised.value)


@pytest.fixture
def score(study, terms, tmp_path):
    """A function that scores beside an earlier file, which has to stay."""
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "scores.parquet"
    out.write_text("earlier")

    def score(path, **options):
        given = {"out": out, "interval": None, **terms, **options}
        message = refused(lambda: clvlab.score_on_disk(path, study, **given))
        assert [one.name for one in out.parent.iterdir()] == ["scores.parquet"]
        assert out.read_text() == "earlier"
        return message

    return score


def test_while_histories_are_counted(many, small_disk):
    message = refused(
        lambda: clvlab.count_summary(many, memory_limit="9MB", spill_folder=small_disk)
    )
    assert "the spill folder must have room; " in message
    assert "name another place as spill_folder" in message
    assert list(small_disk.iterdir()) == []


def test_while_values_are_ranked(many, score, small_disk):
    message = score(many, memory_limit="16MB", spill_folder=small_disk)
    assert "the spill folder must have room; " in message
    assert list(small_disk.iterdir()) == []


def test_while_scores_are_written(many, score, small_disk):
    message = score(many, out=small_disk / "scores.parquet")
    assert f"file {small_disk}/scores.parquet must be a file that can be written" in message
    assert "No space left on device. Nothing was left behind." in message
    assert list(small_disk.iterdir()) == []


def test_one_file_of_several_that_is_damaged_is_named(summary_in_parts, score):
    path = sorted(summary_in_parts.iterdir())[1]
    whole = path.read_bytes()
    middle = len(whole) // 2
    try:
        path.write_bytes(whole[:1_000] + b"\xff" * middle + whole[middle + 1_000 :])
        for message in (
            score(summary_in_parts),
            refused(lambda: clvlab.count_summary(summary_in_parts)),
        ):
            assert f"the file {path.name} must be readable to its end; " in message
        path.write_bytes(whole[:middle])
        for message in (
            score(summary_in_parts),
            refused(lambda: clvlab.count_summary(summary_in_parts)),
        ):
            assert f"the file {path.name} must be a whole Parquet file" in message
    finally:
        path.write_bytes(whole)


def test_one_file_of_several_with_another_type_is_named(simulated_summary, score, tmp_path):
    (tmp_path / "parts").mkdir()
    table = simulated_summary.table
    for name, change in (("a", {}), ("b", {"frequency": table["frequency"].astype(str)})):
        part = replace(simulated_summary, table=table.assign(**change))
        part.to_parquet(tmp_path / "parts" / f"{name}.parquet")
    message = score(tmp_path / "parts")
    assert f"column 'frequency' of file {tmp_path / 'parts' / 'b.parquet'} must have the" in message
    (tmp_path / "parts" / "a.parquet").unlink()
    assert "column 'frequency' of the file b.parquet must hold numbers" in score(tmp_path / "parts")


def test_ids_that_count_up_are_a_column(simulated_summary, tmp_path):
    ids = pd.RangeIndex(len(simulated_summary), name="customer_id")
    replace(simulated_summary, table=simulated_summary.table.set_axis(ids)).to_parquet(
        tmp_path / "summary.parquet"
    )
    assert len(clvlab.count_summary(tmp_path / "summary.parquet")) == len(simulated_summary)
