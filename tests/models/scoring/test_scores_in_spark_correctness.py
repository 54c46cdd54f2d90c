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


def test_impossible_customers_are_refused_before_workers_start(
    in_spark, study, simulated_summary, terms
):
    wrong = in_spark.withColumn("recency_days", in_spark["T_days"] + 1)
    with pytest.raises(clvlab.InputError, match="'recency' can't exceed T"):
        score_in_spark(wrong, study, simulated_summary.window, **terms)
    with pytest.raises(clvlab.InputError, match="missing are frequency"):
        count_in_spark(in_spark.drop("frequency"), simulated_summary.window)
