r"""The Gamma-Gamma model in which spend moves with the number of purchases.

The scale ``v`` of the Gamma-Gamma model becomes that of a buyer with a typical number of purchases,
and another buyer's is

.. math:: v \, d^{\,l}, \qquad l = \log_2 \frac{1 + x}{\text{typical purchases}}.

Dividing a customer's amounts by :math:`d^{\,l}` gives the plain model, so nothing else changes.
Who has no repeat purchase yet and makes one will be a repeat buyer, of whom nothing more is known:
``l`` is 0.

The factor ``d`` is estimated from the means alone (`frequency_effect`) and not by maximum
likelihood: where amounts are not gamma distributed, as with a few price points, the likelihood
takes their shape for a dependence that is not there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.fitting.newton import Optimum
from clvlab.models.gamma_gamma.frequency_effect import (
    FEWEST,
    FrequencyEffect,
    doublings,
    estimate_frequency_effect,
    steadiness,
)
from clvlab.models.gamma_gamma.gamma_gamma import (
    GammaGammaModel,
    climb_spending,
    spending_of,
)
from clvlab.models.gamma_gamma.likelihood import Spending

Array = npt.NDArray[np.float64]
CLOSEST = 1e-6
"""Standard error below which an effect is not believed to be known."""


class FrequencyGammaGammaParameters(NamedTuple):
    """Parameters of the Gamma-Gamma model with spend that moves with frequency; all positive.

    Attributes
    ----------
    p, q, v
        As in `GammaGammaParameters`, for a customer with a typical number of purchases.
    per_doubling
        Factor on ``v``, and so on the mean spend, when the number of purchases doubles; 1 is
        independence.
    typical_purchases
        Geometric mean of ``1 + x`` over repeat buyers.
    """

    p: float
    q: float
    v: float
    per_doubling: float
    typical_purchases: float


class FrequencyGammaGammaModel(GammaGammaModel):
    """Spend per purchase that depends on how often a customer buys.

    What to use where `check_spend_independence` finds that it does. Expected spend, and with it
    values, scores and studies, use each customer's own scale. Customers without a repeat purchase,
    and those who are yet to be acquired, get the mean of repeat buyers with a typical number of
    purchases: that those of them who will buy often will also spend more is left out.

    Attributes
    ----------
    params_
        The estimates ``p``, ``q``, ``v``, ``per_doubling``, ``typical_purchases``.
    frequency_exponent_, frequency_p_value_
        The logarithm of ``per_doubling``, and the p-value of the test that it is zero.
    log_likelihood_
        At these estimates: it is their maximum in p, q and v alone.

    See `GammaGammaModel` for the other attributes.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> spend = FrequencyGammaGammaModel().fit(summary)
    >>> round(spend.params_.per_doubling, 2)
    1.12
    """

    called: ClassVar[str] = "Gamma-Gamma with frequency"
    parameter_names: ClassVar[tuple[str, ...]] = (
        "p",
        "q",
        "v",
        "per_doubling",
        "typical_purchases",
    )
    parameter_meanings: ClassVar[dict[str, str]] = {
        **GammaGammaModel.parameter_meanings,
        "per_doubling": "factor on spend when the number of purchases doubles; 1 is independence",
        "typical_purchases": "purchases of a repeat buyer to whom v belongs, the first included",
    }

    params_: FrequencyGammaGammaParameters  # type: ignore[assignment]
    frequency_exponent_: float
    frequency_p_value_: float

    def fit(self, customers: Customers, y: None = None) -> Self:  # noqa: ARG002
        """Fit to a summary, or a frame with ``frequency`` and ``monetary_value``.

        Raises
        ------
        InputError
            When nobody bought twice, fewer than ten did or all equally often, or amounts are
            negative, missing or infinite.
        """
        spending, without_amount = spending_of(customers)
        effect = _effect(spending)
        if not np.isfinite(effect.exponent):
            raise InputError(
                Problem(
                    "the customers",
                    f"must include {FEWEST} repeat buyers who bought unequally often for spend to "
                    "depend on frequency",
                    f"{len(spending):,} repeat buyers of {len(spending.distinct)} frequencies",
                    "Use GammaGammaModel.",
                )
            )
        self.frequency_exponent_, self.frequency_p_value_ = effect.exponent, effect.p_value
        steps = doublings(spending.frequency)
        centre = float(steps.mean())
        factors = np.exp(effect.exponent * (steps - centre))
        optimum = _with_effect(climb_spending(_divided(spending, factors)), effect, steps)
        self._keep(optimum, len(spending))
        self.params_ = FrequencyGammaGammaParameters(*np.exp(optimum.point).tolist())
        self.n_without_amount_ = without_amount
        self.diagnosis_ = self._diagnose()
        return self

    def evaluate(self, parameters: npt.ArrayLike, customers: Customers) -> Self:  # noqa: ARG002
        """Refused: not all parameters of this model are estimated by its likelihood."""
        raise InputError(
            Problem(
                "the parameters",
                "must be fitted",
                "this model takes none from elsewhere",
                "Use fit(summary).",
            )
        )

    def spending_as_if_independent(self, spending: Spending) -> Spending:
        """Amounts divided by the factor of each buyer's frequency."""
        _refuse_bins(spending)
        steps = doublings(spending.frequency) - np.log2(self.params_.typical_purchases)
        return _divided(spending, np.exp(self.frequency_exponent_ * steps))

    def joint_draws(self, draws: Array, rng: np.random.Generator) -> Array:
        """Draws of all parameters from draws of p, q, v at the estimated effect, (n, 5).

        The effect and the typical number are normal in their logarithms. At the typical number
        what is known of the scale and of the effect is nearly independent.
        """
        spread = 1 / np.sqrt(np.diag(self._information)[3:])
        away = rng.standard_normal((len(draws), 2)) * spread
        return np.concatenate([draws, np.exp(self._log_parameters[3:] + away)], axis=1)


