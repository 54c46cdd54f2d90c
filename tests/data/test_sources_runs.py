"""The same report from each kind of source gives the same results, and no place or password."""

import sqlite3
from contextlib import closing
from urllib.parse import quote

import duckdb
import pandas as pd
import pytest
from sqlalchemy import make_url

import clvlab
from clvlab.errors import ReportError
from clvlab.reports import run_report

COLUMNS = "customer_id=client, date=day, amount=paid"


@pytest.fixture(scope="module")
def places(postgres, tmp_path_factory):
    """The same purchases in files, a folder of partitions and three databases."""
    lines = clvlab.load_cdnow(sample=True).table[["customer_id", "date", "amount"]]
    lines = lines.set_axis(["client", "day", "paid"], axis=1)
    folder = tmp_path_factory.mktemp("secret-place")
    lines.to_csv(folder / "orders.csv", index=False)
    lines.to_parquet(folder / "orders.parquet")
    parts = lines.assign(half=lines["day"].dt.month.gt(6).map({True: "02", False: "01"}))
    parts.to_parquet(folder / "parts", partition_cols=["half"])
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT * FROM lines")
    with closing(sqlite3.connect(folder / "shop.sqlite")) as connection:
        lines.assign(day=lines["day"].astype(str)).to_sql("orders", connection, index=False)
    postgres.write("orders", lines, {"day": "timestamp", "paid": "numeric(12, 2)"})
    files = ["orders.csv", "orders.parquet", "parts", "shop.duckdb", "shop.sqlite"]
    return [*(str(folder / name) for name in files), postgres.address()]


@pytest.mark.trust
def test_the_same_report_from_every_source(places, tmp_path, monkeypatch):
    results = set()
    for number, place in enumerate(places):
        monkeypatch.setenv("SHOP", place)
        of_database = "://" in place or "shop." in place
        table = {"table": "orders"} if of_database else {}
        run = run_report(
            "recovery-design",
            data="env:SHOP",
            parameters={"columns": COLUMNS, "currency": "USD", **table},
            out=tmp_path / str(number),
        )
        results.add((run.folder / "result.json").read_bytes())
        assert_nowhere(tmp_path / str(number), place)
    assert len(results) == 1


@pytest.mark.trust
def test_what_a_refused_report_leaves_has_no_password(places, tmp_path, monkeypatch):
    wrong = make_url(places[-1]).set(password='s3cr:t/"w\\rd" %41@#?&=\'+~')  # noqa: S106
    address = wrong.render_as_string(hide_password=False)
    monkeypatch.setenv("SHOP", address)
    with pytest.raises(ReportError) as raised:
        run_report(
            "recovery-design",
            data="env:SHOP",
            parameters={"columns": COLUMNS, "table": "orders"},
            out=tmp_path,
        )
    assert "user or password are refused" in str(raised.value)
    assert_nowhere(tmp_path, address)


def assert_nowhere(folder, place):
    """No file holds the place, or the password in any way of writing it."""
    secrets = {place, "secret-place"}
    if "://" in place:
        password = str(make_url(place).password)
        secrets |= {password, quote(password), quote(password, safe=""), repr(password)[1:-1]}
    texts = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert texts
    for secret in secrets:
        assert not any(secret.encode() in text for text in texts), secret


@pytest.mark.trust
def test_the_places_hold_the_same(places, monkeypatch):
    logs = []
    for place in (places[0], places[-1]):
        monkeypatch.setenv("SHOP", place)
        table = "orders" if "://" in place else None
        logs.append(clvlab.open_log("env:SHOP", columns=COLUMNS, table=table))
    # A file of text alone gives whole numbers where no id has a zero in front; here they have.
    pd.testing.assert_frame_equal(logs[0].table, logs[1].table, check_exact=True)
    pd.testing.assert_frame_equal(logs[0].quality, logs[1].quality, check_exact=True)
