"""Buying without ever dropping out: what the NBD model says of customers."""

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
from clvlab.models.nbd import formulas, likelihood
from clvlab.models.nbd.futures import draw_purchases
from clvlab.models.nbd.likelihood import NBDParameters, PurchaseTotals


class NBDProcess(PurchaseProcess):
    """Buying at a personal, constant rate for ever."""

    n_parameters: ClassVar[int] = 2
    purchase_scales: ClassVar[Scales] = ((1, -1.0),)
    dropout_scales: ClassVar[Scales] = ()
    dropout_effect: ClassVar[str] = "none, as nobody drops out"

    def parameters(self, values: npt.ArrayLike) -> NBDParameters:
        """r, alpha by name."""
        return NBDParameters(*np.asarray(values, dtype=np.float64).tolist())

    def log_likelihood(self, parameters: Parameters, histories: Histories) -> Evaluation:
        """See `nbd.likelihood`."""
        named = cast("NBDParameters", parameters)
        return likelihood.log_likelihood(named, PurchaseTotals.of(histories))

    def log_likelihoods(
        self, parameters: Array, histories: Histories, pattern: Integers
    ) -> Evaluations:
        """See `nbd.likelihood.log_likelihoods`."""
        return likelihood.log_likelihoods(parameters, histories, pattern)

    def start(self, histories: Histories) -> Array:
        """The mean purchase rate."""
        return np.log([0.5, 0.5 / histories.mean_rate])

    def probability_alive(
        self,
        parameters: Parameters,  # noqa: ARG002 - whatever they are
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Array:
        """One: nobody drops out."""
        return np.ones(np.broadcast_shapes(np.shape(frequency), np.shape(recency), np.shape(T)))

    def times_alive(
        self,
        parameters: Parameters,  # noqa: ARG002
        table: HistoryTable,  # noqa: ARG002
        position: Integers,
        if_alive: Array,
    ) -> Array:
        """What holds if alive holds."""
        return np.asarray(if_alive[position])

    def alive_under_draws(
        self,
        draws: Array,
        table: HistoryTable,  # noqa: ARG002
    ) -> Callable[[Integers], Array]:
        """From positions of customers to ones, (customers, draws)."""
        return lambda rows: np.ones((len(rows), len(draws)))

    def survival_if_alive(
        self,
        parameters: Parameters,  # noqa: ARG002
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """One, however long the horizon."""
        return np.ones(np.broadcast_shapes(np.shape(frequency), np.shape(T), np.shape(horizon)))

    def expected_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `nbd.formulas.expected_purchases`."""
        return formulas.expected_purchases(parameters, frequency, T, horizon)

    def discounted_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: Array,
        T: Array,
        horizon: float,
        log_discount: float,
    ) -> Array:
        """See `nbd.formulas.discounted_purchases`."""
        return formulas.discounted_purchases(parameters, frequency, T, horizon, log_discount)

    def probability_purchase_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `nbd.formulas.probability_purchase`."""
        return formulas.probability_purchase(parameters, frequency, T, horizon)

    def probability_of_count_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """See `nbd.formulas.probability_of_count`."""
        return formulas.probability_of_count(parameters, frequency, T, horizon, count)

    def draw_purchases(
        self,
        draws: Array,
        frequency: Array,
        T: Array,
        horizon: float,
        rng: np.random.Generator,
    ) -> Purchases:
        """See `nbd.futures`."""
        r, alpha = draws.T.copy()
        return draw_purchases((r, alpha), frequency, T, horizon, rng)

    def draw_repeat_moments(
        self, parameters: Parameters, start: Array, end: float, rng: np.random.Generator
    ) -> Array:
        """Rates drawn, and purchases spread over the time until the end."""
        r, alpha = parameters
        rate, ahead = rng.standard_gamma(r, len(start)) / alpha, np.maximum(end - start, 0.0)
        owner = np.repeat(np.arange(len(start)), rng.poisson(rate * ahead))
        return np.asarray(start[owner] + ahead[owner] * rng.random(len(owner)))
