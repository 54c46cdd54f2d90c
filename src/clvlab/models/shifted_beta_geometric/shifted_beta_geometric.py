"""The shifted-beta-geometric model of contracts that are renewed period by period."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.models.fitting.fitted import (
    MaximumLikelihoodModel,
    Objective,
    check_interval,
    climb,
    positive_logarithms,
)
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, stay_at
from clvlab.models.fitting.whole_numbers import whole_number
from clvlab.models.shifted_beta_geometric import formulas
from clvlab.models.shifted_beta_geometric.diagnosis import diagnose
from clvlab.models.shifted_beta_geometric.likelihood import (
    RenewalCounts,
    ShiftedBetaGeometricParameters,
    log_likelihood,
)
from clvlab.models.shifted_beta_geometric.periods import discount_rate_per_period, period_days_of
from clvlab.models.shifted_beta_geometric.renewals import (
    counts_of_cohorts,
    counts_of_customers,
    tenure_of,
)
from clvlab.models.shifted_beta_geometric.tables import (
    Lifetime,
    lifetimes_by_tenure,
    retention_table,
)

Array = npt.NDArray[np.float64]


class ShiftedBetaGeometricModel(MaximumLikelihoodModel):
    """sBG: at every renewal a customer cancels with a personal, constant probability.

    The probabilities are beta distributed over customers (``alpha``, ``beta``). Retention rises
    with tenure although nobody becomes more loyal, since those who cancel easily are gone first.
    ``tenure`` is always the number of renewals that a customer has made.

    Attributes
    ----------
    params_
        The estimates ``alpha``, ``beta``.
    period_days_
        Length of a contract in days, if it was given; annual discount rates need it.

    See `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    P. S. Fader and B. G. S. Hardie (2007), How to Project Customer Retention, Journal of
    Interactive Marketing 21(1), 76-90.

    P. S. Fader and B. G. S. Hardie (2010), Customer-Base Valuation in a Contractual Setting: The
    Perils of Ignoring Heterogeneity, Marketing Science 29(1), 85-93.

    Examples
    --------
    The "Regular" customers of the 2007 paper, seen at seven renewals.

    >>> survivors = pd.Series([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> model = ShiftedBetaGeometricModel().fit_cohorts(survivors, period="year")
    >>> round(model.params_.alpha, 3), round(model.params_.beta, 3)
    (0.704, 1.182)
    >>> float(model.retention_curve(12)["survival"].iloc[-1].round(3))
    0.17
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "alpha": "shape of churn; alpha / (alpha + beta) is a new customer's chance to cancel",
        "beta": "shape of churn; larger alpha + beta is more alike",
    }

    params_: ShiftedBetaGeometricParameters
    period_days_: float | None

    def fit(
        self,
        customers: pd.DataFrame,
        y: None = None,  # noqa: ARG002
        *,
        period: str | None = None,
        first_tenure: str | None = None,
        weights: str | None = None,
    ) -> Self:
        """Fit to single customers: ``tenure``, and ``churned`` for who then cancelled.

        Parameters
        ----------
        customers
            One row per customer. ``tenure`` counts the renewals made so far; where ``churned`` is
            true the customer cancelled at the renewal after those. Somebody who cancelled at the
            first renewal has tenure 0.
        period
            Length of a contract, such as ``"month"`` or ``"3 months"``.
        first_tenure
            Column with the tenure at which a customer was first seen, when some had renewed
            before the records begin.
        weights
            Column with the number of customers that a row stands for.

        Raises
        ------
        InputError
            For missing columns or impossible values, or when everyone or nobody renewed.
        """
        return self._fit(
            counts_of_customers(customers, first_tenure=first_tenure, weights=weights), period
        )

    def fit_cohorts(
        self, survivors: pd.DataFrame | pd.Series, *, period: str | None = None
    ) -> Self:
        """Fit to the numbers of customers left of one or several cohorts.

        Parameters
        ----------
        survivors
            One row for each number of renewals 0, 1, 2, ...; one column per cohort, which ends in
            missing values where it is younger. Standard errors need numbers of customers: shares
            have to be multiplied by the cohort's size.
        period
            As in `fit`.

        Raises
        ------
        InputError
            For numbers that no cohort can have, or when everyone or nobody renewed.
        """
        return self._fit(counts_of_cohorts(survivors), period)

    def evaluate(
        self, parameters: npt.ArrayLike, counts: RenewalCounts, *, period: str | None = None
    ) -> Self:
        """Take alpha and beta from elsewhere instead of fitting, and judge them on renewals."""
        point = positive_logarithms(parameters, self.parameter_names)
        return self._settle(
            stay_at(objective_of_renewals(counts), point), counts, period_days_of(period)
        )

    def _fit(self, counts: RenewalCounts, period: str | None) -> Self:
        days = period_days_of(period)
        churn = counts.cancelled.sum() / (counts.cancelled.sum() + counts.renewed.sum())
        optimum = climb(objective_of_renewals(counts), np.log([2 * churn, 2 * (1 - churn)]))
        return self._settle(optimum, counts, days)

    def _settle(self, optimum: Optimum, counts: RenewalCounts, days: float | None) -> Self:
        self._keep(optimum, round(counts.n_customers))
        self.params_ = ShiftedBetaGeometricParameters(*np.exp(optimum.point).tolist())
        self.period_days_ = days
        self.diagnosis_ = diagnose(self, counts)
        return self

    def retention_curve(
        self,
        periods: int,
        *,
        tenure: int = 0,
        interval: float = 0.90,
        n_draws: int = 1000,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Retention and survival over the next renewals of customers with a given tenure.

        Parameters
        ----------
        periods
            Number of renewals ahead.
        tenure
            Renewals they have made; 0 for new customers.
        interval
            Coverage of the limits.
        n_draws, seed
            Draws of the parameters behind the limits; see `draw_parameters`.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``renewal``, 1 for the next one: ``retention``, the share of those still
            there who renew; ``survival``, the share of all who are still there afterwards;
            ``churn``, the share of all who cancel then; the first two with ``_credible_lower``
            and ``_credible_upper``.
        """
        self.require_fit()
        check_interval(interval)
        ahead = np.arange(1, whole_number("periods", periods, 1) + 1)
        made = whole_number("tenure", tenure, 0)
        draws = self._draws(n_draws, seed)
        return retention_table(self.params_, draws, ahead=ahead, tenure=made, interval=interval)

    def churn_probability(self, customers: pd.DataFrame, *, periods: int = 1) -> pd.Series:
        """Probability that each customer, still there, cancels at one of the next renewals.

        Parameters
        ----------
        customers
            With ``tenure``, the renewals made so far.
        periods
            Number of renewals ahead.
        """
        self.require_fit()
        ahead = whole_number("periods", periods, 1)
        gone = -np.expm1(formulas.log_survival(self.params_, ahead, tenure_of(customers)))
        return pd.Series(gone, index=customers.index, name="churn_probability")

    def expected_residual_lifetime(self, customers: pd.DataFrame) -> pd.Series:
        """Expected number of renewals to come, undiscounted; infinite for alpha at most 1."""
        self.require_fit()
        values = self._at_tenures(
            formulas.discounted_expected_residual_lifetime, tenure_of(customers), 0.0
        )
        return pd.Series(values, index=customers.index, name="expected_residual_lifetime")

    def discounted_expected_residual_lifetime(
        self,
        customers: pd.DataFrame,
        *,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
        periods_to_renewal: float = 0.0,
    ) -> pd.Series:
        """Expected number of renewals to come, each discounted to today: times margin, the value.

        Parameters
        ----------
        customers
            With ``tenure``, the renewals made so far.
        annual_discount_rate, period_discount_rate
            One of both: an effective annual rate, which needs the `period` of the fit, or an
            effective rate per period.
        periods_to_renewal
            How far off the next renewal is. At 0, the moment of Fader and Hardie (2010), it
            counts in full; right after a renewal it is 1.
        """
        rate = self._rate(annual_discount_rate, period_discount_rate)
        if not 0 <= periods_to_renewal <= 1:
            raise InputError(
                Problem(
                    "parameter 'periods_to_renewal'",
                    "must lie between 0 and 1 period",
                    f"got {periods_to_renewal!r}",
                )
            )
        name = "discounted_expected_residual_lifetime"
        values = self._at_tenures(
            formulas.discounted_expected_residual_lifetime, tenure_of(customers), rate
        )
        values = values * (1 + rate) ** -periods_to_renewal
        return pd.Series(values, index=customers.index, name=name)

    def discounted_expected_lifetime(
        self,
        *,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
    ) -> float:
        """Expected periods paid by a new customer, the first one included, discounted from it."""
        rate = self._rate(annual_discount_rate, period_discount_rate)
        return float(formulas.discounted_expected_lifetime(self.params_, rate))

    def retention_elasticity(
        self,
        customers: pd.DataFrame,
        *,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
    ) -> pd.Series:
        """Percent more discounted residual lifetime for one percent more retention of everyone.

        Of all customers with the same tenure together; see `lifetime_table` for the mean of their
        own elasticities, which is smaller.
        """
        rate = self._rate(annual_discount_rate, period_discount_rate)
        values = self._at_tenures(formulas.retention_elasticity, tenure_of(customers), rate)
        return pd.Series(values, index=customers.index, name="retention_elasticity")

    def lifetime_table(
        self,
        tenures: int,
        *,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
        interval: float = 0.90,
        n_draws: int = 200,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Discounted residual lifetime and its elasticities to retention, by tenure.

        Parameters
        ----------
        tenures
            Number of rows: tenures 0, 1, ..., ``tenures - 1``.
        annual_discount_rate, period_discount_rate
            As in `discounted_expected_residual_lifetime`.
        interval, n_draws, seed
            Of the limits, as in `retention_curve`.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``tenure``: ``discounted_expected_residual_lifetime`` just before the next
            renewal, ``retention_elasticity`` of all customers with that tenure together, and
            ``mean_retention_elasticity`` (Fader and Hardie 2010, eq. 8), each with
            ``_credible_lower`` and ``_credible_upper``.
        """
        rate = self._rate(annual_discount_rate, period_discount_rate)
        check_interval(interval)
        made = np.arange(whole_number("tenures", tenures, 1))
        draws = self._draws(n_draws, seed)
        return lifetimes_by_tenure(
            self.params_, draws, tenures=made, discount_rate=rate, interval=interval
        )

    def _derived(self) -> dict[str, float]:
        alpha, beta = self.params_
        return {"mean_churn": alpha / (alpha + beta)}

    def _rate(self, annual: float | None, per_period: float | None) -> float:
        self.require_fit()
        return discount_rate_per_period(annual, per_period, self.period_days_)

    def _draws(self, n_draws: int, seed: int) -> tuple[Array, Array]:
        alpha, beta = self.draw_parameters(n_draws, seed).T[..., None]
        return alpha, beta

    def _at_tenures(self, lifetime: Lifetime, tenure: npt.NDArray[np.int64], rate: float) -> Array:
        """Each distinct tenure is computed once."""
        distinct, where = np.unique(tenure, return_inverse=True)
        return np.asarray(lifetime(self.params_, distinct, rate)[where.ravel()])


def objective_of_renewals(counts: RenewalCounts) -> Objective:
    """The log-likelihood of renewals in the logarithms of the parameters."""

    def evaluate(point: Array) -> Evaluation:
        parameters = ShiftedBetaGeometricParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, counts), parameters)

    return evaluate
