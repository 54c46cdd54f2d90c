"""The NBD model: purchases at a constant rate without dropout, the baseline of the others."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, log_discount_per_day
from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.fitting.fitted import (
    MaximumLikelihoodModel,
    Objective,
    climb,
    positive_logarithms,
)
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, stay_at
from clvlab.models.nbd import formulas
from clvlab.models.nbd.likelihood import NBDParameters, PurchaseTotals, log_likelihood
from clvlab.models.shifted_beta_geometric.periods import whole_number

Array = npt.NDArray[np.float64]

ALIKE = 200.0
"""Value of r above which customers hardly differ and the surface is nearly flat."""


class NBDModel(MaximumLikelihoodModel):
    """NBD: buying at a personal, constant rate that is gamma distributed over customers.

    Nobody ever drops out, so it is what the models with dropout have to beat. Its likelihood has
    the constants of theirs (see `clvlab.models.nbd.likelihood`): the difference to BG/NBD or
    Pareto/NBD on the same customers is a log-likelihood ratio.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``; ``alpha`` in `unit_`.
    unit_
        Unit of time of ``alpha``, that of the summary the model was fitted to.
    n_excluded_
        Customers left out of the fit because their history is incomplete.

    See `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    A. S. C. Ehrenberg (1959), The Pattern of Consumer Purchases, Applied Statistics 8(1), 26-41.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = NBDModel().fit(summary)
    >>> round(model.params_.r, 3), round(model.params_.alpha, 2)
    (0.385, 12.07)
    """

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
    }

    params_: NBDParameters
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
        histories = histories_of(customers, unit, complete_only=True)
        _refuse_without_repeats(histories)
        totals = PurchaseTotals.of(histories)
        rate = float(totals.purchases.sum() / max(totals.customers @ totals.times, 1e-6))
        optimum = climb(_objective(totals), np.log([0.5, 0.5 / rate]))
        return self._settle(optimum, histories, len(customers))

    def evaluate(
        self, parameters: npt.ArrayLike, customers: Customers, *, unit: TimeUnit | str | None = None
    ) -> Self:
        """Take r and alpha, in the customers' unit, from elsewhere, and judge them."""
        histories = histories_of(customers, unit, complete_only=True)
        point = positive_logarithms(parameters, self.parameter_names)
        optimum = stay_at(_objective(PurchaseTotals.of(histories)), point)
        return self._settle(optimum, histories, len(customers))

    def _settle(self, optimum: Optimum, histories: Histories, n_customers: int) -> Self:
        self._keep(optimum, round(histories.total_weight))
        self.params_ = NBDParameters(*np.exp(optimum.point).tolist())
        self.unit_ = histories.window.unit
        self.n_excluded_ = n_customers - self.n_customers_
        self.diagnosis_ = self._diagnose()
        return self

    def probability_alive(
        self,
        customers: Customers,
        *,
        after: Horizon = 0,
        unit: TimeUnit | str | None = None,
    ) -> pd.Series:
        """One for every customer, however long `after`: in this model nobody drops out."""
        histories, _ = self._histories(customers, unit)
        histories.window.horizon_days(after, "after")
        return pd.Series(1.0, index=histories.index, name="probability_alive")

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
        histories, observed = self._histories(customers, unit)
        values = formulas.expected_purchases(
            self.params_, histories.frequency, observed, self._ahead(histories.window, horizon)
        )
        return pd.Series(values, index=histories.index, name="expected_purchases")

    def probability_purchase(
        self, customers: Customers, *, horizon: Horizon, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Probability of at least one purchase of each customer within a horizon."""
        histories, observed = self._histories(customers, unit)
        values = formulas.probability_purchase(
            self.params_, histories.frequency, observed, self._ahead(histories.window, horizon)
        )
        return pd.Series(values, index=histories.index, name="probability_purchase")

    def probability_of_count(
        self,
        customers: Customers,
        *,
        count: int,
        horizon: Horizon,
        unit: TimeUnit | str | None = None,
    ) -> pd.Series:
        """Probability of exactly `count` purchases of each customer within a horizon."""
        histories, observed = self._histories(customers, unit)
        values = formulas.probability_of_count(
            self.params_,
            histories.frequency,
            observed,
            self._ahead(histories.window, horizon),
            whole_number("count", count, 0),
        )
        return pd.Series(values, index=histories.index, name="probability_of_count")

    def purchase_distribution(
        self,
        customers: Customers,
        *,
        horizon: Horizon,
        most: int = 20,
        unit: TimeUnit | str | None = None,
    ) -> pd.DataFrame:
        """Probability of each number of purchases of each customer within a horizon.

        Parameters
        ----------
        customers, horizon, unit
            As in `expected_purchases`.
        most
            Largest number of purchases that is listed.

        Returns
        -------
        pandas.DataFrame
            One row per customer, one column for each number of purchases 0, 1, ..., `most`.
        """
        histories, observed = self._histories(customers, unit)
        count = np.arange(whole_number("most", most, 0) + 1)
        values = formulas.probability_of_count(
            self.params_,
            histories.frequency[:, None],
            observed[:, None],
            self._ahead(histories.window, horizon),
            count,
        )
        columns = pd.RangeIndex(len(count), name="count")
        return pd.DataFrame(values, histories.index, columns)

    def discounted_expected_residual_transactions(
        self,
        customers: Customers,
        *,
        annual_discount_rate: float,
        unit: TimeUnit | str | None = None,
    ) -> pd.Series:
        """Expected purchases without end, discounted (DERT); infinite at a rate of zero."""
        histories, observed = self._histories(customers, unit)
        values = formulas.discounted_expected_residual_transactions(
            self.params_,
            histories.frequency,
            observed,
            log_discount_per_day(annual_discount_rate) * self.unit_.days,
        )
        name = "discounted_expected_residual_transactions"
        return pd.Series(values, index=histories.index, name=name)

    def expected_purchases_new_customer(self, horizon: Horizon) -> float:
        """Expected repeat purchases of a new customer; a plain number is in the model's unit."""
        self.require_fit()
        ahead = self._ahead(StudyWindow(self.unit_), horizon)
        return float(formulas.expected_purchases(self.params_, 0, 0, ahead))

    def purchase_distribution_new_customer(self, horizon: Horizon, *, most: int = 20) -> pd.Series:
        """Probabilities that a new customer makes 0, 1, ..., `most` repeat purchases.

        Indexed by ``count``; a plain number as horizon is in the model's unit.
        """
        self.require_fit()
        ahead = self._ahead(StudyWindow(self.unit_), horizon)
        count = np.arange(whole_number("most", most, 0) + 1)
        values = formulas.probability_of_count(self.params_, 0, 0, ahead, count)
        return pd.Series(values, pd.Index(count, name="count"), name="probability")

    def _derived(self) -> dict[str, float]:
        return {"mean_rate": self.params_.r / self.params_.alpha}

    def _ahead(self, window: StudyWindow, horizon: Horizon) -> float:
        return window.horizon_days(horizon) / self.unit_.days

    def _histories(
        self, customers: Customers, unit: TimeUnit | str | None
    ) -> tuple[Histories, Array]:
        """The customers, and how long each was observed in the model's unit."""
        self.require_fit()
        histories = histories_of(customers, unit)
        return histories, histories.times[histories.T] / self.unit_.days

    def _diagnose(self) -> list[str]:
        found = self.where_it_ended()
        if found:
            return found
        if self.params_.r > ALIKE:
            found.append(
                "Customers hardly differ in how often they buy: r and alpha are too large to tell "
                "apart. Their ratio, the mean purchase rate, and forecasts are not affected."
            )
        elif self.covariance_.isna().to_numpy().any():
            found.append(
                "The likelihood is flat: several combinations of r and alpha describe these "
                "customers equally well, so they have no standard error. Read forecasts, not "
                "parameters."
            )
        return found


def _objective(totals: PurchaseTotals) -> Objective:
    def evaluate(point: Array) -> Evaluation:
        parameters = NBDParameters(*np.exp(point).tolist())
        return in_logarithms(log_likelihood(parameters, totals), parameters)

    return evaluate


def _refuse_without_repeats(histories: Histories) -> None:
    if histories.frequency.any():
        return
    raise InputError(
        Problem(
            "the customers to fit an NBD model to",
            "must include some with repeat purchases",
            f"nobody of {len(histories):,} customers bought twice",
            "Observe for longer, or check that customer ids are the same across purchases.",
        )
    )
