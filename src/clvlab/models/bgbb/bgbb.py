"""The BG/BB model of purchases at discrete opportunities, such as yearly donations."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.models.bgbb import formulas
from clvlab.models.bgbb.diagnosis import diagnose, worth_other_starts
from clvlab.models.bgbb.histories import OpportunityHistories, opportunity_histories
from clvlab.models.bgbb.kernels import log_likelihood
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.fitting.fitted import (
    MaximumLikelihoodModel,
    Objective,
    climb,
    positive_logarithms,
)
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, stay_at
from clvlab.models.fitting.whole_numbers import whole_number
from clvlab.models.shifted_beta_geometric.periods import discount_rate_per_period, period_days_of

Array = npt.NDArray[np.float64]


class BetaGeoBetaBinomModel(MaximumLikelihoodModel):
    """BG/BB: buying or not at each opportunity, until dropping out before one of them.

    While alive a customer uses each opportunity with a personal probability that is beta
    distributed over customers (``alpha``, ``beta``); before every opportunity the customer drops
    out with a personal probability that is beta distributed too (``gamma``, ``delta``).
    Opportunities are counted from 1, after the purchase that made somebody a customer.

    Attributes
    ----------
    params_
        The estimates ``alpha``, ``beta``, ``gamma``, ``delta``.
    period_days_
        Time between opportunities in days, if it was given; annual discount rates need it.

    See `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and J. Shang (2010), Customer-Base Analysis in a Discrete-Time
    Noncontractual Setting, Marketing Science 29(6), 1086-1108.

    Examples
    --------
    The 11,104 donors of the paper, seen at six yearly opportunities.

    >>> seen = [(x, t) for x in range(7) for t in range(x, 7) if (x > 0) == (t > 0)]
    >>> donors = pd.DataFrame(seen, columns=["frequency", "recency"]).assign(n_periods=6)
    >>> donors["customers"] = [
    ...     3464, 1091, 277, 129, 78, 119, 129, 613, 255, 155, 173, 234,
    ...     322, 181, 225, 357, 240, 284, 512, 335, 728, 1203,
    ... ]
    >>> model = BetaGeoBetaBinomModel().fit(donors, weights="customers", period="year")
    >>> [round(value, 3) for value in model.params_]
    [1.204, 0.75, 0.657, 2.783]
    >>> float((donors["customers"] * model.expected_purchases(donors, horizon=5)).sum().round(1))
    12884.2
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "alpha": "shape of buying; alpha / (alpha + beta) is the mean chance to use an opportunity",
        "beta": "shape of buying; larger alpha + beta is more alike",
        "gamma": "shape of dropout; gamma / (gamma + delta) is the mean chance before the first",
        "delta": "shape of dropout; larger gamma + delta is more alike",
    }

    params_: BetaGeoBetaBinomParameters
    period_days_: float | None

    def fit(
        self,
        customers: pd.DataFrame,
        y: None = None,  # noqa: ARG002
        *,
        weights: str | None = None,
        period: str | None = None,
    ) -> Self:
        """Fit to customers, or to histories with the number of customers that have each.

        Parameters
        ----------
        customers
            With ``frequency``, the number of opportunities used; ``recency``, the last one used,
            counted from 1, or 0 for none; ``n_periods``, the number of opportunities seen.
        weights
            Column with the number of customers that a row stands for.
        period
            Time from one opportunity to the next, such as ``"year"``.

        Raises
        ------
        InputError
            For impossible histories, or when nobody, or everybody always, bought.
        """
        days = period_days_of(period)
        histories = opportunity_histories(customers, weights)
        _refuse_one_sided(histories)
        objective = objective_of_opportunities(histories)
        optimum = climb(objective, _start(histories))
        for other in worth_other_starts(optimum, histories):
            candidate = climb(objective, other)
            if candidate.value > optimum.value:
                optimum = candidate
        return self._settle(optimum, histories, days)

    def evaluate(
        self,
        parameters: npt.ArrayLike,
        customers: pd.DataFrame,
        *,
        weights: str | None = None,
        period: str | None = None,
    ) -> Self:
        """Take parameters from elsewhere instead of fitting, and judge them on the customers."""
        point = positive_logarithms(parameters, self.parameter_names)
        days = period_days_of(period)
        histories = opportunity_histories(customers, weights)
        return self._settle(stay_at(objective_of_opportunities(histories), point), histories, days)

    def _settle(
        self, optimum: Optimum, histories: OpportunityHistories, days: float | None
    ) -> Self:
        self._keep(optimum, round(histories.total_weight))
        self.params_ = BetaGeoBetaBinomParameters(*np.exp(optimum.point).tolist())
        self.period_days_ = days
        self.diagnosis_ = diagnose(self, histories)
        return self

    def probability_alive(self, customers: pd.DataFrame, *, ahead: int = 1) -> pd.Series:
        """Probability that each customer is alive at an opportunity after the last one seen.

        Parameters
        ----------
        customers
            As in `fit`, without weights.
        ahead
            Which opportunity: 1, the next one, as in the paper and in BTYD; 0 is the last one
            seen, as in pymc-marketing.
        """
        histories = self._histories(customers)
        ahead = whole_number("ahead", ahead, 0)
        values = formulas.probability_alive(self.params_, histories, ahead)
        return _series(values, histories, "probability_alive")

    def expected_purchases(self, customers: pd.DataFrame, *, horizon: int) -> pd.Series:
        """Expected purchases of each customer at the next `horizon` opportunities."""
        histories = self._histories(customers)
        horizon = whole_number("horizon", horizon, 0)
        values = formulas.expected_purchases(self.params_, histories, horizon)
        return _series(values, histories, "expected_purchases")

    def probability_purchase(self, customers: pd.DataFrame, *, horizon: int) -> pd.Series:
        """Probability of at least one purchase of each customer at the next opportunities."""
        histories = self._histories(customers)
        horizon = whole_number("horizon", horizon, 0)
        values = formulas.probability_purchase(self.params_, histories, horizon)
        return _series(values, histories, "probability_purchase")

    def probability_of_count(
        self, customers: pd.DataFrame, *, count: int, horizon: int
    ) -> pd.Series:
        """Probability of exactly `count` purchases of each customer at the next opportunities."""
        histories = self._histories(customers)
        horizon = whole_number("horizon", horizon, 0)
        values = formulas.purchase_distribution(
            self.params_, histories, horizon, whole_number("count", count, 0)
        )
        return _series(values[:, -1], histories, "probability_of_count")

    def purchase_distribution(
        self, customers: pd.DataFrame, *, horizon: int, most: int | None = None
    ) -> pd.DataFrame:
        """Probability of each number of purchases at the next `horizon` opportunities.

        Parameters
        ----------
        customers
            As in `fit`, without weights.
        horizon
            Number of opportunities ahead.
        most
            Largest number of purchases that is listed; left out, all that are possible.

        Returns
        -------
        pandas.DataFrame
            One row per customer, one column for each number of purchases 0, 1, ..., `most`.
        """
        histories = self._histories(customers)
        horizon = whole_number("horizon", horizon, 0)
        largest = horizon if most is None else whole_number("most", most, 0)
        values = formulas.purchase_distribution(self.params_, histories, horizon, largest)
        columns = pd.RangeIndex(largest + 1, name="count")
        return pd.DataFrame(values[histories.position], histories.index, columns)

    def discounted_expected_purchases(
        self,
        customers: pd.DataFrame,
        *,
        horizon: int,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
    ) -> pd.Series:
        """Expected purchases at the next `horizon` opportunities, each discounted to the last seen.

        Parameters
        ----------
        customers, horizon
            As in `expected_purchases`.
        annual_discount_rate, period_discount_rate
            One of both: an effective annual rate, which needs the `period` of the fit, or an
            effective rate per period. The next opportunity is discounted by one period.
        """
        histories = self._histories(customers)
        horizon = whole_number("horizon", horizon, 0)
        rate = discount_rate_per_period(
            annual_discount_rate, period_discount_rate, self.period_days_
        )
        values = formulas.expected_purchases(self.params_, histories, horizon, rate)
        return _series(values, histories, "discounted_expected_purchases")

    def discounted_expected_residual_transactions(
        self,
        customers: pd.DataFrame,
        *,
        annual_discount_rate: float | None = None,
        period_discount_rate: float | None = None,
    ) -> pd.Series:
        """Expected purchases at all opportunities to come, discounted (DERT).

        Parameters as in `discounted_expected_purchases`. Infinite without discounting when gamma
        is at most 1.
        """
        histories = self._histories(customers)
        rate = discount_rate_per_period(
            annual_discount_rate, period_discount_rate, self.period_days_
        )
        values = formulas.discounted_expected_residual_transactions(self.params_, histories, rate)
        return _series(values, histories, "discounted_expected_residual_transactions")

    def expected_purchases_new_customer(self, horizon: int) -> float:
        """Expected purchases of a new customer at the first `horizon` opportunities."""
        self.require_fit()
        horizon = whole_number("horizon", horizon, 0)
        return float(formulas.expected_purchases(self.params_, formulas.NEW, horizon)[0])

    def purchase_distribution_new_customer(
        self, horizon: int, *, most: int | None = None
    ) -> pd.Series:
        """Probabilities of 0, 1, ..., `most` purchases of a new customer, indexed by ``count``."""
        self.require_fit()
        horizon = whole_number("horizon", horizon, 0)
        largest = horizon if most is None else whole_number("most", most, 0)
        values = formulas.purchase_distribution(self.params_, formulas.NEW, horizon, largest)[0]
        index = pd.RangeIndex(largest + 1, name="count")
        return pd.Series(values, index=index, name="probability")

    def expected_purchases_by_period(
        self, periods: int, *, n_customers: float | None = None
    ) -> pd.DataFrame:
        """Expected purchases of a cohort at each opportunity, for a tracking plot.

        Parameters
        ----------
        periods
            Number of opportunities from the first one on.
        n_customers
            Size of the cohort; left out, that of the base the model was fitted to.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``period``, 1 for the first opportunity: ``expected`` and
            ``cumulative_expected``.
        """
        self.require_fit()
        periods = whole_number("periods", periods, 1)
        size = self.n_customers_ if n_customers is None else n_customers
        expected = size * formulas.expected_purchases_by_period(self.params_, periods)
        index = pd.RangeIndex(1, periods + 1, name="period")
        return pd.DataFrame(
            {"expected": expected, "cumulative_expected": np.cumsum(expected)}, index=index
        )

    def _derived(self) -> dict[str, float]:
        alpha, beta, gamma, delta = self.params_
        return {"mean_purchase": alpha / (alpha + beta), "mean_dropout": gamma / (gamma + delta)}

    def _histories(self, customers: pd.DataFrame) -> OpportunityHistories:
        self.require_fit()
        return opportunity_histories(customers)


def _series(values: Array, histories: OpportunityHistories, name: str) -> pd.Series:
    return pd.Series(values[histories.position], index=histories.index, name=name)


def objective_of_opportunities(histories: OpportunityHistories) -> Objective:
    """The log-likelihood of histories in the logarithms of the parameters."""

    def evaluate(point: Array) -> Evaluation:
        parameters = BetaGeoBetaBinomParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, histories), parameters)

    return evaluate


def _start(histories: OpportunityHistories) -> Array:
    """A rough start: the share of opportunities used until the last purchase."""
    used = float(histories.weights @ histories.frequency)
    until = float(histories.weights @ histories.recency)
    share = min(max(used / until, 0.05), 0.95)
    return np.log([2 * share, 2 * (1 - share), 0.5, 3.0])


def _refuse_one_sided(histories: OpportunityHistories) -> None:
    counted = histories.weights > 0
    used = histories.frequency[counted]
    if used.any() and (used < histories.n_periods[counted]).any():
        return
    raise InputError(
        Problem(
            "the customers to fit a BG/BB model to",
            "must include some opportunities that were used and some that were not",
            f"of {histories.total_weight:,.0f} customers everybody used all of them"
            if used.any()
            else f"nobody of {histories.total_weight:,.0f} customers used one",
            "Observe more opportunities, or check how they were counted.",
        )
    )
