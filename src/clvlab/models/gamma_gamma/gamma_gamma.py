"""The Gamma-Gamma model of spend per purchase."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.fitting.fitted import (
    SUBSAMPLE,
    WORTH_A_SUBSAMPLE,
    MaximumLikelihoodModel,
    Objective,
    climb,
    positive_logarithms,
)
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, stay_at
from clvlab.models.gamma_gamma.binned_spending import BinnedSpending
from clvlab.models.gamma_gamma.frequency_effect import doublings
from clvlab.models.gamma_gamma.likelihood import (
    GammaGammaParameters,
    Spending,
    log_likelihood,
)
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.schema import FREQUENCY
from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.customer_summary import HISTORY_COMPLETE, CustomerSummary

Array = npt.NDArray[np.float64]
UNLIKELY = 0.01
WIDE = 0.25
"""Shape p of amounts below which they are spread more widely than real ones (twice their mean)."""

ALIKE = 200.0
"""Value of p or q above which amounts hardly vary and the surface is nearly flat."""


def expected_spend(
    parameters: tuple[float | Array, ...],
    frequency: npt.ArrayLike,
    monetary_value: npt.ArrayLike,
) -> Array:
    r"""Expected amount of a customer's purchases, given the mean of the repeat purchases so far.

    .. math:: E(M \mid x, m) = \frac{p (v + x m)}{p x + q - 1}

    (Fader and Hardie 2013, eq. 5), a weighted average of ``m`` and the mean of all customers.
    Infinite where ``p x + q <= 1``: the model then has no mean. Two further parameters
    say how ``v`` moves with frequency; see `FrequencyGammaGammaModel`.

    Examples
    --------
    >>> cdnow = GammaGammaParameters(6.25, 3.74, 15.44)
    >>> expected_spend(cdnow, [2, 0], [22.35, 0.0]).round(2)
    array([24.66, 35.22])
    """
    x = np.asarray(frequency, dtype=np.float64)
    p, q, v = scaled_to(parameters, x)
    m = np.asarray(monetary_value, dtype=np.float64)
    denominator = p * x + q - 1
    with np.errstate(divide="ignore"):
        return np.where(denominator > 0, p * (v + x * m) / np.maximum(denominator, 0.0), np.inf)


def scaled_to(parameters: tuple[float | Array, ...], frequency: Array) -> tuple[Any, Any, Any]:
    """p, q and the scale v of customers with so many repeat purchases."""
    p, q, v, *effect = parameters
    if not effect:
        return p, q, v
    per_doubling, typical = effect
    steps = np.where(frequency > 0, doublings(frequency) - np.log2(typical), 0.0)
    return p, q, v * per_doubling**steps


class GammaGammaModel(MaximumLikelihoodModel):
    """Spend per purchase: gamma within a customer, gamma between customers.

    A customer's purchase amounts are gamma distributed with shape ``p`` around a personal mean,
    and that mean does not depend on how often the customer buys. The fit uses customers with at
    least one repeat purchase of a positive amount, whose history is complete.

    Attributes
    ----------
    params_
        The estimates ``p``, ``q``, ``v``.
    n_customers_
        Repeat buyers used.
    n_without_amount_
        Repeat buyers left out because their repeat purchases amount to zero.

    See `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    P. S. Fader and B. G. S. Hardie (2013), The Gamma-Gamma Model of Monetary Value, note 025.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> spend = clvlab.GammaGammaModel().fit(summary)
    >>> round(spend.params_.p, 2), round(spend.params_.q, 2), round(spend.params_.v, 2)
    (6.25, 3.74, 15.44)
    """

    called: ClassVar[str] = "Gamma-Gamma"
    """What the model is called on a page."""
    parameter_names: ClassVar[tuple[str, ...]] = ("p", "q", "v")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "p": "shape of a customer's purchase amounts; larger is steadier",
        "q": "shape of the spread between customers; larger is more alike",
        "v": "scale of the amounts, in money",
    }

    params_: GammaGammaParameters
    n_without_amount_: int

    def fit(self, customers: Customers, y: None = None) -> Self:  # noqa: ARG002
        """Fit to a summary, or a frame with ``frequency`` and ``monetary_value``.

        Raises
        ------
        InputError
            When nobody bought twice, or amounts are negative, missing or infinite.
        """
        spending, without_amount = spending_of(customers)
        return self._settle(climb_spending(spending), len(spending), without_amount)

    def evaluate(self, parameters: npt.ArrayLike, customers: Customers) -> Self:
        """Take p, q, v from elsewhere instead of fitting, and judge them on the customers."""
        spending, without_amount = spending_of(customers)
        point = positive_logarithms(parameters, self.parameter_names)
        optimum = stay_at(objective_of_spend(spending), point)
        return self._settle(optimum, len(spending), without_amount)

    def _settle(self, optimum: Optimum, n_customers: int, without_amount: int) -> Self:
        self._keep(optimum, n_customers)
        self.params_ = GammaGammaParameters(*np.exp(optimum.point).tolist())
        self.n_without_amount_ = without_amount
        self.diagnosis_ = self._diagnose()
        return self

    def expected_spend(self, customers: Customers) -> pd.Series:
        """Expected amount per purchase, one per customer, in the log's currency.

        Customers without a repeat purchase get the mean of all customers. Where ``q <= 1`` that
        mean is infinite, and `diagnosis_` says so.
        """
        self.require_fit()
        frequency, amount, index = spend_of(customers)
        return pd.Series(
            expected_spend(self.params_, frequency, amount), index=index, name="expected_spend"
        )

    def mean_spend(self) -> float:
        """Mean amount per purchase over all customers, ``p v / (q - 1)``; infinite for q <= 1."""
        self.require_fit()
        return float(expected_spend(self.params_, 0.0, 0.0))

    def spending_as_if_independent(self, spending: Spending) -> Spending:
        """What buyers would have spent without an effect of frequency: the same here."""
        return spending

    def joint_draws(self, draws: Array, rng: np.random.Generator) -> Array:  # noqa: ARG002
        """Draws of all parameters from draws of p, q, v: the same here."""
        return draws

    def _derived(self) -> dict[str, float]:
        return {"mean_spend": self.mean_spend()}

    def _diagnose(self) -> list[str]:
        found = self.where_it_ended()
        if found:
            return found
        if self.params_.q <= 1:
            found.append(
                f"The spread of spend between customers is so wide (q = {self.params_.q:.3g}, at "
                "most 1) that the model has no mean: customers without a repeat purchase have no "
                "finite expected spend, and values should be read for repeat buyers only."
            )
        if self.params_.p > ALIKE:
            found.append(
                "A customer's amounts hardly vary from purchase to purchase: p is too large to be "
                "known. Expected spend is close to each repeat buyer's own mean."
            )
        if self.params_.q > ALIKE:
            found.append(
                "Customers hardly differ in what they spend: q and v are too large to tell apart. "
                "Their ratio and expected spend are not affected."
            )
        if self.covariance_.isna().to_numpy().any():
            found.append(
                "The likelihood is flat: several combinations of p, q and v describe these amounts "
                "equally well, so none of them has a standard error. Expected spend is hardly "
                "affected; the parameters themselves should not be interpreted."
            )
        if self.params_.q > 1 and (chance := self._chance_of_no_mean()) > UNLIKELY:
            found.append(
                "How widely spend is spread between customers is so uncertain that it may have no "
                f"mean at all (chance {chance:.0%}): upper limits of spend and value are unbounded."
            )
        return found

    def _chance_of_no_mean(self) -> float:
        """Chance that q <= 1, in the approximation that the draws come from."""
        spread = np.sqrt(self._variances_of_draws()[self.parameter_names.index("q")])
        return float(ndtr(-math.log(self.params_.q) / spread))


def spending_of(customers: Customers) -> tuple[Spending, int]:
    """The repeat buyers, and how many of them are left out for amounts of zero."""
    if isinstance(customers, CustomerSummary) and customers.left_truncated:
        customers = customers.table[customers.table[HISTORY_COMPLETE]]
    if isinstance(customers, CountedSummary) and customers.binned:
        spending: Spending = BinnedSpending.of_bins(customers)
        repeaters = customers.repeaters
    else:
        buyers = customers.spend if isinstance(customers, CountedSummary) else customers
        frequency, amount, _ = spend_of(buyers)
        spending, repeaters = Spending.of(frequency, amount), int((frequency > 0).sum())
    _refuse_nobody(spending, repeaters)
    return spending, repeaters - len(spending)


def _refuse_nobody(spending: Spending, repeaters: int) -> None:
    if len(spending) == 0:
        raise InputError(
            Problem(
                f"column '{FREQUENCY}'",
                "must show at least one customer with a repeat purchase of a positive amount",
                "nobody bought twice" if not repeaters else "all repeat purchases amount to zero",
                "Spend per purchase can't be modelled from first purchases alone.",
            )
        )


def climb_spending(spending: Spending) -> Optimum:
    """The maximum of the log-likelihood of amounts, in the logarithms of p, q, v."""
    log_typical = spending.fixed[0] / len(spending)
    relative = spending.in_units_of(math.exp(log_typical))
    coarse = None
    if len(spending.total) > WORTH_A_SUBSAMPLE:
        coarse = objective_of_spend(relative.every(len(spending) // SUBSAMPLE))
    objective = objective_of_spend(relative)
    optimum = climb(objective, np.log([2.0, 3.0, 1.0]), coarse)
    for other in _worth_other_starts(optimum):
        candidate = climb(objective, other)
        if candidate.value > optimum.value:
            optimum = candidate
    return replace(
        optimum,
        point=optimum.point + np.array([0.0, 0.0, log_typical]),
        value=optimum.value - len(spending) * log_typical,
    )


def _worth_other_starts(optimum: Optimum) -> list[Array]:
    """Further starts for amounts so few, or spread so widely, that there may be several maxima.

    One has the spread within customers, the next between them (p without limit, p v known), the
    last all of it within customers who are alike (q and v without limit, v / q known).
    """
    p, q, _ = np.exp(optimum.point)
    if optimum.converged and WIDE < p < ALIKE and 1 < q < ALIKE:
        return []
    return [np.log([1e4, 0.5, 1e-4]), np.log([0.5, 1e4, 1e4])]


def objective_of_spend(spending: Spending) -> Objective:
    """The log-likelihood of amounts in the logarithms of the parameters."""

    def evaluate(point: Array) -> Evaluation:
        parameters = GammaGammaParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, spending), parameters)

    return evaluate
