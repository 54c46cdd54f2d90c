"""Effects of single customers, and what a rule for choosing customers is worth.

Everything is cross-fitted: what is said of a customer comes from models that never saw him, so the
same experiment can teach a rule and judge it. Propensities are known, since arms were drawn by lot.

T: a model for each arm, and their difference. X: models of each arm fill in what was not seen, and
the effects so found are fitted (S. Künzel et al., 2019, PNAS 116, 4156-4165). DR: a fit to doubly
robust scores (E. Kennedy, 2023, Electronic Journal of Statistics 17, 3008-3049).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from clvlab.recovery.design import ARM
from clvlab.recovery.effects import require_control
from clvlab.recovery.experiment import Experiment

Array = npt.NDArray[np.float64]
Learner = Literal["T", "X", "DR"]
RIDGE = 10.0
"""Penalty on the squared slopes of standardized features."""
_LEAST_SPREAD = 1e-12


def uplift_scores(
    experiment: Experiment,
    arm: str,
    outcome: str,
    *,
    features: Sequence[str],
    learner: Learner = "DR",
    model: Any = None,  # noqa: ANN401
    folds: int = 5,
    seed: int,
) -> pd.Series:
    """Effect of an arm on each customer of an experiment, by models that never saw the customer.

    Parameters
    ----------
    experiment
        With a control group.
    arm, outcome
        Which effect.
    features
        Columns known before the contact; text columns are taken as groups.
    learner
        ``"T"``, ``"X"`` or ``"DR"``.
    model
        A scikit-learn regressor; by default ridge regression on standardized features.
    folds, seed
        Parts of the cross-fitting, and the seed that draws them.

    Returns
    -------
    pandas.Series
        Indexed by ``customer_id``, all arms' customers included.
    """
    require_control(experiment)
    X = design_matrix(experiment.table, features)
    y = experiment.table[outcome].to_numpy(dtype=np.float64)
    a = experiment.table[ARM].to_numpy()
    shares = experiment.shares
    e = shares[arm] / (shares[arm] + shares[str(experiment.control)])
    part = fold_of(len(y), folds, seed)
    out = np.empty(len(y))
    for fold in range(folds):
        here, there = part == fold, part != fold
        treated, control = there & (a == arm), there & (a == experiment.control)
        if learner == "T":
            out[here] = _fit(model, X, y, treated, here) - _fit(model, X, y, control, here)
        elif learner == "X":
            filled = y - _fit(model, X, y, control, slice(None))
            spared = _fit(model, X, y, treated, slice(None)) - y
            one, none = _fit(model, X, filled, treated, here), _fit(model, X, spared, control, here)
            out[here] = e * none + (1 - e) * one
        else:
            scores = _effect_scores(model, X, y, treated, control, part, folds, e)
            out[here] = _fit(model, X, scores, treated | control, here)
    return pd.Series(out, experiment.table.index, name=f"uplift of {outcome}")


def _effect_scores(
    model: Any,  # noqa: ANN401
    X: Array,
    y: Array,
    treated: npt.NDArray[np.bool_],
    control: npt.NDArray[np.bool_],
    part: npt.NDArray[np.int64],
    folds: int,
    e: float,
) -> Array:
    """Doubly robust scores of the customers in training, cross-fitted over their own folds."""
    scores = np.zeros(len(y))
    for fold in range(folds):
        here = (part == fold) & (treated | control)
        if not here.any():
            continue
        one = _fit(model, X, y, treated & ~here, here)
        none = _fit(model, X, y, control & ~here, here)
        seen = treated[here]
        rest = np.where(seen, (y[here] - one) / e, -(y[here] - none) / (1 - e))
        scores[here] = one - none + rest
    return scores


def arm_scores(
    experiment: Experiment,
    net: pd.DataFrame,
    *,
    features: Sequence[str],
    model: Any = None,  # noqa: ANN401
    folds: int = 5,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every customer's outcome under every arm: predicted, and as doubly robust scores.

    Parameters
    ----------
    experiment
        With a control group.
    net
        Indexed like its table, one column per arm: what a customer's outcome is counted as if
        that arm is his; only his own arm's is looked at.
    features, model, folds, seed
        As in `uplift_scores`.

    Returns
    -------
    tuple of pandas.DataFrame
        Indexed by ``customer_id``, one column per arm: predictions by models that never saw the
        customer, to choose by; and scores ``mu + 1(own arm) (y - mu) / share``, whose mean over
        any rule chosen without looking at the customer's outcome is unbiased, to judge by (M.
        Dudík et al., 2014, Statistical Science 29, 485-511).
    """
    X = design_matrix(experiment.table, features)
    a = experiment.table[ARM].to_numpy()
    part = fold_of(len(a), folds, seed)
    predicted, scores = {}, {}
    for arm, share in experiment.shares.items():
        y = net[arm].to_numpy(dtype=np.float64)
        own, mu = a == arm, np.empty(len(a))
        for fold in range(folds):
            here = part == fold
            mu[here] = _fit(model, X, y, ~here & own, here)
        predicted[arm] = mu
        scores[arm] = mu + own * (y - mu) / share
    index = experiment.table.index
    return pd.DataFrame(predicted, index), pd.DataFrame(scores, index)


