"""Where the calibration ends when nobody says."""

from __future__ import annotations

from datetime import date, timedelta

from clvlab.clock import parse_date
from clvlab.data import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import DATE


def split_days(
    log: TransactionLog,
    *,
    calibration_end: date | str | None = None,
    as_of: date | str | None = None,
) -> tuple[date, date]:
    """Calibration end and last day seen, completed where they are not given.

    Parameters
    ----------
    log
        The purchases.
    calibration_end
        By default the last day of the first half of the days up to `as_of`: the split on which
        the CDNOW results of the literature rest.
    as_of
        Last day seen; by default the day of the log's last purchase.

    Returns
    -------
    tuple of date
        The calibration end and the last day seen, which ends the holdout.

    Raises
    ------
    InputError
        When there are not two days to split.

    Examples
    --------
    >>> import clvlab
    >>> [day.isoformat() for day in split_days(clvlab.load_cdnow(sample=True))]
    ['1997-09-30', '1998-06-30']
    """
    dates = log.table[DATE]
    first, last = dates.min().date(), dates.max().date()
    seen = last if as_of is None else parse_date(as_of, "as_of")
    if calibration_end is not None:
        return parse_date(calibration_end, "calibration_end"), seen
    if seen <= first:
        raise InputError(
            Problem(
                "the log",
                "must span at least two days to be split into calibration and holdout",
                f"it begins on {first} and is seen until {seen}",
                "Observe for longer, or choose a later as_of.",
            )
        )
    return first + timedelta(days=((seen - first).days + 1) // 2 - 1), seen
