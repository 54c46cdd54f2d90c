"""One log with everything that makes summaries differ, and one small Spark session."""

from __future__ import annotations

import os
import sys

import numpy as np
import pandas as pd
import pytest
from tests.data.conftest import postgres  # noqa: F401 - a fixture of two folders

from clvlab.summary.engines import log_in_engine

WINDOW = {"calibration_end": "2024-04-30", "holdout_end": "2024-05-31", "burn_in": "3 weeks"}


@pytest.fixture(scope="session")
def lines():
    """Lines with ties, several a day, returns, zeros, repeated rows and missing ids."""
    rng = np.random.default_rng(3)
    n = 1_500
    frame = pd.DataFrame(
        {
            "customer_id": [f"{number:04d}" for number in rng.integers(0, 150, n)],
            "date": np.datetime64("2024-01-01", "us")
            + rng.integers(0, 200 * 24 * 60, n) * 60_000_000,
            "amount": np.round(rng.normal(12, 14, n), 2),
            "order_id": rng.integers(0, 5, n),
        }
    )
    frame.loc[rng.integers(0, n, 40), "amount"] = 0.0
    frame.loc[[5, 6, 7], "customer_id"] = [None, " ", None]
    return pd.concat([frame, frame.iloc[:20]], ignore_index=True)


@pytest.fixture
def outcomes_of(monkeypatch):
    """From the name of a way to summarize to a list: for each summary, whether it went that way."""

    def watch(way):
        outcomes, ask = [], getattr(log_in_engine, way)

        def watched(*arguments):
            found = ask(*arguments)
            outcomes.append(found is not None)
            return found

        monkeypatch.setattr(log_in_engine, way, watched)
        return outcomes

    return watch


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A local session with two workers."""
    sql = pytest.importorskip("pyspark.sql", reason="the extra clvlab[spark] is not installed")
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.warehouse.dir": str(folder),
        "spark.sql.session.timeZone": "America/Los_Angeles",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = sql.SparkSession.builder.master("local[2]").appName("clvlab tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