def uplift_by_tenth(
    experiment: Experiment, arm: str, outcome: str, score: pd.Series
) -> pd.DataFrame:
    """Effect that was measured in each tenth of the customers, those with the highest score first.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``tenth``: ``customers`` (treated), ``predicted`` (mean score), ``treated``,
        ``control``, ``effect``, ``standard_error``; missing where an arm has fewer than two there.
    """
    both = experiment.against_control(arm)
    own = score.reindex(both.index).to_numpy()
    rank = np.empty(len(both), dtype=np.int64)
    rank[np.argsort(-own, kind="stable")] = np.arange(len(both))
    tenth = rank * 10 // len(both) + 1
    mine, y = (both[ARM] == arm).to_numpy(), both[outcome].to_numpy(dtype=np.float64)
    rows = []
    for number in range(1, 11):
        one, none = y[(tenth == number) & mine], y[(tenth == number) & ~mine]
        mean = own[tenth == number].mean() if (tenth == number).any() else np.nan
        if min(len(one), len(none)) < 2:
            rows.append((len(one), mean, np.nan, np.nan, np.nan, np.nan))
            continue
        error = np.sqrt(one.var(ddof=1) / len(one) + none.var(ddof=1) / len(none))
        rows.append((len(one), mean, one.mean(), none.mean(), one.mean() - none.mean(), error))
    columns = ["customers", "predicted", "treated", "control", "effect", "standard_error"]
    return pd.DataFrame(rows, pd.RangeIndex(1, 11, name="tenth"), columns)


def compare_learners(
    experiment: Experiment,
    arm: str,
    outcome: str,
    *,
    features: Sequence[str],
    interval: float = 0.95,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Effects that were measured in tenths of the customers, as each learner orders them.

    Returns
    -------
    tuple of pandas.DataFrame
        The scores, one column per learner; and indexed by ``tenth``, those with the highest score
        first: ``predicted``, ``effect``, ``lower`` and ``upper`` of the DR-learner, and
        ``effect_T`` and ``effect_X``, measured in the tenths of the other two. An order that finds
        who can be won has effects that fall.
    """
    learners: tuple[Learner, ...] = ("DR", "X", "T")
    scores = pd.DataFrame(
        {
            name: uplift_scores(
                experiment, arm, outcome, features=features, learner=name, seed=seed
            )
            for name in learners
        }
    )
    tenths = {name: uplift_by_tenth(experiment, arm, outcome, scores[name]) for name in learners}
    table = tenths["DR"][["predicted", "effect"]].copy()
    reach = float(ndtri(0.5 + interval / 2)) * tenths["DR"]["standard_error"]
    table["lower"], table["upper"] = table["effect"] - reach, table["effect"] + reach
    for name in ("X", "T"):
        table[f"effect_{name}"] = tenths[name]["effect"]
    return scores, table


def design_matrix(table: pd.DataFrame, features: Sequence[str]) -> Array:
    """Features as numbers: groups become columns of zeros and ones."""
    coded = pd.get_dummies(table[list(features)], drop_first=True)
    return coded.to_numpy(dtype=np.float64)


def fold_of(n: int, folds: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold for each row, of sizes that differ by one at most."""
    return np.random.default_rng(seed).permutation(n) % folds


def _fit(
    model: Any,  # noqa: ANN401
    X: Array,
    y: Array,
    learn: npt.NDArray[np.bool_],
    predict: npt.NDArray[np.bool_] | slice,
) -> Array:
    """Predictions for some rows of a model that learned from others."""
    if model is None:
        return _ridge(X[learn], y[learn], X[predict])
    from sklearn.base import clone

    predictions: Array = clone(model).fit(X[learn], y[learn]).predict(X[predict])
    return predictions


def _ridge(X: Array, y: Array, others: Array) -> Array:
    """Ridge regression on standardized features, in closed form: hundreds of fits are made."""
    centre, spread = X.mean(axis=0), X.std(axis=0)
    # A feature that does not vary says nothing, whatever it is divided by.
    spread[spread < _LEAST_SPREAD * np.maximum(np.abs(centre), 1.0)] = 1.0
    Z = (X - centre) / spread
    slopes = np.linalg.solve(Z.T @ Z + RIDGE * np.eye(Z.shape[1]), Z.T @ (y - y.mean()))
    predictions: Array = y.mean() + ((others - centre) / spread) @ slopes
    return predictions
