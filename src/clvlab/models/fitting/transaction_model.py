"""What every model of purchases says of each customer, once it is fitted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, log_discount_per_day
from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.fitting.fitted_to_histories import FittedToHistories
from clvlab.models.fitting.fitted_to_histories import objective_of as objective_of
from clvlab.models.fitting.purchase_process import Parameters, PurchaseProcess
from clvlab.models.fitting.time_alive import residual_lifetimes, time_alive
from clvlab.models.fitting.whole_numbers import whole_number

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Answer = Callable[[Parameters, HistoryTable], Array]
"""What parameters say of the customers, or pairs, of a table."""


class TransactionModel(FittedToHistories):
    """What a model of how often customers buy and when they drop out says of each customer.

    See `FittedToHistories` for its parameters and what a fit leaves.
    """

    def probability_alive(
        self,
        customers: Customers,
        *,
        after: Horizon = 0,
        unit: TimeUnit | str | None = None,
    ) -> pd.Series:
        """Probability that each customer has not dropped out by the calibration end, or later.

        Parameters
        ----------
        customers
            A summary in any unit, or a frame with its unit.
        after
            How long after the calibration end: a number in the customers' unit, a span such as
            ``"52 weeks"``, or a day.
        unit
            Unit of a plain frame.
        """
        histories = self._histories(customers, unit)
        ahead = histories.window.horizon_days(after, "after") / self.unit_.days

        def still(parameters: Parameters, pairs: HistoryTable) -> Array:
            return self._process_of(pairs).survival_if_alive(
                parameters, pairs.pair_frequency, pairs.pair_T, ahead
            )

        def now(parameters: Parameters, table: HistoryTable) -> Array:
            nobody = np.zeros(len(table.histories), dtype=np.int64)
            return self.process.times_alive(parameters, table, nobody, np.ones(1))

        values = (
            self._by_pattern(histories, now) if ahead == 0 else self._times_alive(histories, still)
        )
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
        histories = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days
        values = self.discounted_purchases(histories, ahead, 0.0)
        return pd.Series(values, index=histories.index, name="expected_purchases")

    def probability_purchase(
        self, customers: Customers, *, horizon: Horizon, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Probability of at least one purchase of each customer within a horizon."""
        histories = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days

        def buys(parameters: Parameters, pairs: HistoryTable) -> Array:
            return self._process_of(pairs).probability_purchase_if_alive(
                parameters, pairs.pair_frequency, pairs.pair_T, ahead
            )

        values = self._times_alive(histories, buys)
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
        count = whole_number("count", count, 0)
        histories = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days

        def exactly(parameters: Parameters, pairs: HistoryTable) -> Array:
            values = self._process_of(pairs).probability_of_count_if_alive(
                parameters, pairs.pair_frequency, pairs.pair_T, ahead, count
            )
            # Not to buy is what the dead do, too.
            return 1.0 - values if count == 0 else values

        values = self._times_alive(histories, exactly)
        return pd.Series(
            1.0 - values if count == 0 else values,
            index=histories.index,
            name="probability_of_count",
        )

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
        counts = pd.RangeIndex(whole_number("most", most, 0) + 1, name="count")
        each = [
            self.probability_of_count(customers, count=count, horizon=horizon, unit=unit)
            for count in counts
        ]
        return pd.concat(each, axis=1).set_axis(counts, axis=1)

    def expected_purchases_new_customer(
        self, horizon: Horizon, *, covariates: Mapping[str, object] | None = None
    ) -> float:
        """Expected repeat purchases of a new customer; a plain number is in the model's unit.

        A model with covariates needs those of the customer, by column.
        """
        ahead, parameters = self._ahead(horizon), self._of_new_customer(covariates)
        return float(self.process.expected_purchases_new_customer(parameters, ahead))

    def purchase_distribution_new_customer(
        self,
        horizon: Horizon,
        *,
        most: int = 20,
        covariates: Mapping[str, object] | None = None,
    ) -> pd.Series:
        """Probabilities that a new customer makes so many repeat purchases within a horizon.

        Parameters
        ----------
        horizon
            A plain number is in the model's unit.
        most
            Largest number that is listed.
        covariates
            Those of the customer, by column, for a model with covariates.

        Returns
        -------
        pandas.Series
            Indexed by ``count``, from 0 to `most`.
        """
        ahead, parameters = self._ahead(horizon), self._of_new_customer(covariates)
        counts = np.arange(whole_number("most", most, 0) + 1)
        values = self.process.probability_of_count(parameters, 0.0, 0.0, 0.0, ahead, counts)
        return pd.Series(values, index=pd.Index(counts, name="count"), name="probability")

    def residual_lifetime(
        self, customers: Customers, *, quantile: float = 0.5, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        """Time from the calibration end until a customer who is alive then has dropped out.

        The time by which a share `quantile` of the customers with the same history and still alive
        will have left: with 0.5, what half of them outlive. A mean would be infinite for the
        parameters of most bases; `expected_time_alive` is one up to a horizon.

        Parameters
        ----------
        customers
            A summary in any unit, or a frame with its unit.
        quantile
            Above 0 and below 1.
        unit
            Unit of a plain frame.

        Returns
        -------
        pandas.Series
            In the customers' unit; infinite for a model without dropout.

        Raises
        ------
        InputError
            When the quantile is out of bounds.
        """
        histories = self._histories(customers, unit)

        def lifetimes(parameters: Parameters, pairs: HistoryTable) -> Array:
            each = residual_lifetimes(self.process, parameters, pairs, quantile)
            return np.asarray(each[pairs.pair])

        values = self._by_pattern(histories, lifetimes) * self._in_unit_of(histories)
        return pd.Series(values, index=histories.index, name="residual_lifetime")

    def expected_time_alive(
        self, customers: Customers, *, horizon: Horizon, unit: TimeUnit | str | None = None
    ) -> pd.Series:
        r"""Expected time that a customer is alive within a horizon from the calibration end.

        .. math:: \int_0^h P(\text{alive at } T + t)\,dt ,

        which counts the chance to have left before. The residual lifetime's mean, cut at ``h``.

        Parameters
        ----------
        customers
            A summary in any unit, or a frame with its unit.
        horizon
            A number in the customers' unit, a span such as ``"52 weeks"``, or a last day.
        unit
            Unit of a plain frame.

        Returns
        -------
        pandas.Series
            In the customers' unit, from 0 to the horizon.
        """
        histories = self._histories(customers, unit)
        ahead = histories.window.horizon_days(horizon) / self.unit_.days

        def alive(parameters: Parameters, pairs: HistoryTable) -> Array:
            return time_alive(self.process, parameters, pairs, ahead)

        values = self._times_alive(histories, alive) * self._in_unit_of(histories)
        return pd.Series(values, index=histories.index, name="expected_time_alive")

    def discounted_expected_residual_transactions(
        self,
        customers: Customers,
        *,
        annual_discount_rate: float,
        unit: TimeUnit | str | None = None,
    ) -> pd.Series:
        r"""Expected purchases over all time to come, each discounted from when it is made (DERT).

        .. math:: \int_0^\infty e^{-\delta t} \, dE[X(t)], \qquad \delta = \ln(1 + \text{rate})

        per year of 365.25 days. Without discounting it may be infinite.

        Parameters
        ----------
        customers
            A summary in any unit, or a frame with its unit.
        annual_discount_rate
            Effective annual rate; 0.10 is ten percent.
        unit
            Unit of a plain frame.

        References
        ----------
        P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), RFM and CLV: Using Iso-Value Curves for
        Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.
        """
        histories = self._histories(customers, unit)
        log_discount = log_discount_per_day(annual_discount_rate) * self.unit_.days
        values = self.discounted_purchases(histories, math.inf, log_discount)
        return pd.Series(
            values, index=histories.index, name="discounted_expected_residual_transactions"
        )

    def discounted_purchases(
        self, histories: Histories, horizon: float, log_discount: float
    ) -> Array:
        """Expected purchases of each customer, discounted; times in the model's unit, (n,)."""

        def discounted(parameters: Parameters, pairs: HistoryTable) -> Array:
            return self._process_of(pairs).discounted_purchases_if_alive(
                parameters, pairs.pair_frequency, pairs.pair_T, horizon, log_discount
            )

        return self._times_alive(histories, discounted)

    def _in_unit_of(self, histories: Histories) -> float:
        """The model's unit of time in the customers'."""
        return self.unit_.days / histories.window.unit.days

    def _times_alive(self, histories: Histories, if_alive: Answer) -> Array:
        """Each customer's number: what holds for the pair if alive, times the chance to be."""

        def answer(parameters: Parameters, table: HistoryTable) -> Array:
            each = if_alive(parameters, table)
            return self.process.times_alive(parameters, table, table.pair, each)

        return self._by_pattern(histories, answer)

    def _by_pattern(self, histories: Histories, answer: Answer) -> Array:
        """What `answer` says of each customer, with the parameters of the customer's covariates."""
        if self._effects is None:
            return answer(self.params_, self._table(histories))
        out = np.empty(len(histories))
        for rows, own in self.by_covariates(histories, self._estimates()[None]):
            out[rows] = answer(self.process.parameters(own[0]), self._table(histories.of(rows)))
        return out

    def _table(self, histories: Histories) -> HistoryTable:
        return HistoryTable.of(histories, self.unit_, memoryless=self.process.memoryless)

    def _process_of(self, pairs: HistoryTable) -> PurchaseProcess:
        recency = pairs.pair_recency
        return self.process if recency is None else self.process.since_recency(recency)

    def _of_new_customer(self, covariates: Mapping[str, object] | None) -> Parameters:
        """Parameters of a customer with these covariates."""
        return self.process.parameters(
            self.draws_of_new_customer(self._estimates()[None], covariates)[0]
        )

    def draws_of_new_customer(
        self, estimates: Array, covariates: Mapping[str, object] | None
    ) -> Array:
        """Parameters of a customer with these covariates, (n, 4).

        Parameters
        ----------
        estimates
            Such as `draw_parameters` gives, (n, k).
        covariates
            Those of the customer, by column; None for a model without.

        Raises
        ------
        InputError
            For covariates that the model does not have, and for missing ones.
        """
        self.require_fit()
        if self._effects is None and covariates is None:
            return estimates
        if self._effects is None or covariates is None:
            has = "no" if self._effects is None else ", ".join(self._effects.columns)
            raise InputError(
                Problem(
                    "parameter 'covariates'",
                    "must name the covariates of the new customer, and those of the model only",
                    f"the model has {has} covariates, and got {covariates!r}",
                )
            )
        patterns, _ = self._effects.values(pd.DataFrame([dict(covariates)]))
        return next(self._effects.own_parameters(self._points(estimates), patterns))

    def _ahead(self, horizon: Horizon) -> float:
        self.require_fit()
        return StudyWindow(self.unit_).horizon_days(horizon) / self.unit_.days

    def _histories(self, customers: Customers, unit: TimeUnit | str | None) -> Histories:
        self.require_fit()
        return histories_of(customers, unit)
