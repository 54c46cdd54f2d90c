"""Lengths of time and amounts of memory as people write them: "30 minutes", "4 GB"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_WRITTEN = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-z]+)\s*")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_BYTES = {"mb": 1e6, "gb": 1e9, "mib": 1024**2, "gib": 1024**3}

TIME_RULE = 'must be a length of time such as "30 minutes" or "2 hours"'
MEMORY_RULE = 'must be an amount of memory such as "4 GB" or "800 MB"'


def read_seconds(written: object) -> float:
    """A length of time in seconds; over zero.

    Raises
    ------
    ValueError
        When it is not a number with one of second, minute, hour behind it; the message is the
        rule.

    Examples
    --------
    >>> read_seconds("30 minutes"), read_seconds("1.5 hours")
    (1800.0, 5400.0)
    """
    return _read(written, _SECONDS, TIME_RULE, plural=True)


def read_bytes(written: object) -> int:
    """An amount of memory in bytes; over zero.

    Raises
    ------
    ValueError
        When it is not a number with one of MB, GB, MiB, GiB behind it; the message is the rule.

    Examples
    --------
    >>> read_bytes("4 GB"), read_bytes("512 MiB")
    (4000000000, 536870912)
    """
    return int(_read(written, _BYTES, MEMORY_RULE, plural=False))


def _read(written: object, units: Mapping[str, float], rule: str, *, plural: bool) -> float:
    match = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError(rule)
    unit = match["unit"].lower()
    size = units.get(unit.removesuffix("s") if plural else unit)
    if size is None or not 0 < float(match["number"]) * size < math.inf:
        raise ValueError(rule)
    return float(match["number"]) * size
