r"""Proper priors of the parameters, stated in quantities that can be discussed.

A flat prior on the logarithms of the parameters is improper: without dropout, or where customers
hardly differ, the likelihood tends to a constant far out and the posterior has no total. Here
products of powers of the parameters, such as :math:`r / \alpha`, the mean purchase rate, are
independent and log-normal, each with a median and a standard deviation in logarithms. As many
quantities as parameters make one proper, normal prior of the logarithms.

A quantity with a unit has a median in that unit, so the prior moves with the unit, and so does
the posterior. `clvlab.models.posterior.default_priors` has those of the models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], Evaluation]


@dataclass(frozen=True)
class Quantity:
    """A product of powers of parameters whose logarithm is normal a priori.

    Attributes
    ----------
    powers
        The power of every parameter that takes part, such as ``{"r": 1, "alpha": -1}``.
    median
        Its median, in its own unit; positive.
    log_sd
        Standard deviation of its logarithm; 1 means that two values in three lie within a factor
        of e of the median.
    meaning
        What it is, in words.
    """

    powers: Mapping[str, float]
    median: float
    log_sd: float
    meaning: str = ""

    @property
    def name(self) -> str:
        """The quantity as a formula, such as ``"r / alpha"``.

        Examples
        --------
        >>> Quantity({"p": 1, "v": 1, "q": -1}, 25.0, 1.5).name
        'p v / q'
        """
        above = [_power(name, power) for name, power in self.powers.items() if power > 0]
        below = [_power(name, -power) for name, power in self.powers.items() if power < 0]
        return " / ".join([" ".join(above) or "1", *below])


@dataclass(frozen=True)
class Prior:
    """Independent log-normal quantities, as many as there are parameters.

    Attributes
    ----------
    parameter_names
        The parameters, in the model's order.
    quantities
        As many independent quantities.

    Raises
    ------
    InputError
        When the quantities name unknown parameters, do not determine every parameter, or have a
        median or spread that is not positive.

    Examples
    --------
    >>> shape = Quantity({"r": 1}, median=0.7, log_sd=1.0)
    >>> rate = Quantity({"r": 1, "alpha": -1}, median=0.1, log_sd=1.5)
    >>> prior = Prior(("r", "alpha"), (shape, rate))
    >>> prior.table()["upper"].round(2).to_dict()
    {'r': 4.97, 'r / alpha': 1.89}
    >>> prior.adjusted("r / alpha", median=0.05).table().loc["r / alpha", "median"].item()
    0.05
    """

    parameter_names: tuple[str, ...]
    quantities: tuple[Quantity, ...] = field(default=())

    def __post_init__(self) -> None:
        problems = [problem for q in self.quantities for problem in self._problems(q)]
        if problems:
            raise InputError(problems)
        rank = np.linalg.matrix_rank(self._powers) if self.quantities else 0
        if not rank == len(self.quantities) == len(self.parameter_names):
            raise InputError(
                Problem(
                    "the quantities of a prior",
                    f"must be as many as the {len(self.parameter_names)} parameters and "
                    "independent of each other",
                    f"got {', '.join(q.name for q in self.quantities) or 'none'}",
                    "Each parameter must follow from them, or the prior has no total.",
                )
            )

    def _problems(self, quantity: Quantity) -> list[Problem]:
        found = [
            Problem(
                f"the prior of {quantity.name}",
                f"can't use the parameter '{name}'",
                f"the model has {', '.join(self.parameter_names)}",
            )
            for name in quantity.powers
            if name not in self.parameter_names
        ]
        for label, value in (("median", quantity.median), ("log_sd", quantity.log_sd)):
            if not (math.isfinite(value) and value > 0):
                found.append(
                    Problem(
                        f"the prior of {quantity.name}",
                        f"must have a positive, finite {label}",
                        f"got {value}",
                    )
                )
        return found

    def adjusted(
        self, quantity: str, *, median: float | None = None, log_sd: float | None = None
    ) -> Self:
        """The same prior with another median or spread of one quantity.

        Parameters
        ----------
        quantity
            Its name, as in `table`.
        median, log_sd
            What to change.
        """
        names = [q.name for q in self.quantities]
        if quantity not in names:
            raise InputError(
                Problem(
                    "parameter 'quantity'",
                    "must name a quantity of the prior",
                    f"got {quantity!r}",
                    did_you_mean(quantity, names),
                )
            )
        changes = {"median": median, "log_sd": log_sd}
        given: dict[str, Any] = {n: value for n, value in changes.items() if value is not None}
        return replace(
            self,
            quantities=tuple(
                replace(q, **given) if q.name == quantity else q for q in self.quantities
            ),
        )

    def table(self) -> pd.DataFrame:
        """The prior in numbers.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``quantity``: ``median``, ``log_sd``, ``lower`` and ``upper`` (limits of
            95 percent), ``meaning``.
        """
        reach = ndtri(0.975)
        rows = [
            (
                q.median,
                q.log_sd,
                q.median * math.exp(-reach * q.log_sd),
                q.median * math.exp(reach * q.log_sd),
                q.meaning,
            )
            for q in self.quantities
        ]
        return pd.DataFrame(
            rows,
            columns=["median", "log_sd", "lower", "upper", "meaning"],
            index=pd.Index([q.name for q in self.quantities], name="quantity"),
        )

    @cached_property
    def centre(self) -> Array:
        """Mean of the logarithms of the parameters, (k,)."""
        medians = np.log([q.median for q in self.quantities])
        return np.asarray(np.linalg.solve(self._powers, medians))

    @cached_property
    def root(self) -> Array:
        """A matrix whose product with its transpose is the covariance of the logarithms, (k, k)."""
        spreads = np.array([q.log_sd for q in self.quantities])
        return np.asarray(np.linalg.inv(self._powers) * spreads)

    @cached_property
    def _powers(self) -> Array:
        return np.array(
            [[q.powers.get(name, 0.0) for name in self.parameter_names] for q in self.quantities]
        )

    @cached_property
    def _whitening(self) -> Array:
        return np.asarray(self._powers / np.array([[q.log_sd] for q in self.quantities]))

    @cached_property
    def _log_size(self) -> float:
        """Logarithm of the density at the centre."""
        stretch = float(np.linalg.slogdet(self._whitening)[1])
        return stretch - 0.5 * len(self.parameter_names) * math.log(2 * math.pi)

    def standardized(self, points: Array) -> Array:
        """Logarithms of the quantities, in prior standard deviations from their medians, (n, k)."""
        return np.asarray((points - self.centre) @ self._whitening.T)

    def log_density(self, points: Array) -> Array:
        """Logarithm of the density of the parameters' logarithms, (n,) for points (n, k)."""
        return np.asarray(self._log_size - 0.5 * (self.standardized(points) ** 2).sum(axis=1))

    def draw(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Logarithms of parameters, (n_draws, k)."""
        normal = rng.standard_normal((n_draws, len(self.parameter_names)))
        return np.asarray(self.centre + normal @ self.root.T)

    def added_to(self, log_likelihood: Objective) -> Objective:
        """The log-posterior: value, gradient and Hessian in the logarithms of the parameters."""
        precision = self._whitening.T @ self._whitening

        def evaluate(point: Array) -> Evaluation:
            value, gradient, hessian = log_likelihood(point)
            away = point - self.centre
            slope = -precision @ away
            density = self._log_size + 0.5 * float(slope @ away)
            return value + density, gradient + slope, hessian - precision

        return evaluate

    def to_json(self) -> dict[str, Any]:
        """The prior as plain values."""
        return {
            "parameter_names": list(self.parameter_names),
            "quantities": [
                {
                    "powers": dict(q.powers),
                    "median": q.median,
                    "log_sd": q.log_sd,
                    "meaning": q.meaning,
                }
                for q in self.quantities
            ],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The prior that `to_json` described."""
        quantities = tuple(Quantity(**entry) for entry in record["quantities"])
        return cls(tuple(record["parameter_names"]), quantities)


def _power(name: str, power: float) -> str:
    return name if power == 1 else f"{name}^{power:g}"
