"""What every fitted model has: parameters, their uncertainty, and what to say about both."""

from __future__ import annotations

import math
from collections.abc import Callable
from copy import copy
from typing import ClassVar, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from clvlab.errors import InputError, NotFittedError, Problem
from clvlab.models.fitting.estimator import Estimator
from clvlab.models.fitting.newton import Evaluation, Optimum, maximize

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], Evaluation]
Subset = TypeVar("Subset")

PRIOR_SD_OF_DRAWS = 3.0
"""Standard deviation, in logarithms, of the weak normal prior that bounds the draws of a parameter
that the data do not identify; on identified ones it has no visible effect."""

WELL_KNOWN = 0.5
"""Variance of a parameter's logarithm below which the surface around it has but one peak."""
EDGE = 29.9
"""Logarithm of the largest parameters that are looked at, and minus that of the smallest."""
FEWEST_DRAWS = 20
SUBSAMPLE = 20_000
WORTH_A_SUBSAMPLE = 5 * SUBSAMPLE


class MaximumLikelihoodModel(Estimator):
    """A model fitted by maximum likelihood: of positive parameters in their logarithms.

    Behind the positive parameters there may be coefficients of covariates, which have either sign.

    Attributes
    ----------
    coefficient_names_
        Names of the coefficients; none for a model without covariates.
    log_likelihood_
        Log-likelihood at the maximum.
    n_customers_
        Number of customers that the fit used.
    covariance_
        Covariance of the parameter estimates, from the exact Hessian. Missing where the data do
        not identify a parameter; `diagnosis_` says so.
    diagnosis_
        Sentences about the fit that a reader of its numbers has to know; empty for a regular one.
    converged_
        Whether the search ended at a maximum.
    n_iterations_
        Evaluations of the full likelihood.
    """

    parameter_names: ClassVar[tuple[str, ...]]
    parameter_meanings: ClassVar[dict[str, str]]

    log_likelihood_: float
    n_customers_: int
    covariance_: pd.DataFrame
    diagnosis_: list[str]
    converged_: bool
    n_iterations_: int
    coefficient_names_: tuple[str, ...] = ()
    _log_parameters: Array
    _coefficients: Array = np.empty(0)
    _promise: float
    _information: Array
    _to_own_units: Array | None = None

    def require_fit(self) -> None:
        """Refuse to answer before `fit`."""
        if not hasattr(self, "log_likelihood_"):
            name = type(self).__name__
            raise NotFittedError(f"this {name} is not fitted yet; call fit(summary) first")

    def _keep(self, optimum: Optimum, n_customers: int, to_own_units: Array | None = None) -> Self:
        """Keep what a search found; `to_own_units` takes its points to those of the parameters."""
        k = len(self.parameter_names)
        point = optimum.point if to_own_units is None else to_own_units @ optimum.point
        self._log_parameters, self._coefficients = point[:k], point[k:]
        self._information = -optimum.hessian
        self._to_own_units = to_own_units
        self.log_likelihood_ = optimum.value
        self.n_customers_ = n_customers
        self.n_iterations_ = optimum.iterations
        self.converged_ = optimum.converged
        self._promise = optimum.promise
        covariance = carried(covariance_of(self._information), to_own_units)
        slope = np.concatenate([np.exp(self._log_parameters), np.ones(len(point) - k)])
        names = [*self.parameter_names, *self.coefficient_names_]
        self.covariance_ = pd.DataFrame(
            covariance * np.outer(slope, slope), index=names, columns=names
        )
        return self

    def with_parameters(self, values: Array) -> Self:
        """A copy that predicts with other parameters, such as a draw of a posterior.

        Parameters
        ----------
        values
            The parameters in the model's order, coefficients of covariates behind them, (k,).
        """
        self.require_fit()
        k = len(self.parameter_names)
        other = copy(self)
        named = dict(zip(self.parameter_names, values[:k].tolist(), strict=True))
        vars(other).update(
            params_=vars(self)["params_"]._replace(**named),
            _log_parameters=np.log(values[:k]),
            _coefficients=values[k:],
        )
        return other

    @property
    def n_parameters(self) -> int:
        """Number of estimates, coefficients included."""
        return len(self.parameter_names) + len(self.coefficient_names_)

    def where_it_ended(self) -> list[str]:
        """What to say of parameters that are not a maximum."""
        if self.converged_:
            return []
        if self.n_iterations_ > 1:
            return ["The search stopped before it reached a maximum; do not use this fit."]
        gain = f"{self._promise:.2g}"
        sentence = (
            "These parameters are not the maximum for these customers: the first step of a fit "
            f"would raise the log-likelihood by about {gain}. Is their unit that of the customers?"
        )
        return [sentence]

    @property
    def aic_(self) -> float:
        """Akaike's information criterion, smaller is better."""
        self.require_fit()
        return 2 * self.n_parameters - 2 * self.log_likelihood_

    @property
    def bic_(self) -> float:
        """Bayesian information criterion with the number of customers, smaller is better."""
        self.require_fit()
        return self.n_parameters * math.log(self.n_customers_) - 2 * self.log_likelihood_

    def describe(self) -> dict[str, float]:
        """The fit in numbers: parameters, derived means, ``log_likelihood``, ``customers``."""
        self.require_fit()
        names = (*self.parameter_names, *self.coefficient_names_)
        return {
            **{n: float(value) for n, value in zip(names, self._estimates(), strict=True)},
            **self._derived(),
            "log_likelihood": self.log_likelihood_,
            "customers": self.n_customers_,
        }

    @property
    def estimates_(self) -> Array:
        """The parameters and the coefficients, (k,)."""
        self.require_fit()
        return self._estimates()

    def _estimates(self) -> Array:
        return np.concatenate([np.exp(self._log_parameters), self._coefficients])

    def _meanings(self) -> list[str]:
        """What each estimate is, in words."""
        return [self.parameter_meanings[name] for name in self.parameter_names]

    def _derived(self) -> dict[str, float]:
        """Numbers that are easier to read than the parameters."""
        return {}

    def parameter_table(self, interval: float = 0.95) -> pd.DataFrame:
        """The estimates with standard errors and intervals.

        Parameters
        ----------
        interval
            Coverage of the intervals, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``parameter``: ``estimate``, ``standard_error``, ``lower`` and ``upper``
            (by the delta method: symmetric in logarithms, those of coefficients as they are),
            ``meaning``. Standard error and limits are missing where the data do not identify the
            parameter.
        """
        self.require_fit()
        check_interval(interval)
        standard_errors = np.sqrt(np.diag(self.covariance_.to_numpy()))
        k, reach = len(self.parameter_names), ndtri(0.5 + interval / 2) * standard_errors
        positive = np.exp(self._log_parameters)
        in_logs = reach[:k] / positive
        return pd.DataFrame(
            {
                "estimate": self._estimates(),
                "standard_error": standard_errors,
                "lower": np.concatenate(
                    [positive * np.exp(-in_logs), self._coefficients - reach[k:]]
                ),
                "upper": np.concatenate(
                    [positive * np.exp(in_logs), self._coefficients + reach[k:]]
                ),
                "meaning": self._meanings(),
            },
            index=pd.Index((*self.parameter_names, *self.coefficient_names_), name="parameter"),
        )

    def draw_parameters(self, n_draws: int, seed: int | np.random.Generator) -> Array:
        """Draws from the approximate posterior of the parameters.

        Normal in the logarithms around the estimates, with the observed information and a weak
        prior (see `PRIOR_SD_OF_DRAWS`).

        Returns
        -------
        numpy.ndarray
            (n_draws, k), in the order of `parameter_names`, then `coefficient_names_`.
        """
        self.require_fit()
        if n_draws < FEWEST_DRAWS:
            raise InputError(
                Problem(
                    "parameter 'n_draws'",
                    f"must be at least {FEWEST_DRAWS}",
                    f"got {n_draws}",
                    "Limits of an interval can't be read from fewer draws.",
                )
            )
        rng = np.random.default_rng(seed)
        normal = rng.standard_normal((n_draws, self.n_parameters))
        spread, axes = self._spread_of_draws()
        away, k = (normal * spread) @ axes.T, len(self.parameter_names)
        if self._to_own_units is None:
            return np.asarray(np.exp(self._log_parameters + away))
        away = away @ self._to_own_units.T
        positive = np.exp(self._log_parameters + away[:, :k])
        return np.concatenate([positive, self._coefficients + away[:, k:]], axis=1)

    def estimates_at(self, points: Array) -> Array:
        """Parameters and coefficients in their own units at points of a search, (n, k)."""
        own = points if self._to_own_units is None else points @ self._to_own_units.T
        k = len(self.parameter_names)
        return np.concatenate([np.exp(own[:, :k]), own[:, k:]], axis=1)

    def _spread_of_draws(self) -> tuple[Array, Array]:
        """Standard deviations of the draws' logarithms along their principal axes."""
        eigenvalues, axes = np.linalg.eigh(self._information)
        return 1 / np.sqrt(np.maximum(eigenvalues, 0) + PRIOR_SD_OF_DRAWS**-2), axes

    def _variances_of_draws(self) -> Array:
        """Variances of the draws' logarithms, one per parameter."""
        spread, axes = self._spread_of_draws()
        return np.asarray(((axes * spread) ** 2).sum(axis=1))


