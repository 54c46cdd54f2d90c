"""Dated views of the customers: who could churn, and who then did not buy.

In a business without contracts nobody says that they leave. Churn is therefore a label with stated
dates: no purchase in a window of fixed length that begins after the day of the view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.clock import Horizon, StudyWindow, TimeUnit, parse_date
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.whole_numbers import whole_number

CHURNED = "churned"
MOST_SNAPSHOTS = 4
"""To learn from by default: what customers did long ago says less of what they do next."""
OUTSIDE = 1.5
"""How many times a window's length the log must reach back: a window that holds the whole history
means something else there than later on."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One dated view of the customers and the window in which they may buy again.

    Attributes
    ----------
    as_of
        Last day that features see (inclusive).
    horizon_days
        Length of the label window in days.
    gap_days
        Days between `as_of` and the label window: the time that acting on a score takes. Purchases
        in it count neither as features nor for the label.
    """

    as_of: date
    horizon_days: int
    gap_days: int = 0

    @property
    def label_first(self) -> date:
        """First day of the label window (inclusive)."""
        return self.as_of + timedelta(days=self.gap_days + 1)

    @property
    def label_last(self) -> date:
        """Last day of the label window (inclusive)."""
        return self.as_of + timedelta(days=self.gap_days + self.horizon_days)

    def at(self, day: date) -> Snapshot:
        """The same windows seen from another day."""
        return Snapshot(day, self.horizon_days, self.gap_days)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who is asked about: customers who had bought by the day of the snapshot.

    Attributes
    ----------
    least_purchases
        Purchase days that a customer must have had by then, at least 1.
    bought_within
        How recently the last of them must have been, such as ``"52 weeks"``; None asks about
        those who have been silent for any time as well.
    """

    least_purchases: int = 1
    bought_within: Horizon | None = None

    def places(self, history: PurchaseHistory, day: date) -> npt.NDArray[np.int64]:
        """The customers who are asked about, as places in `PurchaseHistory.ids`, ascending."""
        least = whole_number("least_purchases", self.least_purchases, 1)
        now = history.place(day)
        there = np.flatnonzero(history.bought_by(now) >= least)
        if self.bought_within is not None:
            within = span_days(self.bought_within, "bought_within")
            last = history.days[history.end_of(now, there) - 1]
            there = there[now - last < within]
        return there


def label_snapshot(
    history: PurchaseHistory, snapshot: Snapshot, eligibility: Eligibility | None = None
) -> pd.Series:
    """Who of the eligible customers did not buy in the label window.

    Parameters
    ----------
    history
        The purchases, which must cover the label window.
    snapshot
        The view.
    eligibility
        Who is asked about; by default everybody who had bought.

    Returns
    -------
    pandas.Series
        Named ``churned``, indexed by ``customer_id``, sorted: True for no purchase from
        `Snapshot.label_first` to `Snapshot.label_last`, both inclusive.

    Raises
    ------
    InputError
        When the log ends before the label window does: who was not seen long enough is not lost.

    Examples
    --------
    >>> import clvlab
    >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
    >>> churned = label_snapshot(history, Snapshot(date(1997, 12, 31), 91))
    >>> len(churned), round(churned.mean(), 3)
    (2357, np.float64(0.836))
    """
    if snapshot.label_last > history.last_day:
        raise InputError(
            Problem(
                f"the label window of the snapshot {snapshot.as_of}",
                f"must end by the last day seen, {history.last_day}",
                f"it ends on {snapshot.label_last}",
                "Choose an earlier snapshot or a shorter horizon.",
            )
        )
    there = (eligibility or Eligibility()).places(history, snapshot.as_of)
    before = history.bought_by(history.place(snapshot.label_first) - 1, there)
    bought = history.bought_by(history.place(snapshot.label_last), there)
    return pd.Series(bought == before, index=history.ids[there], name=CHURNED)


@dataclass(frozen=True, slots=True)
class SnapshotPlan:
    """Which days a study looks at the customers from; each outcome ends before the next use.

    Attributes
    ----------
    train
        Snapshots to learn from, in order.
    calibrate
        The snapshot on which probabilities are calibrated, after all of `train`.
    test
        The snapshot on which everything is judged, after `calibrate`.
    now
        The last day seen, whose customers are scored; its outcome is not known.
    """

    train: tuple[Snapshot, ...]
    calibrate: Snapshot
    test: Snapshot
    now: Snapshot

    def __post_init__(self) -> None:
        if not self.train:
            raise _problem("must have a snapshot to learn from", "got none")
        for snapshot in self.train:
            _require_after(snapshot, self.calibrate, "learning", "calibrating")
        _require_after(self.calibrate, self.test, "calibrating", "testing")
        _require_after(self.test, self.now, "testing", "scoring")

    def table(self) -> pd.DataFrame:
        """The plan as a table: ``use``, ``as_of``, ``label_first`` and ``label_last``."""
        uses = [*(("learn", one) for one in self.train), ("calibrate", self.calibrate)]
        uses += [("test", self.test), ("score", self.now)]
        return pd.DataFrame(
            [
                {
                    "use": use,
                    "as_of": pd.Timestamp(one.as_of),
                    "label_first": pd.Timestamp(one.label_first),
                    "label_last": pd.Timestamp(one.label_last),
                }
                for use, one in uses
            ]
        )


