"""No file of a run holds a secret: a look into every one before they are moved into place."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from clvlab.errors import ReportError
from clvlab.reports.orders.spellings import Spellings

_PIECE = 1 << 22
_PARQUET = b"PAR1"


def refuse_secrets_in_files(folder: Path, secrets: Mapping[str, str]) -> None:
    """Look for secrets in all files below a folder, inside of workbooks and Parquet files too.

    Tables and figures can't be masked as text can: a changed value would be a wrong one.

    Parameters
    ----------
    folder
        The run folder.
    secrets
        From `named_secrets`.

    Raises
    ------
    ReportError
        With the first file that holds one, in its contents or its name.
    OSError
        When a file can't be read.
    """
    if not secrets:
        return
    hunted = [(Spellings.of(secret), shown) for secret, shown in secrets.items()]
    longest = max(spellings.longest for spellings, _ in hunted)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for spellings, shown in hunted:
            if spellings.found_in(name.encode("utf-8", "surrogateescape")):
                raise _refused("the name of a file", shown)
        for piece in _pieces(path, longest):
            for spellings, shown in hunted:
                if spellings.found_in(piece):
                    raise _refused(name, shown)


def _refused(name: str, shown: str) -> ReportError:
    return ReportError(
        f"{name} holds what {shown} stands for: its notebook has to leave that out of its tables, "
        "figures and files."
    )


def _pieces(path: Path, overlap: int) -> Iterator[bytes]:
    """The bytes of a file, and those that are packed in it."""
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
        file.seek(0)
        yield from _overlapping(file, overlap)
    if is_parquet:
        yield from _columns(path)
    elif zipfile.is_zipfile(path):
        yield from _members(path, overlap)


def _overlapping(stream: IO[bytes], overlap: int) -> Iterator[bytes]:
    """A stream in pieces that begin with the end of the one before."""
    end = b""
    while piece := stream.read(_PIECE):
        piece = end + piece
        yield piece
        end = piece[-overlap:]


def _members(path: Path, overlap: int) -> Iterator[bytes]:
    # what can't be unpacked has been looked at as it is
    with suppress(zipfile.BadZipFile, RuntimeError), zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            yield member.filename.encode("utf-8", "surrogateescape")
            with packed.open(member) as stream:
                yield from _overlapping(stream, overlap)


def _columns(path: Path) -> Iterator[bytes]:
    """The columns of a Parquet file that may hold text, unpacked."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import types

    with suppress(pa.ArrowException), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = [
            field.name
            for field in schema
            if not (types.is_primitive(field.type) or types.is_null(field.type))
        ]
        for batch in file.iter_batches(columns=names) if names else ():
            unpacked = pa.BufferOutputStream()
            with pa.ipc.new_stream(unpacked, batch.schema) as stream:
                stream.write_batch(batch)
            yield unpacked.getvalue().to_pybytes()