def _with_effect(plain: Optimum, effect: FrequencyEffect, steps: Array) -> Optimum:
    """The maximum in p, q and v with the effect and the typical number of purchases behind it."""
    log_purchases = steps * np.log(2.0)
    information = np.zeros((5, 5))
    information[:3, :3] = -plain.hessian
    information[3, 3] = max(effect.standard_error, CLOSEST) ** -2
    information[4, 4] = len(steps) / max(float(log_purchases.var(ddof=1)), CLOSEST)
    # Amounts that were divided by a factor have a density that is multiplied by it; around the
    # mean number of doublings the factors cancel out.
    return replace(
        plain,
        point=np.append(plain.point, [effect.exponent, log_purchases.mean()]),
        gradient=np.append(plain.gradient, np.zeros(2)),
        hessian=-information,
    )


def frequency_effect_of(customers: Customers) -> FrequencyEffect:
    """Effect of frequency on spend, weighted as a Gamma-Gamma fit finds amounts to be spread.

    Missing where nobody has a repeat purchase of a positive amount, or all buyers are alike.
    """
    try:
        spending, _ = spending_of(customers)
    except InputError:
        return estimate_frequency_effect([], [])
    return _effect(spending)


def _effect(spending: Spending) -> FrequencyEffect:
    _refuse_bins(spending)
    frequency = spending.frequency
    p, q, _ = np.exp(climb_spending(spending).point)
    weights = steadiness(frequency, p, q)
    return estimate_frequency_effect(frequency, spending.total / frequency, weights)


def _refuse_bins(spending: Spending) -> None:
    if np.ndim(spending.weights):
        raise InputError(
            Problem(
                "the amounts",
                "must be those of each buyer for spend that depends on frequency",
                "they are counted in bins",
                "Raise exact_buyers in count_summary(), or use GammaGammaModel.",
            )
        )


def _divided(spending: Spending, factors: Array) -> Spending:
    """The same buyers with each one's amounts divided by a factor."""
    x = spending.frequency
    return Spending.of(x.astype(np.int64), spending.total / factors / x)
