"""One pass over whole-number ids gives what the engine's statement gives, or leaves it to that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import clvlab
from clvlab.simulate import write_simulated_log
from clvlab.summary.engines import summarize_at_scale

WINDOW = {"calibration_end": "2023-06-30", "holdout_end": "2023-11-30", "burn_in": "2 weeks"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    path = tmp_path_factory.mktemp("simulated") / "log.parquet"
    write_simulated_log(
        path, 2_000, transaction=(0.55, 60, 0.8, 2.5), spend=(6, 4, 15), unit="day", seed=4
    )
    return path


@pytest.fixture
def streamed(outcomes_of):
    """Whether the log was streamed in the end, told after each summary."""
    return outcomes_of("stream")


def assert_same(path, tmp_path, window=WINDOW, **options):
    log = clvlab.load_transactions(path, **options)
    expected = clvlab.summarize(log, **window)
    found = summarize_at_scale(path, tmp_path / "base.parquet", **window, **options)
    pd.testing.assert_frame_equal(found.read().table, expected.table, check_exact=True)
    pd.testing.assert_frame_equal(found.quality, log.quality, check_exact=True)
    return found


@pytest.mark.parametrize(
    ("window", "options"),
    [
        (WINDOW, {}),
        ({}, {}),
        ({"calibration_end": "2022-12-31"}, {"as_of": "2023-08-31"}),
        ({"observed_until": "2024-06-30", "unit": "day"}, {}),
    ],
    ids=str,
)
def test_a_simulated_log_is_streamed_with_the_same_result(
    simulated, tmp_path, streamed, window, options
):
    found = assert_same(simulated, tmp_path, window, **options)
    assert streamed == [True]
    assert found.record.simulated
    plain = summarize_at_scale(
        simulated, tmp_path / "other.parquet", stream=False, **window, **options
    )
    pd.testing.assert_frame_equal(plain.read().table, found.read().table, check_exact=True)
    pd.testing.assert_frame_equal(plain.quality, found.quality, check_exact=True)


def test_several_lines_a_day_and_negative_ids_are_streamed(simulated, tmp_path, streamed):
    frame = pd.read_parquet(simulated).iloc[:3_000]
    frame["customer_id"] = frame["customer_id"].astype("int64") - 700
    twice = frame.sample(frac=0.3, random_state=1)
    repeated = pd.concat([frame, twice.assign(amount=0.125), twice[:40]]).sort_values("date")
    repeated.to_parquet(tmp_path / "log.parquet", index=False, row_group_size=500)
    assert_same(tmp_path / "log.parquet", tmp_path, {"calibration_end": "2022-03-31"})
    assert streamed == [True]


@pytest.mark.parametrize("change", ["order", "return", "zero", "decimals"])
def test_what_can_not_be_streamed_is_left_to_the_engine(simulated, tmp_path, streamed, change):
    frame = pd.read_parquet(simulated)
    buyers = frame.index[frame["customer_id"] == frame["customer_id"].mode()[0]]
    if change == "order":
        frame = frame.iloc[np.r_[buyers[-1], 0 : buyers[-1], buyers[-1] + 1 : len(frame)]]
    elif change == "decimals":
        frame.loc[len(frame) - 1, "amount"] = 1.23456789
    else:
        frame.loc[buyers[-1], "amount"] = {"return": -5.0, "zero": 0.0}[change]
    frame.to_parquet(tmp_path / "log.parquet", index=False)
    assert_same(tmp_path / "log.parquet", tmp_path)
    assert streamed == [False]


@pytest.mark.parametrize("kind", ["text", "float32", "far apart", "null"])
def test_what_the_metadata_tell_is_not_even_tried(simulated, tmp_path, streamed, kind):
    frame = pd.read_parquet(simulated).astype({"customer_id": "Int64"})
    if kind == "text":
        frame["customer_id"] = frame["customer_id"].astype(str).str.zfill(6)
    elif kind == "float32":
        frame["amount"] = frame["amount"].astype("float32")
    elif kind == "far apart":
        frame["customer_id"] *= 10**12
    else:
        frame.loc[3, "customer_id"] = None
    frame.to_parquet(tmp_path / "log.parquet", index=False)
    assert_same(tmp_path / "log.parquet", tmp_path)
    assert streamed == []


def test_the_simulator_writes_days_in_order_and_says_what_it_is(simulated):
    table = pq.read_table(simulated)
    assert table.schema.types == [pa.int32(), pa.date32(), pa.float64()]
    frame = table.to_pandas()
    assert not frame.duplicated(["customer_id", "date"]).any()
    assert frame.equals(frame.sort_values(["date", "customer_id"]))
    assert (frame["amount"] > 0).all()
    assert frame["customer_id"].nunique() == 2_000


def test_the_simulator_is_the_same_under_its_seed(simulated, tmp_path):
    again = Path(tmp_path / "log.parquet")
    write_simulated_log(
        again, 2_000, transaction=(0.55, 60, 0.8, 2.5), spend=(6, 4, 15), unit="day", seed=4
    )
    assert again.read_bytes() == simulated.read_bytes()


def test_stopping_leaves_what_was_there_and_nothing_half_written(simulated, tmp_path, monkeypatch):
    out = tmp_path / "base.parquet"
    out.write_text("what was there")

    class Stopped:
        def begin(self, step, _):
            if step == "writing customers":
                self.reach = self.stop

        def reach(self, _):
            pass

        def stop(self, _):
            raise KeyboardInterrupt

    for stream in (True, False):
        with pytest.raises(KeyboardInterrupt):
            summarize_at_scale(simulated, out, stream=stream, progress=Stopped())
    assert [path.name for path in tmp_path.iterdir()] == ["base.parquet"]
    assert out.read_text() == "what was there"
