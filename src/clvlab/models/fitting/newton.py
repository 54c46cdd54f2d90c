"""A guarded Newton method for the maximum of a likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Evaluation = tuple[float, Vector, Vector]
"""Value, gradient (k,) and Hessian (k, k) at one point."""

FIRST_RADIUS = 1.0
LARGEST_RADIUS = 4.0
GOOD_ENOUGH = 1e-4
VERY_GOOD = 0.75
NEXT_TO_NOTHING = 0.05
POLISH = 1e-3
SMALLEST_RADIUS = 1e-10
ROUNDING = 1e-12
IMMATERIAL = 1e-5
CLOSE = 1e-6


@dataclass(frozen=True)
class Optimum:
    """Where the search ended.

    Attributes
    ----------
    point, value, gradient, hessian
        The best point seen and the objective there.
    iterations
        Evaluations of the objective.
    converged
        Whether next to nothing (1e-5) could be gained within a factor of e.
    promise
        What a step within that reach could still gain, by the quadratic model.
    """

    point: Vector
    value: float
    gradient: Vector
    hessian: Vector
    iterations: int
    converged: bool
    promise: float = 0.0


def maximize(
    objective: Callable[[Vector], Evaluation],
    start: Vector,
    *,
    bound: float = 30.0,
    tolerance: float = 1e-9,
    max_iterations: int = 200,
) -> Optimum:
    """Maximize a smooth function by Newton steps inside a trust region.

    Likelihoods of this family overflow to large positive values far out, where an unguarded step
    would happily land: steps are bounded by the trust region and end at `bound`, where a
    coordinate that wants further out is held fast; a value that is not finite is refused. A region
    that had to shrink never counts as convergence.

    Parameters
    ----------
    objective
        Value, gradient and Hessian at a point; the points are logarithms of positive parameters,
        so a step of 1 is a factor of e.
    start
        First point.
    bound
        Largest absolute coordinate that is looked at.
    tolerance
        The search ends when the quadratic model promises less than this gain, or less than
        rounding can show.
    max_iterations
        Largest number of evaluations.

    References
    ----------
    J. Nocedal and S. J. Wright (2006), Numerical Optimization, 2nd ed., chapter 4.
    """
    point = np.clip(np.asarray(start, dtype=np.float64), -bound, bound)
    value, gradient, hessian = objective(point)
    radius, iterations, promise = FIRST_RADIUS, 1, np.inf
    while iterations < max_iterations and radius > SMALLEST_RADIUS:
        negligible = max(tolerance, 1e-14 * abs(value))
        promise = _gain(gradient, hessian, _step(point, gradient, hessian, FIRST_RADIUS, bound))
        step = _step(point, gradient, hessian, radius, bound)
        trial = objective(point + step)
        iterations += 1
        gain = trial[0] - value
        finite = np.isfinite(trial[0]) and bool(np.all(np.isfinite(trial[2])))
        # The last, tiny step is worth less than rounding shows: it is taken for its digits.
        polish = promise < negligible and float(np.linalg.norm(step)) < POLISH
        unseen = -gain <= ROUNDING * abs(value)
        if finite and (gain >= GOOD_ENOUGH * _gain(gradient, hessian, step) or (polish and unseen)):
            if gain > VERY_GOOD * _gain(gradient, hessian, step):
                radius = min(2 * max(radius, float(np.linalg.norm(step))), LARGEST_RADIUS)
            point = point + step
            value, gradient, hessian = trial
        else:
            radius = 0.25 * min(radius, float(np.linalg.norm(step)))
        if promise < negligible:
            break
    # Where rounding hides a gain no step succeeds, and none is needed.
    converged = promise < max(tolerance, IMMATERIAL)
    return Optimum(point, value, gradient, hessian, iterations, converged, promise)


def stay_at(objective: Callable[[Vector], Evaluation], point: Vector) -> Optimum:
    """The objective at a given point, called converged where a step would gain next to nothing."""
    value, gradient, hessian = objective(point)
    promise = _gain(gradient, hessian, _trust_region_step(gradient, hessian, FIRST_RADIUS))
    return Optimum(point, value, gradient, hessian, 1, promise < NEXT_TO_NOTHING, promise)


def _gain(gradient: Vector, hessian: Vector, step: Vector) -> float:
    """What the quadratic model promises of a step."""
    return float(gradient @ step + 0.5 * step @ hessian @ step)


def _step(point: Vector, gradient: Vector, hessian: Vector, radius: float, bound: float) -> Vector:
    """A step within radius and bound; coordinates at the bound that want further out are held."""
    free = ~((np.abs(point) >= bound) & (gradient * point > 0))
    step = np.zeros_like(point)
    while free.any():
        step[:] = 0.0
        step[free] = _trust_region_step(gradient[free], hessian[np.ix_(free, free)], radius)
        room = np.where(step > 0, bound - point, bound + point)
        shares = np.divide(room, np.abs(step), out=np.full_like(step, np.inf), where=step != 0)
        share = float(shares.min())
        if share > 0:
            return step * min(1.0, share)
        free &= shares > 0
    return np.zeros_like(point)


def _trust_region_step(gradient: Vector, hessian: Vector, radius: float) -> Vector:
    """The maximizer of the quadratic model within `radius`, by eigenvalues."""
    eigenvalues, axes = np.linalg.eigh(-hessian)
    slope = axes.T @ gradient
    smallest = eigenvalues[0]
    scale = max(float(np.abs(eigenvalues).max()), 1e-300)
    if smallest > 1e-13 * scale:
        step = slope / eigenvalues
        if np.linalg.norm(step) <= radius:
            return np.asarray(axes @ step)
    # The length falls as the shift grows; Newton's method on its inverse, which is concave, comes
    # up to the radius from below (More and Sorensen 1983).
    shift = max(0.0, -smallest) + 1e-13 * (scale + float(np.linalg.norm(slope)) / radius)
    step = slope / (eigenvalues + shift)
    for _ in range(60):
        squares = step * step
        length = math.sqrt(squares.sum())
        if length <= radius * (1 + CLOSE):
            break
        shift += (length / radius - 1) * length**2 / float((squares / (eigenvalues + shift)).sum())
        step = slope / (eigenvalues + shift)
    return np.asarray(axes @ step)


def in_logarithms(evaluation: Evaluation, parameters: tuple[float, ...]) -> Evaluation:
    """The same evaluation with gradient and Hessian in the logarithms of the parameters."""
    value, gradient, hessian = evaluation
    p = np.asarray(parameters)
    slope = gradient * p
    return value, slope, hessian * np.outer(p, p) + np.diag(slope)
