"""A Spark DataFrame that is handed over gives the log that the same lines give in pandas."""

import os
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from clvlab.data import load_transactions
from clvlab.errors import InputError

COLUMNS = {"customer_id": "client", "date": "day", "amount": "pieces * price"}
ROWS = [
    ("0012", date(2024, 1, 5), 2, Decimal("10.10"), "north", ["a"]),
    ("0012", date(2024, 1, 5), 1, Decimal("0.05"), "south", ["a", "b"]),
    ("0013", date(2024, 1, 7), 1, Decimal("7.25"), None, None),
    (None, date(2024, 1, 8), 1, Decimal("7.25"), "north", []),
    ("0012", date(2024, 2, 1), -1, Decimal("5.00"), "north", ["a"]),
] * 3  # fmt: skip
NAMES = ["client", "day", "pieces", "price", "region", "tags"]
SCHEMA = (
    "client string, day date, pieces int, price decimal(18, 2), region string, tags array<string>"
)


@pytest.fixture(scope="module")
def spark():
    sql = pytest.importorskip(
        "pyspark.sql", reason="Spark is not installed: pip install clvlab[spark]"
    )
    before = dict(os.environ)
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = sql.SparkSession.builder.master("local[2]").appName("clvlab")
    options = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.memory": "1g",
    }
    session = builder.config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def table(spark):
    return spark.createDataFrame(ROWS, SCHEMA).repartition(2)


def test_the_log_is_that_of_the_same_lines_in_pandas(table):
    lines = pd.DataFrame(ROWS, columns=NAMES).drop(columns="tags")
    lines["price"] = lines["price"].astype(float)
    for options in ({}, {"returns": "drop"}, {"as_of": "2024-01-06"}):
        handed = load_transactions(table.drop("tags"), COLUMNS, **options)
        expected = load_transactions(lines, COLUMNS, **options)
        pd.testing.assert_frame_equal(handed.table, expected.table, check_exact=True)
        pd.testing.assert_frame_equal(handed.quality, expected.quality, check_exact=True)
        pd.testing.assert_frame_equal(handed.calendar, expected.calendar, check_exact=True)


def test_columns_that_nobody_needs_may_be_of_any_type(table):
    log = load_transactions(table, {**COLUMNS, "order_id": "region"})
    assert set(log.table["customer_id"]) == {"0012", "0013"}


def test_moments_are_asked_about(spark):
    rows = [("0012", datetime(2024, 1, 5, 23, 30, tzinfo=UTC), 1.5)]
    table = spark.createDataFrame(rows, "customer_id string, date timestamp, amount double")
    with pytest.raises(InputError, match=r"column .date. of the table .*time zone"):
        load_transactions(table)
    log = load_transactions(table, time_zone="Asia/Shanghai")
    assert log.table["date"].tolist() == [pd.Timestamp("2024-01-06")]


def test_a_plan_that_fails_is_told_in_words(table):
    broken = table.selectExpr("client", "day", "pieces", "raise_error('no such part') AS price")
    with pytest.raises(InputError, match=r"the table must be a table that can be read; it says: "):
        load_transactions(broken, COLUMNS)
