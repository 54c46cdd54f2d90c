"""Files, folders and globs: which files are meant, and what kind they are."""

from __future__ import annotations

from collections.abc import Callable
from glob import glob, has_magic
from pathlib import Path

from clvlab.data.options import Reading
from clvlab.data.parquet_files import read_parquet
from clvlab.data.raw_table import RawTable
from clvlab.data.text_files import read_text_files
from clvlab.data.workbooks import read_workbooks
from clvlab.errors import InputError, Problem

Reader = Callable[[list[Path], str, Reading], RawTable]

READERS: dict[str, Reader] = {
    "text": read_text_files,
    "Parquet": read_parquet,
    "Excel": read_workbooks,
}
SUFFIXES = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".gz": "text",
    ".parquet": "Parquet",
    ".pq": "Parquet",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
}
_OPENINGS = {b"PAR1": "Parquet", b"PK\x03\x04": "Excel"}


def read_files(source: str | Path, reading: Reading) -> RawTable:
    """Read one file, or the files of a folder or glob as one table.

    Parameters
    ----------
    source
        A path, a folder (read with its subfolders; names that begin with a dot or an underscore
        are left out) or a glob such as ``orders/2024-*.csv``.
    reading
        How to read text files and workbooks.

    Raises
    ------
    InputError
        When nothing is there, a file is empty, or the files are of different kinds.
    """
    files = find_files(source)
    kinds = {path: file_kind(path) for path in files}
    if len(set(kinds.values())) > 1:
        found = ", ".join(sorted({f"{kind} ({path.name})" for path, kind in kinds.items()})[:4])
        raise _file_error(
            source,
            "must hold files of one kind",
            f"it holds {found}",
            "Pass a glob that matches one kind, such as folder/*.csv.",
        )
    empty = [path for path in files if path.stat().st_size == 0]
    if empty:
        raise InputError(
            [
                Problem(f"file {path}", "must hold data", "it is empty (0 bytes)", "Export again.")
                for path in empty
            ]
        )
    label = files[0].name if len(files) == 1 else str(source)
    return READERS[kinds[files[0]]](files, label, reading)


def find_files(source: str | Path) -> list[Path]:
    """The files that a path, folder or glob stands for, sorted by path.

    Raises
    ------
    InputError
        When there is no such file, the folder holds none that can be read, or nothing matches.
    """
    path = Path(source).expanduser()
    if path.is_file():
        return [path]
    known = ", ".join(SUFFIXES)
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _is_wanted(file, path))
        if not found:
            raise _file_error(
                source, "must hold data files", "the folder holds none", f"Known are: {known}."
            )
        return found
    if has_magic(str(source)):
        matches = sorted(Path(match) for match in glob(str(path), recursive=True))  # noqa: PTH207
        matches = [match for match in matches if match.is_file()]
        if not matches:
            raise _file_error(
                source, "must match at least one file", "nothing matches", "Check the pattern."
            )
        return matches
    raise _file_error(
        source,
        "must be a file, a folder or a glob",
        "there is nothing of that name",
        f"Relative paths start from {Path.cwd()}.",
    )


def _is_wanted(file: Path, folder: Path) -> bool:
    hidden = any(part[0] in "._" for part in file.relative_to(folder).parts)
    return file.is_file() and not hidden and file.suffix.lower() in SUFFIXES


def file_kind(path: Path) -> str:
    """The kind of a file by its ending, or else by its first bytes."""
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is not None:
        return kind
    with path.open("rb") as file:
        return _OPENINGS.get(file.read(4), "text")


def _file_error(source: str | Path, rule: str, found: str, remedy: str) -> InputError:
    return InputError(Problem(f"source {str(source)!r}", rule, found, remedy))
