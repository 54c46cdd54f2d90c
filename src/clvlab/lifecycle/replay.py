"""Stages replayed month by month from the log alone, with a memory that noise can't shake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, period_end
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.stages import StageParameters, stages_at, stages_of
from clvlab.lifecycle.standing import PurchaseDays, standing_at
from clvlab.lifecycle.transitions import Transitions, transitions_of
from clvlab.models import TransactionModel
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.period import ORDERS, calendar_periods

Codes = npt.NDArray[np.int64]
ABSENT = -1
SOON = 3
"""Dates within which a change that is taken back was probably none."""


@dataclass(frozen=True)
class StageHistory:
    """The stage of every customer at every date of a grid.

    Attributes
    ----------
    scheme
        Name of the scheme.
    stages
        Names of its stages.
    labels
        Indexed by ``customer_id``, sorted; one column per date (datetime64), categorical, missing
        before the first purchase.
    instability
        Share of changes of stage that were taken back within three dates: what is left of noise.
    """

    scheme: str
    stages: tuple[str, ...]
    labels: pd.DataFrame
    instability: float

    @property
    def dates(self) -> list[date]:
        """The dates, in order."""
        return [day.date() for day in pd.DatetimeIndex(self.labels.columns)]

    def current(self) -> pd.Series:
        """The stage of each customer at the last date, named ``stage``."""
        return self.labels.iloc[:, -1].rename("stage")

    def counts(self) -> pd.DataFrame:
        """Customers by stage: indexed by ``date``, one column per stage."""
        counted = {
            day: self.labels[day].value_counts().reindex(list(self.stages), fill_value=0)
            for day in self.labels
        }
        return pd.DataFrame(counted).T.rename_axis("date")

    def moves_between(self, dates: int = 4, apart: int = 3) -> pd.DataFrame:
        """Customers by their stages at two dates that follow each other, for an alluvial picture.

        Parameters
        ----------
        dates
            How many dates at most, the last one included.
        apart
            How many dates of the grid lie between two of them.

        Returns
        -------
        pandas.DataFrame
            ``from_date``, ``to_date``, ``from_stage``, ``to_stage``, ``customers``; of customers
            who were there at both. Without rows where there is one date only.
        """
        days = list(self.labels.columns[::-1][::apart][:dates][::-1])
        found = []
        for one, other in pairwise(days):
            pair = self.labels[[one, other]].dropna()
            sizes = pair.groupby([one, other], observed=True).size()
            rows = sizes.rename_axis(["from_stage", "to_stage"]).rename("customers").reset_index()
            found.append(rows.assign(from_date=one, to_date=other))
        names = ["from_date", "to_date", "from_stage", "to_stage", "customers"]
        if not found:
            return pd.DataFrame(columns=names)
        return pd.concat(found, ignore_index=True)[names]

    def transitions(self) -> Transitions:
        """How customers moved; see `transitions_of`."""
        return transitions_of(self.labels, self.stages)


def replay_stages(
    log: TransactionLog,
    scheme: str,
    model: TransactionModel,
    *,
    as_of: date,
    since: date | None = None,
    horizon: Horizon = "13 weeks",
    confirmations: int = 2,
    recovery_months: int = 3,
    parameters: StageParameters | None = None,
) -> StageHistory:
    """Find the stage of every customer at the end of each month, from what was bought by then.

    The parameters of the model are those of today; only purchases up to each date are used with
    them. A customer keeps a stage until the rules have said otherwise `confirmations` times in a
    row; entering life, its end and coming back are taken at their first sight. Whoever buys after
    termination is in recovery for `recovery_months`, or until the rules see another end.

    Parameters
    ----------
    log
        The purchases; those after `as_of` are not looked at.
    scheme
        One of `SCHEMES`.
    model
        A fitted model of purchases.
    as_of
        The last date. Where it is no end of a month, the dates are the same days of the earlier
        months' ends and `as_of` itself.
    since
        First day to look at, by default the log's first.
    horizon
        How far ahead the chance of a purchase looks.
    confirmations
        How often in a row a new stage must be seen, at least 1.
    recovery_months
        Length of recovery, in dates of the grid.
    parameters
        The numbers in the rules.

    Raises
    ------
    InputError
        For an unknown scheme, a wrong number, or when no month has ended.
    """
    purchases = PurchaseDays.of(log, as_of)

    def stand(day: date) -> pd.DataFrame:
        return standing_at(purchases, day, model=model, horizon=horizon)

    dates = month_ends_until(since or purchases.origin.date(), as_of)
    memory = confirmations, recovery_months
    return remembered(scheme, purchases.ids, dates, stand, memory, parameters)


def remembered(
    scheme: str,
    ids: pd.Index,
    dates: Sequence[date],
    stand: Callable[[date], pd.DataFrame | None],
    memory: tuple[int, int],
    parameters: StageParameters | None,
) -> StageHistory:
    """Labels at some dates from how customers stood on each, with the memory of `replay_stages`.

    Parameters
    ----------
    scheme
        One of `SCHEMES`.
    ids
        All customers who ever stand anywhere.
    dates
        The dates, in order.
    stand
        How customers stood on a date (`standing_at`); None where nothing can be said yet, so that
        nobody has a label.
    memory
        Confirmations, and dates of recovery.
    parameters
        The numbers in the rules.
    """
    stages = tuple(stage.name for stage in stages_of(scheme))
    for name, value in zip(("confirmations", "recovery_months"), memory, strict=True):
        if value < 1:
            raise InputError(Problem(f"parameter '{name}'", "must be at least 1", f"got {value!r}"))
    remembers = _Memory(stages, len(ids), *memory)
    labels = []
    for day in dates:
        standing = stand(day)
        raw, orders = np.full(len(ids), ABSENT), np.zeros(len(ids), dtype=np.int64)
        if standing is not None:
            rows = ids.get_indexer(standing.index)
            raw[rows] = stages_at(standing, scheme, parameters).cat.codes.to_numpy()
            orders[rows] = standing[ORDERS].to_numpy()
        labels.append(remembers.after(raw, orders))
    codes = np.column_stack(labels)
    there, kind = codes[:, -1] != ABSENT, pd.CategoricalDtype(list(stages))
    frame = pd.DataFrame(
        {
            pd.Timestamp(day): pd.Categorical.from_codes(codes[there, place], dtype=kind)
            for place, day in enumerate(dates)
        },
        index=ids[there],
    )
    frame.index.name = CUSTOMER_ID
    return StageHistory(scheme, stages, frame, _instability(codes))


class _Memory:
    """What is remembered of each customer from date to date."""

    def __init__(self, stages: tuple[str, ...], n: int, confirmations: int, recovery: int) -> None:
        self.label = np.full(n, ABSENT)
        self.asked = np.full(n, ABSENT)
        self.times = np.zeros(n, dtype=np.int64)
        self.recovering = np.zeros(n, dtype=np.int64)
        self.orders = np.zeros(n, dtype=np.int64)
        self.confirmations, self.recovery = confirmations, recovery
        self.end = stages.index("termination") if "termination" in stages else None
        self.back = stages.index("recovery") if "recovery" in stages else None

    def after(self, raw: Codes, orders: Codes) -> Codes:
        """The labels of a date, from what the rules say of it."""
        self.times = np.where(raw == self.asked, self.times + 1, 1)
        self.asked = raw
        enters = (self.label == ABSENT) & (raw != ABSENT)
        change = (raw != self.label) & (self.times >= self.confirmations)
        at_once = enters | (raw == self.end) if self.end is not None else enters
        new = np.where(change | at_once, raw, self.label)
        if self.back is not None and self.end is not None:
            returned = (self.label == self.end) & (orders > self.orders) & (raw != self.end)
            self.recovering = np.where(returned, self.recovery, np.maximum(self.recovering - 1, 0))
            self.recovering[raw == self.end] = 0
            new = np.where(self.recovering > 0, self.back, new)
            over = (self.label == self.back) & (self.recovering == 0)
            new = np.where(over, raw, new)
            # Nobody leaves the end without buying, whatever the rules say of the rest.
            new = np.where((self.label == self.end) & ~returned, self.end, new)
        self.label, self.orders = new, orders
        return np.asarray(new)


def month_ends_until(first: date, as_of: date) -> list[date]:
    """Ends of months from a day on, and the last day itself."""
    ends = [period.last for period in calendar_periods(first, as_of, "month")]
    if period_end(first, "month") <= as_of and (not ends or ends[0] != period_end(first, "month")):
        ends.insert(0, period_end(first, "month"))
    if not ends or ends[-1] != as_of:
        ends.append(as_of)
    return ends


def _instability(codes: Codes) -> float:
    """Share of changes that are taken back within a few dates."""
    changed = taken_back = 0
    for t in range(1, codes.shape[1]):
        before, now = codes[:, t - 1], codes[:, t]
        moved = (before != ABSENT) & (now != before)
        soon = codes[:, t + 1 : t + 1 + SOON]
        changed += int(moved.sum())
        taken_back += int((moved & (soon == before[:, None]).any(axis=1)).sum())
    return taken_back / max(changed, 1)
