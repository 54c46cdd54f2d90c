"""Each customer's future under many parameter draws: expectations and simulated outcomes.

Two kinds of interval come from here and are told apart by name. The *credible* one is of an
expectation: how far it moves over the draws of the parameters. The *predictive* one is of the
outcome: what a customer, or a group, may really do, with one simulated future per draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd_expectation import sum_over_horizons
from clvlab.models.bgnbd_formulas import probability_alive, probability_purchase_if_alive
from clvlab.models.bgnbd_prediction import HistoryTable, discounting_nodes
from clvlab.models.gamma_gamma import expected_spend

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

ESTIMATES = (
    "probability_alive",
    "expected_purchases",
    "probability_purchase",
    "expected_spend",
    "clv",
)
OUTCOMES = ("expected_purchases", "clv")
OUTCOME_POSITIONS = [ESTIMATES.index(name) for name in OUTCOMES]
CUSTOMERS_AT_ONCE = 250
LEAST_DROPOUT = 1e-12


@dataclass(frozen=True)
class Assumptions:
    """What a value rests on besides the data.

    Attributes
    ----------
    horizon
        Length of the future, in the model's unit.
    log_discount
        Continuous discount rate per unit.
    margin_rate
        Share of the amount that is earned.
    """

    horizon: float
    log_discount: float
    margin_rate: float


def value_of(purchases: Array, spend: Array, margin_rate: float) -> Array:
    """Margin of discounted purchases; no purchase is worth nothing, even of unbounded spend."""
    return margin_rate * np.where(purchases > 0, spend, 0.0) * purchases


@dataclass(frozen=True)
class Draws:
    """Draws of the parameters, one row each; shared by all customers.

    Attributes
    ----------
    transaction
        (draws, 4): r, alpha, a, b.
    spend
        (draws, 3): p, q, v.
    """

    transaction: Array
    spend: Array

    def __len__(self) -> int:
        return len(self.transaction)


@dataclass(frozen=True)
class Futures:
    """Limits per customer and draws of group totals.

    Attributes
    ----------
    credible
        Lower and upper limits of the five `ESTIMATES`, (2, 5, n).
    predictive
        Lower and upper limits of the two `OUTCOMES`, (2, 2, n).
    expected_totals, simulated_totals
        Draws of the sums of the two `OUTCOMES` over each group, (2, groups, draws).
    """

    credible: Array
    predictive: Array
    expected_totals: Array
    simulated_totals: Array


def draw_futures(
    table: HistoryTable,
    monetary_value: Array,
    groups: Integers,
    draws: Draws,
    assumptions: Assumptions,
    *,
    interval: float,
    rng: np.random.Generator,
) -> Futures:
    """Carry every parameter draw through to customers and groups.

    Parameters
    ----------
    table
        The customers.
    monetary_value
        Mean repeat purchase per customer; unused where there is none.
    groups
        Group of each customer, counted from 0.
    draws
        Draws of the parameters; times in the model's unit.
    assumptions
        Horizon, discounting and margin.
    interval
        Coverage of the equal-tailed limits.
    rng
        Source of the simulated outcomes.
    """
    n, n_groups = len(groups), int(groups.max(initial=0)) + 1
    futures = Futures(
        np.empty((2, len(ESTIMATES), n)),
        np.empty((2, len(OUTCOMES), n)),
        np.zeros((2, n_groups, len(draws))),
        np.zeros((2, n_groups, len(draws))),
    )
    levels = (0.5 - interval / 2, 0.5 + interval / 2)
    if_alive = _tables(table, draws, assumptions)
    for group in range(n_groups):
        members = np.flatnonzero(groups == group)
        for start in range(0, len(members), CUSTOMERS_AT_ONCE):
            rows = members[start : start + CUSTOMERS_AT_ONCE]
            block = Block.of(table, monetary_value, rows)
            expected = expectations(block, if_alive[:, block.pair], draws, assumptions)
            outcome = outcomes(block, expected[2], draws, assumptions, rng)
            futures.credible[:, :, rows] = np.quantile(expected, levels, axis=2, method="nearest")
            futures.predictive[:, :, rows] = np.quantile(outcome, levels, axis=2, method="nearest")
            futures.expected_totals[:, group] += expected[OUTCOME_POSITIONS].sum(axis=1)
            futures.simulated_totals[:, group] += outcome.sum(axis=1)
    return futures


@dataclass(frozen=True)
class Block:
    """Some customers as columns, ready to be broadcast against draws; times in the model's unit."""

    x: Array
    recency: Array
    T: Array
    monetary_value: Array
    pair: Integers

    @classmethod
    def of(cls, table: HistoryTable, monetary_value: Array, rows: Integers) -> Block:
        """The customers in these rows."""
        histories = table.histories
        return cls(
            histories.frequency[rows].astype(np.float64)[:, None],
            table.times[histories.recency[rows]][:, None],
            table.times[histories.T[rows]][:, None],
            monetary_value[rows][:, None],
            table.pair[rows],
        )


