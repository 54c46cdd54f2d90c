r"""A polynomial in place of a log-posterior that is slow to evaluate.

Near its mode a log-posterior is smooth, and each exact evaluation tells its value, its gradient
and its Hessian: fifteen numbers for four parameters. A dozen evaluations determine a polynomial
of degree four, which then answers for tens of thousands of points in milliseconds, however many
customers there are.

The polynomial :math:`f` stands for the log-posterior :math:`g` up to an error
:math:`\epsilon = g - f`. A mean under the posterior differs from the same mean under the
polynomial by at most about the standard deviation of :math:`\epsilon`, counted in posterior
standard deviations (Cauchy-Schwarz); and under a nearly normal distribution the standard
deviation of :math:`\epsilon` is at most the root mean square of its gradient in standardized
coordinates (the Poincare inequality). Both are measured at fresh draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from clvlab.models.fitting.newton import Evaluation

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FALL_OF_TRUST = 0.1
"""An evaluation at distance d from the centre weighs exp(-0.1 d^2) in the fit."""
WEIGHT_OF_CURVATURE = 0.5
RIDGE = 1e-12
TOGETHER = 1024
"""Points whose monomials fit into a processor's nearest memory."""


@dataclass(frozen=True)
class Surrogate:
    """A polynomial in standardized coordinates.

    Attributes
    ----------
    centre, root
        A point with coordinates ``z`` is ``centre + root @ z``.
    degree
        Of the polynomial.
    coefficients
        One per monomial, in the order of `derivatives_of_monomials`.
    """

    centre: Array
    root: Array
    degree: int
    coefficients: Array

    def standardized(self, points: Array) -> Array:
        """Coordinates of points, (n, k)."""
        return np.asarray((points - self.centre) @ np.linalg.inv(self.root).T)

    def values(self, points: Array) -> Array:
        """The polynomial at points, (n,)."""
        z = self.standardized(points)
        blocks = [z[i : i + TOGETHER] for i in range(0, len(z), TOGETHER)]
        return np.concatenate(
            [self.coefficients @ monomials(block, self.degree) for block in blocks]
        )

    def curvature(self, point: Array) -> Array:
        """The Hessian at a point (k,), in standardized coordinates, (k, k)."""
        _, _, second = derivatives_of_monomials(self.standardized(point[None]), self.degree)
        hessian = np.zeros_like(self.root)
        hessian[np.triu_indices(len(hessian))] = (second @ self.coefficients)[:, 0]
        return hessian + np.triu(hessian, 1).T

    def error(self, points: Array, evaluations: Sequence[Evaluation]) -> float:
        """Standard deviation of the error at draws from the surrogate's posterior.

        The larger of what values and gradients say; see the module's text.
        """
        values, slopes, _ = _standardize(evaluations, self.root)
        basis, gradients, _ = derivatives_of_monomials(self.standardized(points), self.degree)
        of_values = values - basis @ self.coefficients
        of_slopes = slopes - gradients @ self.coefficients
        return max(float(np.std(of_values)), math.sqrt(float((of_slopes**2).sum(axis=0).mean())))


def fit_surrogate(
    points: Array, evaluations: Sequence[Evaluation], centre: Array, root: Array, degree: int
) -> Surrogate:
    """The polynomial that agrees best with exact values, gradients and Hessians.

    Parameters
    ----------
    points
        Where the evaluations were made, (n, k).
    evaluations
        Value, gradient and Hessian at each.
    centre, root
        Of the standardized coordinates.
    degree
        Of the polynomial; together the evaluations must hold as many numbers as there are
        monomials.
    """
    z = (points - centre) @ np.linalg.inv(root).T
    values, slopes, curvatures = _standardize(evaluations, root)
    basis, gradients, hessians = derivatives_of_monomials(z, degree)
    trust = np.exp(-FALL_OF_TRUST * (z**2).sum(axis=1))[:, None]
    rows = [trust * basis, *(trust * gradients), *(WEIGHT_OF_CURVATURE * trust * hessians)]
    known = [values[None], slopes, WEIGHT_OF_CURVATURE * curvatures]
    left, right = np.vstack(rows), (np.vstack(known) * trust.T).ravel()
    return Surrogate(centre, root, degree, _least_squares(left, right))


