"""What a model goes by: which features matter, in which direction, and for whom which.

It is about the model and not about customers: changing a feature would not change a customer, so
nothing here says what an action would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.calibration import CalibratedChurn
from clvlab.churn.churn_model import ChurnModel, log_odds
from clvlab.churn.classifiers import LogisticChurn
from clvlab.churn.feature_list import feature_of, scaled
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.metrics import log_loss
from clvlab.churn.ranking import roc_auc
from clvlab.churn.reason_groups import group_in_words, groups_of

Array = npt.NDArray[np.float64]
LEAST_EFFECT: Final = 0.05
"""Change of the log odds below which a feature is no reason."""


def permutation_importance(
    model: ChurnModel, test: LabelledSnapshot, *, repeats: int = 3, seed: int = 0
) -> pd.DataFrame:
    """How much worse a model gets when one feature is shuffled among the test's customers.

    Features that say nearly the same stand in for each other, and each then looks unimportant.

    Parameters
    ----------
    model
        A fitted model.
    test
        A snapshot that it did not learn from.
    repeats
        Shuffles that are averaged.
    seed
        Seed of the shuffles.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``feature``, most important first: ``label``, ``log_loss_rise`` and
        ``auc_fall``.
    """
    y = test.churned.to_numpy(np.float64)
    known = model.churn_probability(test.features).to_numpy()
    loss, area = log_loss(y, known), roc_auc(y, known)
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(y)) for _ in range(repeats)]
    rows = []
    for name in test.features.columns:
        rises, falls = [], []
        for order in orders:
            shuffled = test.features.assign(**{str(name): test.features[name].to_numpy()[order]})
            p = model.churn_probability(shuffled).to_numpy()
            rises.append(log_loss(y, p) - loss)
            falls.append(area - roc_auc(y, p))
        rows.append(
            {
                "feature": str(name),
                "label": feature_of(str(name)).label,
                "log_loss_rise": float(np.mean(rises)),
                "auc_fall": float(np.mean(falls)),
            }
        )
    table = pd.DataFrame(rows).set_index("feature")
    return table.sort_values("log_loss_rise", ascending=False, kind="stable")


def partial_dependence(
    model: ChurnModel, features: pd.DataFrame, name: str, *, points: int = 12
) -> pd.DataFrame:
    """Mean probability of churn were a feature the same for everybody (Friedman 2001).

    Parameters
    ----------
    model
        A fitted model.
    features
        Customers to average over.
    name
        The feature that is set.
    points
        Values that it is set to: evenly spread quantiles from 5 to 95 percent.

    Returns
    -------
    pandas.DataFrame
        ``value`` and ``churn_probability``, one row per different value.
    """
    values = features[name].to_numpy(np.float64)
    grid = np.unique(np.quantile(values, np.linspace(0.05, 0.95, points)))
    means = [
        float(model.churn_probability(features.assign(**{name: value})).mean()) for value in grid
    ]
    return pd.DataFrame({"value": grid, "churn_probability": means})


def effects_of_one_deviation(
    model: ChurnModel, features: pd.DataFrame, interval: float = 0.90
) -> pd.DataFrame:
    """Change of the mean probability of churn when a feature rises by one standard deviation.

    The deviation is that on the scale of models. For logistic regression the factor of the odds
    comes with limits; for other models it is missing.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``feature``, largest effect first: ``label``, ``effect`` on the mean
        probability, ``odds_factor``, ``odds_lower`` and ``odds_upper``.
    """
    from scipy.special import ndtri

    base = model.churn_probability(features).mean()
    inner = model.model if isinstance(model, CalibratedChurn) else model
    reach = float(ndtri(0.5 + interval / 2))
    rows = []
    for place, name in enumerate(map(str, features.columns)):
        moved = features.assign(**{name: _one_deviation_up(features[name], name)})
        row: dict[str, object] = {
            "feature": name,
            "label": feature_of(name).label,
            "effect": float(model.churn_probability(moved).mean() - base),
        }
        effect, error = np.nan, np.nan
        if isinstance(inner, LogisticChurn):
            effect = float(inner.effects_[name])
            error = float(np.sqrt(inner.covariance_[place + 1, place + 1]))
        row["odds_factor"] = float(np.exp(effect))
        row["odds_lower"] = float(np.exp(effect - reach * error))
        row["odds_upper"] = float(np.exp(effect + reach * error))
        rows.append(row)
    table = pd.DataFrame(rows).set_index("feature")
    order = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order]


def reason_codes(
    model: ChurnModel, features: pd.DataFrame, usual: pd.DataFrame, *, most: int = 3
) -> pd.Series:
    """Why the model gives each customer a higher probability of churn than a usual one, in words.

    Features that tell of the same thing are taken together, since a model may split a weight among
    them with either sign; see `clvlab.churn.reason_groups`. A reason is a group that adds to the
    log odds, compared with a customer who has the medians of `usual`. What takes away is not told.

    Parameters
    ----------
    model
        A fitted model, calibrated or not.
    features
        The customers to explain.
    usual
        The customers whose medians are usual, such as those who bought again.
    most
        How many reasons at most.

    Returns
    -------
    pandas.Series
        One sentence per customer, indexed like `features`; where nothing stands out it says so.
    """
    middle = usual.median()
    names = [str(name) for name in features.columns]
    groups = groups_of(names)
    added = _against_the_usual(model, features, middle, list(groups.values()))
    order = np.argsort(-added, axis=1, kind="stable")[:, :most]
    values = features.to_numpy(np.float64)
    typical = dict(zip(names, middle.to_numpy(np.float64).tolist(), strict=True))
    labels, sentences = list(groups), []
    for row, places in enumerate(order.tolist()):
        own = dict(zip(names, values[row].tolist(), strict=True))
        said = [
            group_in_words(labels[place], own, typical)
            for place in places
            if added[row, place] >= LEAST_EFFECT
        ]
        sentences.append("; ".join(said) or "nothing stands out")
    return pd.Series(sentences, index=features.index, name="reasons", dtype="object")


def _against_the_usual(
    model: ChurnModel, features: pd.DataFrame, middle: pd.Series, groups: Sequence[Sequence[str]]
) -> Array:
    """What each group of features adds to the log odds of each customer, (n, groups)."""
    inner = model.model if isinstance(model, CalibratedChurn) else model
    added = np.empty((len(features), len(groups)))
    if isinstance(inner, LogisticChurn):
        usual = pd.DataFrame([middle], columns=features.columns)
        each = inner.contributions(features) - inner.contributions(usual)
        for place, names in enumerate(groups):
            added[:, place] = each[:, features.columns.get_indexer(pd.Index(names))].sum(axis=1)
        return added
    now = log_odds(inner.churn_probability(features))
    for place, names in enumerate(groups):
        without = features.assign(**{name: middle[name] for name in names})
        added[:, place] = now - log_odds(inner.churn_probability(without))
    return added


def _one_deviation_up(values: pd.Series, name: str) -> Array:
    """The values one standard deviation higher on the scale of models."""
    scale = feature_of(name).scale
    moved = scaled(values.to_numpy(np.float64), scale)
    moved = moved + moved.std()
    if scale == "log":
        return np.asarray(np.expm1(moved))
    return np.asarray(1 / (1 + np.exp(-moved))) if scale == "logit" else moved
