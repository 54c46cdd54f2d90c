"""What a key figure would be if nothing had changed: its expected range, with a known false alarm.

Counts and money are expected from their own past: a regression on level, trend and season gives
the limits of a new value. Shares and scores carry their own sampling error, and are compared with
what they were before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import betabinom, poisson, t

from clvlab.clock import share_of_the_year
from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]

LONGEST = {"day": 182, "week": 156, "month": 48, "quarter": 32}
"""How many periods back the past is looked at: old habits are no habits."""
SEASONAL = {"week": 104, "month": 24, "quarter": 8}
"""Periods of past from which on a season is looked for: two whole years."""
FEWEST = 8
"""Degrees of freedom below which no range is given."""


@dataclass(frozen=True)
class Range:
    """Where a figure is expected.

    Attributes
    ----------
    expected, lower, upper
        In the figure's own unit; missing where there is no range.
    why_none
        Why there is none; empty where there is one.
    """

    expected: float
    lower: float
    upper: float
    why_none: str = ""

    @classmethod
    def none(cls, why: str) -> Range:
        """No range."""
        return cls(np.nan, np.nan, np.nan, why)

    def verdict(self, value: float) -> str:
        """``"above"``, ``"below"``, ``"as expected"``, or nothing where that can't be said."""
        if np.isnan(self.lower) or np.isnan(value):
            return ""
        return "above" if value > self.upper else "below" if value < self.lower else "as expected"


def range_of_flow(
    past: pd.Series, day: pd.Timestamp, period: str, *, level: float, count: bool
) -> Range:
    r"""Limits of a new count or sum of money, from the same figure in earlier periods.

    The past, on the scale on which its spread is even (square root of counts, Anscombe 1948;
    logarithm of money), is regressed on a constant, a trend, and the season: the weekday for
    days, one yearly wave for longer periods. The limits are those of a new observation,

    .. math:: \hat y \pm t_{n-p} \, s \sqrt{1 + x' (X'X)^{-1} x},

    exact for independent normal errors. A count has at least the spread of a Poisson number.

    Parameters
    ----------
    past
        Values of earlier periods, indexed by their last days; missing ones are left out.
    day
        Last day of the period that is judged.
    period
        ``"day"``, ``"week"``, ``"month"`` or ``"quarter"``.
    level
        Chance of a false alarm, between 0 and 1.
    count
        Whether it is a count; otherwise a sum of money.

    Raises
    ------
    InputError
        When the level is not between 0 and 1.

    Examples
    --------
    >>> ends = pd.date_range("2022-01-31", periods=24, freq="ME")
    >>> past = pd.Series(np.tile([90.0, 110.0], 12), ends)
    >>> found = range_of_flow(past, pd.Timestamp("2024-01-31"), "month", level=0.1, count=True)
    >>> round(found.lower), round(found.upper), found.verdict(180)
    (81, 124, 'above')
    """
    _check(level)
    seen = past.dropna().iloc[-LONGEST[period] :]
    days = pd.DatetimeIndex([*seen.index, day])
    design = _design(days, period, len(seen))
    freedom = len(seen) - design.shape[1]
    if freedom < FEWEST:
        return Range.none(f"needs {FEWEST - freedom} more periods of past")
    scale = _Scale.of(seen.to_numpy(dtype=np.float64), count=count)
    y = scale.to(seen.to_numpy(dtype=np.float64))
    x, new = design[:-1], design[-1]
    inverse = np.linalg.pinv(x.T @ x)
    slope = inverse @ (x.T @ y)
    spread = float(np.sqrt(np.sum((y - x @ slope) ** 2) / freedom * (1 + new @ inverse @ new)))
    middle, reach = float(new @ slope), float(t.ppf(1 - level / 2, freedom)) * spread
    expected, lower, upper = (scale.back(middle + side * reach) for side in (0, -1, 1))
    if count:
        lower = min(lower, float(poisson.ppf(level / 2, expected)))
        upper = max(upper, float(poisson.ppf(1 - level / 2, expected)))
        lower, upper = float(np.ceil(lower)), float(np.floor(upper))
    return Range(expected, lower, upper)


