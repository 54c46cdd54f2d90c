"""A guarded Newton method for the maximum of a likelihood."""

from __future__ import annotations

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
NEXT_TO_NOTHING = 1e-3
POLISH = 1e-3


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
        Whether the next step could have gained less than the tolerance.
    """

    point: Vector
    value: float
    gradient: Vector
    hessian: Vector
    iterations: int
    converged: bool


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
    would happily land: steps are bounded by the trust region, points beyond `bound` in any
    coordinate are refused, and so is any value that is not finite.

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
    point = np.asarray(start, dtype=np.float64)
    value, gradient, hessian = objective(point)
    radius = FIRST_RADIUS
    converged = False
    iterations = 1
    while iterations < max_iterations and not converged:
        step = _trust_region_step(gradient, hessian, radius)
        promise = float(gradient @ step + 0.5 * step @ hessian @ step)
        negligible = max(tolerance, 1e-14 * abs(value))
        trial = point + step
        if np.any(np.abs(trial) > bound):
            radius *= 0.25
            converged = promise < negligible or radius < 1e-12
            continue
        trial_value, trial_gradient, trial_hessian = objective(trial)
        iterations += 1
        gain = trial_value - value
        finite = np.isfinite(trial_value) and bool(np.all(np.isfinite(trial_hessian)))
        # The last, tiny step is worth less than rounding shows: it is taken for its digits.
        polish = promise < negligible and float(np.linalg.norm(step)) < POLISH
        unseen = -gain <= 1e-12 * abs(value)
        if finite and (gain >= GOOD_ENOUGH * promise or (polish and unseen)):
            point, value = trial, trial_value
            gradient, hessian = trial_gradient, trial_hessian
            if gain > VERY_GOOD * promise:
                radius = min(2 * max(radius, float(np.linalg.norm(step))), LARGEST_RADIUS)
        else:
            radius = 0.25 * min(radius, float(np.linalg.norm(step)))
        converged = promise < negligible
    return Optimum(point, value, gradient, hessian, iterations, converged)


def stay_at(objective: Callable[[Vector], Evaluation], point: Vector) -> Optimum:
    """The objective at a given point, called converged where a step would gain next to nothing."""
    value, gradient, hessian = objective(point)
    step = _trust_region_step(gradient, hessian, FIRST_RADIUS)
    promise = float(gradient @ step + 0.5 * step @ hessian @ step)
    return Optimum(point, value, gradient, hessian, 1, promise < NEXT_TO_NOTHING)


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
    low = max(0.0, -smallest) + 1e-13 * scale
    high = low + float(np.linalg.norm(gradient)) / radius + scale
    for _ in range(60):
        shift = 0.5 * (low + high)
        if np.linalg.norm(slope / (eigenvalues + shift)) > radius:
            low = shift
        else:
            high = shift
    return np.asarray(axes @ (slope / (eigenvalues + high)))


def in_logarithms(evaluation: Evaluation, parameters: tuple[float, ...]) -> Evaluation:
    """The same evaluation with gradient and Hessian in the logarithms of the parameters."""
    value, gradient, hessian = evaluation
    p = np.asarray(parameters)
    slope = gradient * p
    return value, slope, hessian * np.outer(p, p) + np.diag(slope)