def expectations(block: Block, if_alive: Array, draws: Draws, assumptions: Assumptions) -> Array:
    """The five `ESTIMATES` under every draw, (5, customers, draws).

    `if_alive` holds purchases and discounted purchases of a customer who is alive,
    (2, customers, draws).
    """
    transaction = tuple(draws.transaction.T)
    alive = probability_alive(transaction, block.x, block.recency, block.T)
    buys = probability_purchase_if_alive(transaction, block.x, block.T, assumptions.horizon)
    spend = expected_spend(tuple(draws.spend.T), block.x, block.monetary_value)
    return np.stack(
        [
            alive,
            alive * if_alive[0],
            alive * buys,
            spend,
            value_of(alive * if_alive[1], spend, assumptions.margin_rate),
        ]
    )


def outcomes(
    block: Block,
    buys: Array,
    draws: Draws,
    assumptions: Assumptions,
    rng: np.random.Generator,
) -> Array:
    """One simulated future per customer and draw: purchases and earned value.

    A customer buys at all with probability `buys`, (customers, draws). The moment of the first
    purchase then follows a Pareto distribution cut at the horizon, the rate given that moment is
    gamma distributed again, further purchases fall evenly, and dropout ends them after a
    geometric number.

    Returns
    -------
    numpy.ndarray
        (2, customers, draws).
    """
    out = np.zeros((2, *buys.shape))
    customer, draw = np.nonzero(rng.random(buys.shape) < buys)
    r, alpha, a, b = (column[draw] for column in draws.transaction.T.copy())
    p, q, v = (column[draw] for column in draws.spend.T.copy())
    x, since = block.x[customer, 0], alpha + block.T[customer, 0]
    horizon = assumptions.horizon
    within = probability_purchase_if_alive((r, alpha, a, b), x, block.T[customer, 0], horizon)
    first = since * np.expm1(-np.log1p(-within * rng.random(len(x))) / (r + x))
    rate = rng.standard_gamma(r + x + 1) / (since + first)
    more = rng.poisson(rate * np.maximum(horizon - first, 0.0))
    dropout = np.maximum(rng.beta(a, b + x), LEAST_DROPOUT)
    kept = np.minimum(more, rng.geometric(dropout) - 1)
    owner, share = _first_moments(more, kept, rng)
    scale = (v + x * block.monetary_value[customer, 0]) / rng.standard_gamma(q + p * x)
    moments = first[owner] + (horizon - first[owner]) * share
    amounts = rng.standard_gamma(p[owner]) * np.exp(-assumptions.log_discount * moments)
    earned = rng.standard_gamma(p) * np.exp(-assumptions.log_discount * first)
    earned += np.bincount(owner, weights=amounts, minlength=len(x))
    out[0, customer, draw] = 1 + kept
    out[1, customer, draw] = assumptions.margin_rate * scale * earned
    return out


def _first_moments(
    arrivals: Integers, kept: Integers, rng: np.random.Generator
) -> tuple[Integers, Array]:
    """Owners and moments, as shares of the horizon, of the first `kept` of each one's arrivals.

    Sorted uniform moments are partial sums of exponential gaps divided by their total.
    """
    gaps = arrivals + 1
    sums = np.cumsum(rng.standard_exponential(int(gaps.sum())))
    ends = np.cumsum(gaps)
    before = np.concatenate([[0.0], sums[ends - 1]])[: len(gaps)]
    total = sums[ends - 1] - before
    owner = np.repeat(np.arange(len(kept)), kept)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(kept) - kept, kept)
    position = (ends - gaps)[owner] + within
    return owner, (sums[position] - before[owner]) / total[owner]


def _tables(table: HistoryTable, draws: Draws, assumptions: Assumptions) -> Array:
    """Purchases and discounted purchases if alive, (2, pairs, draws)."""
    out = np.empty((2, len(table.pair_frequency), len(draws)))
    pairs = (table.pair_frequency, table.pair_T)
    horizon = np.array([assumptions.horizon])
    for d, (r, alpha, a, b) in enumerate(draws.transaction):
        nodes = discounting_nodes(assumptions.horizon, assumptions.log_discount, alpha)
        out[0, :, d] = sum_over_horizons(r, alpha, a, b, *pairs, horizon, np.ones(1))
        out[1, :, d] = sum_over_horizons(r, alpha, a, b, *pairs, *nodes)
    return out
