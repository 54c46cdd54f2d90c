"""The customer scores: one row per customer with every estimate and its intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon
from clvlab.models.bgnbd import BetaGeoModel
from clvlab.models.bgnbd_prediction import HistoryTable, discounting_nodes
from clvlab.models.fitted import check_interval
from clvlab.models.futures import (
    ESTIMATES,
    OUTCOMES,
    Assumptions,
    Draws,
    Futures,
    draw_futures,
    value_of,
)
from clvlab.models.gamma_gamma import GammaGammaModel
from clvlab.models.histories import Histories, histories_of
from clvlab.models.spending import spend_of
from clvlab.models.value import assumptions_of
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.customer_summary import (
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    RECENCY_DAYS,
    CustomerSummary,
)

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DECILES = 10


@dataclass(frozen=True)
class CustomerScores:
    """What the models say of every customer, and of groups of them.

    Attributes
    ----------
    table
        Indexed by ``customer_id`` in the summary's order. ``probability_alive``,
        ``expected_purchases``, ``probability_purchase``, ``expected_spend`` and ``clv``, each
        with ``_credible_lower`` and ``_credible_upper`` (of the expectation);
        ``expected_purchases`` and ``clv`` also with ``_predictive_lower`` and
        ``_predictive_upper`` (of the outcome); ``decile`` (1 is worth most); and
        ``holdout_frequency`` and ``holdout_amount`` where the summary has a holdout.
    deciles
        Indexed by ``decile``: ``customers``, and ``expected_purchases`` and ``clv`` summed over
        the decile, with the same four limits of the sum. Parameter uncertainty is shared by all
        customers, so these are not sums of the customers' limits.
    total
        The same sums over everybody.
    interval
        Coverage of all limits.
    top_share
        Predictive limits of the share of the total value that the first tenth holds.
    method
        Where the parameter draws come from: ``"laplace"``, normal in the logarithms around the
        maximum.
    """

    table: pd.DataFrame
    deciles: pd.DataFrame
    total: pd.Series
    interval: float
    top_share: tuple[float, float] = (math.nan, math.nan)
    method: str = "laplace"

    def describe(self) -> dict[str, dict[str, float]]:
        """``total`` and ``top``, the best tenth, as plain numbers; ``top`` with its ``share``."""
        total = {str(name): float(value) for name, value in self.total.items()}
        top = {str(name): float(value) for name, value in self.deciles.iloc[0].items()}
        share = top["clv"] / total["clv"] if total["clv"] > 0 else math.nan
        lower, upper = self.top_share
        limits = {"share": share, "share_lower": lower, "share_upper": upper}
        return {"total": total, "top": {**top, **limits}}


def score_customers(
    summary: CustomerSummary,
    model: BetaGeoModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    interval: float = 0.90,
    n_draws: int = 1000,
    seed: int = 0,
) -> CustomerScores:
    """Score every customer over a horizon from the calibration end, with intervals.

    Parameters
    ----------
    summary
        The customers, in any unit.
    model, spend
        Fitted models.
    horizon
        A number in the summary's unit, a span such as ``"52 weeks"``, or a last day.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1.
    interval
        Coverage of the limits.
    n_draws
        Draws of the parameters, and simulated futures per customer.
    seed
        Seed of both.

    Returns
    -------
    CustomerScores

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> scores = clvlab.score_customers(
    ...     summary,
    ...     clvlab.BetaGeoModel().fit(summary),
    ...     clvlab.GammaGammaModel().fit(summary),
    ...     horizon="52 weeks",
    ...     annual_discount_rate=0.10,
    ...     margin_rate=0.30,
    ... )
    >>> float(scores.table.loc["1516", "expected_purchases"].round(2))
    25.76
    """
    check_interval(interval)
    model.require_fit()
    spend.require_fit()
    histories = histories_of(summary)
    assumptions = assumptions_of(
        histories,
        model,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
    )
    table = _estimates(histories, summary, model, spend, assumptions)
    decile = _deciles(table["clv"].to_numpy())
    rng = np.random.default_rng(seed)
    draws = Draws(model.draw_parameters(n_draws, rng), spend.draw_parameters(n_draws, rng))
    futures = draw_futures(
        HistoryTable.of(histories, model.unit_),
        spend_of(summary)[1],
        decile - 1,
        draws,
        assumptions,
        interval=interval,
        rng=rng,
    )
    _add_limits(table, futures)
    table["decile"] = decile
    for column in (HOLDOUT_FREQUENCY, HOLDOUT_AMOUNT):
        if summary.has_holdout:
            table[column] = summary.table[column]
    deciles = _totals(table, futures, interval)
    total = deciles.iloc[0].rename("total")
    share = _share_of_first(futures.simulated_totals[OUTCOMES.index("clv")], interval)
    return CustomerScores(table, deciles.iloc[1:], total, interval, share)


def best_customers(
    scores: CustomerScores, summary: CustomerSummary, *, count: int = 50
) -> pd.DataFrame:
    """The customers worth most, with what they did and what is expected of them.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the highest value first: ``clv`` and ``expected_purchases``,
        each with predictive limits, ``expected_spend``, ``probability_alive``, ``frequency`` and
        ``last_purchase`` (date).
    """
    best = scores.table.nlargest(count, "clv")
    known = summary.table.loc[best.index]
    last = known["first_purchase"] + pd.to_timedelta(known[RECENCY_DAYS], unit="D")
    columns = [
        f"{name}{limit}"
        for name in OUTCOMES[::-1]
        for limit in ("", "_predictive_lower", "_predictive_upper")
    ]
    table = best[[*columns, "expected_spend", "probability_alive"]].copy()
    table["frequency"] = known["frequency"]
    table["last_purchase"] = last
    return table


def _share_of_first(draws: Array, interval: float) -> tuple[float, float]:
    """Limits of the first group's share of the sum over groups; missing where there is no sum."""
    total = draws.sum(axis=0)
    seen = (total > 0) & np.isfinite(total)
    if not seen.any():
        return math.nan, math.nan
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    lower, upper = np.quantile(draws[0, seen] / total[seen], levels)
    return float(lower), float(upper)


