"""A figure over time as a line the size of a word."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from html import escape

from clvlab.reports.writing.words import word

WIDTH, HEIGHT, MARGIN = 120, 28, 3

Point = tuple[date, float]


def sparkline_html(points: Sequence[Point], label: str, show: Callable[[float], str]) -> str:
    """An inline drawing that takes its colours from the page; nothing for fewer than two points.

    Parameters
    ----------
    points
        Days and finite values, the earliest first.
    label
        What the values are; with their range it is the drawing's accessible name.
    show
        Writes a value for that name.

    Examples
    --------
    >>> html = sparkline_html([(date(2024, 1, 31), 1.0), (date(2024, 2, 29), 3.0)], "Buyers", str)
    >>> html[html.index("aria-label"):html.index("viewBox")]
    'aria-label="Buyers from 2024-01-31 to 2024-02-29: lowest 1.0, highest 3.0, last 3.0" '
    >>> sparkline_html([(date(2024, 1, 31), 1.0)], "Buyers", str)
    ''
    """
    known = [(day, value) for day, value in points if math.isfinite(value)]
    if len(known) < 2:
        return ""
    places = _places(known)
    line = " ".join(f"{x:g},{y:g}" for x, y in places)
    x, y = places[-1]
    return (
        f'<svg class="clv-line" role="img" aria-label="{escape(_spoken(known, label, show))}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<polyline points="{line}"/><circle cx="{x:g}" cy="{y:g}" r="2.6"/></svg>'
    )


def _places(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Where the points stand in the drawing: days to scale, values from lowest to highest."""
    days = [day.toordinal() for day, _ in points]
    values = [value for _, value in points]
    across = max(days[-1] - days[0], 1)
    low, span = min(values), max(values) - min(values)
    heights = [(value - low) / span if span else 0.5 for value in values]
    wide, high = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    return [
        (round(MARGIN + wide * (day - days[0]) / across, 1), round(MARGIN + high * (1 - up), 1))
        for day, up in zip(days, heights, strict=True)
    ]


def _spoken(points: Sequence[Point], label: str, show: Callable[[float], str]) -> str:
    values = [value for _, value in points]
    return word(
        "sparkline",
        label=label,
        first_day=points[0][0],
        last_day=points[-1][0],
        lowest=show(min(values)),
        highest=show(max(values)),
        last=show(values[-1]),
    )
