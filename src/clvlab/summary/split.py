"""How the as-of day sets the windows: where the calibration ends, and whom a model is fitted to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from clvlab.clock import StudyWindow, TimeUnit, days_since, parse_date
from clvlab.data import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import DATE
from clvlab.summary.customer_summary import CustomerSummary

HALF = "half"
NONE = "none"
EVERYTHING = "everything"


def split_days(
    log: TransactionLog,
    *,
    calibration_end: date | str | None = None,
    as_of: date | str | None = None,
    holdout: str = HALF,
    unit: TimeUnit | str = TimeUnit.WEEK,
) -> tuple[date, date]:
    """Calibration end and last day seen, completed where they are not given.

    Parameters
    ----------
    log
        The purchases.
    calibration_end
        A fixed day, which does not move with `as_of`; goes before `holdout`.
    as_of
        Last day seen; by default the day of the log's last purchase.
    holdout
        Without a fixed day, how long the holdout is that ends on `as_of`: ``"half"`` of the days
        up to then (the split on which the CDNOW results of the literature rest), or a span such
        as ``"26 weeks"``, which rolls with `as_of`; ``"none"`` takes everything for calibration. A
        span is rounded to whole days.
    unit
        Unit of a span that is a number without one.

    Returns
    -------
    tuple of date
        The calibration end and the last day seen, which ends the holdout; the same day twice
        without one.

    Raises
    ------
    InputError
        When there are not two days to split, or the span leaves no day of calibration.

    Examples
    --------
    >>> import clvlab
    >>> log = clvlab.load_cdnow(sample=True)
    >>> [day.isoformat() for day in split_days(log)]
    ['1997-09-30', '1998-06-30']
    >>> [day.isoformat() for day in split_days(log, as_of="1998-05-31", holdout="26 weeks")]
    ['1997-11-30', '1998-05-31']
    """
    dates = log.table[DATE]
    first, last = dates.min().date(), dates.max().date()
    seen = last if as_of is None else parse_date(as_of, "as_of")
    if calibration_end is not None:
        return parse_date(calibration_end, "calibration_end"), seen
    if holdout == NONE:
        return seen, seen
    if seen <= first:
        raise InputError(
            Problem(
                "the log",
                "must span at least two days to be split into calibration and holdout",
                f"it begins on {first} and is seen until {seen}",
                "Observe for longer, or choose a later as_of.",
            )
        )
    if holdout == HALF:
        return first + timedelta(days=((seen - first).days + 1) // 2 - 1), seen
    end = seen - timedelta(days=_whole_days(holdout, "holdout", HALF, unit))
    if end < first:
        raise InputError(
            Problem(
                "parameter 'holdout'",
                "must leave at least one day of calibration before it",
                f"got {holdout!r}, and the log begins on {first} and is seen until {seen}",
                "Choose a shorter span, or a later as_of.",
            )
        )
    return end, seen


def customers_to_fit(summary: CustomerSummary, fit_on: str = EVERYTHING) -> CustomerSummary:
    """The customers that a model is fitted to; what it says is then applied to all of them.

    Customers are chosen by when they came and by nothing that they did since, and keep their
    whole history, so that the fit describes everybody who came in that time, those who left at
    once included.

    Parameters
    ----------
    summary
        One row per customer.
    fit_on
        ``"everything"``, or a span such as ``"104 weeks"``: only those whose first purchase lies
        within that span up to the calibration end, the last day included. It rolls with it.

    Returns
    -------
    CustomerSummary
        The same window with the chosen rows, in their order.

    Raises
    ------
    InputError
        When the span is not understood or nobody came within it.

    Examples
    --------
    >>> import clvlab
    >>> base = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> len(base), len(customers_to_fit(base, "30 weeks"))
    (2357, 600)
    """
    if fit_on == EVERYTHING:
        return summary
    _, end = summary.window.calendar()
    days = _whole_days(fit_on, "fit_on", EVERYTHING, summary.window.unit)
    recent = days_since(summary.table["first_purchase"], end) > -days
    if not recent.any():
        latest = summary.table["first_purchase"].max().date()
        raise InputError(
            Problem(
                "parameter 'fit_on'",
                "must reach back to when customers came",
                f"got {fit_on!r} up to {end}, and the latest customer came on {latest}",
                f'Choose a longer span, or "{EVERYTHING}".',
            )
        )
    return replace(summary, table=summary.table[recent])


def describe_windows(
    *,
    calibration_end: date | str | None = None,
    holdout: str = HALF,
    fit_on: str = EVERYTHING,
) -> str:
    """How the windows were set, in words for a page; takes what `split_days` was given.

    Examples
    --------
    >>> print(describe_windows(holdout="26 weeks", fit_on="104 weeks"))
    The holdout is the last 26 weeks up to the as-of day and rolls with it. The models are fitted
    to the customers who came in the last 104 weeks; all customers are scored.
    """
    if calibration_end is not None:
        end = parse_date(calibration_end, "calibration_end")
        held = f"The holdout begins after a fixed day, {end}, and grows with the as-of day."
    elif holdout == NONE:
        held = "There is no holdout: everything up to the as-of day is calibration."
    elif holdout == HALF:
        held = "The holdout is the second half of the days up to the as-of day and grows with it."
    else:
        held = f"The holdout is the last {holdout} up to the as-of day and rolls with it."
    if fit_on == EVERYTHING:
        return f"{held} The models are fitted to all customers of their window."
    return (
        f"{held} The models are fitted to the customers who came in the last {fit_on}; "
        "all customers are scored."
    )


def _whole_days(span: str, name: str, otherwise: str, unit: TimeUnit | str) -> int:
    """A span that rolls with a day, in whole days; a fixed date is none."""
    try:
        days = round(StudyWindow(TimeUnit.parse(unit)).horizon_days(span, name))
    except InputError:
        days = 0
    if days < 1:
        raise InputError(
            Problem(
                f"parameter '{name}'",
                f'must be "{otherwise}" or a span of at least a day',
                f"got {span!r}",
                'Write it as in "26 weeks".',
            )
        )
    return days
