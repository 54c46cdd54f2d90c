r"""Stages that nobody sees, found from purchases: a hidden Markov model of the relationship.

A rule puts a customer into a stage by what was bought; chance alone then moves customers over the
rule's edge and back, so that the moves counted between labels are not those of the relationship.
Here the stage ``s`` of a month is never observed: each day of it is a purchase day with chance
``p_s``, and the next month's stage follows from this one's by the row ``P_s``. (O. Netzer,
J. M. Lattin and V. Srinivasan, 2008, A hidden Markov model of customer relationship dynamics,
Marketing Science 27, 185-204, with a binomial in place of their choice model.)

The posterior is drawn by Gibbs sampling: paths of stages given the parameters, forward filtered and
backward sampled (S. Chib, 1996, Calculating posterior distributions and modal estimates in Markov
mixture models, Journal of Econometrics 75, 79-97), then each row of ``P`` from its Dirichlet
distribution given the moves of these paths (half a customer in every cell before), and each ``p_s``
from its beta distribution. The stages are named by their order: the first buys most often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.compiled import compiled
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.transitions import PRIOR
from clvlab.schema import CUSTOMER_ID, DATE

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
ABSENT = -1
WARM_UP = 200
"""Draws left out, until the chain has forgotten where it began."""


@dataclass(frozen=True)
class HiddenStages:
    """Draws of the parameters, and how surely each customer is in each stage.

    Attributes
    ----------
    chances
        Chances of a purchase on a day by stage, (draws, k), falling.
    transitions
        Chances of the next month's stage, (draws, k, k).
    probability
        How often each customer was drawn in each stage, (customers, months, k); 0 before the month
        of the first purchase.
    customers, months
        What the first two axes of `probability` are.
    """

    chances: Array
    transitions: Array
    probability: Array
    customers: pd.Index
    months: pd.Index

    def table(self, interval: float = 0.90) -> pd.DataFrame:
        """Each move with its probability (mean of the draws) and limits.

        Returns
        -------
        pandas.DataFrame
            ``from_stage``, ``to_stage`` (counted from 1, which buys most often),
            ``probability``, ``lower``, ``upper``.
        """
        k = self.chances.shape[1]
        levels = [0.5 - interval / 2, 0.5 + interval / 2]
        low, high = np.quantile(self.transitions, levels, axis=0)
        return pd.DataFrame(
            {
                "from_stage": np.repeat(np.arange(1, k + 1), k),
                "to_stage": np.tile(np.arange(1, k + 1), k),
                "probability": self.transitions.mean(axis=0).ravel(),
                "lower": low.ravel(),
                "upper": high.ravel(),
            }
        )

    def labels(self) -> pd.DataFrame:
        """The most probable stage of each customer (rows) in each month (columns), counted from 1;
        missing before the month of the first purchase.
        """
        best = self.probability.argmax(axis=2) + 1.0
        best[self.probability.sum(axis=2) == 0] = np.nan
        return pd.DataFrame(best, index=self.customers, columns=self.months)


def purchase_days_by_month(log: TransactionLog) -> pd.DataFrame:
    """Purchase days of each customer in each whole month of a log.

    The month of the first purchase counts only who came: it is -1, as are the months before.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted; one column per month (its last day, datetime64).
    """
    rows = log.table
    last = rows[DATE].max()
    month = rows[DATE].dt.to_period("M")
    months = pd.period_range(month.min(), month.max(), freq="M")
    if last != months[-1].to_timestamp(how="end").normalize():
        months = months[:-1]
    codes, ids = pd.factorize(rows[CUSTOMER_ID], sort=True)
    column = (month.astype("int64") - months[0].ordinal).to_numpy() if len(months) else codes
    inside = column < len(months)
    counts = np.bincount(
        codes[inside] * len(months) + column[inside], minlength=len(ids) * len(months)
    ).reshape(len(ids), len(months))
    first = pd.Series(column).groupby(codes).min().to_numpy()
    counts[np.arange(len(months)) <= first[:, None]] = ABSENT
    ends = pd.DatetimeIndex(months.to_timestamp(how="end").normalize())
    return pd.DataFrame(counts, index=pd.Index(ids, name=CUSTOMER_ID), columns=ends)


def fit_hidden_stages(
    purchase_days: pd.DataFrame, *, n_stages: int = 3, n_draws: int = 500, seed: int = 0
) -> HiddenStages:
    """Draw stages and parameters from their posterior.

    Parameters
    ----------
    purchase_days
        What `purchase_days_by_month` returns.
    n_stages
        Number of stages, at least 2.
    n_draws
        Draws kept, after as many as `WARM_UP` that are not.
    seed
        Seed of the draws; the same one gives the same draws.

    Raises
    ------
    InputError
        For less than two stages, no draws, or when no customer was seen in two months after the
        first purchase.
    """
    for name, value, least in (("n_stages", n_stages, 2), ("n_draws", n_draws, 1)):
        if value < least:
            rule = f"must be at least {least}"
            raise InputError(Problem(f"parameter '{name}'", rule, f"got {value!r}"))
    counts = purchase_days.to_numpy(np.int64)
    if not ((counts >= 0).sum(axis=1) > 1).any():
        rule = "must hold two months or more after some customer's first purchase"
        raise InputError(Problem("the purchase days", rule, f"got {counts.shape[1]} months"))
    days = pd.DatetimeIndex(purchase_days.columns).day.to_numpy(np.int64)
    rng = np.random.default_rng(seed)
    chances, transitions, first = _beginning(counts, days, n_stages)
    kept_chances = np.empty((n_draws, n_stages))
    kept = np.empty((n_draws, n_stages, n_stages))
    seen = np.zeros((*counts.shape, n_stages))
    for draw in range(-WARM_UP, n_draws):
        moves, starts, bought, lived = _paths(
            counts, days, chances, transitions, first, rng, seen, int(draw >= 0)
        )
        transitions = np.stack([rng.dirichlet(row) for row in moves + PRIOR])
        first = rng.dirichlet(starts + PRIOR)
        chances = rng.beta(bought + PRIOR, lived - bought + PRIOR)
        order = np.argsort(-chances, kind="stable")
        chances, first = chances[order], first[order]
        transitions = transitions[np.ix_(order, order)]
        if draw >= 0:
            kept_chances[draw], kept[draw] = chances, transitions
    index = pd.Index(purchase_days.index, name=CUSTOMER_ID)
    return HiddenStages(kept_chances, kept, seen / n_draws, index, purchase_days.columns)


def _beginning(counts: Counts, days: Counts, k: int) -> tuple[Array, Array, Array]:
    """Chances spread between few and many purchase days, and stages that last."""
    share = (counts / days)[counts >= 0]
    active = share[share > 0]
    most = float(np.quantile(active, 0.9)) if len(active) else 0.1
    chances = np.clip(most * 0.25 ** np.arange(k), 1e-4, 0.95)
    transitions = np.full((k, k), 0.2 / max(k - 1, 1))
    np.fill_diagonal(transitions, 0.8)
    return chances, transitions, np.full(k, 1 / k)


@compiled
def _filter(  # pragma: no cover - compiled
    counts: Counts,
    days: Counts,
    buys: Array,
    waits: Array,
    transitions: Array,
    first: Array,
    filtered: Array,
) -> int:
    """Chances of the stages of one customer given the months so far, into `filtered`.

    `buys` and `waits` are logarithms of the chances of a day with and without a purchase. Returns
    the first month that counts.
    """
    k, begin = buys.size, 0
    while begin < counts.size and counts[begin] < 0:
        begin += 1
    for t in range(begin, counts.size):
        top = -np.inf
        for s in range(k):
            top = max(top, counts[t] * buys[s] + (days[t] - counts[t]) * waits[s])
        total = 0.0
        for s in range(k):
            before = first[s]
            if t > begin:
                before = 0.0
                for u in range(k):
                    before += filtered[t - 1, u] * transitions[u, s]
            chance = counts[t] * buys[s] + (days[t] - counts[t]) * waits[s]
            filtered[t, s] = before * np.exp(chance - top)
            total += filtered[t, s]
        for s in range(k):
            filtered[t, s] /= total
    return begin


@compiled
def _one_of(weight: Array, share: float) -> int:  # pragma: no cover - compiled
    """The place at which the running sum of weights passes a share of the whole."""
    left = share * weight.sum()
    place = 0
    while place < weight.size - 1 and left >= weight[place]:
        left -= weight[place]
        place += 1
    return place


@compiled
def _paths(  # pragma: no cover - compiled
    counts: Counts,
    days: Counts,
    chances: Array,
    transitions: Array,
    first: Array,
    rng: np.random.Generator,
    seen: Array,
    times: int,
) -> tuple[Array, Array, Array, Array]:
    """One path of stages for each customer, and what it adds up to.

    Returns moves (k, k), first stages (k,), purchase days and days lived by stage (k,); adds
    `times` to `seen` at each stage drawn.
    """
    n, months = counts.shape
    k = chances.size
    moves, starts = np.zeros((k, k)), np.zeros(k)
    bought, lived = np.zeros(k), np.zeros(k)
    filtered = np.empty((months, k))
    weight = np.empty(k)
    buys, waits = np.log(chances), np.log1p(-chances)
    for i in range(n):
        begin = _filter(counts[i], days, buys, waits, transitions, first, filtered)
        stage = -1
        for t in range(months - 1, begin - 1, -1):
            for s in range(k):
                onward = transitions[s, stage] if stage >= 0 else 1.0
                weight[s] = filtered[t, s] * onward
            now = _one_of(weight, rng.random())
            if stage >= 0:
                moves[now, stage] += 1
            bought[now] += counts[i, t]
            lived[now] += days[t]
            seen[i, t, now] += times
            stage = now
        if stage >= 0:
            starts[stage] += 1
    return moves, starts, bought, lived
