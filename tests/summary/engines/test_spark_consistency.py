"""Spark gives the summary that pandas gives, on a real local session with two workers."""

from __future__ import annotations

import pandas as pd
import pytest

import clvlab
from clvlab.summary.engines import summarize_at_scale

pytest.importorskip("pyspark", reason="the extra clvlab[spark] is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")

WINDOW = {"calibration_end": "2024-04-30", "holdout_end": "2024-05-31", "burn_in": "3 weeks"}


def assert_same(source, known, tmp_path, **options):
    log = clvlab.load_transactions(known, **options)
    expected = clvlab.summarize(log, **WINDOW)
    found = summarize_at_scale(source, tmp_path / "base", engine="spark", **WINDOW, **options)
    pd.testing.assert_frame_equal(found.read().table, expected.table, check_exact=True)
    pd.testing.assert_frame_equal(found.quality, log.quality, check_exact=True)
    assert found.window == expected.window
    return found


def test_a_data_frame_with_returns_ties_nulls_and_zones(spark, lines, tmp_path):
    aware = lines.assign(date=lines["date"].dt.tz_localize("UTC"))
    aware.to_parquet(tmp_path / "lines.parquet", index=False)
    frame = spark.read.parquet(str(tmp_path / "lines.parquet"))
    zone = spark.conf.get("spark.sql.session.timeZone")
    found = assert_same(frame, aware, tmp_path, time_zone="Asia/Shanghai", zero_amounts="keep")
    assert spark.conf.get("spark.sql.session.timeZone") == zone
    assert found.path.is_dir()
    assert len(found) == len(found.read())


@pytest.mark.trust
def test_text_files_keep_leading_zeros(spark, lines, tmp_path):
    few = lines.head(300)
    few.to_csv(tmp_path / "lines.csv", index=False)
    path = tmp_path / "lines.csv"
    assert_same(path, path, tmp_path, as_of="2024-06-01", duplicates="keep")


def test_what_spark_can_not_read_is_said_and_nothing_is_left(spark, lines, tmp_path):
    bad = lines.assign(amount=lines["amount"].astype(str).where(lines.index != 3, "twelve"))
    frame = spark.createDataFrame(bad.dropna().astype({"order_id": int}))
    with pytest.raises(clvlab.InputError, match="must hold plain numbers; 1 rows do not, such as"):
        summarize_at_scale(frame, tmp_path / "base", engine="spark", time_zone="UTC")
    assert list(tmp_path.iterdir()) == []


def test_spark_needs_a_folder_to_write_to(spark, lines):
    frame = spark.createDataFrame(lines.dropna().head(5))
    message = "parameter 'out' must be given with Spark; got None"
    with pytest.raises(clvlab.InputError, match=message):
        summarize_at_scale(frame, engine="spark", time_zone="UTC")
