"""Counts and scores in Spark against those of DuckDB and of a summary in memory."""

from __future__ import annotations

import os
import sys
import warnings

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.models.scoring.scores_in_spark import (
    count_in_spark,
    report_in_spark,
    score_in_spark,
)
from clvlab.summary.concentration import gini

pytest.importorskip("pyspark", reason="Spark is not installed: pip install 'clvlab[spark]'")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.legacy.parquet.nanosAsLong", "true")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def in_spark(spark, summary_in_parts):
    return spark.read.parquet(str(summary_in_parts))


def test_counts_are_those_of_duckdb(in_spark, simulated_summary, summary_on_disk):
    here = count_in_spark(in_spark, simulated_summary.window)
    there = clvlab.count_summary(summary_on_disk, exact_buyers=0)
    pd.testing.assert_frame_equal(here.histories, there.histories)
    pd.testing.assert_frame_equal(here.spend, there.spend, rtol=1e-12)
    assert len(here) == len(there)
    model = clvlab.BetaGeoModel()
    assert model.fit(here).log_likelihood_ == pytest.approx(
        clvlab.BetaGeoModel().fit(there).log_likelihood_, abs=1e-9
    )


def test_scores_and_their_report_are_those_in_memory(
    in_spark, study, simulated_summary, in_memory, terms
):
    scores = score_in_spark(in_spark, study, simulated_summary.window, **terms).persist()
    table = scores.toPandas().set_index("customer_id").loc[in_memory.table.index]
    pd.testing.assert_frame_equal(table, in_memory.table[list(table)], rtol=1e-12)
    report = report_in_spark(scores)
    same = [name for name in report.deciles if "share" not in name]
    pd.testing.assert_frame_equal(
        report.deciles[same], in_memory.deciles[same], rtol=1e-9, check_dtype=False
    )
    assert report.gini == pytest.approx(gini(table["clv"]), rel=1e-12)
    np.testing.assert_allclose(report.total, in_memory.total[report.total.index], rtol=1e-12)


def test_a_summary_that_spark_wrote_is_scored_as_one_in_a_file(spark, sample_log, terms, tmp_path):
    lines = sample_log.table[["customer_id", "date", "amount"]]
    lines.to_parquet(tmp_path / "log.parquet", index=False, coerce_timestamps="us")
    window = {"calibration_end": "1997-09-30", "holdout_end": "1998-06-30"}
    frame = spark.read.parquet(str(tmp_path / "log.parquet")).repartition(7)
    # Or few customers would be put into one file.
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    bases = [
        clvlab.summarize_at_scale(frame, tmp_path / "folder", engine="spark", **window),
        clvlab.summarize_at_scale(tmp_path / "log.parquet", tmp_path / "base.parquet", **window),
    ]
    spark.conf.set("spark.sql.adaptive.enabled", "true")
    assert len(bases[0].files) == 2
    assert spark.read.parquet(str(bases[0].path)).count() == len(bases[0])
    pd.testing.assert_frame_equal(*(base.read().table for base in bases), check_exact=True)
    counts = [clvlab.count_summary(base.path) for base in bases]
    pd.testing.assert_frame_equal(*(one.histories for one in counts), check_exact=True)
    study = clvlab.fit_study(counts[0], "bg-nbd", n_draws=20, seed=1)
    tables, scores = [], []
    for base in bases:
        out = tmp_path / f"scores of {base.path.name}"
        scores.append(clvlab.score_on_disk(base.path, study, out, **terms))
        table = pd.read_parquet(out).set_index("customer_id").sort_index()
        # Customers of equal value stand in the order of the files.
        tables.append(table.drop(columns="decile"))
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert scores[0].gini == scores[1].gini
    pd.testing.assert_series_equal(scores[0].total, scores[1].total, rtol=1e-12)


def test_ids_of_text_come_back(in_spark, study, simulated_summary, in_memory, terms):
    from pyspark.sql import functions as F  # noqa: N812 - everybody's name for it

    padded = in_spark.withColumn(
        "customer_id", F.lpad(F.col("customer_id").cast("string"), 9, "0")
    ).limit(50)
    scores = score_in_spark(padded, study, simulated_summary.window, **terms).toPandas()
    ids = scores["customer_id"].astype(int)
    assert (scores["customer_id"].str.len() == 9).all()
    np.testing.assert_allclose(scores["clv"], in_memory.table.loc[ids, "clv"], rtol=1e-12)


def test_impossible_customers_are_refused_before_workers_start(
    in_spark, study, simulated_summary, terms
):
    wrong = in_spark.withColumn("recency_days", in_spark["T_days"] + 1)
    with pytest.raises(clvlab.InputError, match="'recency' can't exceed T"):
        score_in_spark(wrong, study, simulated_summary.window, **terms)
    with pytest.raises(clvlab.InputError, match="missing are frequency"):
        count_in_spark(in_spark.drop("frequency"), simulated_summary.window)
