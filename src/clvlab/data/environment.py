"""A source that an environment variable names: opened, and never repeated in a message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clvlab.errors import InputError, Problem

_NAMED = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_SHORTEST = 4
"""Replacing shorter texts wherever they occur would hit ordinary words."""


def variable_in(source: object) -> str | None:
    """The variable that ``"env:NAME"`` names; None for every other source.

    Examples
    --------
    >>> variable_in("env:CRM"), variable_in("orders.csv")
    ('CRM', None)
    """
    named = _NAMED.fullmatch(str(source).strip())
    return named["name"] if named else None


def held_by(name: str) -> str:
    """What an environment variable holds.

    Raises
    ------
    InputError
        When it is not set; set to nothing counts as that.
    """
    source = os.environ.get(name, "").strip()
    if source:
        return source
    raise InputError(
        Problem(
            f"the data env:{name}",
            "must name an environment variable that is set",
            f"{name} is not",
            f"Set it to a file, a folder, a database or the name of a data set: export {name}=...",
        )
    )


@contextmanager
def unrepeated(source: object) -> Iterator[None]:
    """Errors in this block name the variable wherever what it holds would stand.

    Raises
    ------
    InputError
        In place of what was raised inside, when the source is an ``"env:NAME"``.
    """
    name = variable_in(source)
    try:
        yield
    except (InputError, OSError, ValueError) as error:
        if name is None or not os.environ.get(name, "").strip():
            raise
        raise _without(os.environ[name].strip(), f"env:{name}", error) from None


def _without(source: str, shown: str, error: Exception) -> InputError:
    """The error with the name of the variable wherever its value stood."""
    found = {source}
    if "://" not in source:
        path = Path(source)
        found |= {str(path), str(path.expanduser()), str(path.expanduser().absolute()), path.name}
    # Messages quote what arrived as Python writes it, with its own marks escaped.
    for mark in ("", "'"):
        escaped = {text.replace("\\", "\\\\") for text in found}
        found |= {text.replace(mark, f"\\{mark}") for text in escaped} if mark else escaped
    secrets = sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True)

    def hide(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, shown)
        return text

    if not isinstance(error, InputError):
        reason = error.strerror if isinstance(error, OSError) else None
        return InputError(
            Problem(f"source '{shown}'", "must be readable", reason or type(error).__name__)
        )
    return InputError(
        [
            Problem(*(hide(part) for part in (each.subject, each.rule, each.found, each.remedy)))
            for each in error.problems
        ]
    )
