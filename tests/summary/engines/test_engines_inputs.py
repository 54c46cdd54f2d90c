"""What an engine is asked that it can't do: said with the source, the rule and a way out."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

import clvlab
from clvlab.summary.engines import summarize_at_scale
from clvlab.summary.engines.duckdb_engine import DuckDBEngine

LOG = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b"],
        "date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-15"]),
        "amount": [10.0, 20.0, 5.0],
    }
)


def refusal(source, tmp_path, columns=None, **options):
    with pytest.raises(clvlab.InputError) as error:
        summarize_at_scale(source, tmp_path / "base.parquet", columns, **options)
    assert not (tmp_path / "base.parquet").exists()
    return str(error.value)


def saved(frame, tmp_path, name="log.parquet"):
    frame.to_parquet(tmp_path / name, index=False)
    return tmp_path / name


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "polars"}, "parameter 'engine' must be \"duckdb\" or \"spark\"; got 'polars'."),
        ({"personal_ids": True}, "parameter 'personal_ids' can't be used in an engine"),
        ({"retruns": "net"}, "parameter 'retruns' is not known; got it. Did you mean 'returns'?"),
        ({"returns": "keep"}, "parameter 'returns' must be one of net, drop, error; got 'keep'"),
        ({"calibration_end": "2025-01-01"}, "must not lie after the last day of the log"),
        ({"calibration_end": "01.02.2024"}, "must be a date in ISO form"),
        ({"memory_limit": "much"}, "'threads' must be what DuckDB takes"),
        ({"as_of": "2020-01-01"}, "must hold at least one purchase; none is left (3 rows read"),
    ],
)
def test_parameters_that_can_not_be_meant(tmp_path, options, said):
    assert said in refusal(saved(LOG, tmp_path), tmp_path, **options)


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({"customer_id": ["a", None, "b"]}, {"missing_ids": "error"}, "1 of 3 rows do not"),
        ({"customer_id": [None, None, " "]}, {}, "must hold customer ids; it is empty in every"),
        ({"amount": [1.0, None, 2.0]}, {}, "column 'amount' of log.parquet must hold an amount"),
        ({"amount": [1.0, float("inf"), 2.0]}, {}, "column 'amount' of log.parquet must be finite"),
        ({"amount": ["1", "2 EUR", "3"]}, {}, "1 rows do not, such as '2 EUR'"),
        ({"amount": [True, False, True]}, {}, "must hold numbers; it holds values of another kind"),
        ({"amount": [1.0, -2.0, 2.0]}, {"returns": "error"}, "1 amounts are negative"),
        ({"amount": [1.0, 0.0, 2.0]}, {"zero_amounts": "error"}, "1 customer days are"),
        ({"amount": [1e17, 1.5, 2.0]}, {}, "must sum to whole units that 64 bits hold"),
        ({"date": ["2024-01-01", "2024-02-30", "2024-01-15"]}, {}, "'2024-02-30'"),
        ({"date": ["2024-01-01", None, "2024-01-15"]}, {}, "must hold a date in every row; 1 of 3"),
        ({"date": pd.to_datetime(["1824-01-01"] * 3)}, {}, "can't hold dates before 1900"),
        ({"date": pd.to_datetime(["2024-01-01"] * 3, utc=True)}, {}, "Pass time_zone="),
        ({"date": [1.5, 2.5, 3.5]}, {}, "column 'date' of log.parquet must hold dates"),
        ({"date": pd.to_datetime(["2124-01-01"] * 3)}, {"future_dates": "error"}, "3 rows do"),
        ({"currency": ["EUR", "USD", "EUR"]}, {}, "it holds EUR, USD"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_rows_that_can_not_be_read(tmp_path, change, options, said):
    assert said in refusal(saved(LOG.assign(**change), tmp_path), tmp_path, **options)


def test_rows_that_repeat_others_can_be_refused(tmp_path):
    source = saved(pd.concat([LOG, LOG.head(1)]), tmp_path)
    assert "can't hold a row twice; 1 rows repeat" in refusal(source, tmp_path, duplicates="error")


def test_columns_are_proposed_when_they_have_other_names(tmp_path):
    source = saved(LOG.rename(columns={"customer_id": "CustomerID"}), tmp_path)
    said = refusal(source, tmp_path)
    assert "log.parquet must have the columns customer_id, date, amount" in said
    assert "CustomerID" in said


def test_files_and_objects_of_another_kind_are_refused(tmp_path):
    (tmp_path / "log.xlsx").write_bytes(b"PK\x03\x04")
    assert "log.xlsx must be Parquet files or text files" in refusal(
        tmp_path / "log.xlsx", tmp_path
    )
    assert "must be a path, a relation of DuckDB or a DataFrame of Spark" in refusal(LOG, tmp_path)
    assert "there is nothing of that name" in refusal(tmp_path / "none.parquet", tmp_path)


def test_a_folder_to_write_into_has_to_exist(tmp_path):
    source = saved(LOG, tmp_path)
    with pytest.raises(clvlab.InputError, match="must lie in a folder that exists"):
        summarize_at_scale(source, tmp_path / "none" / "base.parquet")


def test_a_folder_to_spill_into_has_to_exist(tmp_path):
    said = refusal(saved(LOG, tmp_path), tmp_path, temp_directory=tmp_path / "none")
    assert "parameter 'temp_directory' must be a folder that there is; got" in said


def test_a_table_is_for_databases_alone(tmp_path):
    source = saved(LOG, tmp_path)
    assert "parameter 'table' is for databases alone" in refusal(source, tmp_path, table="orders")


@pytest.mark.parametrize("error", [RuntimeError("Query interrupted"), duckdb.InterruptException()])
def test_a_query_that_was_stopped_is_a_stop_and_no_error_of_its_own(error):
    with pytest.raises(KeyboardInterrupt), DuckDBEngine(None, "log")._told():
        raise error


def test_a_missing_folder_is_told_before_any_line_is_read(tmp_path):
    (tmp_path / "log.parquet").write_bytes(b"never looked at")
    with pytest.raises(clvlab.InputError, match="must lie in a folder that exists"):
        summarize_at_scale(tmp_path / "log.parquet", tmp_path / "missing" / "base.parquet")
