"""How far reading has come is told: rows, share, and at the end everything."""

import gzip
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from clvlab.data import load_transactions
from clvlab.data.progress import FILE, Progress, read_reached, told_to

LINES = pd.DataFrame(
    {"customer_id": [f"c{n}" for n in range(30_000)], "date": "2024-01-05", "amount": 1.5}
)


def as_csv(folder):
    LINES.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def as_gzip(folder):
    (folder / "a.csv.gz").write_bytes(gzip.compress(LINES.to_csv(index=False).encode()))
    return folder / "a.csv.gz"


def as_folder(folder):
    for part in range(3):
        LINES[part::3].to_parquet(folder / f"{part}.parquet", row_group_size=2_000)
    return folder


def as_sqlite(folder):
    with closing(sqlite3.connect(folder / "a.sqlite")) as connection:
        LINES.to_sql("orders", connection, index=False)
    return folder / "a.sqlite"


@pytest.fixture
def often(monkeypatch):
    """Every step is told, however soon it comes."""
    monkeypatch.setattr("clvlab.data.progress._EVERY", 0.0)


@pytest.mark.parametrize("write", [as_csv, as_gzip, as_folder, as_sqlite])
def test_rows_and_share_grow_until_all_is_read(write, tmp_path, often):
    told = []
    source = write(tmp_path)
    with told_to(told.append):
        load_transactions(source, table="orders" if write is as_sqlite else None)
    assert len(told) > 2
    assert [one.rows for one in told] == sorted(one.rows for one in told)
    assert [one.done for one in told] == [False] * (len(told) - 1) + [True]
    # Of text it is lines that are counted, the header included.
    assert told[-1].rows - len(LINES) == (1 if write in (as_csv, as_gzip) else 0)
    shares = [one.share for one in told]
    if write is as_sqlite:
        assert set(shares) == {None}
    else:
        assert shares == sorted(shares)
        assert shares[-1] == 1


def test_another_process_looks_into_a_file(tmp_path, monkeypatch, often):
    path = tmp_path / "progress.json"
    assert read_reached(path) is None
    monkeypatch.setenv(FILE, str(path))
    with Progress("orders.csv", size=80) as progress:
        progress.advance(rows=3, size=20)
        reached = read_reached(path)
        assert (reached.what, reached.rows, reached.share) == ("orders.csv", 3, 0.25)
        assert reached.seconds_left == pytest.approx(3 * reached.seconds)
    assert read_reached(path).done
    path.write_text('{"rows": 1')
    assert read_reached(path) is None


def test_nobody_has_to_listen(tmp_path, monkeypatch):
    monkeypatch.setenv(FILE, str(tmp_path / "no such folder" / "progress.json"))
    assert len(load_transactions(as_csv(tmp_path)).table) == len(LINES)