def check_interval(interval: float) -> None:
    """Refuse a coverage that is not between 0 and 1."""
    if not isinstance(interval, (int, float, np.number)) or not 0 < interval < 1:
        raise InputError(
            Problem(
                "parameter 'interval'",
                "must be a coverage between 0 and 1",
                f"got {interval!r}",
                "An interval that holds the truth nine times in ten is 0.90.",
            )
        )


def positive_logarithms(parameters: npt.ArrayLike, names: tuple[str, ...]) -> Array:
    """Logarithms of parameters from elsewhere, one per name; all must be positive."""
    values = np.asarray(parameters, dtype=np.float64)
    if values.shape != (len(names),) or not np.all(np.isfinite(values) & (values > 0)):
        raise InputError(
            Problem(
                f"the parameters {', '.join(names)}",
                "must be as many positive, finite numbers",
                f"got {values.tolist()}",
            )
        )
    return np.asarray(np.log(values))


def real_numbers(values: Array, names: tuple[str, ...]) -> Array:
    """Coefficients from elsewhere, one per name; all must be finite."""
    if values.shape != (len(names),) or not np.all(np.isfinite(values)):
        raise InputError(
            Problem(
                f"the coefficients {', '.join(names)}",
                "must be as many finite numbers, behind the parameters",
                f"got {values.tolist()}",
            )
        )
    return values


