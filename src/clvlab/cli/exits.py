"""How a command ends: with words on the error stream and a code that a script can tell apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from clvlab.errors import ClvlabError, InputError

FAILED = 1
REFUSED = 2
BY_SIGNAL = 128
"""What a shell adds to the number of the signal that ended a command."""


@contextmanager
def in_words() -> Iterator[None]:
    """End with code 2 when something was refused and 1 when it failed; never with a traceback."""
    try:
        yield
    except InputError as error:
        stop(error, REFUSED)
    except (ClvlabError, OSError) as error:
        stop(error, FAILED)


def stop(error: Exception | str, code: int) -> NoReturn:
    """Say what is wrong on the error stream and end with the code."""
    sys.stderr.write(f"{error}\n")
    raise typer.Exit(code)


def short(path: Path | str) -> str:
    """The path from here when it lies below, otherwise in full."""
    here, path = Path.cwd(), Path(path)
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
