"""Parquet files as one table."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import dataset

from clvlab.data.options import Reading
from clvlab.data.raw_table import RawTable, from_arrow
from clvlab.errors import InputError, Problem, Problems


def read_parquet(files: list[Path], label: str, reading: Reading) -> RawTable:  # noqa: ARG001
    """Read Parquet files; folders such as ``region=north`` become columns.

    Raises
    ------
    InputError
        When a file is not Parquet, or the files' columns can't be brought together.
    """
    problems, tables = Problems(), []
    for path in files:
        try:
            parts = dataset.dataset([str(path)], format="parquet", partitioning="hive")
            tables.append(parts.to_table())
        except (pa.ArrowException, OSError) as error:
            problems.add(
                f"file {path}",
                "must be a Parquet file",
                f"it can't be read ({_first_line(error)})",
                "Export it again, or give a text file the ending .csv.",
            )
    problems.raise_if_any()
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException as error:
        raise InputError(
            Problem(
                f"the files of {label}",
                "must agree in the types of their columns",
                _first_line(error),
                "Load them one by one, or export them again.",
            )
        ) from None
    return from_arrow(table, label)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
