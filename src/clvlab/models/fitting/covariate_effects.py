r"""How covariates act on the parameters of a model of purchases.

A covariate of buying multiplies the purchase rate of a customer, a covariate of dropping out the
dropout rate:

.. math::

    \alpha_i = \alpha \, e^{-\gamma' z_i}, \qquad \beta_i = \beta \, e^{-\delta' w_i}

in the Pareto/NBD model, and :math:`a_i = a \, e^{\delta' w_i}`, :math:`b_i = b \, e^{\delta' w_i}`
in the BG/NBD and MBG/NBD models (Fader and Hardie 2007, "Incorporating Time-Invariant Covariates
into the Pareto/NBD and BG/NBD Models"). The logarithms of a customer's parameters are linear in
those of the model, so gradient and Hessian follow exactly from those of the groups of customers
who share their covariates.

Searches see covariates that are centred and scaled, so that neither the unit of a covariate nor
its zero matters to them; what is reported is in the covariates' own units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems, did_you_mean
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.covariates import Covariate, learn_covariates, read_covariates
from clvlab.models.fitting.evaluations import in_logarithms_of
from clvlab.models.fitting.newton import Evaluation
from clvlab.models.fitting.purchase_process import PurchaseProcess, Scales

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FARTHEST = 80.0
"""Logarithm of a customer's parameter beyond which no search looks."""
COLLINEAR = 1e-7
"""Part of a covariate that the others leave unexplained below which it says nothing of its own."""


@dataclass(frozen=True)
class Effect:
    """One coefficient.

    Attributes
    ----------
    process
        ``"purchase"``, ``"dropout"`` or ``"both"``.
    term
        The number that it multiplies, such as ``"age"`` or ``"channel=web"``.
    position
        Position of that number among all terms.
    scales
        Which parameters it scales, with the sign of the effect on their logarithms.
    meaning
        What it is, in words.
    """

    process: str
    term: str
    position: int
    scales: Scales

    meaning: str

    @property
    def name(self) -> str:
        """What the coefficient is called in tables, such as ``"purchase:age"``."""
        return f"{self.process}:{self.term}"


