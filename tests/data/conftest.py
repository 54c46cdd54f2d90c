"""A real PostgreSQL server on this machine, with a data folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine

PASSWORD = "p@ss:w/rd %25'\"\\#?&=~"  # noqa: S105 - of a server that ends with the tests
"""Every sign that addresses and messages treat in a way of their own."""


@dataclass(frozen=True)
class Server:
    """A server that listens on loopback."""

    port: int
    folder: Path

    def url(self, **parts: object) -> URL:
        """Its address, with some parts changed."""
        usual = {"username": "ann", "password": PASSWORD, "host": "127.0.0.1", "port": self.port}
        given = usual | {"database": "postgres"} | parts
        return URL.create("postgresql+psycopg", **given)

    def address(self, **parts: object) -> str:
        """The same as text, with its password."""
        return self.url(**parts).render_as_string(hide_password=False)

    def run(self, *statements: str) -> None:
        """Run statements, each on its own."""
        engine = create_engine(self.url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect().execution_options(no_parameters=True) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def write(self, name: str, table, kinds: dict[str, str]) -> None:
        """Write a pandas table of text and numbers."""
        columns = ", ".join(f'"{one}" {kinds.get(one, "text")}' for one in table)
        rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
        self.run(f"DROP TABLE IF EXISTS {name} CASCADE", f"CREATE TABLE {name} ({columns})")
        with create_engine(self.url(), poolclass=NullPool).begin() as connection:
            driver = connection.connection.dbapi_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return Path(found).parent if found else next((one.parent for one in places), None)


def _as_user() -> tuple[list[str], str | None]:
    """How to start a program as somebody else where this is root, whom the server refuses."""
    if os.geteuid() != 0:
        return [], None
    import pwd

    known = {one.pw_name for one in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    return ["runuser", "-u", user, "--"], user


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server that was started for the tests, or a reason to skip."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    programs = _programs() if os.name == "posix" else None
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    start, user = _as_user()
    # Not a folder of pytest's own, which another user could not enter.
    folder = Path(tempfile.mkdtemp(prefix="clvlab-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "password").write_text(PASSWORD)
    if user:
        for place in (folder, folder / "password"):
            shutil.chown(place, user)
    data = folder / "data"

    def run(program: str, *arguments: object) -> None:
        command = [*start, programs / program, "-D", data, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    options = f"-F -c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    made = ["--auth=scram-sha-256", "--no-sync", "--locale=C", "--encoding=UTF8", "-U", "ann"]
    try:
        run("initdb", *made, f"--pwfile={folder}/password")
        run("pg_ctl", "-w", "-o", options, "-l", folder / "log", "start")
        yield Server(port, folder)
        run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
