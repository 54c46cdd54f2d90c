"""Models of purchases fitted to the histories of customers, and to what else is known of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.fitting.covariate_effects import CovariateEffects
from clvlab.models.fitting.covariates import Names, names_of
from clvlab.models.fitting.covariates_diagnosis import diagnose_effects
from clvlab.models.fitting.fitted import (
    SUBSAMPLE,
    WORTH_A_SUBSAMPLE,
    MaximumLikelihoodModel,
    Objective,
    climb,
    climb_from_edges,
    known_in_logarithms,
    positive_logarithms,
    real_numbers,
)
from clvlab.models.fitting.newton import Evaluation, Optimum, in_logarithms, stay_at
from clvlab.models.fitting.purchase_process import PurchaseProcess

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BUYING, DROPOUT = [0, 1], [2, 3]
"""Positions of the two parameters of buying, and of those of dropping out."""


class FittedToHistories(MaximumLikelihoodModel):
    """A model of how often customers buy and when they drop out, fitted to their histories.

    Parameters
    ----------
    purchase_covariates, dropout_covariates
        Columns of the customers' table that the purchase rate, and dropping out, depend on:
        a list of names, or a formula such as ``"gender + channel"``. Numbers count as they are;
        categories are compared with the first one. See `with_covariates` for adding columns, and
        `covariate_effects` for what a coefficient does.
    same_effect
        Those among them that have one and the same coefficient for buying and for dropping out.

    Attributes
    ----------
    params_
        The estimates by name; those that are times in `unit_`. With covariates they are those of
        a customer whose covariates are 0, or of the first category.
    coefficients_
        The estimated effects of the covariates, by name; empty without covariates.
    fingerprint_
        Sums over the customers of the fit, by which they are known again.
    unit_
        Unit of time of the estimates, that of the summary the model was fitted to.
    n_excluded_
        Customers left out of the fit because their history is incomplete.

    See `MaximumLikelihoodModel` for the other attributes.
    """

    process: ClassVar[PurchaseProcess]
    called: ClassVar[str]
    """What the model is called in a sentence, with its article."""

    params_: Any
    unit_: TimeUnit
    n_excluded_: int
    _effects: CovariateEffects | None = None
    fingerprint_: tuple[float, ...]

    def __init__(
        self,
        *,
        purchase_covariates: Names = None,
        dropout_covariates: Names = None,
        same_effect: Names = None,
    ) -> None:
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates
        self.same_effect = same_effect

    @abstractmethod
    def _diagnose(self, histories: Histories) -> list[str]:
        """Sentences about an irregular fit."""

    @abstractmethod
    def _other_starts(self, optimum: Optimum, histories: Histories) -> list[Array]:
        """Further starting points for a surface on which one start may miss the best."""

    def _read(self, everyone: Histories) -> None:
        """Read what else a model needs of the customers, before they are compressed."""

    def _some_of(self, histories: Histories) -> Histories | None:
        """What to search on roughly first, where the whole is large."""
        if len(histories) <= WORTH_A_SUBSAMPLE:
            return None
        return histories.every(len(histories) // SUBSAMPLE)

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
        self._read(everyone)
        self._refuse_without_repeats(everyone)
        self._learn_covariates(everyone)
        compressed = everyone.compressed()
        optimum = self._search(compressed)
        if self._effects is not None:
            # The search without covariates is where the one with them begins.
            objective = self._objective(everyone, compressed)
            start = np.concatenate([optimum.point, np.zeros(len(self._effects.effects))])
            optimum = from_edges(objective, climb(objective, start), self.process)
        return self._settle(optimum, compressed, everyone, len(customers))

    def _search(self, compressed: Histories) -> Optimum:
        """The maximum without covariates."""
        start, some = self.process.start(compressed), self._some_of(compressed)
        coarse = None if some is None else objective_of(self.process, some)
        objective = objective_of(self.process, compressed)
        optimum = climb(objective, start, coarse)
        for other in self._other_starts(optimum, compressed):
            candidate = climb(objective, other)
            if candidate.value > optimum.value:
                optimum = candidate
        return from_edges(objective, optimum, self.process)

    def evaluate(
        self, parameters: npt.ArrayLike, customers: Customers, *, unit: TimeUnit | str | None = None
    ) -> Self:
        """Take parameters from elsewhere instead of fitting, and judge them on the customers.

        Parameters
        ----------
        parameters
            In the order of `parameter_names`; those that are times in the customers' unit. Behind
            them the coefficients, in the order of `coefficient_names_`.
        customers, unit
            As in `fit`.
        """
        everyone = histories_of(customers, unit, complete_only=True)
        self._read(everyone)
        self._learn_covariates(everyone)
        compressed = everyone.compressed()
        values = np.asarray(parameters, dtype=np.float64)
        k, objective = len(self.parameter_names), self._objective(everyone, compressed)
        point = positive_logarithms(values[:k], self.parameter_names)
        if self._effects is not None:
            coefficients = real_numbers(values[k:], self.coefficient_names_)
            point = self._effects.from_own_units @ np.concatenate([point, coefficients])
        return self._settle(stay_at(objective, point), compressed, everyone, len(customers))

    @property
    def coefficients_(self) -> pd.Series:
        """The estimated effects of the covariates, indexed by ``coefficient``."""
        self.require_fit()
        index = pd.Index(self.coefficient_names_, name="coefficient", dtype=object)
        return pd.Series(self._coefficients, index=index, name="estimate")

    def _learn_covariates(self, histories: Histories) -> None:
        """Read how the named columns act, from the customers that the model is fitted to."""
        names = self._named_covariates()
        self._act(
            CovariateEffects.learn(histories.table, self.process, *names) if any(names) else None
        )

    def recall_covariates(self, record: Mapping[str, Any] | None) -> None:
        """Read how the named columns act, from what `CovariateEffects.to_json` wrote."""
        names = self._named_covariates()
        if any(names) != (record is not None):
            raise ValueError("its covariates are not those of its settings")
        self._act(
            None if record is None else CovariateEffects.from_json(record, self.process, *names)
        )

    def _act(self, effects: CovariateEffects | None) -> None:
        self._effects = effects
        self._to_own_units = None if effects is None else effects.to_own_units
        self.coefficient_names_ = () if effects is None else effects.names

    def _named_covariates(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Those of buying, of dropping out, and those with the same effect on both."""
        return (
            names_of(self.purchase_covariates, "purchase_covariates"),
            names_of(self.dropout_covariates, "dropout_covariates"),
            names_of(self.same_effect, "same_effect"),
        )

    @property
    def covariate_effects(self) -> CovariateEffects | None:
        """How covariates act; None for a model without."""
        return self._effects

    def _objective(self, everyone: Histories, compressed: Histories) -> Objective:
        """The log-likelihood at a point of a search, covariates included."""
        if self._effects is None:
            return objective_of(self.process, compressed)
        patterns, pattern = self._effects.values(everyone.table)
        return self._effects.objective(self.process, patterns, *everyone.compressed_by(pattern))

    def objective(self, histories: Histories) -> Objective:
        """The log-likelihood of customers at a point of a search, covariates included.

        The points are logarithms of the parameters; with covariates those of a customer whose
        covariates are the means of the fit, and behind them the effects of a standard deviation
        of each. `estimates_at` takes them to their own units.
        """
        return self._objective(histories, histories.compressed())

    @property
    def search_point(self) -> Array:
        """Where the search ended, (k,)."""
        point = np.concatenate([self._log_parameters, self._coefficients])
        return point if self._effects is None else self._effects.from_own_units @ point

    @property
    def effects(self) -> dict[str, str]:
        """Names of the coefficients, with what each is in words; empty without covariates."""
        effects = () if self._effects is None else self._effects.effects
        return {effect.name: effect.meaning for effect in effects}

    def _settle(
        self, optimum: Optimum, histories: Histories, everyone: Histories, n_customers: int
    ) -> Self:
        effects = self._effects
        self._keep(
            optimum,
            round(histories.total_weight),
            None if effects is None else effects.to_own_units,
        )
        self.params_ = self.process.parameters(np.exp(self._log_parameters))
        self.unit_ = histories.window.unit
        self.n_excluded_ = n_customers - self.n_customers_
        self.fingerprint_ = histories.fingerprint
        self.diagnosis_ = self.where_it_ended() or (
            self._diagnose(histories)
            if effects is None
            else diagnose_effects(self, effects, everyone)
        )
        return self

    def _meanings(self) -> list[str]:
        return [*super()._meanings(), *self.effects.values()]

    def by_covariates(
        self, histories: Histories, estimates: Array
    ) -> Iterator[tuple[Integers, Array]]:
        """Customers who share their covariates, and what estimates are for them.

        Parameters
        ----------
        histories
            The customers, with their covariates.
        estimates
            Such as `draw_parameters` gives, (n, k).

        Yields
        ------
        tuple of arrays
            Positions of customers, and the process's parameters for them, (n, k).
        """
        if self._effects is None:
            yield np.arange(len(histories)), estimates
            return
        patterns, pattern = self._effects.values(histories.table)
        points = self._points(estimates)
        order = np.argsort(pattern, kind="stable")
        starts = np.searchsorted(pattern[order], np.arange(len(patterns) + 1))
        for g, own in enumerate(self._effects.own_parameters(points, patterns)):
            yield order[starts[g] : starts[g + 1]], own

    def _points(self, estimates: Array) -> Array:
        """Logarithms of the parameters, and the coefficients as they are, (n, k)."""
        k = len(self.parameter_names)
        return np.concatenate([np.log(estimates[:, :k]), estimates[:, k:]], axis=1)

    def contains(self, other: FittedToHistories) -> bool:
        """Whether this fitted model has all coefficients of another of its kind, and more."""
        mine, theirs = self._effects, other._effects
        if theirs is None or mine is None:
            return theirs is None and mine is not None
        return mine.contains(theirs)

    def require_no_covariates(self, what: str) -> None:
        """Refuse `what`, which can't tell customers with different covariates apart."""
        self.require_fit()
        if self._effects is not None:
            raise InputError(
                Problem(
                    f"the model for {what}",
                    "can't have covariates",
                    f"it has {', '.join(self.coefficient_names_)}",
                    "Fit one without them for this.",
                )
            )

    def _refuse_without_repeats(self, histories: Histories) -> None:
        if histories.frequency.any():
            return
        raise InputError(
            Problem(
                f"the customers to fit {self.called} to",
                "must include some with repeat purchases",
                f"nobody of {round(histories.total_weight):,} customers bought twice",
                "Observe for longer, or check that customer ids are the same across purchases.",
            )
        )


def objective_of(process: PurchaseProcess, histories: Histories) -> Objective:
    """The log-likelihood of histories in the logarithms of the parameters."""

    def evaluate(point: Array) -> Evaluation:
        parameters = process.parameters(np.exp(point))
        return in_logarithms(process.log_likelihood(parameters, histories), parameters)

    return evaluate


def from_edges(objective: Objective, optimum: Optimum, process: PurchaseProcess) -> Optimum:
    """The optimum, or a better one from the ends of the ridges of parameters hardly known."""
    for pair in (BUYING, DROPOUT) if process.n_parameters > len(BUYING) else (BUYING,):
        if not known_in_logarithms(optimum, pair):
            optimum = climb_from_edges(objective, optimum, pair)
    return optimum
