"""Each customer's future under many parameter draws: expectations and simulated outcomes.

Two kinds of interval come from here and are told apart by name. The *credible* one is of an
expectation: how far it moves over the draws of the parameters. The *predictive* one is of the
outcome: what a customer, or a group, may really do, with one simulated future per draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.purchase_process import PurchaseProcess, Purchases
from clvlab.models.futures.amounts_ahead import discounted_sums
from clvlab.models.futures.history_order import (
    alike_customers,
    blocks_by_history,
    distinct_rows,
)
from clvlab.models.futures.if_alive_under_draws import IfAlive, ParameterDraws
from clvlab.models.futures.limits import limits_of
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend, scaled_to

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Numbers = float | Array

ESTIMATES = (
    "probability_alive",
    "expected_purchases",
    "probability_purchase",
    "expected_spend",
    "clv",
)
OUTCOMES = ("expected_purchases", "clv")
OUTCOME_POSITIONS = [ESTIMATES.index(name) for name in OUTCOMES]


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
        Share of the amount that is earned; one for all, or one per customer.
    direct_cost
        Cost of serving a purchase, in money; one for all, or one per customer.
    """

    horizon: float
    log_discount: float
    margin_rate: Numbers
    direct_cost: Numbers = 0.0

    def among(self, rows: Integers) -> Assumptions:
        """Those of the customers in these rows."""
        margin, cost = (
            value[rows] if isinstance(value, np.ndarray) else value
            for value in (self.margin_rate, self.direct_cost)
        )
        return replace(self, margin_rate=margin, direct_cost=cost)

    def of(self, rows: Integers) -> Assumptions:
        """Those of the customers in these rows, as columns."""
        some = self.among(rows)
        margin, cost = (
            value[:, None] if isinstance(value, np.ndarray) else value
            for value in (some.margin_rate, some.direct_cost)
        )
        return replace(self, margin_rate=margin, direct_cost=cost)


def value_of(
    purchases: Array, spend: Array, margin_rate: Numbers, direct_cost: Numbers = 0.0
) -> Array:
    """Margin of discounted purchases after the cost of each.

    No purchase is worth nothing, even of unbounded spend, and so is none of an unbounded amount
    of which no share is kept.
    """
    margin = np.asarray(margin_rate, dtype=np.float64)
    counts = (purchases > 0) & (margin > 0)
    value = margin * np.where(counts, spend, 0.0) * purchases
    return value - direct_cost * purchases if np.any(direct_cost) else value


