r"""How many customers will be in each stage: forecasts from the moves seen, with bands.

Each draw takes the rows of the transition matrix from their posterior, a Dirichlet distribution
with half a customer in every cell before any was seen, and then moves every customer of a stage:
the outcome of a month is multinomial. Months differ from each other by more than chance where
season, offers or an ageing base move customers together. With Pearson's statistic ``X`` of the
moves of single months against those of all, on ``f`` degrees of freedom, the dispersion
``phi = X / f``, and ``n`` customers in a stage in a usual month, the rows of a month are drawn
around those of all months with concentration

.. math:: A = \frac{n - 1}{\phi - 1} - 1

(the Dirichlet-multinomial distribution of J. E. Mosimann, 1962, Biometrika 49, 65-82, has variance
``phi`` times the multinomial one); where chance alone would show such a statistic in more than one
case of twenty, all months share one matrix.

New customers come at the rate of the months looked at, gamma distributed with a prior of half a
customer, and enter the stages in the shares seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from clvlab.clock import next_period_end, period_end
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.replay import StageHistory
from clvlab.lifecycle.transitions import PRIOR, Transitions, transitions_of

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
MONTH = "month"
FEWEST_STEPS = 2
"""Months of moves without which nothing is forecast."""
SURPRISE = 0.05
"""Months count as different where chance alone would show as much this rarely."""
SHORT = 0.1
"""A coverage so much below what was promised is told as too narrow."""


@dataclass(frozen=True)
class StageForecast:
    """Populations of the stages at the ends of coming months.

    Attributes
    ----------
    table
        One row per date and stage, in order: ``date``, ``stage``, ``customers`` (mean of the
        draws), ``lower``, ``upper`` (quantiles, equal shares outside).
    new_a_month
        New customers a month that the forecast rests on.
    months
        Number of months of moves that it rests on.
    interval
        Coverage of the limits.
    """

    table: pd.DataFrame
    new_a_month: float
    months: int
    interval: float


@dataclass(frozen=True)
class ForecastCheck:
    """A forecast made earlier against what came.

    Attributes
    ----------
    table
        That of `StageForecast`, with ``observed`` and ``inside``.
    coverage
        Share of the populations inside their limits; without rows where all draws agree.
    error
        Mean distance of forecast and observed populations, as a share of the base.
    """

    table: pd.DataFrame
    coverage: float
    error: float


def forecast_stages(
    history: StageHistory,
    *,
    months: int = 3,
    recent: int = 3,
    new_a_month: float | None = None,
    interval: float = 0.90,
    n_draws: int = 1000,
    seed: int = 0,
) -> StageForecast:
    """Forecast the populations of the stages.

    Parameters
    ----------
    history
        Stages at the ends of months; a last date that ends no month is left out, and the forecast
        begins at the last month's end.
    months
        How many months ahead, at least 1.
    recent
        How many months of moves to learn from, the last ones: many where the moves of all months
        are alike (`Transitions.stationarity`), few where they are not.
    new_a_month
        New customers in each coming month, when known; by default what the months looked at say.
    interval
        Coverage of the limits.
    n_draws, seed
        Number of simulated futures, and their seed.

    Raises
    ------
    InputError
        When fewer than two months of moves were seen, or a number is out of bounds.
    """
    for name, value in (("months", months), ("recent", recent), ("n_draws", n_draws)):
        if value < 1:
            raise InputError(Problem(f"parameter '{name}'", "must be at least 1", f"got {value!r}"))
    labels = whole_months(history)
    if labels.shape[1] <= FEWEST_STEPS:
        rule = f"must hold more than {FEWEST_STEPS} ends of months"
        raise InputError(Problem("the history of stages", rule, f"it has {labels.shape[1]}"))
    some = labels.iloc[:, -(recent + 1) :]
    seen = transitions_of(some, history.stages)
    entries = _entries(some, history.stages)
    rng = np.random.default_rng(seed)
    now = labels.iloc[:, -1].value_counts().reindex(list(history.stages), fill_value=0)
    drawn = _futures(
        seen, entries, now.to_numpy().astype(np.int64), months, new_a_month, n_draws, rng
    )
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    low, high = np.quantile(drawn, levels, axis=1, method="nearest")
    dates = [history.dates[labels.shape[1] - 1]]
    for _ in range(months):
        dates.append(next_period_end(dates[-1], MONTH))
    table = pd.DataFrame(
        {
            "date": pd.DatetimeIndex(dates[1:]).repeat(len(history.stages)),
            "stage": list(history.stages) * months,
            "customers": drawn.mean(axis=1).ravel(),
            "lower": low.ravel(),
            "upper": high.ravel(),
        }
    )
    used = len(seen.counts)
    arriving = float(entries.sum()) / used if new_a_month is None else float(new_a_month)
    return StageForecast(table, arriving, used, interval)


def check_forecast(
    history: StageHistory,
    *,
    months: int = 3,
    recent: int = 3,
    new_a_month: float | None = None,
    interval: float = 0.90,
    n_draws: int = 1000,
    seed: int = 0,
) -> ForecastCheck:
    """Forecast the last months from those before them, and look at what came.

    The parameters are those of `forecast_stages`. Labels should be published ones where later
    purchases have changed earlier labels.

    Raises
    ------
    InputError
        As `forecast_stages`, of the months before the last ones.
    """
    labels = whole_months(history)
    earlier = StageHistory(
        history.scheme, history.stages, labels.iloc[:, : max(labels.shape[1] - months, 1)], np.nan
    )
    terms = {"months": months, "recent": recent, "n_draws": n_draws, "seed": seed}
    found = forecast_stages(earlier, new_a_month=new_a_month, interval=interval, **terms)
    counts = StageHistory(history.scheme, history.stages, labels, np.nan).counts().iloc[-months:]
    table = found.table.assign(observed=counts.to_numpy().ravel())
    table["inside"] = table["observed"].between(table["lower"], table["upper"])
    open_ones = table["lower"] < table["upper"]
    inside = table.loc[open_ones, "inside"]
    base = counts.sum(axis=1).mean()
    error = float((table["customers"] - table["observed"]).abs().mean() / base)
    return ForecastCheck(table, float(inside.mean()) if len(inside) else np.nan, error)


@dataclass(frozen=True)
class CheckedForecast:
    """A forecast and, where the history is long enough, how an earlier one like it did."""

    forecast: StageForecast
    check: ForecastCheck | None

    def in_a_sentence(self) -> str:
        """What the forecast rests on and how far it can be trusted.

        Examples
        --------
        >>> empty = StageForecast(pd.DataFrame(), 12.0, 3, 0.9)
        >>> CheckedForecast(empty, None).in_a_sentence()
        'The forecast rests on the moves of the last 3 months and on 12 new customers a month; the
        history is too short to check one like it.'
        """
        made = self.forecast
        said = (
            f"The forecast rests on the moves of the last {made.months} months and on "
            f"{made.new_a_month:,.0f} new customers a month; "
        )
        if self.check is None:
            return said + "the history is too short to check one like it."
        held = (
            f"one made the same way that many months ago held {self.check.coverage:.0%} of the "
            f"populations within limits that promise {made.interval:.0%}"
        )
        short = self.check.coverage < made.interval - SHORT
        return said + held + (", so these limits are too narrow." if short else ".")


def forecast_with_check(
    history: StageHistory,
    published: StageHistory,
    *,
    months: int = 3,
    recent: int = 3,
    new_a_month: float | None = None,
    interval: float = 0.90,
    seed: int = 0,
) -> CheckedForecast | None:
    """Forecast from the labels of today, and check one made earlier from published labels.

    The parameters are those of `forecast_stages`; None where the history is too short for one.
    """
    terms = {"months": months, "recent": recent, "seed": seed}
    if whole_months(history).shape[1] <= FEWEST_STEPS:
        return None
    made = forecast_stages(history, new_a_month=new_a_month, interval=interval, **terms)
    seen = whole_months(published).dropna(axis=1, how="all").shape[1]
    if seen <= FEWEST_STEPS + months:
        return CheckedForecast(made, None)
    tested = check_forecast(published, new_a_month=new_a_month, interval=interval, **terms)
    return CheckedForecast(made, tested)


def whole_months(history: StageHistory) -> pd.DataFrame:
    """The labels at ends of months; a last date within a month is left out."""
    last = history.dates[-1]
    ended = period_end(last, MONTH) == last
    return history.labels if ended else history.labels.iloc[:, :-1]


def _entries(labels: pd.DataFrame, stages: tuple[str, ...]) -> Counts:
    """Customers by the stage of their first label, of those who entered after the first date."""
    codes = np.column_stack([labels[day].cat.codes.to_numpy() for day in labels])
    came = (codes[:, :-1] < 0) & (codes[:, 1:] >= 0)
    return np.bincount(codes[:, 1:][came], minlength=len(stages)).astype(np.int64)


def _dispersion(counts: Counts) -> tuple[float, float]:
    """Pearson's dispersion of one row's moves over months, and customers in a usual month."""
    of_month = counts.sum(axis=1)
    used = counts[of_month > 0][:, counts.sum(axis=0) > 0].astype(np.float64)
    freedom = (len(used) - 1) * (used.shape[1] - 1)
    if not len(used) or freedom < 1:
        return 1.0, 1.0
    expected = used.sum(axis=1, keepdims=True) * used.sum(axis=0) / used.sum()
    statistic = float(((used - expected) ** 2 / expected).sum())
    # What chance alone shows must not widen the bands: it would only ever widen them.
    by_chance = float(chdtrc(freedom, statistic)) > SURPRISE
    return 1.0 if by_chance else statistic / freedom, float(used.sum(axis=1).mean())


def _futures(
    seen: Transitions,
    entries: Counts,
    now: Counts,
    months: int,
    new_a_month: float | None,
    n_draws: int,
    rng: np.random.Generator,
) -> Counts:
    """Populations in simulated futures, (months, draws, k)."""
    k, steps = len(now), len(seen.counts)
    rows = np.stack([rng.dirichlet(total + PRIOR, n_draws) for total in seen.total], axis=1)
    dispersions = [_dispersion(seen.counts[:, i]) for i in range(k)]
    rate = rng.gamma(entries.sum() + PRIOR, 1 / steps, n_draws)
    arriving = rate if new_a_month is None else np.full(n_draws, float(new_a_month))
    enters = rng.dirichlet(entries + PRIOR / k, n_draws)
    customers = np.tile(now, (n_draws, 1))
    out = np.empty((months, n_draws, k), dtype=np.int64)
    for month in range(months):
        moved = rng.multinomial(rng.poisson(arriving), enters)
        for i, (phi, usual) in enumerate(dispersions):
            chances = rows[:, i]
            if phi > 1:
                around = max((usual - 1) / (phi - 1) - 1, PRIOR)
                gammas = rng.standard_gamma(around * chances) + np.finfo(float).tiny
                chances = gammas / gammas.sum(axis=1, keepdims=True)
            moved = moved + rng.multinomial(customers[:, i], chances)
        customers = moved
        out[month] = customers
    return out
