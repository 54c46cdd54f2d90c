"""What was published of each month, against what is said of it today.

A label of the past is restated whenever it is replayed: with parameters fitted to all that is known
today. What a report of that month would have shown rests on parameters fitted to what was known
then. The difference is not noise of customers but of the method, and it is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, TimeUnit
from clvlab.data.log import TransactionLog
from clvlab.lifecycle.replay import StageHistory, remembered
from clvlab.lifecycle.stages import StageParameters
from clvlab.lifecycle.standing import PurchaseDays, histories_at, standing_at
from clvlab.models import TransactionModel
from clvlab.schema import FREQUENCY

STEPS_A_YEAR = 12
"""Labels are given once a month."""


@dataclass(frozen=True)
class PublishedStages:
    """Labels as they were published and as they are restated today, on the same dates.

    Attributes
    ----------
    published
        The labels of each date from purchases and parameters known then; customers have none
        while too little was known for a fit.
    restated
        The same dates replayed with the parameters of the as-of date.
    """

    published: StageHistory
    restated: StageHistory

    def by_month(self) -> pd.DataFrame:
        """How many labels of each month were restated.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``date``: ``customers`` (with a published label), ``restated`` (of them,
            who have another label today), ``share``.
        """
        crossed = self._crossed()
        many = crossed.sum(axis=(1, 2))
        table = pd.DataFrame(
            {"customers": many, "restated": many - np.trace(crossed, axis1=1, axis2=2)},
            index=self.published.labels.columns,
        )
        table["share"] = table["restated"] / table["customers"].where(table["customers"] > 0)
        return table.rename_axis("date")

    def cross(self) -> pd.DataFrame:
        """Customer-months by the published stage (rows) and the restated one (columns)."""
        stages = list(self.published.stages)
        total = self._crossed().sum(axis=0)
        table = pd.DataFrame(total, index=stages, columns=stages)
        return table.rename_axis(index="published", columns="restated")

    def describe(self) -> dict[str, float]:
        """``labels`` (customer-months published), ``restated`` (share with another label today),
        ``flips_published`` and ``flips_restated`` (changes of stage per customer and year).
        """
        table = self.by_month()
        labels = int(table["customers"].sum())
        return {
            "labels": labels,
            "restated": float(table["restated"].sum()) / labels if labels else np.nan,
            "flips_published": flips_a_year(self.published),
            "flips_restated": flips_a_year(self.restated),
        }

    def _crossed(self) -> npt.NDArray[np.int64]:
        """Customers with a published label by it and today's, (dates, k, k)."""
        k = len(self.published.stages)
        one, other = self.published.labels, self.restated.labels
        row = other.index.get_indexer(one.index)
        counts = np.zeros((one.shape[1], k, k), dtype=np.int64)
        for place, day in enumerate(one):
            then = one[day].cat.codes.to_numpy(np.int64)
            today = other[day].cat.codes.to_numpy(np.int64)[row]
            there = then >= 0
            both = then[there] * k + today[there]
            counts[place] = np.bincount(both, minlength=k * k).reshape(k, k)
        return counts


def flips_a_year(history: StageHistory) -> float:
    """Changes of stage per customer and year; missing with less than two dates."""
    codes = [history.labels[day].cat.codes.to_numpy() for day in history.labels]
    seen = moved = 0
    for before, now in pairwise(codes):
        there = (before >= 0) & (now >= 0)
        seen += int(there.sum())
        moved += int((there & (before != now)).sum())
    return moved / seen * STEPS_A_YEAR if seen else np.nan


def publish_stages(
    log: TransactionLog,
    restated: StageHistory,
    model: TransactionModel,
    *,
    horizon: Horizon = "13 weeks",
    confirmations: int = 2,
    recovery_months: int = 3,
    parameters: StageParameters | None = None,
    fewest_repeaters: int = 100,
) -> PublishedStages:
    """Find the labels that each month's report would have shown.

    At each date the model is fitted again to the purchases up to it, and the usual gap between
    purchases is the one of then; the memory goes on from the labels published before.

    Parameters
    ----------
    log
        The purchases.
    restated
        What `replay_stages` found for the same log, over the same dates.
    model
        The kind of model; what it was fitted to does not matter.
    horizon, confirmations, recovery_months, parameters
        As in `replay_stages`, and as they were there.
    fewest_repeaters
        Nothing is published while fewer customers had bought a second time.

    Returns
    -------
    PublishedStages
        Without any label where too few ever bought a second time.
    """
    dates = restated.dates
    purchases = PurchaseDays.of(log, dates[-1])

    def stand(day: date) -> pd.DataFrame | None:
        if pd.Timestamp(day) < purchases.origin:
            return None
        then = purchases.known_by(day)
        known = histories_at(then, day)
        if int((known[FREQUENCY] > 0).sum()) < fewest_repeaters:
            return None
        fitted = model.unfitted().fit(known, unit=TimeUnit.DAY)
        return standing_at(then, day, model=fitted, horizon=horizon)

    memory = confirmations, recovery_months
    published = remembered(restated.scheme, purchases.ids, dates, stand, memory, parameters)
    return PublishedStages(published, restated)