@dataclass(frozen=True)
class Draws:
    """Draws of the parameters, one row each; shared by all customers.

    Attributes
    ----------
    process
        How customers buy and drop out.
    transaction
        (draws, k): parameters of the process.
    spend
        (draws, 3): p, q, v; further columns say how v moves with frequency.
    """

    process: PurchaseProcess
    transaction: Array
    spend: Array

    def __len__(self) -> int:
        return len(self.transaction)

    @property
    def of_process(self) -> ParameterDraws:
        """Those of the process alone."""
        return ParameterDraws(self.process, self.transaction)


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

    @classmethod
    def empty(cls, customers: int, groups: int, draws: int) -> Futures:
        """Room for so many; totals of 0."""
        return cls(
            np.empty((2, len(ESTIMATES), customers)),
            np.empty((2, len(OUTCOMES), customers)),
            np.zeros((2, groups, draws)),
            np.zeros((2, groups, draws)),
        )

    def take(self, rows: Integers, part: Futures) -> None:
        """Put in what holds of some of the customers, whose groups are counted alike."""
        self.credible[:, :, rows] = part.credible
        self.predictive[:, :, rows] = part.predictive
        first = slice(part.expected_totals.shape[1])
        self.expected_totals[:, first] += part.expected_totals
        self.simulated_totals[:, first] += part.simulated_totals


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
        Horizon, discounting, margin and cost.
    interval
        Coverage of the equal-tailed limits.
    rng
        Source of the simulated outcomes.
    """
    n, n_groups = len(groups), int(groups.max(initial=0)) + 1
    futures = Futures.empty(n, n_groups, len(draws))
    alive = draws.process.alive_under_draws(draws.transaction, table)
    if_alive = IfAlive.of(draws.of_process, table, assumptions.horizon, assumptions.log_discount)
    alike = alike_in_value(table, monetary_value, assumptions)
    streams = Streams.of(rng)
    for rows in blocks_by_history(table):
        # Customers with one history and one amount expect the same: once is enough.
        one, which = distinct_rows(alike, rows)
        block, terms = Block.of(table, monetary_value, one), assumptions.of(one)
        expected = expectations(block, alive(one), if_alive.at(block.pair), draws, terms)
        futures.credible[:, :, rows] = limits_of(expected, interval)[:, :, which]
        everyone = Block.of(table, monetary_value, rows)
        outcome = outcomes(everyone, expected[2][which], draws, assumptions.of(rows), streams)
        futures.predictive[:, :, rows] = limits_of(outcome, interval)
        for group in np.unique(groups[rows]).tolist():
            members = groups[rows] == group
            counts = np.bincount(which[members], minlength=len(one)).astype(np.float64)
            present = counts > 0
            futures.expected_totals[:, group] += (
                counts[present] @ expected[OUTCOME_POSITIONS][:, present]
            )
            futures.simulated_totals[:, group] += outcome[:, members].sum(axis=1)
    return futures


def alike_in_value(
    table: HistoryTable, monetary_value: Array, assumptions: Assumptions
) -> Integers:
    """Numbers that two customers share if all that is expected of them is the same, (n,)."""
    spend = np.where(table.histories.frequency > 0, monetary_value, 0.0)
    return alike_customers(table, spend, assumptions.margin_rate, assumptions.direct_cost)


class Streams(NamedTuple):
    """Sources of randomness: what customers buy does not move with how amounts are drawn."""

    purchases: np.random.Generator
    amounts: np.random.Generator

    @classmethod
    def of(cls, rng: np.random.Generator) -> Streams:
        """Two streams that begin where `rng` stands."""
        return cls(*(np.random.default_rng(rng.integers(2**63, size=4)) for _ in range(2)))


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


def expectations(
    block: Block, alive: Array, if_alive: Array, draws: Draws, assumptions: Assumptions
) -> Array:
    """The five `ESTIMATES` under every draw, (5, customers, draws).

    `alive` holds the probability to be alive, (customers, draws), and `if_alive` what holds of a
    customer who is: purchases, discounted purchases and the probability of a purchase,
    (3, customers, draws). What `assumptions` holds per customer is a column.
    """
    out = np.empty((len(ESTIMATES), *alive.shape))
    out[0] = alive
    np.multiply(alive, if_alive[0], out=out[1])
    np.multiply(alive, if_alive[2], out=out[2])
    out[3] = expected_spend(tuple(draws.spend.T), block.x, block.monetary_value)
    out[4] = value_of(alive * if_alive[1], out[3], assumptions.margin_rate, assumptions.direct_cost)
    return out


class Simulated(NamedTuple):
    """One simulated future of each customer under each draw, of those who buy at all.

    Attributes
    ----------
    cell
        Which customer and draw, ``customer * draws + draw``, (n,).
    bought
        When they buy.
    p, scale
        Shape and scale of the gamma distribution of the amounts of each customer who buys.
    """

    cell: Integers
    bought: Purchases
    p: Array
    scale: Array


def simulate(
    block: Block, buys: Array, draws: Draws, horizon: float, streams: Streams
) -> Simulated:
    """One simulated future per customer and draw.

    A customer buys at all with probability `buys`, (customers, draws); what a customer who does
    buys is the process's to say.
    """
    rng = streams.purchases
    cell = np.flatnonzero(rng.random(buys.shape) < buys)
    customer, draw = np.divmod(cell, buys.shape[1])
    x = block.x[customer, 0]
    p, q, v = scaled_to(tuple(column[draw] for column in draws.spend.T.copy()), x)
    process = draws.process.since_recency(block.recency[customer, 0])
    bought = process.draw_purchases(draws.transaction[draw], x, block.T[customer, 0], horizon, rng)
    scale = (v + x * block.monetary_value[customer, 0]) / streams.amounts.standard_gamma(q + p * x)
    return Simulated(cell, bought, p, scale)


def outcomes(
    block: Block,
    buys: Array,
    draws: Draws,
    assumptions: Assumptions,
    streams: Streams,
) -> Array:
    """Purchases and earned value in one simulated future per customer and draw.

    Returns
    -------
    numpy.ndarray
        (2, customers, draws).
    """
    out = np.zeros((2, *buys.shape))
    cell, bought, p, scale = simulate(block, buys, draws, assumptions.horizon, streams)
    discounted, amounts = discounted_sums(streams.amounts, *bought, p, assumptions.log_discount)
    purchases, value = out.reshape(2, -1)
    purchases[cell] = 1 + bought.more
    value[cell] = scale * amounts
    out[1] *= assumptions.margin_rate
    if np.any(assumptions.direct_cost):
        each = np.zeros(buys.shape)
        each.reshape(-1)[cell] = discounted
        out[1] -= assumptions.direct_cost * each
    return out
