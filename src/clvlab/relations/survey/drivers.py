"""What moves with satisfaction: shares of explained variance and effects freed of noise.

Nothing here says what would happen if a driver were changed: who is content with one thing is
often content with the others, and what nobody asked about may stand behind both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems
from clvlab.relations.survey.answers import SurveyAnswers

Array = npt.NDArray[np.float64]
MOST_DRIVERS: Final = 10
"""All 2^k sets of k drivers are looked at."""
LEAST_CUSTOMERS: Final = 20


@dataclass(frozen=True, eq=False)
class Drivers:
    """What the drivers of one outcome account for.

    Attributes
    ----------
    table
        Indexed by ``construct``, the most important first: ``importance`` (share of the explained
        variance, with limits ``importance_lower`` and ``importance_upper``), ``effect`` (in
        standard deviations of the outcome for one of the driver, the others held fixed, with
        ``effect_lower`` and ``effect_upper``), ``effect_raw`` (the same without the correction
        for unreliable questions), ``correlation`` and ``reliability``.
    explained
        Share of the outcome's variance that all drivers explain together (R squared).
    rows, customers
        How many answers and customers there are.
    """

    table: pd.DataFrame
    explained: float
    rows: int
    customers: int


def shapley_shares(correlations: npt.ArrayLike) -> Array:
    r"""Each driver's part of R squared, averaged over all orders of entering it.

    The average over orders (Lindeman, Merenda and Gold 1980) is the Shapley value (1953) of R
    squared as a game,

    .. math:: \phi_j = \sum_{S \not\ni j} \frac{|S|!\,(k - |S| - 1)!}{k!} (R^2_{S \cup j} - R^2_S) .

    Parameters
    ----------
    correlations
        Of the outcome (first) and the k drivers, (..., k + 1, k + 1).

    Returns
    -------
    numpy.ndarray
        (..., k); the sum is R squared of all drivers.

    Examples
    --------
    >>> shapley_shares([[1.0, 0.6, 0.3], [0.6, 1.0, 0.0], [0.3, 0.0, 1.0]]).round(4)
    array([0.36, 0.09])
    """
    r = np.asarray(correlations, dtype=np.float64)
    k = r.shape[-1] - 1
    explained: dict[tuple[int, ...], Array] = {(): np.zeros(r.shape[:-2])}
    for size in range(1, k + 1):
        for some in combinations(range(k), size):
            place = np.array(some) + 1
            own = r[..., place, 0]
            inner = np.linalg.pinv(r[..., place[:, None], place], hermitian=True)
            explained[some] = np.einsum("...i,...ij,...j->...", own, inner, own)
    out = np.zeros((*r.shape[:-2], k))
    for some, value in explained.items():
        for j in set(range(k)) - set(some):
            weight = factorial(len(some)) * factorial(k - len(some) - 1) / factorial(k)
            out[..., j] += weight * (explained[tuple(sorted((*some, j)))] - value)
    return out


def corrected_effects(covariance: npt.ArrayLike, reliability: npt.ArrayLike) -> Array:
    r"""Standardized effects between what the questions stand for, without their noise.

    With covariances S, the errors of constructs have the variance :math:`(1 - \alpha) s^2`
    (Spearman 1904; Fuller 1987, chapter 2):

    .. math:: b = (S_{xx} - D)^{-1} S_{xy}, \qquad
              D = \operatorname{diag}((1 - \alpha_j) s_{jj}) ,

    times the true standard deviation of the driver over that of the outcome.

    Parameters
    ----------
    covariance
        Of the outcome (first) and the drivers, (..., k + 1, k + 1).
    reliability
        Of each of them, from 0 to 1, (..., k + 1).

    Returns
    -------
    numpy.ndarray
        (..., k); missing where the drivers' true covariance can't be inverted.

    Examples
    --------
    >>> corrected_effects([[2.0, 0.5], [0.5, 2.0]], [0.5, 0.5])
    array([0.5])
    """
    s, alpha = np.asarray(covariance, dtype=np.float64), np.asarray(reliability, dtype=np.float64)
    own = np.diagonal(s, axis1=-2, axis2=-1)
    true = s - (1 - alpha)[..., None] * own[..., None] * np.eye(s.shape[-1])
    least = np.linalg.eigvalsh(true[..., 1:, 1:])[..., 0]
    sound = (alpha * own > 0).all(axis=-1) & (least > 0)
    # A sound matrix in place of others keeps the solver going; what it says is left out.
    true = np.where(sound[..., None, None], true, np.eye(s.shape[-1]))
    scale = np.sqrt(np.diagonal(true, axis1=-2, axis2=-1))
    effects = np.linalg.solve(true[..., 1:, 1:], true[..., 1:, :1])[..., 0]
    return np.where(sound[..., None], effects * scale[..., 1:] / scale[..., :1], np.nan)


def drivers_of(
    survey: SurveyAnswers,
    constructs: Mapping[str, Sequence[str]],
    outcome: str,
    drivers: Sequence[str],
    *,
    resamples: int = 1000,
    interval: float = 0.90,
    seed: int,
) -> Drivers:
    """What goes with an outcome, with limits from samples of customers.

    Parameters
    ----------
    survey
        Answers of one role.
    constructs
        Questions by construct.
    outcome, drivers
        Names of constructs; at most ten drivers.
    resamples
        Bootstrap samples, at least 100: customers are drawn with all their answers.
    interval
        Coverage of the limits, which are quantiles of the samples.
    seed
        Of the samples.

    Raises
    ------
    InputError
        For unknown or too many constructs, or fewer than 20 customers with complete answers.
    """
    names = [outcome, *drivers]
    _refuse(constructs, names, drivers)
    items = [item for name in names for item in constructs[name]]
    complete = survey.answers[items].notna().all(axis=1)
    own = survey.where(complete)
    scores = own.scores({name: constructs[name] for name in names})
    code, customers = pd.factorize(own.clusters)
    if len(customers) < LEAST_CUSTOMERS:
        rule = f"must have {LEAST_CUSTOMERS} customers with complete answers to tell drivers"
        raise InputError(Problem("the survey", rule, f"got {len(customers)}"))
    points = own.rescaled()[items].to_numpy(np.float64)
    places = _places(constructs, names)
    estimate = _estimates(np.cov(points, rowvar=False), places)
    rng = np.random.default_rng(seed)
    equal = np.full(len(customers), 1 / len(customers))
    times = rng.multinomial(len(customers), equal, size=resamples)
    draws = _estimates(_covariances(points - points.mean(axis=0), code, times), places)[:2]
    tails = [(1 - interval) / 2, (1 + interval) / 2]
    low, high = np.nanquantile(draws, tails, axis=1)
    r = np.corrcoef(scores.to_numpy(np.float64), rowvar=False)
    table = pd.DataFrame(
        {
            "importance": estimate[0],
            "importance_lower": low[0],
            "importance_upper": high[0],
            "effect": estimate[1],
            "effect_lower": low[1],
            "effect_upper": high[1],
            "effect_raw": estimate[2],
            "correlation": r[0, 1:],
            "reliability": estimate[3],
        },
        index=pd.Index(list(drivers), name="construct"),
    ).sort_values("importance", ascending=False, kind="stable")
    explained = float(shapley_shares(r).sum())
    return Drivers(table, explained, len(own.answers), len(customers))


def _covariances(points: Array, code: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> Array:
    """Covariances of questions where each customer is there so many times, (draws, m, m)."""
    m = points.shape[1]
    products = (points[:, :, None] * points[:, None, :]).reshape(len(points), m * m)
    of_rows = np.column_stack([np.ones(len(points)), points, products])
    sums = np.zeros((times.shape[1], of_rows.shape[1]))
    np.add.at(sums, code, of_rows)
    drawn = times @ sums
    n = drawn[:, 0]
    mean = drawn[:, 1 : m + 1] / n[:, None]
    second = (drawn[:, m + 1 :] / n[:, None]).reshape(-1, m, m)
    return np.asarray((second - mean[:, :, None] * mean[:, None, :]) * (n / (n - 1))[:, None, None])


def _estimates(questions: Array, places: Sequence[slice]) -> Array:
    """Importance, corrected and raw effects, and reliability of the drivers, (4, ..., k).

    Parameters
    ----------
    questions
        Covariances of the questions, (..., m, m).
    places
        Where the questions of each construct are.
    """
    k = len(places)
    s, alpha = np.empty((*questions.shape[:-2], k, k)), np.ones((*questions.shape[:-2], k))
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            s[..., i, j] = questions[..., one, other].mean(axis=(-2, -1))
        count = one.stop - one.start
        if count > 1:
            block = questions[..., one, one]
            own = np.trace(block, axis1=-2, axis2=-1) / block.sum(axis=(-2, -1))
            alpha[..., i] = count / (count - 1) * (1 - own)
    spread = np.sqrt(np.diagonal(s, axis1=-2, axis2=-1))
    parts = shapley_shares(s / (spread[..., :, None] * spread[..., None, :]))
    corrected = corrected_effects(s, np.clip(alpha, 1e-6, 1.0))
    raw = corrected_effects(s, np.ones_like(alpha))
    return np.array([parts / parts.sum(axis=-1, keepdims=True), corrected, raw, alpha[..., 1:]])


def _places(constructs: Mapping[str, Sequence[str]], names: Sequence[str]) -> list[slice]:
    ends = np.cumsum([len(constructs[name]) for name in names])
    starts = np.r_[0, ends[:-1]]
    return [slice(int(one), int(other)) for one, other in zip(starts, ends, strict=True)]


def _refuse(
    constructs: Mapping[str, Sequence[str]], names: Sequence[str], drivers: Sequence[str]
) -> None:
    problems = Problems()
    unknown = [name for name in names if name not in constructs]
    if unknown:
        rule = f"must be some of {', '.join(constructs)}"
        problems.add("outcome and drivers", rule, f"got {', '.join(unknown)}")
    if not 1 <= len(drivers) <= MOST_DRIVERS or len(set(names)) < len(names):
        rule = f"must be 1 to {MOST_DRIVERS}, each once, and not the outcome"
        problems.add("parameter 'drivers'", rule, f"got {', '.join(drivers) or 'none'}")
    problems.raise_if_any()
