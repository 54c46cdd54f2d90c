"""Limits that are each customer's own, of customers who need not fit into memory.

Customers are sorted by their histories in the engine and carried through all draws of the study
some at a time, in the order and with the random numbers of `draw_futures`, so what comes out is
what a summary in memory gets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clvlab.models.futures.futures import (
    ESTIMATES,
    OUTCOMES,
    Assumptions,
    Block,
    Streams,
    expectations,
    outcomes,
)
from clvlab.models.futures.history_order import CUSTOMERS_AT_ONCE
from clvlab.models.futures.limits import limits_of
from clvlab.models.scoring.customer_terms import Terms
from clvlab.models.scoring.history_scores import SIDES, DrawsOfHistories
from clvlab.models.scoring.worth import DECILES
from clvlab.summary.engine_session import EngineSession

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MONEY = ("expected_spend", "clv")
"""Estimates whose credible limits are each customer's own."""
COLUMNS = tuple(
    f"{name}_{kind}_{side}"
    for kind, names in (("credible", MONEY), ("predictive", OUTCOMES))
    for name in names
    for side in SIDES
)
"""The limits, in the order in which they are kept."""
_WAITING = ("history", "position", "decile", "amount", "margin", "cost")
_ROWS_AT_ONCE = 400 * CUSTOMERS_AT_ONCE


@dataclass(frozen=True)
class CustomerFutures:
    """Customers who wait in the engine to be carried through the draws.

    Attributes
    ----------
    session
        The engine.
    draws
        Draws of the parameters, carried through to the distinct histories.
    terms_differ
        Whether margins or costs differ between customers.
    """

    session: EngineSession
    draws: DrawsOfHistories
    terms_differ: bool

    def start(self) -> None:
        """Make room in the engine."""
        kinds = ("INT", "BIGINT", "TINYINT", "DOUBLE", "DOUBLE", "DOUBLE")
        columns = ", ".join(map(" ".join, zip(_WAITING, kinds, strict=True)))
        self.session.run(f"CREATE TABLE waiting ({columns})")

    def add(
        self, first: int, history: Integers, decile: Integers, amount: Array, terms: Terms
    ) -> None:
        """Add customers who stand one behind the other, from number `first` on."""
        n = len(history)
        columns = (
            history.astype(np.int32),
            np.arange(first, first + n),
            (decile - 1).astype(np.int8),
            amount,
            np.broadcast_to(terms.margin_rate, n),
            np.broadcast_to(terms.direct_cost, n),
        )
        self.session.append("waiting", pa.table(dict(zip(_WAITING, columns, strict=True))))

    def run(self, *, interval: float, rng: np.random.Generator) -> Array:
        """Carry everybody through; their limits are the table ``limits``, in their order.

        Returns
        -------
        numpy.ndarray
            Sums of the two `OUTCOMES` over each tenth in one simulated future per draw,
            (2, 10, draws).
        """
        session, streams = self.session, Streams.of(rng)
        _sort(session, "waiting", "in_order", "history, position")
        names = ", ".join(f"{name} DOUBLE" for name in COLUMNS)
        session.run(f"CREATE TABLE found (position BIGINT, {names})")
        sums = np.zeros((len(OUTCOMES), DECILES, len(self.draws.draws)))
        session.progress.begin("futures", session.files.n_customers)
        done, rows = 0, session.rows("SELECT * FROM in_order")
        while len(some := rows.take(_ROWS_AT_ONCE)):
            values = [some.column(name).to_numpy() for name in _WAITING]
            limits = []
            for start in range(0, len(some), CUSTOMERS_AT_ONCE):
                part = [one[start : start + CUSTOMERS_AT_ONCE] for one in values]
                limits.append(self._some(part, interval, streams, sums))
                done += len(part[0])
                session.progress.reach(done)
            each = np.concatenate(limits, axis=1)
            columns = {"position": values[1], **dict(zip(COLUMNS, each, strict=True))}
            session.append("found", pa.table(columns))
        session.run("DROP TABLE in_order")
        _sort(session, "found", "limits", "position")
        return sums

    def _some(
        self, part: list[npt.NDArray[np.generic]], interval: float, streams: Streams, sums: Array
    ) -> Array:
        """Limits of some customers in the order of `COLUMNS`, (8, n); adds to the sums."""
        history, decile = (part[k].astype(np.int64) for k in (0, 2))
        amount, margin, cost = (part[k].astype(np.float64) for k in (3, 4, 5))
        alike = np.column_stack([history, amount, margin, cost])
        one, which = np.unique(alike, axis=0, return_index=True, return_inverse=True)[1:]
        which = which.ravel()
        draws, known = self.draws.draws, history[one]
        block = self._block(known, amount[one])
        expected = expectations(
            block,
            self.draws.alive(known),
            self.draws.if_alive.at(block.pair),
            draws,
            self._terms(margin[one], cost[one]),
        )
        credible = limits_of(expected[[ESTIMATES.index(name) for name in MONEY]], interval)
        everyone, terms = self._block(history, amount), self._terms(margin, cost)
        outcome = outcomes(everyone, expected[2][which], draws, terms, streams)
        for tenth in np.unique(decile).tolist():
            sums[:, tenth] += outcome[:, decile == tenth].sum(axis=1)
        kinds = (credible[:, :, which], limits_of(outcome, interval))
        return np.stack([kind[side, k] for kind in kinds for k in range(2) for side in range(2)])

    def _block(self, history: Integers, amount: Array) -> Block:
        table = self.draws.table
        of_history = Block.of(table, np.zeros(len(table.pair)), history)
        return replace(of_history, monetary_value=amount[:, None])

    def _terms(self, margin: Array, cost: Array) -> Assumptions:
        if not self.terms_differ:
            return self.draws.assumptions
        return replace(
            self.draws.assumptions, margin_rate=margin[:, None], direct_cost=cost[:, None]
        )


def _sort(session: EngineSession, table: str, into: str, by: str) -> None:
    session.run(f"CREATE TABLE {into} AS SELECT * FROM {table} ORDER BY {by}", "sorting")  # noqa: S608
    session.run(f"DROP TABLE {table}")
