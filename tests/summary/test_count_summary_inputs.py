"""What is said of files that are no summary, and of customers that nobody can be."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import clvlab
from clvlab.errors import InputError
from clvlab.summary.progress import ProgressLines


def written(summary, folder, **columns):
    """The summary on disk with other columns."""
    folder.mkdir(exist_ok=True)
    replace(summary, table=summary.table.assign(**columns)).to_parquet(folder / "one.parquet")
    return folder


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no such file or folder"):
        clvlab.count_summary(tmp_path / "none.parquet")
    with pytest.raises(
        InputError, match=r"must be a Parquet file or a folder.*the folder has none"
    ):
        clvlab.count_summary(tmp_path)


def test_a_parquet_file_without_a_window(tmp_path, simulated_summary):
    simulated_summary.table.reset_index().to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(InputError, match=r"plain.parquet .* its metadata have no window"):
        clvlab.count_summary(tmp_path)


def test_a_file_without_a_column(tmp_path, summary_on_disk):
    table = pq.read_table(summary_on_disk).drop_columns(["T_days"])
    pq.write_table(table, tmp_path / "short.parquet")
    with pytest.raises(InputError, match=r"short.parquet .* missing are T_days"):
        clvlab.count_summary(tmp_path)


def test_a_file_that_was_cut_off(tmp_path, summary_on_disk):
    content = summary_on_disk.read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"the file cut.parquet must be a whole Parquet file"):
        clvlab.count_summary(tmp_path)


def test_a_file_that_is_damaged_in_the_middle(tmp_path, summary_on_disk):
    content = bytearray(summary_on_disk.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    (tmp_path / "hurt.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"hurt.parquet must be readable to its end"):
        clvlab.count_summary(tmp_path)


def test_one_file_of_a_folder_with_other_columns(tmp_path, simulated_summary):
    written(simulated_summary, tmp_path)
    less = simulated_summary.table.drop(columns="log_gaps")
    replace(simulated_summary, table=less).to_parquet(tmp_path / "two.parquet")
    with pytest.raises(InputError, match=r"two.parquet must have the same columns"):
        clvlab.count_summary(tmp_path)


def test_one_file_of_a_folder_with_another_window(tmp_path, simulated_summary):
    written(simulated_summary, tmp_path)
    replace(simulated_summary, name="another").to_parquet(tmp_path / "two.parquet")
    with pytest.raises(InputError, match=r"two.parquet must have the same window"):
        clvlab.count_summary(tmp_path)


def test_a_summary_of_nobody(tmp_path, summary_on_disk):
    pq.write_table(pq.read_table(summary_on_disk).slice(0, 0), tmp_path / "empty.parquet")
    with pytest.raises(InputError, match="must hold at least one customer"):
        clvlab.count_summary(tmp_path)


def test_histories_that_nobody_can_have_are_told_at_once(tmp_path, simulated_summary):
    table = simulated_summary.table
    late = table["recency_days"].mask(table["T_days"] == 100, 101)
    less = table["monetary_value"].where(table["frequency"] != 2, -1.0)
    with pytest.raises(InputError) as told:
        clvlab.count_summary(
            written(simulated_summary, tmp_path, recency_days=late, monetary_value=less)
        )
    n = int((table["T_days"] == 100).sum())
    assert f"'recency' can't exceed T; {n} of {len(table):,} rows" in str(told.value)
    assert "'monetary_value' can't be negative" in str(told.value)


def test_amounts_that_are_missing_or_endless(tmp_path, simulated_summary):
    table = simulated_summary.table
    rule = "'monetary_value' must hold finite amounts"
    for amount in (float("inf"), None):
        gone = table["monetary_value"].mask(table["frequency"] == 2, amount)
        with pytest.raises(InputError, match=rule):
            clvlab.count_summary(written(simulated_summary, tmp_path, monetary_value=gone))


def test_missing_times(tmp_path, summary_on_disk):
    table = pq.read_table(summary_on_disk)
    column = table.schema.get_field_index("T_days")
    gone = pa.array([None, *table["T_days"].to_pylist()[1:]], type=pa.int64())
    pq.write_table(table.set_column(column, "T_days", gone), tmp_path / "gap.parquet")
    with pytest.raises(InputError, match="can't be missing; 1 of "):
        clvlab.count_summary(tmp_path)


def test_nobody_with_a_complete_history(tmp_path, simulated_summary):
    counted = clvlab.count_summary(written(simulated_summary, tmp_path, history_complete=False))
    with pytest.raises(InputError, match="must include some whose history is complete"):
        clvlab.BetaGeoModel().fit(counted)


@pytest.mark.parametrize("size", ["much", "2", 2, "-1GB"])
def test_a_memory_limit_that_is_none(summary_on_disk, size):
    with pytest.raises(InputError, match="'memory_limit' must be a size of memory"):
        clvlab.count_summary(summary_on_disk, memory_limit=size)


def test_too_little_memory_is_told_with_what_to_do(summary_on_disk):
    with pytest.raises(InputError, match=r"'memory_limit' must be enough.*memory_limit='8GB'"):
        clvlab.count_summary(summary_on_disk, memory_limit="1KB")


def test_a_spill_folder_that_is_not_there(summary_on_disk, tmp_path):
    with pytest.raises(InputError, match="'spill_folder' must be a folder that there is"):
        clvlab.count_summary(summary_on_disk, spill_folder=tmp_path / "none")


def test_counts_are_no_customers_one_by_one(summary_on_disk):
    counted = clvlab.count_summary(summary_on_disk)
    study = clvlab.fit_study(counted, "bg-nbd", n_draws=20)
    with pytest.raises(InputError, match=r"must be one by one .*score_on_disk"):
        study.spend.expected_spend(counted)


def test_spend_by_frequency_needs_every_amount(summary_on_disk):
    counted = clvlab.count_summary(summary_on_disk, exact_buyers=0)
    with pytest.raises(InputError, match=r"counted in bins.*exact_buyers"):
        clvlab.FrequencyGammaGammaModel().fit(counted)


def test_another_unit_than_that_of_the_counts(summary_on_disk):
    with pytest.raises(InputError, match="can't differ from the summary's own, week"):
        clvlab.BetaGeoModel().fit(clvlab.count_summary(summary_on_disk), unit="day")


def test_lines_of_progress_come_once_a_second(capsys):
    times = iter([0.0, 0.4, 2.0, 2.5, 3.0, 4.0])
    lines = ProgressLines(clock=lambda: next(times))
    lines.begin("scores", 800)
    for done in (100, 400, 500):
        lines.reach(done)
    lines.begin("tenths", None)
    lines.reach(7)
    written = capsys.readouterr().err.splitlines()
    assert written == ["scores: 400 of 800 rows, about 2 s left", "tenths: 7"]
