"""Periods of contracts and opportunities: their length and their discount rate."""

from __future__ import annotations

import math

import numpy as np

from clvlab.clock import StudyWindow, TimeUnit, log_discount_per_day
from clvlab.errors import InputError, Problem


def period_days_of(period: str | None) -> float | None:
    """Length in days of a period such as ``"month"`` or ``"3 months"``.

    Raises
    ------
    InputError
        When it is not a positive length of time with its unit.

    Examples
    --------
    >>> period_days_of("week"), period_days_of("2 weeks"), period_days_of(None)
    (7.0, 14.0, None)
    """
    if period is None:
        return None
    text = str(period).strip()
    if text[:1].isalpha():
        return TimeUnit.parse(text).days
    days = StudyWindow(TimeUnit.DAY).horizon_days(text, "period")
    if days <= 0 or text.replace(".", "", 1).isdigit():
        raise InputError(
            Problem(
                "parameter 'period'",
                "must be a positive length of time with its unit",
                f"got {period!r}",
                'Write it as in "month" or "3 months".',
            )
        )
    return days


def discount_rate_per_period(
    annual_discount_rate: float | None,
    period_discount_rate: float | None,
    period_days: float | None,
) -> float:
    """The discount rate of one period, from exactly one of an annual rate and its own.

    Raises
    ------
    InputError
        When none or both are given, a rate is not between 0 and 1, or a period of unknown length
        meets an annual rate.

    Examples
    --------
    >>> round(discount_rate_per_period(0.10, None, 365.25), 12)
    0.1
    >>> discount_rate_per_period(None, 0.02, None)
    0.02
    """
    if (annual_discount_rate is None) == (period_discount_rate is None):
        raise InputError(
            Problem(
                "the discount rate",
                "must be given once, as annual_discount_rate or as period_discount_rate",
                "got none" if annual_discount_rate is None else "got both",
                "Pass annual_discount_rate=0 for no discounting.",
            )
        )
    if annual_discount_rate is None:
        rate = period_discount_rate
        if not isinstance(rate, (int, float, np.number)) or not 0 <= rate <= 1:
            raise InputError(
                Problem(
                    "parameter 'period_discount_rate'",
                    "must be an effective rate per period between 0 and 1",
                    f"got {rate!r}",
                    "Two percent a period is 0.02.",
                )
            )
        return float(rate)
    log_discount = log_discount_per_day(annual_discount_rate)
    if log_discount == 0:
        return 0.0
    if period_days is None:
        raise InputError(
            Problem(
                "parameter 'annual_discount_rate'",
                "must meet periods whose length is known",
                "the model was fitted without one",
                'Fit with period="month", or pass period_discount_rate.',
            )
        )
    return math.expm1(log_discount * period_days)
