"""Small companies on disk, and a company's folder as databases of typed columns."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from clvlab.data.company.contracts import CONTRACTS, PURCHASES

EXAMPLE = Path(__file__).parents[3] / "data" / "example"

CUSTOMERS_CSV = """\
customer_id,name,phone,region,customer_type,updated_on
7,First School,0100-1,north,project,2024-01-05
8,Second School,0100-2,south,end,2024-02-01
9,Third School,,,终端客户,
"""
PURCHASES_CSV = "customer_id,date,amount\n7,2024-01-01,100.5\n8,2024-01-03,80\n7,2024-02-20,9.5\n"
INVOICES_CSV = """\
invoice_id,customer_id,issued_on,due_on,paid_on,amount,disputed
A1,7,2024-01-01,2024-01-31,2024-03-01,100.5,no
A2,8,2024-01-03,2024-02-02,,80,是
"""


@pytest.fixture
def folder(tmp_path):
    """A function that writes files into a folder and gives it back."""

    def write(**files: str | bytes | None) -> Path:
        place = tmp_path / "boards"
        place.mkdir(exist_ok=True)
        for name, content in files.items():
            path = place / name.replace("__", ".")
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    return write


@pytest.fixture
def boards(folder):
    """Three customers, three purchases, two invoices."""
    return folder(
        customers__csv=CUSTOMERS_CSV,
        purchases__csv=PURCHASES_CSV,
        invoices__csv=INVOICES_CSV,
    )


TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "code": "VARCHAR",
    "day": "DATE",
    "money": "DECIMAL(18, 4)",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
}
PURCHASE_KINDS = {
    "date": "day",
    "quantity": "count",
    **dict.fromkeys(("unit_price", "amount", "margin"), "money"),
}


def kind_of(table: str, column: str) -> str:
    """The kind of a column by its contract; text where there is none."""
    if table == PURCHASES:
        return PURCHASE_KINDS.get(column, "text")
    known = CONTRACTS[table].columns
    return known[column].kind if column in known else "text"


def tables_of(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables as text, missing where a cell is empty."""
    names = [name for name in (PURCHASES, *CONTRACTS) if (folder / f"{name}.csv").is_file()]
    return {name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in names}


def duckdb_of(folder: Path, path: Path) -> Path:
    """The folder as a DuckDB file, with its own file beside it."""
    with duckdb.connect(str(path)) as connection:
        for name, table in tables_of(folder).items():
            columns = ", ".join(
                f'CAST("{one}" AS {TYPES[kind_of(name, one)]}) AS "{one}"' for one in table
            )
            text = table.astype(object).where(table.notna(), None)  # noqa: F841 - read by name
            connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM text")  # noqa: S608 - own names
    return beside(folder, path)


def sqlite_of(folder: Path, path: Path) -> Path:
    """The folder as a SQLite file, with its own file beside it; yes and no are 1 and 0."""
    with closing(sqlite3.connect(path)) as connection:
        for name, table in tables_of(folder).items():
            kinds = {one: kind_of(name, one) for one in table}
            columns = ", ".join(f'"{one}" {TYPES[kind]}' for one, kind in kinds.items())
            for one, kind in kinds.items():
                if kind == "flag":
                    table[one] = table[one].map({"yes": 1, "no": 0})
            connection.execute(f"CREATE TABLE {name} ({columns})")
            places = ", ".join("?" for _ in table)
            rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
            connection.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608 - own names
        connection.commit()
    return beside(folder, path)


def beside(folder: Path, path: Path) -> Path:
    """The database, with the company's file next to it."""
    if (folder / "tables.toml").is_file():
        shutil.copy(folder / "tables.toml", path.parent / "tables.toml")
    return path


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The example as its folder, as a SQLite file and as a DuckDB file."""
    places = [tmp_path_factory.mktemp(kind) for kind in ("sqlite", "duckdb")]
    return (
        EXAMPLE,
        sqlite_of(EXAMPLE, places[0] / "example.sqlite"),
        duckdb_of(EXAMPLE, places[1] / "example.duckdb"),
    )


@pytest.fixture
def in_sqlite(tmp_path):
    """A function that runs statements in a new SQLite file and gives it back."""

    def write(*statements: str, name: str = "boards.sqlite") -> Path:
        path = tmp_path / name
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(";\n".join(statements))
        return path

    return write


SERVER_TYPES = {"number": "float8", "text": "text", "money": "numeric(18, 4)"}


@pytest.fixture(scope="session")
def served(postgres, tmp_path_factory):
    """A folder that says of the example's tables that they are on a server, in a schema."""
    postgres.run("DROP SCHEMA IF EXISTS crm CASCADE", "CREATE SCHEMA crm")
    said, types = (EXAMPLE / "tables.toml").read_text(encoding="utf-8"), {**TYPES, **SERVER_TYPES}
    for name, table in tables_of(EXAMPLE).items():
        postgres.write(f"crm.{name}", table, {one: types[kind_of(name, one)] for one in table})
        head = f"[tables.{name}]"
        said += "" if head in said else f"{head}\n"
        said = said.replace(head, f'{head}\ntable = "crm.{name}"')
    folder = tmp_path_factory.mktemp("served") / EXAMPLE.name
    folder.mkdir()
    (folder / "tables.toml").write_text(f'database = "env:CRM"\n{said}', encoding="utf-8")
    return folder