def range_of_level(past: pd.Series, period: str, *, level: float) -> Range:
    """Limits of a stock, such as customers or debts, from its changes in earlier periods.

    Parameters
    ----------
    past, period, level
        As in `range_of_flow`; the last of the past is where the stock stood before.
    """
    _check(level)
    seen = past.dropna()
    if not len(seen):
        return Range.none(f"needs {FEWEST} more periods of past")
    changes = seen.diff().dropna().iloc[-LONGEST[period] :]
    freedom = len(changes) - 1
    if freedom < FEWEST:
        return Range.none(f"needs {FEWEST - freedom} more periods of past")
    spread = float(changes.std(ddof=1)) * float(np.sqrt(1 + 1 / len(changes)))
    reach = float(t.ppf(1 - level / 2, freedom)) * spread
    middle = float(seen.iloc[-1] + changes.mean())
    least = 0.0 if (seen >= 0).all() else -np.inf
    return Range(middle, max(middle - reach, least), middle + reach)


def range_of_share(before: tuple[float, float], of: float, *, level: float) -> Range:
    """Limits of a share of `of` cases, from how many of how many it was before.

    The chance is a Beta around the earlier share (Jeffreys' prior), so the number of cases is
    beta-binomial.

    Parameters
    ----------
    before
        How often it happened, and of how many.
    of
        How many it is of now.
    level
        Chance of a false alarm at most, between 0 and 1.

    Examples
    --------
    >>> found = range_of_share((40, 100), 25, level=0.1)
    >>> round(found.lower, 2), round(found.upper, 2)
    (0.24, 0.6)
    """
    _check(level)
    happened, all_of = before
    if not all_of > 0 or not of > 0:
        return Range.none("needs cases now and before")
    law = betabinom(int(of), happened + 0.5, all_of - happened + 0.5)
    return Range(
        happened / all_of, float(law.ppf(level / 2)) / of, float(law.ppf(1 - level / 2)) / of
    )


def range_of_mean(
    before: tuple[float, float, float], now: tuple[float, float, float], *, level: float
) -> Range:
    """Limits of a mean of answers, from other answers before (Welch 1947).

    Parameters
    ----------
    before, now
        Number of respondents, their mean and their variance.
    level
        Chance of a false alarm, between 0 and 1.

    Examples
    --------
    >>> found = range_of_mean((100, 0.70, 0.04), (100, 0.60, 0.04), level=0.05)
    >>> round(found.lower, 3), found.verdict(0.60)
    (0.644, 'below')
    """
    _check(level)
    (n0, mean0, var0), (n1, _, var1) = before, now
    if n0 < 2 or n1 < 2:
        return Range.none("needs respondents now and a year before")
    a, b = var0 / n0, var1 / n1
    if not a + b > 0:
        return Range.none("needs answers that differ")
    freedom = (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1))
    reach = float(t.ppf(1 - level / 2, freedom) * np.sqrt(a + b))
    return Range(mean0, mean0 - reach, mean0 + reach)


def _check(level: float) -> None:
    if not 0 < level < 1:
        rule = "must be between 0 and 1"
        raise InputError(Problem("parameter 'level'", rule, f"got {level!r}"))


@dataclass(frozen=True)
class _Scale:
    """The scale on which the spread is even."""

    kind: str

    @classmethod
    def of(cls, values: Array, *, count: bool) -> _Scale:
        return cls("log" if not count and (values > 0).all() else "root")

    def to(self, values: Array) -> Array:
        if self.kind == "log":
            return np.log(values)
        return np.sqrt(np.maximum(values, 0.0) + 0.375)

    def back(self, value: float) -> float:
        if self.kind == "log":
            return float(np.exp(value))
        return max(float(max(value, 0.0) ** 2 - 0.375), 0.0)


def _design(days: pd.DatetimeIndex, period: str, seen: int) -> Array:
    """Constant, trend and season; the last row is the period that is judged."""
    trend = np.linspace(-1.0, 1.0, len(days))
    columns = [np.ones(len(days)), trend]
    if period == "day":
        columns += [(days.day_of_week == one).astype(float) for one in range(1, 7)]
    elif seen >= SEASONAL[period]:
        angle = 2 * np.pi * share_of_the_year(days).to_numpy()
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)
