"""What goes wrong with a real server is told in words, with its name and without secrets."""

import socket
from urllib.parse import quote, quote_plus

import pandas as pd
import pytest

import clvlab
from clvlab.data.company import load_company
from clvlab.errors import InputError

LINES = pd.DataFrame({"customer_id": ["0012", "0013"], "date": "2024-01-05", "amount": [1.5, 2.0]})
WRONG = 's3cr:t/"w\\rd" %41@#?&=\'+~'
"""A password with every sign that addresses and messages treat in a way of their own."""


@pytest.fixture(scope="module")
def server(postgres):
    postgres.write("orders", LINES, {"amount": "numeric(10, 2)"})
    postgres.run(
        "DROP ROLE IF EXISTS bob",
        f"CREATE ROLE bob LOGIN PASSWORD '{WRONG.replace(chr(39), chr(39) * 2)}'",
    )
    return postgres


def hidden_in(message, *secrets):
    written = {one for text in secrets for one in (text, quote(text), quote(text, safe=""))}
    written |= {one for text in secrets for one in (quote_plus(text), repr(text)[1:-1])}
    return not any(one in message for one in written)


@pytest.fixture
def refused(monkeypatch):
    """A function that opens an address under a variable's name and gives what is said."""

    def open_it(address, opened=clvlab.open_log, **options):
        monkeypatch.setenv("SHOP", address)
        with pytest.raises(InputError) as raised:
            opened("env:SHOP", **options)
        message = str(raised.value)
        assert hidden_in(message, WRONG)
        assert address not in message
        assert raised.value.__cause__ is None
        assert "env:SHOP" in message
        return message

    return open_it


def test_connection_refused(server, refused):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for opened, options in ((clvlab.open_log, {"table": "orders"}), (load_company, {})):
        message = refused(server.address(port=port, password=WRONG), opened, **options)
        assert "database env:SHOP must be a database that can be reached and read; " in message
        assert "nothing answers there. Is the server running, and are host and port" in message


def test_wrong_password(server, refused):
    message = refused(server.address(password=WRONG), table="orders")
    assert "database env:SHOP" in message
    assert "user or password are refused. Correct them in the environment variable" in message


def test_password_among_the_options(server, refused):
    url = server.url(password=None, query={"password": WRONG})
    address = url.render_as_string(hide_password=False)
    assert "user or password are refused" in refused(address, table="orders")


def test_database_that_is_not_there(server, refused):
    message = refused(server.address(database="none"), table="orders")
    assert "the server has no such database" in message


def test_table_that_is_not_there(server, refused):
    message = refused(server.address(), table="order")
    assert "database env:SHOP must hold the table 'order'; it holds " in message
    assert "orders" in message
    message = refused(server.address(), table="nowhere.orders")
    assert "table nowhere.orders of database env:SHOP" in message


def test_a_query_that_the_server_refuses(server, refused):
    message = refused(server.address(), table="SELECT nothing FROM orders")
    assert "a query of database env:SHOP must be a database that can be reached and read" in message
    assert 'column "nothing" does not exist' in message


def test_a_table_that_the_user_may_not_read(server, refused):
    address = server.address(username="bob", password=WRONG)
    message = refused(address, table="orders")
    assert "table orders of database env:SHOP" in message
    assert "this user may not read it" in message


def test_a_connection_that_drops_in_the_middle(server, refused):
    query = (
        "SELECT n AS customer_id, date '2024-01-05' AS date, 1.5 AS amount, "
        "CASE WHEN n = 50000 THEN pg_terminate_backend(pg_backend_pid()) END AS region "
        "FROM generate_series(1, 90000) AS n"
    )
    message = refused(server.address(password=server.url().password), table=query)
    assert "a query of database env:SHOP" in message
    assert "the connection broke off while rows were read. Run it again" in message


@pytest.mark.parametrize(
    "written",
    [
        f"host=db.internal user=ann password='{WRONG}' dbname=crm",
        f"Driver={{PostgreSQL}};Server=db.internal;Uid=ann;Pwd={WRONG};",
        f"postgresql+psycopg://ann:{WRONG}@db.internal:port/crm",
        f"postgresql+psycopg//ann:{WRONG}@db.internal/crm",
        f"/data/{WRONG}/orders.csv",
    ],
    ids=["DSN", "ODBC", "port", "scheme", "path"],
)
@pytest.mark.parametrize("opened", [clvlab.open_log, load_company, clvlab.load_transactions])
def test_addresses_that_are_none_are_not_repeated(written, opened, refused):
    message = refused(written, opened)
    for part in ("s3cr", "db.internal"):
        assert part not in message


def test_a_table_is_for_databases_alone(tmp_path):
    with pytest.raises(InputError, match="parameter 'table' is for databases alone"):
        clvlab.load_transactions(LINES, table="orders")
    with pytest.raises(InputError, match="must be the name of a table or a query; got ''"):
        clvlab.load_transactions(tmp_path / "shop.duckdb", table="")
