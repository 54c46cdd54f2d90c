"""Classifiers side by side on one test, with what differences between them are worth.

Intervals draw customers with replacement: all rows of a customer are drawn together, and every
model sees the same draw, so a difference between two models has an interval of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.metrics import brier, expected_calibration_error, log_loss
from clvlab.churn.profit import Campaign, expected_maximum_profit, maximum_profit
from clvlab.churn.ranking import lift, pr_auc, roc_auc
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.whole_numbers import whole_number

Array = npt.NDArray[np.float64]
Measure = Callable[[Array, Array, Array], float]
"""Of churned, probability and weights."""


def _pr_auc_of_buyers(churned: Array, probability: Array, weights: Array) -> float:
    return pr_auc(1 - churned, -probability, weights)


def _lift_of_buyers(churned: Array, probability: Array, weights: Array) -> float:
    return lift(1 - churned, -probability, weights)


MEASURES: Final[dict[str, Measure]] = {
    "roc_auc": roc_auc,
    "pr_auc_churn": pr_auc,
    "pr_auc_purchase": _pr_auc_of_buyers,
    "log_loss": log_loss,
    "brier": brier,
    "ece": expected_calibration_error,
    "lift_churn": lift,
    "lift_purchase": _lift_of_buyers,
}
"""What models are compared by; `lift` is that of the tenth with the highest scores."""
WORDS: Final = {
    "roc_auc": "AUC",
    "pr_auc_churn": "PR-AUC for churn",
    "pr_auc_purchase": "PR-AUC for buyers",
    "log_loss": "log loss",
    "brier": "Brier score",
    "ece": "calibration error",
    "lift_churn": "lift for churn",
    "lift_purchase": "lift for buyers",
    "value_lift": "lift for value",
    "mpc": "best profit a customer",
    "empc": "expected best profit a customer",
}
"""What measures are called on a page."""
SMALLER_IS_BETTER: Final = frozenset({"log_loss", "brier", "ece"})


@dataclass(frozen=True, eq=False)
class ClassifierComparison:
    """What `compare_classifiers` found.

    Attributes
    ----------
    table
        One row per model, indexed by ``name``: each measure, and its limits under
        ``<measure>_lower`` and ``<measure>_upper``.
    draws
        Draws of each measure of each model, by ``(name, measure)``, (n_draws,).
    interval
        Coverage of the limits.
    """

    table: pd.DataFrame
    draws: Mapping[tuple[str, str], Array]
    interval: float

    def differences(self, baseline: str, measures: Sequence[str] | None = None) -> pd.DataFrame:
        """Every other model less a baseline, on the same draws.

        Parameters
        ----------
        baseline
            Name of a model.
        measures
            Which measures; by default all.

        Returns
        -------
        pandas.DataFrame
            One row per model and measure: ``name``, ``measure``, ``what`` (the measure in words),
            ``difference``, ``lower``,
            ``upper`` and ``better``, whether the whole interval lies on the better side.

        Raises
        ------
        InputError
            When there is no such model.
        """
        if baseline not in self.table.index:
            known = ", ".join(map(str, self.table.index))
            rule = f"must be one of {known}"
            raise InputError(Problem("parameter 'baseline'", rule, f"got {baseline!r}"))
        chosen = [one for one in self.measures if measures is None or one in measures]
        rows = []
        for name in self.table.index.drop(baseline):
            for one in chosen:
                each = self.draws[str(name), one] - self.draws[baseline, one]
                lower, upper = _limits(each, self.interval)
                gain = -upper if one in SMALLER_IS_BETTER else lower
                rows.append(
                    {
                        "name": name,
                        "measure": one,
                        "what": WORDS[one],
                        "difference": self.table.loc[name, one] - self.table.loc[baseline, one],
                        "lower": lower,
                        "upper": upper,
                        "better": bool(gain > 0),
                    }
                )
        return pd.DataFrame(rows)

    @property
    def measures(self) -> list[str]:
        """Names of the measures, in order."""
        return list(dict.fromkeys(one for _, one in self.draws))


def compare_classifiers(
    churned: pd.Series,
    probabilities: Mapping[str, pd.Series],
    *,
    value: pd.Series | None = None,
    campaign: Campaign | None = None,
    customers: npt.ArrayLike | None = None,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> ClassifierComparison:
    """Measure several models on the same customers.

    Parameters
    ----------
    churned
        Outcomes.
    probabilities
        Of churn, by name of the model, each indexed like `churned`.
    value
        What a customer is worth who is kept, indexed like `churned`; adds ``value_lift``, how
        many times their share the highest tenth has of the value that churners take along.
    campaign
        Adds ``mpc`` and ``empc`` per customer, with `value`.
    customers
        Which rows belong together, (n,); by default those with the same index.
    interval
        Coverage of the limits, above 0 and below 1.
    n_draws
        Draws of customers, at least 20.
    seed
        Seed of the draws.

    Raises
    ------
    InputError
        When a probability is missing, or not of these customers; for a campaign without `value`.

    Examples
    --------
    >>> churned = pd.Series([True, False] * 20)
    >>> found = compare_classifiers(churned, {"a": churned * 0.8 + 0.1, "b": churned * 0.0 + 0.5})
    >>> found.table["roc_auc"].to_dict()
    {'a': 1.0, 'b': 0.5}
    >>> bool(found.differences("b", ["brier"])["better"].all())
    True
    """
    y, p = churned.to_numpy(np.float64), _checked(churned, probabilities)
    if not 0 < interval < 1:
        rule = "must be above 0 and below 1"
        raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
    measures = _measures(churned, value, campaign)
    who = pd.factorize(churned.index if customers is None else np.asarray(customers))[0]
    rng = np.random.default_rng(seed)
    n, times = int(who.max()) + 1, whole_number("n_draws", n_draws, 20)
    worth = None if value is None else value.to_numpy(np.float64)
    sorted_rows = {name: _Rows.of(y, each, worth) for name, each in p.items()}
    draws: dict[tuple[str, str], Array] = {
        (name, one): np.empty(times) for name in p for one in measures
    }
    for draw in range(times):
        weights = np.bincount(rng.integers(n, size=n), minlength=n)[who].astype(np.float64)
        for name, rows in sorted_rows.items():
            own = weights[rows.order]
            for one, measure in measures.items():
                draws[name, one][draw] = measure(rows, own)
    found = {}
    for name, rows in sorted_rows.items():
        row = {}
        for one, measure in measures.items():
            row[one] = measure(rows, np.ones(len(y)))
            row[f"{one}_lower"], row[f"{one}_upper"] = _limits(draws[name, one], interval)
        found[name] = row
    table = pd.DataFrame.from_dict(found, orient="index").rename_axis("name")
    return ClassifierComparison(table, draws, interval)


@dataclass(frozen=True, eq=False)
class _Rows:
    """The customers from a model's highest score down: sorting them again costs next to nothing."""

    order: npt.NDArray[np.int64]
    churned: Array
    probability: Array
    value: Array | None

    @classmethod
    def of(cls, churned: Array, probability: Array, value: Array | None) -> _Rows:
        order = np.argsort(-probability, kind="stable")
        own = None if value is None else value[order]
        return cls(order, churned[order], probability[order], own)


