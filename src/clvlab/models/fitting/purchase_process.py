"""What a model of purchases must be able to say, for any values of its parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.evaluations import Evaluations
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Parameters = tuple[float, ...]
"""The parameters of one fit, in the model's order."""


Scales = tuple[tuple[int, float], ...]


class Purchases(NamedTuple):
    """Simulated purchases of customers who buy at least once.

    Attributes
    ----------
    first
        Moment of each customer's first purchase, (n,).
    more
        Number of further purchases, (n,).
    moments
        When each further purchase is, those of the first customer first, (sum of `more`,).
    """

    first: Array
    more: Integers
    moments: Array


class PurchaseProcess(ABC):
    """How customers buy and drop out: pure functions of parameters and arrays.

    Every model of the family says that a customer buys at a personal rate while alive. What is
    specific to one of them is gathered here, and nowhere else. Times share the unit of the
    parameters; ``frequency``, ``recency``, ``T`` and ``horizon`` broadcast against each other.
    Names ending in ``if_alive`` are of customers known to be alive at ``T``.

    Attributes
    ----------
    n_parameters
        Number of parameters; the first two are of buying.
    purchase_scales, dropout_scales
        Positions of the parameters that a covariate of buying, or of dropping out, scales, with
        the sign of its effect on their logarithms.
    dropout_effect
        What a coefficient of dropping out is, in words.
    memoryless
        Whether what holds of a living customer does not depend on the last purchase.
    without_dropout
        The same buying by customers who never drop out, in the parameters of buying; none where
        nobody drops out anyway.
    """

    memoryless: ClassVar[bool] = True
    n_parameters: ClassVar[int] = 4
    purchase_scales: ClassVar[Scales]
    dropout_scales: ClassVar[Scales]
    dropout_effect: ClassVar[str]
    without_dropout: ClassVar[PurchaseProcess | None] = None

    @abstractmethod
    def parameters(self, values: npt.ArrayLike) -> Parameters:
        """The parameters by name."""

    @abstractmethod
    def log_likelihood(self, parameters: Parameters, histories: Histories) -> Evaluation:
        """Value, gradient and Hessian in the parameters, times in the window's unit."""

    def log_likelihoods(
        self, parameters: Array, histories: Histories, pattern: Integers
    ) -> Evaluations:
        """The log-likelihood of each pattern of covariates, whose histories have own parameters.

        This is the readable version, one pattern after the other.

        Parameters
        ----------
        parameters
            Those of each pattern, (m, k).
        histories, pattern
            Histories with the pattern of each, in ascending order; see `Histories.compressed_by`.
        """
        starts = np.searchsorted(pattern, np.arange(len(parameters) + 1))
        each = [
            self.log_likelihood(self.parameters(row), histories.of(slice(*starts[g : g + 2])))
            for g, row in enumerate(parameters)
        ]
        values, gradients, hessians = zip(*each, strict=True)
        return np.array(values), np.array(gradients), np.array(hessians)

    def since_recency(self, recency: npt.ArrayLike) -> PurchaseProcess:  # noqa: ARG002
        """The process of customers whose last purchases were then.

        What holds if alive is asked of it; of a memoryless process it is the same for all.
        """
        return self

    @abstractmethod
    def start(self, histories: Histories) -> Array:
        """Logarithms of rough parameters to begin a search with."""

    @abstractmethod
    def probability_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Array:
        """Probability not to have dropped out by ``T``."""

    @abstractmethod
    def times_alive(
        self, parameters: Parameters, table: HistoryTable, position: Integers, if_alive: Array
    ) -> Array:
        """A number that holds if alive, ``if_alive[position]``, times the probability alive.

        One per customer of the table; made for many customers.
        """

    def fill_alive(
        self,
        parameters: Parameters,
        table: HistoryTable,
        if_alive: Array,
        alive: Array,
        times_alive: Array,
    ) -> None:
        """Put both into arrays, (n,): probabilities alive, and those times ``if_alive`` by pair."""
        nobody = np.zeros(len(table.histories), dtype=np.int64)
        alive[:] = self.times_alive(parameters, table, nobody, np.ones(1))
        np.take(if_alive, table.pair, out=times_alive, mode="clip")
        times_alive *= alive

    @abstractmethod
    def alive_under_draws(self, draws: Array, table: HistoryTable) -> Callable[[Integers], Array]:
        """Probabilities alive under draws of the parameters, (draws, k).

        Returns
        -------
        callable
            From positions of customers to their probabilities, (customers, draws).
        """

    @abstractmethod
    def survival_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """Probability to be still alive at ``T + horizon``."""

    @abstractmethod
    def expected_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """Expected number of purchases in ``(T, T + horizon]``."""

    @abstractmethod
    def discounted_purchases_if_alive(
        self,
        parameters: Parameters,
        frequency: Array,
        T: Array,
        horizon: float,
        log_discount: float,
    ) -> Array:
        """Expected purchases in ``(T, T + horizon]``, each discounted from when it is made.

        One per pair of frequency and T, (n,). The horizon may be infinite, and so is the result
        where nothing bounds it.
        """

    @abstractmethod
    def probability_purchase_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """Probability of at least one purchase in ``(T, T + horizon]``."""

    @abstractmethod
    def probability_of_count_if_alive(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """Probability of exactly `count` purchases in ``(T, T + horizon]``."""

    @abstractmethod
    def draw_purchases(
        self,
        draws: Array,
        frequency: Array,
        T: Array,
        horizon: float,
        rng: np.random.Generator,
    ) -> Purchases:
        """One future in ``(0, horizon]`` after ``T`` of customers who buy in it at least once.

        Each customer has an own draw of the parameters, (n, k).
        """

    @abstractmethod
    def draw_repeat_moments(
        self, parameters: Parameters, start: Array, end: float, rng: np.random.Generator
    ) -> Array:
        """Moments before `end` of all repeat purchases of new customers who begin at `start`."""

    def expected_purchases(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
    ) -> Array:
        """Expected number of purchases in ``(T, T + horizon]`` given the history so far."""
        alive = self.probability_alive(parameters, frequency, recency, T)
        return np.asarray(
            alive
            * self.since_recency(recency).expected_purchases_if_alive(
                parameters, frequency, T, horizon
            )
        )

    def expected_purchases_new_customer(
        self, parameters: Parameters, horizon: npt.ArrayLike
    ) -> Array:
        """Expected repeat purchases of a new customer: the expectation for no history at all."""
        return self.expected_purchases(parameters, 0.0, 0.0, 0.0, horizon)

    def probability_of_count(
        self,
        parameters: Parameters,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
        horizon: npt.ArrayLike,
        count: npt.ArrayLike,
    ) -> Array:
        """Probability of exactly `count` purchases in ``(T, T + horizon]``."""
        alive = self.probability_alive(parameters, frequency, recency, T)
        exactly = self.since_recency(recency).probability_of_count_if_alive(
            parameters, frequency, T, horizon, count
        )
        return np.asarray(alive * exactly + np.where(np.asarray(count) == 0, 1 - alive, 0.0))
