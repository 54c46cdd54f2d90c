"""Logs that grow by a line at a time, whoever else writes to them at that moment."""

from __future__ import annotations

import csv
import io
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SWITCH = "CLVLAB_LOG"
"""The variable that switches all logs off where it is ``no``, ``off`` or ``0``."""


def logs_are_kept() -> bool:
    """Whether anything is noted; see `SWITCH`."""
    return os.environ.get(SWITCH, "").strip().lower() not in {"no", "off", "0"}


def add_line(path: Path, columns: Iterable[str], values: Iterable[object]) -> None:
    """Add a line to a CSV file in one step; the file is made, with its head, when it is missing.

    Lines of several processes never run into each other, and there is one head. Nothing is
    written where logs are switched off.

    Parameters
    ----------
    path
        The file; its folder is made when missing.
    columns
        Its head.
    values
        One for each column.

    Raises
    ------
    OSError
        When it can't be written.
    """
    if not logs_are_kept():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make(path, _line(columns))
    # One write at the end of the file is one step; two would let others in between.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, _line(values))
    finally:
        os.close(descriptor)


def _line(values: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(list(values))
    return text.getvalue().encode()


def _make(path: Path, head: bytes) -> None:
    """The file with its head, unless another process is first: it is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        unfinished.write_bytes(head)
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
