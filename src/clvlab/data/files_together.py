"""Several files as one table: whether they agree, and what some of them lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from clvlab.errors import Problems


def absent_in(
    files: Sequence[Path], columns: Sequence[Sequence[str]]
) -> Mapping[str, tuple[str, ...]]:
    """The files that lack a column which others have, by column.

    Examples
    --------
    >>> absent_in([Path("a.csv"), Path("b.csv")], [["id", "day"], ["id", "date"]])
    {'day': ('b.csv',), 'date': ('a.csv',)}
    """
    names = dict.fromkeys(name for one in columns for name in one)
    held = [set(one) for one in columns]
    found = {
        name: tuple(path.name for path, those in zip(files, held, strict=True) if name not in those)
        for name in names
    }
    return {name: lacking for name, lacking in found.items() if lacking}


def require_agreement(files: Sequence[Path], schemas: Sequence[pa.Schema], label: str) -> None:
    """Refuse files whose columns of one name can't be one column, as text and numbers can't.

    Raises
    ------
    InputError
        Naming each such file, the column, and both types.
    """
    problems, known = Problems(), {}
    for path, schema in zip(files, schemas, strict=True):
        for column in schema:
            if column.name not in known:
                known[column.name] = (column.type, path)
                continue
            before, first = known[column.name]
            together = _together(before, column.type)
            if together is not None:
                known[column.name] = (together, first)
                continue
            found = f"it holds {column.type}, and {first.name} holds {before}"
            rule = f"must have the type that it has in the other files of {label}"
            remedy = "Export the file again like the others, or load it by itself."
            problems.add(f"column '{column.name}' of file {path}", rule, found, remedy)
    problems.raise_if_any()


def _together(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """The type that holds the values of both; None when there is none."""
    try:
        return pa.unify_schemas(
            [pa.schema([("column", kind)]) for kind in (one, other)], promote_options="permissive"
        )[0].type
    except pa.ArrowException:
        return None
