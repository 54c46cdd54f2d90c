"""Buying until dropping out at any moment: what the Pareto/NBD model says of customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, cast

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.customers.history_table import HistoryTable
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
from clvlab.models.pareto_nbd import formulas, kernels
from clvlab.models.pareto_nbd import prediction as loops
from clvlab.models.pareto_nbd.futures import draw_purchases
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters


class ParetoNBDProcess(PurchaseProcess):
    """Dropping out at a personal rate, at any moment."""

    purchase_scales: ClassVar[Scales] = ((1, -1.0),)
    dropout_scales: ClassVar[Scales] = ((3, -1.0),)
    without_dropout: ClassVar[PurchaseProcess] = NBDProcess()
    dropout_effect: ClassVar[str] = "effect on the logarithm of the dropout rate"

    def parameters(self, values: npt.ArrayLike) -> ParetoNBDParameters:
        """r, alpha, s, beta by name."""
        return ParetoNBDParameters(*np.asarray(values, dtype=np.float64).tolist())

    def log_likelihood(self, parameters: Parameters, histories: Histories) -> Evaluation:
        """See `pareto_nbd.likelihood`."""
        return kernels.log_likelihood(cast("ParetoNBDParameters", parameters), histories)

    def log_likelihoods(
        self, parameters: Array, histories: Histories, pattern: Integers
    ) -> Evaluations:
        """See `pareto_nbd.kernels.log_likelihoods`."""
        return kernels.log_likelihoods(parameters, histories, pattern)

    def start(self, histories: Histories) -> Array:
        """Rates as if half the time observed were spent alive, and dropout in the mean time."""
        return np.log([0.5, 0.25 / histories.mean_rate, 0.5, 0.5 * histories.mean_T])

    def probability_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Array:
        """See `pareto_nbd.formulas.probability_alive`."""
        return formulas.probability_alive(parameters, frequency, recency, T)

    def times_alive(
        self, parameters: Parameters, table: HistoryTable, position: Integers, if_alive: Array
    ) -> Array:
        """See `pareto_nbd.prediction.gather_alive`."""
        r, alpha, s, beta = parameters
        histories, last = table.histories, table.histories.pairs_with_recency
        return np.asarray(
            loops.gather_alive(
                histories.frequency,
                last.pair,
                table.pair,
                histories.T,
                position,
                if_alive,
                *self._dead_and_again(parameters, table),
                np.log1p(table.times / alpha),
                np.log1p(table.times / beta),
                r,
                s,
            )
        )

    def alive_under_draws(self, draws: Array, table: HistoryTable) -> Callable[[Integers], Array]:
        """From positions of customers to their probabilities, (customers, draws)."""
        last = table.histories.pairs_with_recency.pair
        dead = np.empty((int(last.max(initial=-1)) + 1, len(draws)))
        again, alive = (np.empty((len(table.pair_T), len(draws))) for _ in range(2))
        for d, (r, alpha, s, beta) in enumerate(draws):
            dead[:, d], again[:, d] = self._dead_and_again((r, alpha, s, beta), table)
            alive[:, d] = (r + table.pair_frequency) * np.log1p(table.pair_T / alpha)
            alive[:, d] += s * np.log1p(table.pair_T / beta)

        def probabilities(rows: Integers) -> Array:
            odds = np.exp(np.minimum(dead[last[rows]] + alive[table.pair[rows]], 700.0))
            return np.asarray(1 / np.maximum(odds + again[table.pair[rows]], 1.0))

        return probabilities

    def survival_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `pareto_nbd.formulas.survival_if_alive`; the same for every frequency."""
        shape = np.broadcast_shapes(np.shape(frequency), np.shape(T), np.shape(horizon))
        return np.broadcast_to(formulas.survival_if_alive(parameters, T, horizon), shape)

    def expected_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `pareto_nbd.formulas.expected_purchases_if_alive`."""
        return formulas.expected_purchases_if_alive(parameters, frequency, T, horizon)

    def discounted_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: Array,
        T: Array,
        horizon: float,
        log_discount: float,
    ) -> Array:
        """The mean purchase rate times the expected discounted time alive."""
        r, alpha, s, beta = parameters
        times, where = np.unique(T, return_inverse=True)
        alive = loops.discounted_lifetimes(s, beta, times, float(horizon), float(log_discount))
        return np.asarray((r + frequency) / (alpha + T) * alive[where])

    def probability_purchase_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `pareto_nbd.formulas.probability_purchase_if_alive`."""
        return formulas.probability_purchase_if_alive(parameters, frequency, T, horizon)

    def probability_of_count_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """See `pareto_nbd.formulas.probability_of_count_if_alive`."""
        return formulas.probability_of_count_if_alive(parameters, frequency, T, horizon, count)

    def draw_purchases(
        self,
        draws: Array,
        frequency: Array,
        T: Array,
        horizon: float,
        rng: np.random.Generator,
    ) -> Purchases:
        """See `pareto_nbd.futures`."""
        return draw_purchases(draws, frequency, T, horizon, rng)

    def draw_repeat_moments(
        self, parameters: Parameters, start: Array, end: float, rng: np.random.Generator
    ) -> Array:
        """Rates of buying and of dropping out drawn, and purchases spread over the time alive."""
        r, alpha, s, beta = parameters
        rate = rng.standard_gamma(r, len(start)) / alpha
        dropout = np.maximum(rng.standard_gamma(s, len(start)) / beta, 1e-300)
        alive = np.minimum(rng.standard_exponential(len(start)) / dropout, end - start)
        owner = np.repeat(np.arange(len(start)), rng.poisson(rate * np.maximum(alive, 0.0)))
        return np.asarray(start[owner] + alive[owner] * rng.random(len(owner)))

    def _dead_and_again(self, parameters: Parameters, table: HistoryTable) -> tuple[Array, Array]:
        """For pairs with recency the logarithm of dying next, for pairs with T of buying again."""
        r, alpha, s, beta = parameters
        last, forever = table.histories.pairs_with_recency, np.full(len(table.pair_T), np.inf)
        dead = loops.log_dead(
            r, alpha, s, beta, last.frequency.astype(np.float64), table.times[last.time]
        )
        again = loops.probability_purchase(
            r, alpha, s, beta, table.pair_frequency, table.pair_T, forever
        )
        return dead, again