_OfRows = Callable[[_Rows, Array], float]


def _measures(
    churned: pd.Series, value: pd.Series | None, campaign: Campaign | None
) -> dict[str, _OfRows]:
    measures: dict[str, _OfRows] = {
        name: partial(_in_order, measure) for name, measure in MEASURES.items()
    }
    if value is None:
        if campaign is not None:
            rule = "must be given for a campaign"
            raise InputError(Problem("parameter 'value'", rule, "got none"))
        return measures
    if not value.index.equals(churned.index) or value.isna().any():
        rule = "must hold every customer, in the order of the outcomes"
        found = f"{int(value.isna().sum()):,} of {len(value):,} are missing"
        raise InputError(Problem("parameter 'value'", rule, found))
    measures["value_lift"] = partial(_of_value, lift, {})
    if campaign is not None:
        measures["mpc"] = partial(_of_value, _mpc, {"campaign": campaign})
        measures["empc"] = partial(_of_value, _empc, {"campaign": campaign})
    return measures


def _in_order(measure: Measure, rows: _Rows, weights: Array) -> float:
    return measure(rows.churned, rows.probability, weights)


def _of_value(
    measure: Callable[..., float], terms: Mapping[str, Campaign], rows: _Rows, weights: Array
) -> float:
    return measure(rows.churned, rows.probability, weights=weights, value=rows.value, **terms)


def _mpc(y: Array, p: Array, *, weights: Array, value: Array, campaign: Campaign) -> float:
    return maximum_profit(y, p, value=value, campaign=campaign, weights=weights)["profit"]


def _empc(y: Array, p: Array, *, weights: Array, value: Array, campaign: Campaign) -> float:
    return expected_maximum_profit(y, p, value=value, campaign=campaign, weights=weights)["profit"]


def _checked(churned: pd.Series, probabilities: Mapping[str, pd.Series]) -> dict[str, Array]:
    out = {}
    for name, each in probabilities.items():
        if not each.index.equals(churned.index):
            rule = "must be of the same customers in the same order as the outcomes"
            raise InputError(Problem(f"the probabilities of '{name}'", rule, "they are of others"))
        values = each.to_numpy(np.float64)
        bad = int((~((values >= 0) & (values <= 1))).sum())
        if bad:
            found = f"{bad:,} of {len(values):,} are not"
            rule = "must lie between 0 and 1"
            raise InputError(Problem(f"the probabilities of '{name}'", rule, found))
        out[name] = values
    return out


def _limits(draws: Array, interval: float) -> tuple[float, float]:
    lower, upper = np.quantile(draws, [0.5 - interval / 2, 0.5 + interval / 2])
    return float(lower), float(upper)
