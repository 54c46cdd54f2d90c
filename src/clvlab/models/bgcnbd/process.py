"""Buying with regularity until dropping out after a purchase: the (M)BG/CNBD-k models."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, cast

import numpy as np
import numpy.typing as npt

from clvlab.models.bgcnbd import formulas
from clvlab.models.bgcnbd import kernels as bgcnbd_kernels
from clvlab.models.bgcnbd.discounted import discounted_for_ever, discounted_within
from clvlab.models.bgcnbd.expectation import expected_and_survival
from clvlab.models.bgcnbd.futures import draw_purchases
from clvlab.models.bgnbd.by_frequency import by_frequency
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.fitting.purchase_process import (
    Array,
    Integers,
    Parameters,
    PurchaseProcess,
    Purchases,
    Scales,
)
from clvlab.simulate.purchases import purchase_moments


@dataclass(frozen=True, eq=False)
class BetaGeoErlangProcess(PurchaseProcess):
    """Erlang-k gaps between purchases, and dropping out after one with a personal probability.

    What is expected of a living customer depends on the time since the last purchase, so names
    ending in ``if_alive`` need `since_recency` first.

    Attributes
    ----------
    k
        Stages per purchase; with 1 it is the process of the BG/NBD or MBG/NBD model.
    chances_at_start
        How often one may drop out before the first repeat purchase: 0 or 1.
    recency
        Times of the last purchase that what holds if alive is asked for.
    """

    memoryless: ClassVar[bool] = False
    purchase_scales: ClassVar[Scales] = ((1, -1.0),)
    dropout_scales: ClassVar[Scales] = ((2, 1.0), (3, 1.0))
    dropout_effect: ClassVar[str] = (
        "effect on the logarithms of a and b; larger is more alike in the chance to drop out, "
        "whose mean a / (a + b) stays"
    )

    k: int
    chances_at_start: int
    recency: npt.ArrayLike | None = None

    def since_recency(self, recency: npt.ArrayLike) -> BetaGeoErlangProcess:
        """The process of customers whose last purchases were then."""
        return replace(self, recency=recency)

    @property
    def _recency(self) -> Array:
        if self.recency is None:
            raise ValueError("what holds if alive depends on recency: ask since_recency(recency)")
        return np.asarray(self.recency, dtype=np.float64)

    def parameters(self, values: npt.ArrayLike) -> BetaGeoParameters:
        """r, alpha, a, b by name."""
        return BetaGeoParameters(*np.asarray(values, dtype=np.float64).tolist())

    def log_likelihood(self, parameters: Parameters, histories: Histories) -> Evaluation:
        """See `bgcnbd.likelihood`; without the factor of the gaps."""
        named = cast("BetaGeoParameters", parameters)
        return bgcnbd_kernels.log_likelihood(named, histories, self.k, self.chances_at_start)

    def start(self, histories: Histories) -> Array:
        """As in the BG/NBD model, with ``k`` stages per purchase."""
        return np.log([0.5, 0.25 / (self.k * histories.mean_rate), 0.7, 2.0])

    def probability_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Array:
        """See `bgcnbd.formulas.probability_alive`."""
        return formulas.probability_alive(
            parameters, self.k, frequency, recency, T, self.chances_at_start
        )

    def times_alive(
        self, parameters: Parameters, table: HistoryTable, position: Integers, if_alive: Array
    ) -> Array:
        """Of each customer, by `bgcnbd.formulas.probability_alive`."""
        histories = table.histories
        alive = self.probability_alive(
            parameters,
            histories.frequency,
            table.times[histories.recency],
            table.times[histories.T],
        )
        return np.asarray(alive * if_alive[position])

    def alive_under_draws(self, draws: Array, table: HistoryTable) -> Callable[[Integers], Array]:
        """From positions of customers to their probabilities, (customers, draws)."""
        histories = table.histories
        columns = tuple(draws.T)

        def alive(rows: Integers) -> Array:
            return formulas.probability_alive(
                columns,
                self.k,
                histories.frequency[rows].astype(np.float64)[:, None],
                table.times[histories.recency[rows]][:, None],
                table.times[histories.T[rows]][:, None],
                self.chances_at_start,
            )

        return alive

    def survival_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgcnbd.expectation`."""
        return np.asarray(self._expected_and_survival(parameters, frequency, T, horizon)[1])

    def expected_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgcnbd.expectation`."""
        return np.asarray(self._expected_and_survival(parameters, frequency, T, horizon)[0])

    def _expected_and_survival(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        r, alpha, a, b = (float(value) for value in parameters)
        x, t_x, observed, ahead = np.broadcast_arrays(
            *(np.asarray(v, dtype=np.float64) for v in (frequency, self._recency, T, horizon))
        )
        columns = (np.ascontiguousarray(v).ravel() for v in (x, t_x, observed, ahead))
        named = (r, alpha, a, b + self.chances_at_start, self.k)
        both = by_frequency(partial(expected_and_survival, *named), *columns)
        return both.reshape(2, *x.shape)

    def discounted_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: Array,
        T: Array,
        horizon: float,
        log_discount: float,
    ) -> Array:
        """See `bgcnbd.discounted`."""
        r, alpha, a, b = (float(value) for value in parameters)
        later = b + self.chances_at_start
        if log_discount == 0:
            if math.isinf(horizon):
                return formulas.endless_purchases(a, later + frequency)
            return self.expected_purchases_if_alive(parameters, frequency, T, horizon)
        x, t_x, observed = (
            np.ascontiguousarray(v)
            for v in np.broadcast_arrays(
                *(np.asarray(v, dtype=np.float64) for v in (frequency, self._recency, T))
            )
        )
        named = (r, alpha, a, later, self.k)
        if math.isinf(horizon):

            def for_ever(x: Array, t_x: Array, observed: Array) -> Array:
                found = discounted_for_ever(*named, x, t_x, observed, float(log_discount))
                return np.asarray(found)

            return by_frequency(for_ever, x, t_x, observed)
        return np.asarray(
            discounted_within(*named, x, t_x, observed, float(horizon), float(log_discount))
        )

    def probability_purchase_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """See `bgcnbd.formulas.probability_purchase_if_alive`."""
        return formulas.probability_purchase_if_alive(
            parameters, self.k, frequency, self._recency, T, horizon
        )

    def probability_of_count_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """See `bgcnbd.formulas.probability_of_count_if_alive`."""
        return formulas.probability_of_count_if_alive(
            parameters, self.k, frequency, self._recency, T, horizon, count, self.chances_at_start
        )

    def draw_purchases(
        self,
        draws: Array,
        frequency: Array,
        T: Array,
        horizon: float,
        rng: np.random.Generator,
    ) -> Purchases:
        """See `bgcnbd.futures`."""
        r, alpha, a, b = draws.T.copy()
        recency = np.broadcast_to(self._recency, frequency.shape)
        parameters = (r, alpha, a, b + self.chances_at_start)
        return draw_purchases(parameters, self.k, frequency, recency, T, horizon, rng)

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
        customers, moments, _ = purchase_moments(rng, rate, dropout, start, end, self.k)
        return np.asarray(moments[moments > start[customers]])
