"""Numbers of purchases and periods that a user asks for."""

from __future__ import annotations

import numpy as np

from clvlab.errors import InputError, Problem

FARTHEST = 1_000_000
"""Number beyond which one is taken for something else, such as a date."""


def whole_number(name: str, value: int, least: int) -> int:
    """A whole number of purchases or periods, or an error that names the parameter."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if whole and least <= value <= FARTHEST:
        return int(value)
    raise InputError(
        Problem(
            f"parameter '{name}'",
            f"must be a whole number from {least} to {FARTHEST:,}",
            f"got {value!r}",
        )
    )
