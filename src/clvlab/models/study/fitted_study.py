"""The fitted study: what the models know, and everything that is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon, StudyWindow
from clvlab.models.customers.group_labels import labels_of, members_of
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import Assumptions, Draws
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.study.calendar_forecast import MonthlyForecast, forecast_by_month
from clvlab.models.study.score_table import (
    CustomerScores,
    build_scores,
    estimates_of,
    futures_of,
    sums_of,
)
from clvlab.models.study.study_files import read_study, write_study
from clvlab.models.value.business_terms import PerCustomer
from clvlab.models.value.customer_equity import Acquisition, CustomerEquity, equity_of
from clvlab.models.value.new_customers import new_customer_table
from clvlab.models.value.value import assumptions_of
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FittedStudy:
    """Fitted models with joint draws of their parameters, which all customers share.

    Limits of a sum are not sums of limits: what is not known about the parameters moves all
    customers together. Totals, groups, months and equity therefore ask the study; `scores` is its
    view with one row per customer. Every answer starts from the same place of the same stream of
    random numbers, so asking twice, or after `save` and `load`, gives the same digits.

    Attributes
    ----------
    model, spend
        The fitted models of purchases and of spend.
    transaction_draws, spend_draws
        Draws of their parameters, (draws, k) and (draws, 3); a row of both is one joint draw.
    window
        Unit and dates of the customers that the models were fitted to.
    seed
        Seed of the draws.
    method
        ``"posterior"`` or ``"laplace"``: normal in the logarithms around the maximum.
    stream
        State of the random numbers that simulated futures start from.
    diagnosis
        Sentences that a reader of the answers has to know, of both models and of the draws.
    """

    model: TransactionModel
    spend: GammaGammaModel
    transaction_draws: Array
    spend_draws: Array
    window: StudyWindow
    seed: int
    method: str
    stream: Mapping[str, Any] = field(repr=False)
    diagnosis: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        model: TransactionModel,
        spend: GammaGammaModel,
        *,
        window: StudyWindow,
        n_draws: int = 1000,
        seed: int = 0,
    ) -> Self:
        """A study of fitted models, with draws that are normal around the maximum."""
        model.require_fit()
        spend.require_fit()
        rng = np.random.default_rng(seed)
        return cls.after(
            model,
            spend,
            model.draw_parameters(n_draws, rng),
            spend.draw_parameters(n_draws, rng),
            window=window,
            seed=seed,
            method="laplace",
            rng=rng,
        )

    @classmethod
    def after(
        cls,
        model: TransactionModel,
        spend: GammaGammaModel,
        transaction_draws: Array,
        spend_draws: Array,
        *,
        window: StudyWindow,
        seed: int,
        method: str,
        rng: np.random.Generator,
        diagnosis: Iterable[str] = (),
    ) -> Self:
        """A study whose futures go on where the draws left the random numbers."""
        found = (*model.diagnosis_, *spend.diagnosis_, *diagnosis)
        stream = dict(rng.bit_generator.state)
        return cls(
            model, spend, transaction_draws, spend_draws, window, seed, method, stream, found
        )

    @property
    def n_draws(self) -> int:
        """Number of joint draws."""
        return len(self.transaction_draws)

    @property
    def draws(self) -> Draws:
        """The draws with the process that they are of."""
        return Draws(self.model.process, self.transaction_draws, self.spend_draws)

    def parameter_tables(self, interval: float = 0.90) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The parameters of both models, purchases first, with limits of their draws.

        Parameters
        ----------
        interval
            Coverage of the limits.

        Returns
        -------
        tuple of pandas.DataFrame
            Indexed by ``parameter``: ``estimate`` (of maximum likelihood), ``standard_error``
            (standard deviation of the draws), ``lower`` and ``upper`` (their quantiles, with equal
            shares outside), ``meaning``.
        """
        check_interval(interval)
        levels = [0.5 - interval / 2, 0.5 + interval / 2]
        tables = []
        for model, draws in (
            (self.model, self.transaction_draws),
            (self.spend, self.spend_draws),
        ):
            table = model.parameter_table(interval)
            table["standard_error"] = draws.std(axis=0, ddof=1)
            table["lower"], table["upper"] = np.quantile(draws, levels, axis=0)
            tables.append(table)
        return tables[0], tables[1]

    def random(self) -> np.random.Generator:
        """Random numbers, from the same place each time."""
        bits = getattr(np.random, str(self.stream["bit_generator"]))()
        bits.state = dict(self.stream)
        return np.random.Generator(bits)

    def scores(
        self,
        summary: CustomerSummary,
        *,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: PerCustomer,
        direct_cost: PerCustomer = 0.0,
        interval: float = 0.90,
    ) -> CustomerScores:
        """One row per customer; see `score_customers` for the parameters."""
        check_interval(interval)
        terms = self._terms(summary, horizon, annual_discount_rate, margin_rate, direct_cost)
        return build_scores(
            summary,
            self.model,
            self.spend,
            self.draws,
            terms,
            interval=interval,
            rng=self.random(),
            method=self.method,
        )

    def expected_purchases(
        self, summary: CustomerSummary, *, horizon: Horizon, interval: float = 0.90
    ) -> pd.DataFrame:
        """Expected purchases of each customer within a horizon, with limits.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``customer_id``: ``expected_purchases``, with ``_credible_lower`` and
            ``_credible_upper`` (of the expectation), ``_predictive_lower`` and
            ``_predictive_upper`` (of the count).
        """
        scores = self.scores(
            summary, horizon=horizon, annual_discount_rate=0.0, margin_rate=1.0, interval=interval
        )
        return scores.table.filter(like="expected_purchases")

    def groups(
        self,
        summary: CustomerSummary,
        by: str | pd.Series | Callable[[pd.DataFrame], pd.Series],
        *,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: PerCustomer,
        direct_cost: PerCustomer = 0.0,
        interval: float = 0.90,
    ) -> pd.DataFrame:
        """Sums over groups of customers, with limits of the sums.

        Parameters
        ----------
        summary
            The customers.
        by
            Each customer's group: the name of a column, a series indexed by customer id, or a
            function of the table. Customers without a group are left out.
        horizon, annual_discount_rate, margin_rate, direct_cost, interval
            As in `score_customers`.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``group``, sorted: ``customers``, and ``expected_purchases`` and ``clv``
            summed over the group, each with credible and predictive limits of the sum.
        """
        check_interval(interval)
        some, codes, names = labels_of(summary, by)
        margin, cost = (
            one.reindex(some.table.index) if isinstance(one, pd.Series) else one
            for one in (margin_rate, direct_cost)
        )
        terms = self._terms(some, horizon, annual_discount_rate, margin, cost)
        futures = futures_of(
            some, self.model, self.draws, codes, terms, interval=interval, rng=self.random()
        )
        table = estimates_of(some, self.model, self.spend, terms)
        sums = sums_of(table, codes, futures, interval).iloc[1:]
        return sums.set_axis(pd.Index(names[sums.index], name="group"))

    def total(self, summary: CustomerSummary, **terms: Any) -> pd.Series:  # noqa: ANN401
        """Sums over all customers: a row of `groups`, whose parameters it takes."""
        everybody = pd.Series("total", index=summary.table.index)
        return self.groups(summary, everybody, **terms).iloc[0]

    def group(
        self,
        summary: CustomerSummary,
        members: Iterable[Hashable] | pd.Series,
        **terms: Any,  # noqa: ANN401
    ) -> pd.Series:
        """Sums over some customers, given by their ids or a series of true and false.

        A row of `groups`, whose parameters it takes.
        """
        return self.groups(summary, members_of(summary, members), **terms).iloc[0]

    def by_month(
        self, summary: CustomerSummary, *, months: int = 12, interval: float = 0.90
    ) -> MonthlyForecast:
        """Purchases and revenue of these customers in each coming calendar month.

        See `MonthlyForecast` for what comes back.
        """
        check_interval(interval)
        return forecast_by_month(
            summary,
            self.model,
            self.spend,
            self.draws,
            months=months,
            interval=interval,
            rng=self.random(),
        )

    def new_customer(
        self,
        *,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: float,
        direct_cost: float = 0.0,
        acquisition_cost: float = 0.0,
        covariates: Mapping[str, object] | None = None,
        interval: float = 0.90,
    ) -> pd.DataFrame:
        """What a customer who is yet to be acquired is worth; see `new_customer_value`.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``part``: ``first_purchase``, ``repeat_purchases``, ``acquisition_cost``
            (below 0) and their sum ``value``; columns ``estimate``, ``credible_lower``,
            ``credible_upper``.
        """
        check_interval(interval)
        return new_customer_table(
            self.model,
            self.spend,
            self.draws,
            horizon=horizon,
            annual_discount_rate=annual_discount_rate,
            margin_rate=margin_rate,
            direct_cost=direct_cost,
            acquisition_cost=acquisition_cost,
            covariates=covariates,
            interval=interval,
        )

    def equity(
        self,
        summary: CustomerSummary,
        *,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: PerCustomer,
        direct_cost: PerCustomer = 0.0,
        acquisition: Acquisition | None = None,
        interval: float = 0.90,
    ) -> CustomerEquity:
        """What the base is worth, with those still to be acquired, and what that hangs on.

        Parameters
        ----------
        summary
            The customers there are.
        horizon
            As in `score_customers`, or ``math.inf`` for all time to come, which needs a discount
            rate; counted for a new customer from the first purchase.
        annual_discount_rate, margin_rate, direct_cost, interval
            As in `score_customers`.
        acquisition
            How many customers will be acquired and at what cost; none by default.
        """
        check_interval(interval)
        terms = assumptions_of(
            summary,
            self.model,
            summary.window,
            horizon=horizon,
            annual_discount_rate=annual_discount_rate,
            margin_rate=margin_rate,
            direct_cost=direct_cost,
        )
        return equity_of(
            summary, self.model, self.spend, self.draws, terms, acquisition, interval=interval
        )

    def save(self, path: str | Path) -> None:
        """Write everything into one JSON file, draws with all their digits."""
        write_study(vars(self), path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read back what `save` wrote, in this version or an earlier one.

        Raises
        ------
        InputError
            For a file that is no study, is damaged, or was written by a newer version.
        """
        return cls(**read_study(path))

    def _terms(
        self,
        summary: CustomerSummary,
        horizon: Horizon,
        annual_discount_rate: float,
        margin_rate: PerCustomer,
        direct_cost: PerCustomer,
    ) -> Assumptions:
        """Checked assumptions, with a finite horizon: every draw is carried through it."""
        summary.window.horizon_days(horizon)
        return assumptions_of(
            summary,
            self.model,
            summary.window,
            horizon=horizon,
            annual_discount_rate=annual_discount_rate,
            margin_rate=margin_rate,
            direct_cost=direct_cost,
        )