def _least_squares(left: Array, right: Array) -> Array:
    """Coefficients by normal equations, refined once.

    With columns of equal length these lose digits that nobody misses, and take one product of
    matrices instead of hundreds of small steps, between which threads of a busy machine wait.
    """
    lengths = np.linalg.norm(left, axis=0)
    scaled = left / lengths
    normal = scaled.T @ scaled + RIDGE * np.eye(len(lengths))
    factor = cho_factor(normal, check_finite=False)
    solution = cho_solve(factor, scaled.T @ right, check_finite=False)
    solution += cho_solve(factor, scaled.T @ (right - scaled @ solution), check_finite=False)
    return np.asarray(solution / lengths)


def evaluations_needed(k: int, degree: int, numbers_per_monomial: float) -> int:
    """How many evaluations in `k` parameters hold so many numbers per monomial."""
    numbers = 1 + k + k * (k + 1) // 2
    return math.ceil(numbers_per_monomial * math.comb(k + degree, degree) / numbers)


def monomials(z: Array, degree: int) -> Array:
    """All products of powers up to a degree, (monomials, n) for coordinates (n, k).

    They are ordered by degree: 1, x, y, x x, x y, y y, ...

    Examples
    --------
    >>> monomials(np.array([[2.0, 3.0]]), 2)[:, 0]
    array([1., 2., 3., 4., 6., 9.])
    """
    recipe = _recipe(z.shape[1], degree)
    columns = np.ascontiguousarray(z.T)
    out = np.ones((len(recipe.powers), len(z)))
    for i, (parent, variable) in enumerate(recipe.products[1:], start=1):
        np.multiply(out[parent], columns[variable], out=out[i])
    return out


def derivatives_of_monomials(z: Array, degree: int) -> tuple[Array, Array, Array]:
    """All products of powers up to a degree, with gradients and upper Hessians.

    Returns
    -------
    tuple of arrays
        (n, m), (k, n, m) and (k (k + 1) / 2, n, m) for coordinates (n, k); Hessians in the order
        of `numpy.triu_indices`.
    """
    recipe, values = _recipe(z.shape[1], degree), monomials(z, degree)
    k, powers = z.shape[1], recipe.powers
    first = np.stack([(powers[:, j] * values[recipe.lower[j]].T) for j in range(k)])
    second = np.stack(
        [
            powers[:, i] * (powers[:, j] - (i == j)) * values[recipe.lower[j][recipe.lower[i]]].T
            for i, j in zip(*np.triu_indices(k), strict=True)
        ]
    )
    return values.T, first, second


class _Recipe(NamedTuple):
    """How monomials are made of each other.

    Attributes
    ----------
    powers
        Of each coordinate in each monomial, (m, k).
    products
        Each monomial as an earlier one times a coordinate.
    lower
        Per coordinate, the position of each monomial divided by it; anything where it has none.
    """

    powers: Integers
    products: list[tuple[int, int]]
    lower: list[Integers]


@lru_cache
def _recipe(k: int, degree: int) -> _Recipe:
    terms = [term for d in range(degree + 1) for term in combinations_with_replacement(range(k), d)]
    powers = np.array([[term.count(j) for j in range(k)] for term in terms])
    position = {tuple(row): i for i, row in enumerate(powers.tolist())}
    unit = np.eye(k, dtype=np.int64)
    lower = [
        np.array([position.get(tuple(row), 0) for row in (powers - unit[j]).tolist()])
        for j in range(k)
    ]
    products = [
        (int(lower[term[-1]][i]), term[-1]) if term else (0, 0) for i, term in enumerate(terms)
    ]
    return _Recipe(powers, products, lower)


def _standardize(evaluations: Sequence[Evaluation], root: Array) -> tuple[Array, Array, Array]:
    """Values (n,), gradients (k, n) and upper Hessians in standardized coordinates."""
    upper = np.triu_indices(len(root))
    values = np.array([value for value, _, _ in evaluations])
    slopes = np.array([gradient @ root for _, gradient, _ in evaluations]).T
    curvatures = np.array([(root.T @ hessian @ root)[upper] for _, _, hessian in evaluations]).T
    return values, slopes, curvatures
