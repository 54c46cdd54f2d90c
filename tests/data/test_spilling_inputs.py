"""A disk that runs full while a database sorts more than memory holds is told in words."""

import shutil
from functools import partial

import duckdb
import pytest

import clvlab
from clvlab.errors import InputError

SORTED = (
    "SELECT hash(range) AS customer_id, DATE '2024-01-05' AS date, range AS amount, "
    "repeat(hash(range)::VARCHAR, 8) AS region FROM range(600000) ORDER BY region"
)


def test_the_disk_of_temporary_files_is_full(tmp_path, small_disk, monkeypatch):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS customer_id")
    limits = {"memory_limit": "40MB", "temp_directory": str(small_disk), "threads": 1}
    connect = partial(duckdb.connect, config=limits)
    monkeypatch.setattr("duckdb.connect", connect)
    before = path.read_bytes()
    with pytest.raises(InputError) as raised:
        clvlab.open_log(path, table=SORTED)
    message = str(raised.value)
    assert "a query of database shop.duckdb must be a DuckDB file that can be opened" in message
    assert "there is no room for what it puts aside while it works. Make room" in message
    assert path.read_bytes() == before
    assert [one.name for one in small_disk.iterdir()] == []
    assert shutil.disk_usage(small_disk).used < 100_000