@dataclass(frozen=True)
class CovariateEffects:
    """The covariates of a model, and what each acts on.

    Attributes
    ----------
    covariates
        How each column is read.
    effects
        The coefficients, in the order of the estimates.
    centre, scale
        Mean and standard deviation of every term over the customers of the fit.
    base
        Number of parameters that every customer has.
    """

    covariates: tuple[Covariate, ...]
    effects: tuple[Effect, ...]
    centre: Array
    scale: Array
    base: int = 4

    @classmethod
    def learn(
        cls,
        frame: pd.DataFrame,
        process: PurchaseProcess,
        purchase: tuple[str, ...],
        dropout: tuple[str, ...],
        same_effect: tuple[str, ...],
    ) -> Self:
        """Read the columns of the customers that a model is fitted to.

        Raises
        ------
        InputError
            For columns that can't be covariates, that follow from each other, and a
            `same_effect` of a column that is not a covariate of both.
        """
        _refuse_same_effect(purchase, dropout, same_effect)
        covariates = learn_covariates(frame, tuple(dict.fromkeys(purchase + dropout)))
        values = read_covariates(frame, covariates)
        terms = [(c.name, term) for c in covariates for term in c.terms]
        centre, scale = values.mean(axis=0), values.std(axis=0)
        _refuse_collinear((values - centre) / scale, terms, purchase, dropout)
        effects = cls._acting(covariates, process, purchase, dropout, same_effect)
        return cls(covariates, effects, centre, scale, process.n_parameters)

    @staticmethod
    def _acting(
        covariates: tuple[Covariate, ...],
        process: PurchaseProcess,
        purchase: tuple[str, ...],
        dropout: tuple[str, ...],
        same_effect: tuple[str, ...],
    ) -> tuple[Effect, ...]:
        """The coefficients of covariates."""
        terms = [(c.name, term) for c in covariates for term in c.terms]
        buying = "effect on the logarithm of the purchase rate"
        kinds = (
            ("purchase", purchase, process.purchase_scales, buying),
            ("dropout", dropout, process.dropout_scales, process.dropout_effect),
            (
                "both",
                same_effect,
                process.purchase_scales + process.dropout_scales,
                f"{buying}, and {process.dropout_effect}",
            ),
        )
        return tuple(
            Effect(kind, term, position, scales, meaning)
            for kind, names, scales, meaning in kinds
            for position, (name, term) in enumerate(terms)
            if name in names and (kind == "both") == (name in same_effect)
        )

    def to_json(self) -> dict[str, Any]:
        """How columns are read, as plain values; what each acts on is told by the model.

        Raises
        ------
        InputError
            For categories that are neither text, numbers nor true and false.
        """
        for covariate in self.covariates:
            if not all(isinstance(level, (str, int, float)) for level in covariate.levels):
                kind = type(covariate.levels[0]).__name__
                raise InputError(
                    Problem(
                        f"the categories of '{covariate.name}'",
                        "must be text, numbers or true and false to be saved",
                        f"they are of type {kind}",
                        "Turn the column into text before the fit.",
                    )
                )
        return {
            "columns": [{"name": c.name, "levels": list(c.levels)} for c in self.covariates],
            "centre": self.centre.tolist(),
            "scale": self.scale.tolist(),
        }

    @classmethod
    def from_json(
        cls,
        record: Mapping[str, Any],
        process: PurchaseProcess,
        purchase: tuple[str, ...],
        dropout: tuple[str, ...],
        same_effect: tuple[str, ...],
    ) -> Self:
        """The effects that `to_json` described, of a model with these covariates."""
        covariates = tuple(Covariate(c["name"], tuple(c["levels"])) for c in record["columns"])
        centre, scale = (np.array(record[name], dtype=np.float64) for name in ("centre", "scale"))
        n_terms = sum(len(covariate.terms) for covariate in covariates)
        if {c.name for c in covariates} != set(purchase + dropout):
            raise ValueError("its covariates are not those of its settings")
        if not centre.shape == scale.shape == (n_terms,) or not np.all(scale > 0):
            raise ValueError("its covariates lack a mean or a spread")
        effects = cls._acting(covariates, process, purchase, dropout, same_effect)
        return cls(covariates, effects, centre, scale, process.n_parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return tuple(effect.name for effect in self.effects)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(covariate.name for covariate in self.covariates)

    def values(self, frame: pd.DataFrame) -> tuple[Array, Integers]:
        """The distinct patterns of the customers' covariates, (m, terms), and which each has."""
        numbers = read_covariates(frame, self.covariates)
        code = np.zeros(len(numbers), dtype=np.int64)
        for column in numbers.T:
            codes, distinct = pd.factorize(column)
            code = pd.factorize(code * len(distinct) + codes)[0].astype(np.int64)
        first = np.unique(code, return_index=True)[1]
        patterns, order = np.unique(numbers[first], axis=0, return_inverse=True)
        return patterns, order.ravel()[code]

    def own_parameters(self, points: Array, patterns: Array) -> Iterator[Array]:
        """Parameters of customers with each pattern, (n, base), at points in their own units."""
        for design in self._design(patterns):
            yield np.exp(points[:, : self.base] + points[:, self.base :] @ design.T)

    def contains(self, other: CovariateEffects) -> bool:
        """Whether others are a special case of these, with fewer coefficients."""
        mine = {effect.name: effect for effect in self.effects}
        if len(other.effects) >= len(mine) or not self._reads_alike(other):
            return False
        for effect in other.effects:
            parts = ("purchase", "dropout") if effect.process == "both" else (effect.process,)
            apart = all(f"{part}:{effect.term}" in mine for part in parts)
            if not (effect.name in mine or apart):
                return False
        return True

    def _reads_alike(self, other: CovariateEffects) -> bool:
        """Whether covariates of the same name are read alike, of customers who agree in them."""
        mine = {covariate.name: covariate for covariate in self.covariates}
        if any(mine.get(covariate.name) != covariate for covariate in other.covariates):
            return False
        terms = [term for covariate in self.covariates for term in covariate.terms]
        where = [terms.index(term) for covariate in other.covariates for term in covariate.terms]
        return bool(
            np.allclose(self.centre[where], other.centre, rtol=1e-9)
            and np.allclose(self.scale[where], other.scale, rtol=1e-9)
        )

    @property
    def to_own_units(self) -> Array:
        """Matrix from the point of a search to logarithms and coefficients in their own units."""
        matrix = np.eye(self.base + len(self.effects))
        scale = self._scales
        matrix[: self.base, self.base :] = -self._design(self.centre[None])[0] / scale
        matrix[self.base :, self.base :] /= scale
        return matrix

    @property
    def from_own_units(self) -> Array:
        """The inverse of `to_own_units`."""
        matrix = np.eye(self.base + len(self.effects))
        matrix[: self.base, self.base :] = self._design(self.centre[None])[0]
        matrix[self.base :, self.base :] *= self._scales
        return matrix

    def objective(
        self, process: PurchaseProcess, patterns: Array, histories: Histories, pattern: Integers
    ) -> Callable[[Array], Evaluation]:
        """The log-likelihood of histories, each with its pattern, at a point of a search."""
        design = self._design((patterns - self.centre) / self.scale)

        def evaluate(point: Array) -> Evaluation:
            logs = point[: self.base] + design @ point[self.base :]
            if np.abs(logs).max() > FARTHEST:
                return -np.inf, np.zeros_like(point), np.zeros((len(point), len(point)))
            parameters = np.exp(logs)
            each = process.log_likelihoods(parameters, histories, pattern)
            with np.errstate(all="ignore"):
                return _chained(*in_logarithms_of(each, parameters), design)

        return evaluate

    @property
    def _scales(self) -> Array:
        return self.scale[[effect.position for effect in self.effects]]

    def _design(self, patterns: Array) -> Array:
        """What a unit of each coefficient adds to the logarithms of the parameters, (m, 4, q)."""
        design = np.zeros((len(patterns), self.base, len(self.effects)))
        for column, effect in enumerate(self.effects):
            for position, sign in effect.scales:
                design[:, position, column] = sign * patterns[:, effect.position]
        return design


def _chained(values: Array, gradients: Array, hessians: Array, design: Array) -> Evaluation:
    """Sums over patterns, with derivatives in the common logarithms and the coefficients."""
    base, size = design.shape[1], design.shape[1] + design.shape[2]
    gradient, hessian = np.empty(size), np.empty((size, size))
    gradient[:base] = gradients.sum(axis=0)
    gradient[base:] = np.tensordot(gradients, design, axes=((0, 1), (0, 1)))
    across = hessians @ design
    hessian[:base, :base] = hessians.sum(axis=0)
    hessian[:base, base:] = across.sum(axis=0)
    hessian[base:, :base] = hessian[:base, base:].T
    hessian[base:, base:] = np.tensordot(design, across, axes=((0, 1), (0, 1)))
    return float(values.sum()), gradient, hessian


def _refuse_same_effect(
    purchase: tuple[str, ...], dropout: tuple[str, ...], same_effect: tuple[str, ...]
) -> None:
    both = [name for name in purchase if name in dropout]
    wrong = [name for name in same_effect if name not in both]
    if wrong:
        raise InputError(
            Problem(
                "parameter 'same_effect'",
                "must name covariates of both purchase and dropout",
                f"got {', '.join(wrong)}",
                did_you_mean(wrong[0], both) if both else "There is no such covariate.",
            )
        )


def _refuse_collinear(
    standardized: Array,
    terms: list[tuple[str, str]],
    purchase: tuple[str, ...],
    dropout: tuple[str, ...],
) -> None:
    """Refuse terms that are a sum of multiples of the others and a constant."""
    problems = Problems()
    for names, parameter in ((purchase, "purchase_covariates"), (dropout, "dropout_covariates")):
        chosen = [k for k, (name, _) in enumerate(terms) if name in names]
        upper = np.abs(np.diag(np.linalg.qr(standardized[:, chosen], mode="r")))
        if len(upper) == len(chosen) and np.all(upper > COLLINEAR * np.sqrt(len(standardized))):
            continue
        few = np.flatnonzero(upper <= COLLINEAR * np.sqrt(len(standardized)))
        culprit = terms[chosen[int(few[0]) if len(few) else len(upper)]][1]
        problems.add(
            f"parameter '{parameter}'",
            "can't have covariates that follow from each other",
            f"{culprit} follows from those named before it",
            "Leave one of them out.",
        )
    problems.raise_if_any()
