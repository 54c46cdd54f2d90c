"""A file that is there whole or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clvlab.errors import InputError, Problem


@contextmanager
def finished_at(out: Path) -> Iterator[Path]:
    """A name to write under; what is there takes the place of `out` when all went well.

    Raises
    ------
    InputError
        When the folder is missing, or the disk is full; nothing is left behind then.
    """
    require_folder_of(out)
    unfinished = out.with_name(f".{out.name}-{uuid.uuid4().hex[:8]}")
    try:
        yield unfinished
        unfinished.replace(out)
    except OSError as error:
        rule = "must be a file that can be written"
        found = f"writing stopped: {error.strerror or error}"
        raise InputError(Problem(f"file {out}", rule, found, "Nothing was left behind.")) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def require_folder_of(out: Path) -> None:
    """Refuse a file whose folder is missing, which is better known before the work than after it.

    Raises
    ------
    InputError
        When there is no such folder.
    """
    if not out.parent.is_dir():
        rule, found = "must lie in a folder that exists", f"there is no folder {out.parent}"
        raise InputError(Problem("parameter 'out'", rule, found, "Make the folder first."))
