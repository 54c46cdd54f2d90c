"""The BG/NBD model of repeat purchases."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models import bgnbd_formulas as formulas
from clvlab.models.bgnbd_diagnosis import diagnose, worth_other_starts
from clvlab.models.bgnbd_kernels import log_likelihood
from clvlab.models.bgnbd_likelihood import BetaGeoParameters
from clvlab.models.bgnbd_prediction import HistoryTable, probability_alive
from clvlab.models.customer_columns import Customers
from clvlab.models.fitted import (
    SUBSAMPLE,
    WORTH_A_SUBSAMPLE,
    MaximumLikelihoodModel,
    Objective,
    climb,
    positive_logarithms,
)
from clvlab.models.histories import Histories, histories_of
from clvlab.models.newton import Evaluation, Optimum, in_logarithms, stay_at

Array = npt.NDArray[np.float64]


class BetaGeoModel(MaximumLikelihoodModel):
    """BG/NBD: buying at a personal rate until dropping out after some purchase.

    While alive a customer buys as a Poisson process whose rate is gamma distributed over
    customers (``r``, ``alpha``); after every repeat purchase the customer drops out with a
    personal probability that is beta distributed (``a``, ``b``).

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``a``, ``b``; ``alpha`` in `unit_`.
    unit_
        Unit of time of ``alpha``, that of the summary the model was fitted to.
    n_excluded_
        Customers left out of the fit because their history is incomplete.

    See `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting Your Customers" the Easy Way: An
    Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.BetaGeoModel().fit(summary)
    >>> round(model.params_.r, 4), round(model.params_.alpha, 3), round(model.log_likelihood_, 1)
    (0.2426, 4.414, -9582.4)
    >>> float(model.expected_purchases(summary, horizon="39 weeks").sum().round(1))
    1653.4
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
        "a": "shape of dropout; a / (a + b) is the mean chance to drop out after a repeat purchase",
        "b": "shape of dropout; larger a + b is more alike",
    }

    params_: BetaGeoParameters
    unit_: TimeUnit
    n_excluded_: int

    def fit(
        self,
        customers: Customers,
        y: None = None,  # noqa: ARG002
        *,
        unit: TimeUnit | str | None = None,
    ) -> Self:
        """Fit to a summary, or to a frame with ``frequency``, ``recency``, ``T`` and its unit.

        Customers whose history a summary marks as incomplete are left out.

        Raises
        ------
        InputError
            For impossible histories, a frame without a unit, or when nobody bought twice.
        """
        everyone = histories_of(customers, unit, complete_only=True)
        _refuse_without_repeats(everyone)
        compressed = everyone.compressed()
        start, coarse = _start(compressed), None
        if len(compressed) > WORTH_A_SUBSAMPLE:
            coarse = _objective(compressed.every(len(compressed) // SUBSAMPLE))
        objective = _objective(compressed)
        optimum = climb(objective, start, coarse)
        for other in worth_other_starts(optimum):
            candidate = climb(objective, other)
            if candidate.value > optimum.value:
                optimum = candidate
        return self._settle(optimum, compressed, len(customers))

    def evaluate(
        self, parameters: npt.ArrayLike, customers: Customers, *, unit: TimeUnit | str | None = None
    ) -> Self:
        """Take parameters from elsewhere instead of fitting, and judge them on the customers.

        Parameters
        ----------
        parameters
            r, alpha, a, b; alpha in the customers' unit.
        customers, unit
            As in `fit`.
        """
        compressed = histories_of(customers, unit, complete_only=True).compressed()
        point = positive_logarithms(parameters, self.parameter_names)
        return self._settle(stay_at(_objective(compressed), point), compressed, len(customers))

    def _settle(self, optimum: Optimum, histories: Histories, n_customers: int) -> Self:
        self._keep(optimum, round(histories.total_weight))
        self.params_ = BetaGeoParameters(*np.exp(optimum.point).tolist())
        self.unit_ = histories.window.unit
        self.n_excluded_ = n_customers - self.n_customers_
        self.diagnosis_ = diagnose(self, histories)
        return self

    def probability_alive(
        self, customers: Customers, *, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Probability that each customer has not dropped out by the calibration end."""
        histories, times = self._histories(customers, unit)
        values = probability_alive(self.params_, histories, times)
        return pd.Series(values, index=histories.index, name="probability_alive")

    def expected_purchases(
        self, customers: Customers, *, horizon: Horizon, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Expected purchases of each customer within a horizon from the calibration end.

        Parameters
        ----------
        customers
            A summary in any unit, or a frame with its unit.
        horizon
            A number in the customers' unit, a span such as ``"52 weeks"``, or a last day.
        unit
            Unit of a plain frame.
        """
        histories, _ = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days
        table = HistoryTable.of(histories, self.unit_)
        values = table.expected_purchases(self.params_, np.array([ahead]), np.ones(1))
        return pd.Series(values, index=histories.index, name="expected_purchases")

    def probability_purchase(
        self, customers: Customers, *, horizon: Horizon, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Probability of at least one purchase of each customer within a horizon."""
        histories, times = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days
        values = formulas.probability_purchase(
            self.params_, histories.frequency, times[histories.recency], times[histories.T], ahead
        )
        return pd.Series(values, index=histories.index, name="probability_purchase")

    def expected_purchases_new_customer(self, horizon: Horizon) -> float:
        """Expected repeat purchases of a new customer; a plain number is in the model's unit."""
        self.require_fit()
        ahead = StudyWindow(self.unit_).horizon_days(horizon) / self.unit_.days
        return float(formulas.expected_purchases_new_customer(self.params_, ahead))

    def _derived(self) -> dict[str, float]:
        r, alpha, a, b = self.params_
        return {"mean_rate": r / alpha, "mean_dropout": a / (a + b)}

    def _histories(
        self, customers: Customers, unit: TimeUnit | str | None
    ) -> tuple[Histories, Array]:
        """The customers, and their distinct times in the model's unit."""
        self.require_fit()
        histories = histories_of(customers, unit)
        return histories, histories.times / self.unit_.days


def _objective(histories: Histories) -> Objective:
    def evaluate(point: Array) -> Evaluation:
        parameters = BetaGeoParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, histories), parameters)

    return evaluate


def _start(histories: Histories) -> Array:
    """A rough start: the mean purchase rate doubled for those who dropped out on the way."""
    purchases = float(histories.weights @ histories.frequency)
    observed = float(histories.weights @ histories.times[histories.T]) / histories.window.unit.days
    rate = max(purchases, 1.0) / max(observed, 1e-6)
    return np.log([0.5, 0.25 / rate, 0.7, 2.0])


def _refuse_without_repeats(histories: Histories) -> None:
    if histories.frequency.any():
        return
    raise InputError(
        Problem(
            "the customers to fit a BG/NBD model to",
            "must include some with repeat purchases",
            f"nobody of {len(histories):,} customers bought twice",
            "Observe for longer, or check that customer ids are the same across purchases.",
        )
    )