def plan_snapshots(
    history: PurchaseHistory,
    *,
    horizon: Horizon,
    gap: Horizon = "0 days",
    test: date | str | None = None,
    train: Sequence[date | str] | int = MOST_SNAPSHOTS,
    as_of: date | None = None,
) -> SnapshotPlan:
    """Lay out snapshots so that no outcome reaches into the use of a later one.

    Parameters
    ----------
    history
        The purchases.
    horizon, gap
        Lengths of the label window and of the time before it, such as ``"13 weeks"``.
    test
        Day of the test snapshot (inclusive); by default the last whose outcome is known by
        `as_of`. The snapshot for calibration lies as far before it as an outcome takes.
    train
        Days to learn from, or how many at most; these lie one label window and gap apart,
        the first with one and a half horizons of purchases before it, or with one where the log
        has no more.
    as_of
        Last day seen, the log's by default.

    Raises
    ------
    InputError
        When an outcome would not be over in time, or the log is too short.

    Examples
    --------
    >>> import clvlab
    >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
    >>> plan = plan_snapshots(history, horizon="13 weeks", test="1997-12-31")
    >>> [str(one.as_of) for one in plan.train], str(plan.calibrate.as_of)
    (['1997-07-02'], '1997-10-01')
    """
    view = Snapshot(as_of or history.last_day, span_days(horizon, "horizon"), gap_days(gap))
    step = timedelta(days=view.horizon_days + view.gap_days)
    last = view.as_of - step if test is None else parse_date(test, "test")
    calibrate = last - step
    if isinstance(train, int):
        days = _training_days(history, calibrate, step, view.horizon_days, train)
    else:
        days = sorted({parse_date(day, "train") for day in train})
    if not days:
        found = f"the log has {(view.as_of - history.origin).days + 1} days"
        rule = "must hold four horizons: one before learning, one each to learn, calibrate and test"
        raise InputError(Problem("the log", rule, found, "Choose a shorter horizon."))
    return SnapshotPlan(
        train=tuple(view.at(day) for day in days),
        calibrate=view.at(calibrate),
        test=view.at(last),
        now=view,
    )


def _training_days(
    history: PurchaseHistory, calibrate: date, step: timedelta, horizon: int, most: int
) -> list[date]:
    wanted = whole_number("train", most, 1)
    first = calibrate - step
    days: list[date] = []
    while len(days) < wanted and (first - history.origin).days + 1 >= OUTSIDE * horizon:
        days.append(first)
        first -= step
    if not days and (first - history.origin).days + 1 >= horizon:
        return [first]
    return days[::-1]


def span_days(horizon: Horizon, name: str) -> int:
    """A span such as ``"13 weeks"`` in whole days, at least one.

    Raises
    ------
    InputError
        For a number without a unit, a date, or less than a day.
    """
    days = _days_of(horizon, name)
    if days < 1:
        raise InputError(Problem(f"parameter '{name}'", "must be at least a day", f"{horizon!r}"))
    return days


def gap_days(gap: Horizon) -> int:
    """The gap in whole days, 0 or more."""
    return _days_of(gap, "gap")


def _days_of(span: Horizon, name: str) -> int:
    if not isinstance(span, str):
        remedy = 'Write it as in "13 weeks".'
        rule = "must be a span with its unit"
        raise InputError(Problem(f"parameter '{name}'", rule, f"got {span!r}", remedy))
    return round(StudyWindow(TimeUnit.DAY).horizon_days(span, name))


def _require_after(earlier: Snapshot, later: Snapshot, use: str, next_use: str) -> None:
    if earlier.label_last > later.as_of:
        rule = f"must have its outcome by the day of the one for {next_use}, {later.as_of}"
        found = f"the outcome of {earlier.as_of}, for {use}, is known on {earlier.label_last}"
        raise _problem(rule, found)


def _problem(rule: str, found: str) -> InputError:
    return InputError(Problem("the plan of snapshots", rule, found))
