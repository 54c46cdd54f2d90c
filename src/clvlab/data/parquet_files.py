"""Parquet files as one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import dataset

from clvlab.data.files_together import absent_in, require_agreement
from clvlab.data.options import Reading
from clvlab.data.progress import Progress
from clvlab.data.raw_table import RawTable, from_arrow
from clvlab.errors import Problems


def parquet_schemas(files: list[Path], label: str) -> list[pa.Schema]:
    """Columns and types of Parquet files that go together, from their ends.

    Raises
    ------
    InputError
        When a file is not Parquet or was cut off, or its columns have other types than those of
        the files before it.
    """
    return [part.schema for part in _opened(files, label)]


def read_parquet(files: list[Path], label: str, reading: Reading) -> RawTable:  # noqa: ARG001
    """Read Parquet files; folders such as ``region=north`` become columns of text.

    Raises
    ------
    InputError
        When a file is not Parquet or is damaged, or its columns have other types than those of
        the files before it.
    """
    parts, problems = _opened(files, label), Problems()
    tables = []
    with Progress(label, sum(part.count_rows() for part in parts)) as progress:
        for path, part in zip(files, parts, strict=True):
            try:
                tables.append(_read(part, progress))
            except (pa.ArrowException, OSError) as error:
                problems.add(*unreadable_parquet(path, str(error)))
    problems.raise_if_any()
    table = pa.concat_tables(tables, promote_options="permissive")
    return from_arrow(table, label, absent=absent_in(files, [one.column_names for one in tables]))


def _opened(files: list[Path], label: str) -> list[Any]:
    problems, parts = Problems(), []
    for path in files:
        try:
            parts.append(_open(path))
        except (pa.ArrowException, OSError) as error:
            problems.add(*unreadable_parquet(path, str(error)))
    problems.raise_if_any()
    require_agreement(files, [part.schema for part in parts], label)
    return parts


def _open(path: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    own = dataset.dataset([str(path)], format="parquet")
    keys = [part.partition("=")[0] for part in path.parent.parts if "=" in part]
    # As text, so that 007 stays 007; a column that the file itself has comes first.
    text = pa.schema([(key, pa.string()) for key in keys if key and key not in own.schema.names])
    if not text.names:
        return own
    by_folder = dataset.partitioning(text, flavor="hive")
    return dataset.dataset([str(path)], format="parquet", partitioning=by_folder)


def _read(part: Any, progress: Progress) -> pa.Table:  # noqa: ANN401 - pyarrow has no types
    batches = []
    for batch in part.to_batches():
        progress.advance(rows=batch.num_rows, size=batch.num_rows)
        batches.append(batch)
    return pa.Table.from_batches(batches, part.schema)


def unreadable_parquet(path: Path, reason: str) -> tuple[str, str, str, str]:
    """That a Parquet file is damaged or none, with what its reader says."""
    said = reason.splitlines()[0].rstrip(".") if reason else "no reason is given"
    return (
        f"file {path}",
        "must be a Parquet file",
        f"it can't be read ({said})",
        "Export or copy it again, or give a text file the ending .csv.",
    )