def covariance_of(information: Array) -> Array:
    """Inverse of the observed information, with missing values where it can't be inverted.

    A parameter is called identified when its variance in logarithms is finite, positive and
    below 10 squared (a factor of e to the tenth either way says nothing).
    """
    eigenvalues, axes = np.linalg.eigh(information)
    if not np.all(np.isfinite(eigenvalues)) or eigenvalues[-1] <= 0:
        return np.full_like(information, np.nan)
    floor = 1e-13 * eigenvalues[-1]
    variance = (axes**2 / np.maximum(eigenvalues, floor)).sum(axis=1)
    covariance = (axes / np.maximum(eigenvalues, floor)) @ axes.T
    unknown = (variance > 100) | (eigenvalues[0] <= floor) & (variance > 1e4 * variance.min())
    covariance[unknown, :] = np.nan
    covariance[:, unknown] = np.nan
    return np.asarray(covariance)


def carried(covariance: Array, matrix: Array | None) -> Array:
    """The covariance of linear combinations; missing where one has a part that is not known."""
    if matrix is None:
        return covariance
    unknown = np.isnan(np.diag(covariance))
    out = matrix @ np.where(np.isnan(covariance), 0.0, covariance) @ matrix.T
    spread = (np.abs(matrix) > 0) @ unknown > 0
    out[spread, :] = np.nan
    out[:, spread] = np.nan
    return np.asarray(out)


def known_in_logarithms(optimum: Optimum, positions: list[int]) -> bool:
    """Whether some parameters are known to within a factor of two or so at an optimum."""
    variances = np.diag(covariance_of(-optimum.hessian))[positions]
    return bool(np.all(variances < WELL_KNOWN))


def climb(full: Objective, start: Array, coarse: Objective | None = None) -> Optimum:
    """Maximize a likelihood, after a rough search on a part of the customers if one is given."""
    if coarse is not None:
        start = maximize(coarse, start, tolerance=1e-3).point
    return maximize(full, start)


def climb_from_edges(full: Objective, optimum: Optimum, pair: list[int]) -> Optimum:
    """The better of an optimum and those reached from the ends of two parameters' ridge.

    Where two parameters matter by their ratio alone the surface rises ever more slowly towards
    zero or infinity, too slowly to follow: the search is taken there at once.
    """
    reach = optimum.point[pair]
    for shift in (-EDGE - reach.min(), EDGE - reach.max()):
        point = optimum.point.copy()
        point[pair] += shift
        candidate = climb(full, point)
        if candidate.value > optimum.value:
            optimum = candidate
    return optimum
