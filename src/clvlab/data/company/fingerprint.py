"""What a company's database held when it was read: one digest of all rows of its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import csv

from clvlab.data.company.places import FoundTables
from clvlab.data.databases import DatabaseTable


def database_fingerprint(found: FoundTables) -> dict[str, object]:
    """A digest of the rows, column names and types of every table, and of the company's file.

    The same rows give the same digest whatever file or server keeps them so typed; when a file was
    written or a row was touched does not matter.

    Returns
    -------
    dict
        ``database`` (the kind), ``tables`` and ``rows`` (their numbers) and ``sha256``.

    Raises
    ------
    InputError
        When a table can't be read.
    """
    digest = hashlib.sha256()
    if found.file is not None:
        digest.update(found.file.read_bytes())
    places = [place for place, _ in found.places.values()]
    return _of_tables([one for one in places if isinstance(one, DatabaseTable)], digest)


def table_fingerprint(table: DatabaseTable) -> dict[str, object]:
    """The same of one table or query alone.

    Raises
    ------
    InputError
        When it can't be read.
    """
    return _of_tables([table], hashlib.sha256())


def _of_tables(tables: Sequence[DatabaseTable], digest: Any) -> dict[str, object]:  # noqa: ANN401 - hashlib's own type is private
    rows, kind = 0, ""
    for place in tables:
        content = place.database.rows(place.name)
        kind, rows = place.database.kind, rows + content.num_rows
        digest.update(f"{place.name}\n{content.schema.to_string()}\n".encode())
        with pa.PythonFile(_Digesting(digest), mode="w") as sink:
            csv.write_csv(content, sink)
    return {"database": kind, "tables": len(tables), "rows": rows, "sha256": digest.hexdigest()}


class _Digesting:
    """A file that keeps nothing but the digest of what is written to it."""

    closed = False

    def __init__(self, digest: Any) -> None:  # noqa: ANN401 - hashlib's own type is private
        self._digest = digest

    def write(self, content: bytes) -> int:
        self._digest.update(content)
        return len(content)

    def flush(self) -> None:
        """Nothing is waiting."""

    def close(self) -> None:
        self.closed = True