def _estimates(
    histories: Histories,
    summary: CustomerSummary,
    model: BetaGeoModel,
    spend: GammaGammaModel,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """The point estimates, at the maximum-likelihood parameters."""
    prepared = HistoryTable.of(histories, model.unit_)
    ahead = assumptions.horizon * model.unit_.days / summary.window.unit.days
    nodes = discounting_nodes(assumptions.horizon, assumptions.log_discount, model.params_.alpha)
    discounted = prepared.expected_purchases(model.params_, *nodes)
    expected_spend = spend.expected_spend(summary)
    return pd.DataFrame(
        {
            "probability_alive": model.probability_alive(summary),
            "expected_purchases": model.expected_purchases(summary, horizon=ahead),
            "probability_purchase": model.probability_purchase(summary, horizon=ahead),
            "expected_spend": expected_spend,
            "clv": value_of(discounted, expected_spend.to_numpy(), assumptions.margin_rate),
        },
        index=pd.Index(histories.index, name=CUSTOMER_ID),
    )


def _deciles(value: Array) -> Integers:
    """Tenths of the customers by value, 1 the highest; ties keep the summary's order."""
    rank = np.empty(len(value), dtype=np.int64)
    rank[np.argsort(-value, kind="stable")] = np.arange(len(value))
    return rank * DECILES // len(value) + 1


def _add_limits(table: pd.DataFrame, futures: Futures) -> None:
    """Insert each estimate's limits behind it."""
    sides = ("lower", "upper")
    for k, name in enumerate(ESTIMATES):
        position = list(table.columns).index(name) + 1
        limits = {f"credible_{s}": futures.credible[i, k] for i, s in enumerate(sides)}
        if name in OUTCOMES:
            outcome = futures.predictive[:, OUTCOMES.index(name)]
            limits |= {f"predictive_{s}": outcome[i] for i, s in enumerate(sides)}
        for shift, (suffix, values) in enumerate(limits.items()):
            table.insert(position + shift, f"{name}_{suffix}", values)


def _totals(table: pd.DataFrame, futures: Futures, interval: float) -> pd.DataFrame:
    """Sums per decile, and over everybody in row 0, with limits from the draws of the sums."""
    grouped = table.groupby("decile")
    out = pd.DataFrame({"customers": grouped.size()})
    out.loc[0] = len(table)
    out = out.sort_index()
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    for k, name in enumerate(OUTCOMES):
        sums = [math.fsum(values) for _, values in grouped[name]]
        out[name] = [math.fsum(table[name]), *sums]
        for kind, draws in (
            ("credible", futures.expected_totals[k]),
            ("predictive", futures.simulated_totals[k]),
        ):
            with_all = np.vstack([draws.sum(axis=0), draws])
            # Draws without a mean of spend are infinite: nothing may be interpolated.
            lower, upper = np.quantile(with_all, levels, axis=1, method="nearest")
            # Fewer than ten customers leave some tenths empty.
            out[f"{name}_{kind}_lower"] = lower[out.index]
            out[f"{name}_{kind}_upper"] = upper[out.index]
    return out
