"""The unit and the range that a parameter's comment states in brackets at its end."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.errors import InputError

_BRACKET = re.compile(r"\s*\[(?P<inside>[^\[\]]*)\]\s*$")
_COMPARISON = re.compile(r"(?P<sign>>=|<=|>|<)\s*(?P<number>[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)")
_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_WORDS = {">=": "at least", "<=": "at most", ">": "over", "<": "under"}
_SPAN = "span"


@dataclass(frozen=True, slots=True)
class Range:
    """What a parameter is measured in and which values make sense.

    Attributes
    ----------
    unit
        What the value counts: ``share``, ``draws``, or ``span`` for a length of time such as
        ``"52 weeks"``. Words that stand for themselves are named as in ``half or span``.
    bounds
        Signs and numbers that the value is compared with.
    """

    unit: str = ""
    bounds: tuple[tuple[str, float], ...] = ()

    @property
    def is_span(self) -> bool:
        """Whether the value is a length of time."""
        return bool(self._spans)

    @property
    def in_words(self) -> str:
        """The bounds as read aloud; empty without any."""
        words = " and ".join(f"{_WORDS[sign]} {number:g}" for sign, number in self.bounds)
        if not self._spans:
            return words
        instead = [f"'{word}'" for word in self._spans[:-1]]
        return " or ".join([*instead, 'a span such as "52 weeks"'])

    @property
    def _spans(self) -> list[str]:
        """The alternatives of a span, itself the last; empty for another unit."""
        words = [word.strip() for word in self.unit.split(" or ")]
        return words if words[-1] == _SPAN else []

    def holds(self, value: object) -> bool:
        """Whether a value of the right type makes sense; None always does."""
        if value is None:
            return True
        if self._spans and not (value in self._spans[:-1] or _is_span(value)):
            return False
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return all(_SIGNS[sign](value, number) for sign, number in self.bounds)
        return True


NO_RANGE = Range()
"""That of a parameter whose comment does not state one."""


def _is_span(value: object) -> bool:
    if not isinstance(value, (int, float, str)):
        return False
    try:
        return StudyWindow(TimeUnit.DAY).horizon_days(value) > 0
    except InputError:
        return _is_date(value)


def _is_date(value: object) -> bool:
    return bool(re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", str(value)))


def split_comment(comment: str) -> tuple[str, Range]:
    """The help text of a parameter's comment, and the range at its end.

    Raises
    ------
    ValueError
        When the brackets hold a comparison that is not understood.

    Examples
    --------
    >>> words, allowed = split_comment("effective rate a year [share, >= 0, < 1]")
    >>> words, allowed.unit, allowed.in_words
    ('effective rate a year', 'share', 'at least 0 and under 1')
    >>> allowed.holds(0.1), allowed.holds(10)
    (True, False)
    """
    found = _BRACKET.search(comment)
    if found is None:
        return comment, NO_RANGE
    units, bounds = [], []
    for part in found["inside"].split(","):
        if not part.strip()[:1] or part.strip()[0] not in "<>":
            units.append(part.strip())
            continue
        comparison = _COMPARISON.fullmatch(part.strip())
        if comparison is None:
            raise ValueError(part.strip())
        bounds.append((comparison["sign"], float(comparison["number"])))
    return comment[: found.start()], Range(", ".join(units), tuple(bounds))
