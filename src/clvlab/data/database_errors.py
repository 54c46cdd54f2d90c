"""What a database's drivers say, in the words of a message and without passwords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from clvlab.errors import InputError, Problem

if TYPE_CHECKING:
    from sqlalchemy import URL

_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "pymysql": "pymysql",
    "oracledb": "oracledb",
    "pyodbc": "pyodbc",
    "mariadb": "mariadb",
    "asyncpg": "psycopg[binary]",
}
"""Packages of drivers, by the module that SQLAlchemy looks for."""

_UNREACHABLE = "refused|could not connect|can't connect|unreachable|timed? ?out|no route"
_BROKEN = (
    "closed the connection|terminating connection|connection (was )?(reset|lost|closed)"
    "|gone away|broken pipe|consuming input failed|ssl syscall"
)
_NO_HOST = "getaddrinfo|translate host|name or service|failed to resolve"
_REASONS = (
    (
        f"{_UNREACHABLE}|{_NO_HOST}",
        "nothing answers there",
        "Is the server running, and are host and port right?",
    ),
    (
        "database .* does not exist|unknown database",
        "the server has no such database",
        "Is its name right?",
    ),
    (
        "password|authentication|access denied|login failed",
        "user or password are refused",
        "Correct them in the environment variable.",
    ),
    (
        _BROKEN,
        "the connection broke off while rows were read",
        "Run it again; nothing was kept of it.",
    ),
    (
        "set lock|database is locked|conflicting lock",
        "another program is writing to it",
        "Close that program, or read a copy.",
    ),
    (
        "permission denied|insufficient privilege|not authorized",
        "this user may not read it",
        "Have reading allowed.",
    ),
    (
        "no space left|file too large|disk is full|disk full|could not write|failed to offload",
        "there is no room for what it puts aside while it works",
        "Make room on the disk of temporary files, or ask for less.",
    ),
    (
        "not a database|not a valid duckdb|malformed|corrupt",
        "the file is damaged or none",
        "Restore it or export it again.",
    ),
)
"""What drivers say, as a pattern; what that means; what to do."""


def plain_reason(error: Exception, url: URL | None) -> tuple[str, str]:
    """What was found and what to do, from what a driver raised.

    What is not one of the usual reasons is quoted, without user and password of the address.
    """
    said = str(getattr(error, "orig", None) or error).strip()
    first = said.splitlines()[0].rstrip(".") if said else type(error).__name__
    for pattern, found, remedy in _REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return found, remedy
    return f"it says: {_hidden(first, url)}", ""


def _hidden(text: str, url: URL | None) -> str:
    if url is None:
        return text
    password = str(url.password or "")
    parts = {password, quote(password), quote_plus(password), str(url.username or "")}
    parts |= {str(one) for one in url.query.values()}
    for part in sorted(parts - {""}, key=len, reverse=True):
        text = text.replace(part, "***")
    return text


def refused_driver(error: Exception, subject: str, url: URL | None) -> InputError:
    """That a database needs a package which is not installed, or is of an unknown kind."""
    module = getattr(error, "name", None)
    if isinstance(error, ImportError) and module:
        package = _PACKAGES.get(module, module)
        rule = f"needs the driver {module}"
        found, remedy = "it is not installed", f"Install it: pip install '{package}'."
        return InputError(Problem(subject, rule, found, remedy))
    kind = url.drivername if url else ""
    rule = "must be of a kind that SQLAlchemy knows"
    remedy = "Such as postgresql+psycopg, mysql+pymysql, mssql+pyodbc; or install its dialect."
    return InputError(Problem(subject, rule, f"got {kind!r}", remedy))
