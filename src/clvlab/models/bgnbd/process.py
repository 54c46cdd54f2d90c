"""Buying until dropping out after a purchase: what the BG/NBD and MBG/NBD models have in common."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import ClassVar, cast

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd import evaluations as bgnbd_evaluations
from clvlab.models.bgnbd import formulas
from clvlab.models.bgnbd import kernels as bgnbd_kernels
from clvlab.models.bgnbd.by_frequency import by_frequency
from clvlab.models.bgnbd.expectation import sum_over_horizons
from clvlab.models.bgnbd.futures import draw_purchases
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.prediction import fill_alive, times_alive
from clvlab.models.bgnbd.survival import survival_if_alive
from clvlab.models.customers.histories import Histories
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.discounting import discounting_nodes, endless_nodes
from clvlab.models.fitting.evaluations import Evaluations
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.fitting.purchase_process import (
    Array,
    Integers,
    Parameters,
    PurchaseProcess,
    Purchases,
    Scales,
)
from clvlab.models.nbd.process import NBDProcess
from clvlab.simulate.purchases import purchase_moments


class BetaGeoProcess(PurchaseProcess):
    """Dropping out after a purchase, with a personal probability.

    Parameters
    ----------
    chances_at_start
        How often one may drop out before the first repeat purchase: 0 in the BG/NBD model, 1 in
        the MBG/NBD model.
    """

    purchase_scales: ClassVar[Scales] = ((1, -1.0),)
    dropout_scales: ClassVar[Scales] = ((2, 1.0), (3, 1.0))
    without_dropout: ClassVar[PurchaseProcess] = NBDProcess()
    dropout_effect: ClassVar[str] = (
        "effect on the logarithms of a and b; larger is more alike in the chance to drop out, "
        "whose mean a / (a + b) stays"
    )

    def __init__(self, chances_at_start: int) -> None:
        self.chances_at_start = chances_at_start

    def parameters(self, values: npt.ArrayLike) -> BetaGeoParameters:
        """r, alpha, a, b by name."""
        return BetaGeoParameters(*np.asarray(values, dtype=np.float64).tolist())

    def log_likelihood(self, parameters: Parameters, histories: Histories) -> Evaluation:
        """See `bgnbd.likelihood`."""
        named = cast("BetaGeoParameters", parameters)
        return bgnbd_kernels.log_likelihood(named, histories, self.chances_at_start)

    def log_likelihoods(
        self, parameters: Array, histories: Histories, pattern: Integers
    ) -> Evaluations:
        """See `bgnbd.evaluations`."""
        return bgnbd_evaluations.log_likelihoods(
            parameters, histories, pattern, self.chances_at_start
        )

    def start(self, histories: Histories) -> Array:
        """The mean purchase rate doubled for those who dropped out on the way."""
        return np.log([0.5, 0.25 / histories.mean_rate, 0.7, 2.0])

    def probability_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Array:
        """See `bgnbd.formulas.probability_alive`."""
        return formulas.probability_alive(parameters, frequency, recency, T, self.chances_at_start)

    def times_alive(
        self, parameters: Parameters, table: HistoryTable, position: Integers, if_alive: Array
    ) -> Array:
        """See `bgnbd.prediction.times_alive`."""
        named = cast("BetaGeoParameters", parameters)
        return times_alive(
            named, table.histories, table.times, position, if_alive, self.chances_at_start
        )

    def fill_alive(
        self,
        parameters: Parameters,
        table: HistoryTable,
        if_alive: Array,
        alive: Array,
        times_alive: Array,
    ) -> None:
        """See `bgnbd.prediction.fill_alive`: both in one pass over the customers."""
        named = cast("BetaGeoParameters", parameters)
        numbers, chances = (table.pair, if_alive), self.chances_at_start
        fill_alive(named, table.histories, table.times, numbers, chances, alive, times_alive)

    def alive_under_draws(self, draws: Array, table: HistoryTable) -> Callable[[Integers], Array]:
        """From positions of customers to their probabilities, (customers, draws)."""
        histories = table.histories
        columns = tuple(draws.T)

        def alive(rows: Integers) -> Array:
            x = histories.frequency[rows].astype(np.float64)[:, None]
            recency = table.times[histories.recency[rows]][:, None]
            observed = table.times[histories.T[rows]][:, None]
            return formulas.probability_alive(columns, x, recency, observed, self.chances_at_start)

        return alive

    def survival_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgnbd.survival`."""
        r, alpha, a, b = parameters
        columns = (np.asarray(value, dtype=np.float64) for value in (frequency, T, horizon))
        x, observed, ahead = np.broadcast_arrays(*columns)
        alive = by_frequency(
            partial(survival_if_alive, r, alpha, a, b + self.chances_at_start),
            *(column.ravel() for column in (x, observed, ahead)),
        )
        return alive.reshape(x.shape)

    def expected_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgnbd.expectation`."""
        named = cast("BetaGeoParameters", parameters)
        return formulas.expected_purchases_if_alive(
            named, frequency, T, horizon, self.chances_at_start
        )

    def discounted_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: Array,
        T: Array,
        horizon: float,
        log_discount: float,
    ) -> Array:
        """By parts over expectations of many horizons; see `discounting`."""
        r, alpha, a, b = parameters
        if math.isfinite(horizon):
            nodes = discounting_nodes(horizon, log_discount, alpha)
        elif log_discount > 0:
            nodes = endless_nodes(log_discount)
        else:
            # As many as dropout allows for, one over its probability on average.
            later = b + self.chances_at_start + frequency
            return (a + later - 1) / (a - 1) if a > 1 else np.full(len(frequency), np.inf)

        def summed(x: Array, observed: Array) -> Array:
            later = b + self.chances_at_start
            return np.asarray(sum_over_horizons(r, alpha, a, later, x, observed, *nodes))

        # A single horizon hardly ever needs the nodes that customers of one frequency share.
        return summed(frequency, T) if len(nodes[0]) == 1 else by_frequency(summed, frequency, T)

    def probability_purchase_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgnbd.formulas.probability_purchase_if_alive`."""
        return formulas.probability_purchase_if_alive(parameters, frequency, T, horizon)

    def probability_of_count_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """See `bgnbd.formulas.probability_of_count_if_alive`."""
        named = cast("BetaGeoParameters", parameters)
        return formulas.probability_of_count_if_alive(
            named, frequency, T, horizon, count, self.chances_at_start
        )

    def draw_purchases(
        self,
        draws: Array,
        frequency: Array,
        T: Array,
        horizon: float,
        rng: np.random.Generator,
    ) -> Purchases:
        """See `bgnbd.futures`."""
        r, alpha, a, b = draws.T.copy()
        return draw_purchases((r, alpha, a, b + self.chances_at_start), frequency, T, horizon, rng)

    def draw_repeat_moments(
        self, parameters: Parameters, start: Array, end: float, rng: np.random.Generator
    ) -> Array:
        """Rates and dropout probabilities drawn, and their purchases; see `simulate.purchases`."""
        r, alpha, a, b = parameters
        rate = rng.standard_gamma(r, len(start)) / alpha
        dropout = rng.beta(a, b, len(start))
        for _ in range(self.chances_at_start):
            stay = rng.random(len(start)) >= dropout
            rate, dropout, start = rate[stay], dropout[stay], start[stay]
        customers, moments, _ = purchase_moments(rng, rate, dropout, start, end)
        return np.asarray(moments[moments > start[customers]])
