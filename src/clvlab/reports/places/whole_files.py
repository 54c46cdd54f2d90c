"""Files that are never half-written, and folders in which one process writes at a time."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LONGEST_WAIT_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.02
_FORGOTTEN_SECONDS = 3600.0
"""Age at which an unfinished file is one that a killed process left."""


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step: whoever reads it sees the earlier text or the new one.

    Raises
    ------
    OSError
        When it can't be written; the earlier file is then as it was, and nothing lies beside it.
    """
    _remove_forgotten(path)
    unfinished = path.with_name(f".{path.name}-{uuid.uuid4().hex[:8]}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _remove_forgotten(path: Path) -> None:
    """What processes left behind that were killed while they wrote this file."""
    for left in path.parent.glob(f".{path.name}-*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_SECONDS:
                left.unlink()


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let other processes wait that ask for the same folder; it holds no further file for that.

    The lock is the folder's own, and ends with the process. Where there are no such locks, or
    another process holds it for long, nobody waits: a lock is not worth a night.
    """
    descriptor = _locked(folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path) -> int | None:
    """The folder opened and locked; None where that can't be done."""
    try:
        import fcntl
    except ImportError:  # as on Windows
        return None
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        while time.monotonic() < deadline:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_LOOK_EVERY_SECONDS)
            except OSError:
                break
            else:
                return descriptor
        os.close(descriptor)
    return None
