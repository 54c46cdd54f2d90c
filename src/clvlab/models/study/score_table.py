"""The table of the customer scores, and sums over groups of customers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import (
    ESTIMATES,
    OUTCOMES,
    Assumptions,
    Draws,
    Futures,
    draw_futures,
    value_of,
)
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.customer_summary import (
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
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
        maximum, or ``"posterior"``.
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


def build_scores(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    draws: Draws,
    assumptions: Assumptions,
    *,
    interval: float,
    rng: np.random.Generator,
    method: str,
) -> CustomerScores:
    """The scores of fitted models under draws of their parameters."""
    table = estimates_of(summary, model, spend, assumptions)
    decile = deciles_of(table["clv"].to_numpy())
    futures = futures_of(summary, model, draws, decile - 1, assumptions, interval=interval, rng=rng)
    sums = sums_of(table, decile - 1, futures, interval)
    _add_limits(table, futures)
    table["decile"] = decile
    for column in (HOLDOUT_FREQUENCY, HOLDOUT_AMOUNT):
        if summary.has_holdout:
            table[column] = summary.table[column]
    deciles = sums.iloc[1:].set_axis(pd.Index(sums.index[1:] + 1, name="decile"))
    share = _share_of_first(futures.simulated_totals[OUTCOMES.index("clv")], interval)
    return CustomerScores(
        table, deciles, sums.iloc[0].rename("total"), interval, share, method=method
    )


def futures_of(
    summary: CustomerSummary,
    model: TransactionModel,
    draws: Draws,
    groups: Integers,
    assumptions: Assumptions,
    *,
    interval: float,
    rng: np.random.Generator,
) -> Futures:
    """The futures of customers in groups, counted from 0; see `draw_futures`.

    Customers who share their covariates share the parameters of the process.
    """
    histories, amounts = histories_of(summary), spend_of(summary)[1]
    n, n_groups = len(groups), int(groups.max(initial=0)) + 1
    futures = Futures.empty(n, n_groups, len(draws))
    for rows, own in model.by_covariates(histories, draws.transaction):
        everybody = len(rows) == n
        some = histories if everybody else histories.of(rows)
        part = draw_futures(
            HistoryTable.of(some, model.unit_, memoryless=model.process.memoryless),
            amounts[rows],
            groups[rows],
            replace(draws, transaction=own),
            assumptions.among(rows),
            interval=interval,
            rng=rng,
        )
        futures.take(rows, part)
    return futures


def _share_of_first(draws: Array, interval: float) -> tuple[float, float]:
    """Limits of the first group's share of the sum over groups; missing where there is no sum."""
    total = draws.sum(axis=0)
    seen = (total > 0) & np.isfinite(total)
    if not seen.any():
        return math.nan, math.nan
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    lower, upper = np.quantile(draws[0, seen] / total[seen], levels)
    return float(lower), float(upper)


def estimates_of(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """The point estimates, at the maximum-likelihood parameters."""
    ahead = assumptions.horizon * model.unit_.days / summary.window.unit.days
    histories = histories_of(summary)
    discounted = model.discounted_purchases(
        histories, assumptions.horizon, assumptions.log_discount
    )
    expected_spend = spend.expected_spend(summary)
    terms = (assumptions.margin_rate, assumptions.direct_cost)
    return pd.DataFrame(
        {
            "probability_alive": model.probability_alive(summary),
            "expected_purchases": model.expected_purchases(summary, horizon=ahead),
            "probability_purchase": model.probability_purchase(summary, horizon=ahead),
            "expected_spend": expected_spend,
            "clv": value_of(discounted, expected_spend.to_numpy(), *terms),
        },
        index=pd.Index(histories.index, name=CUSTOMER_ID),
    )


def deciles_of(value: Array) -> Integers:
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


def sums_of(
    table: pd.DataFrame, groups: Integers, futures: Futures, interval: float
) -> pd.DataFrame:
    """Sums per group, and over everybody in row -1, with limits from the draws of the sums."""
    grouped = table.groupby(groups)
    out = pd.DataFrame({"customers": grouped.size()})
    out.loc[-1] = len(table)
    out = out.sort_index()
    for k, name in enumerate(OUTCOMES):
        sums = [math.fsum(values) for _, values in grouped[name]]
        out[name] = [math.fsum(table[name]), *sums]
        for kind, draws in (
            ("credible", futures.expected_totals[k]),
            ("predictive", futures.simulated_totals[k]),
        ):
            lower, upper = limits_of(np.vstack([draws, draws.sum(axis=0)]), interval)
            # Fewer than ten customers leave some tenths empty; -1 is the last row.
            out[f"{name}_{kind}_lower"] = lower[out.index]
            out[f"{name}_{kind}_upper"] = upper[out.index]
    return out
