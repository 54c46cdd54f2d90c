"""Which model of purchases to use: fit, holdout, and whether differences mean anything."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError
from clvlab.models.checking.accuracy import difference_with_error
from clvlab.models.checking.counts_in_holdout import simulate_counts
from clvlab.models.checking.holdout import HoldoutCheck, check_holdout
from clvlab.models.checking.model_names import (
    EVERY_MODEL,
    Models,
    called,
    draws_of,
    fitted_to,
    models_by_name,
    twin_of,
)
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.nbd.nbd import NBDModel
from clvlab.summary.customer_summary import CustomerSummary
from clvlab.summary.split import EVERYTHING, customers_to_fit

Array = npt.NDArray[np.float64]
CLEAR = 2.0
"""Standard errors, or points of AIC, by which a difference is called one."""


@dataclass(frozen=True)
class ModelComparison:
    """Models of purchases side by side, and which of them to use.

    Attributes
    ----------
    table
        Indexed by ``model``, best first: ``name``; ``parameters``, ``log_likelihood``, ``aic``,
        ``akaike_weight``, ``bic``, ``likelihood_ratio`` (twice the gain over NBD; no dropout lies
        on the edge of these models, so it is not chi-square distributed); and with a holdout
        ``expected`` and ``observed`` purchases with ``relative_error``, ``predictive_lower`` and
        ``predictive_upper`` of the total, ``bias``, ``mean_absolute_error``,
        ``root_mean_squared_error``, ``gini``, ``rank_correlation``, ``log_score``,
        ``difference`` of the log score to the best with its ``standard_error``, ``apart`` (whether
        it is more than two standard errors) and ``inside_50``, ``inside_80``, ``inside_90``, the
        shares of customers inside their intervals.
    fitted
        The fitted models by name.
    checks
        `HoldoutCheck` of each, empty without a holdout.
    best, chosen
        The model with the best score, and the one to use: the one with the fewest parameters, and
        among those the best, of those that are not told apart from the best.
    interval
        Coverage of the limits of the total.
    twins
        Models that are left out because they are another one here, and which: those of regular
        buyers where k is 1.
    """

    table: pd.DataFrame
    fitted: dict[str, TransactionModel] = field(repr=False)
    checks: dict[str, HoldoutCheck] = field(repr=False)
    best: str
    chosen: str
    interval: float
    twins: dict[str, str] = field(default_factory=dict)

    @property
    def model(self) -> TransactionModel:
        """The chosen model, fitted."""
        return self.fitted[self.chosen]

    @property
    def not_apart(self) -> list[str]:
        """Other models that the data don't tell apart from the best."""
        same = self.table.index[~self.table["apart"]]
        return [name for name in same if name != self.chosen]

    @property
    def by_frequency(self) -> pd.DataFrame:
        """Where the models differ, by repeat purchases in the calibration.

        One row per model and number: ``model``, ``name``, ``frequency`` (text; the last holds
        that many and more), ``customers``, ``observed`` and ``expected`` purchases of all of them
        in the holdout, and ``error``, the difference. Empty without a holdout.
        """
        parts = []
        for model in self.table.index if self.checks else []:
            groups = self.checks[model].by_frequency
            labels = [str(frequency) for frequency in groups.index]
            totals = groups[["observed", "expected"]].mul(groups["customers"], axis=0)
            part = pd.DataFrame({"frequency": [*labels[:-1], f"{labels[-1]}+"]})
            part.insert(0, "model", model)
            part.insert(1, "name", called(model))
            part["customers"] = groups["customers"].to_numpy()
            part[["observed", "expected"]] = totals.to_numpy()
            part["error"] = part["expected"] - part["observed"]
            parts.append(part)
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def __str__(self) -> str:
        use = f"Use {called(self.chosen)}"
        measure = (
            "gives the purchases of the holdout the highest probability"
            if self.checks
            else "has the lowest AIC (there is no holdout to check it on)"
        )
        others = _listed([called(name) for name in self.not_apart])
        if len(self.table) == 1:
            return f"{use}: it was the only one."
        if not others:
            return f"{use}: it {measure}, by more than chance would."
        if self.chosen == self.best:
            return f"{use}: it {measure}, but {others} can't be told apart from it."
        return (
            f"{use}: {called(self.best)} {measure}, but not by more than chance, and "
            f"{called(self.chosen)} has fewer parameters."
        )

    @property
    def left_out(self) -> str:
        """Which models are another one here, in words; empty if none is."""
        if not self.twins:
            return ""
        names, others = (
            _listed([called(name) for name in some]) for some in (self.twins, self.twins.values())
        )
        is_, verb = ("is", "stands") if len(self.twins) == 1 else ("are", "stand")
        return (
            f"Customers don't buy more regularly than at random (k = 1), so {names} {is_} {others} "
            f"here and {verb} in no table."
        )

    def describe(self) -> dict[str, Any]:
        """The row of the chosen model, with ``words``."""
        row = {str(name): value for name, value in self.table.loc[self.chosen].items()}
        return {"words": str(self), **row}


def compare_models(
    summary: CustomerSummary,
    models: Models = EVERY_MODEL,
    *,
    fit_on: str = EVERYTHING,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> ModelComparison:
    """Fit models of purchases to a summary and compare them, on its holdout if it has one.

    Parameters
    ----------
    summary
        The customers.
    models
        Names, one text with commas (``"all"`` are all), or models; fitted ones are taken as they
        are.
    fit_on
        Whom the models are fitted to; see `customers_to_fit`. All customers are forecast.
    interval
        Coverage of the predictive limits of the total.
    n_draws
        Draws of the parameters, each with one simulated future, behind these limits.
    seed
        Seed of both.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", holdout_end="1998-06-30"
    ... )
    >>> comparison = compare_models(summary, "bg-nbd, pareto-nbd", n_draws=50)
    >>> comparison.table.loc["bg-nbd", ["expected", "observed"]].round().tolist()
    [1653.0, 1882.0]
    """
    check_interval(interval)
    to_fit = customers_to_fit(summary, fit_on)
    given = {name: fitted_to(one, to_fit) for name, one in models_by_name(models).items()}
    twins = {name: twin for name in given if (twin := twin_of(name, given))}
    fitted = {name: model for name, model in given.items() if name not in twins}
    rows = {name: _of_fit(name, model) for name, model in fitted.items()}
    checks = {}
    if summary.has_holdout and len(summary):
        checks = {name: check_holdout(summary, model) for name, model in fitted.items()}
        for name, model in fitted.items():
            draws = draws_of(model, to_fit, n_draws, np.random.default_rng(seed))
            rows[name] |= _of_holdout(summary, model, checks[name], draws, interval, seed)
    table = pd.DataFrame(rows.values(), index=pd.Index(list(rows), name="model"))
    # The weight of a model among those compared (Akaike 1978).
    relative = np.exp(-0.5 * (table["aic"] - table["aic"].min()))
    table.insert(4, "akaike_weight", relative / relative.sum())
    baseline = _log_likelihood_without_dropout(to_fit)
    table.insert(6, "likelihood_ratio", 2 * (table["log_likelihood"] - baseline))
    return replace(_judged(table, fitted, checks, interval), twins=twins)


def _of_fit(name: str, model: TransactionModel) -> dict[str, float | str | bool]:
    return {
        "name": called(name),
        "parameters": model.n_parameters,
        "log_likelihood": model.log_likelihood_,
        "aic": model.aic_,
        "bic": model.bic_,
    }


def _of_holdout(
    summary: CustomerSummary,
    model: TransactionModel,
    check: HoldoutCheck,
    draws: Array,
    interval: float,
    seed: int,
) -> dict[str, float | str | bool]:
    everybody = np.zeros(len(summary), dtype=np.int64)
    rng = np.random.default_rng([seed, 1])
    simulated = simulate_counts(summary, model, draws, everybody, rng)
    lower, upper = simulated.total_limits(interval)
    measures = check.accuracy()
    first = {name: measures.pop(name) for name in ("expected", "observed", "relative_error")}
    measures.pop("correlation")
    return {**first, "predictive_lower": lower, "predictive_upper": upper, **measures}


def _judged(
    table: pd.DataFrame,
    fitted: dict[str, TransactionModel],
    checks: dict[str, HoldoutCheck],
    interval: float,
) -> ModelComparison:
    """The rows in order, each with its difference to the best, and the choice."""
    if checks:
        table = table.sort_values("log_score", ascending=False, kind="stable")
        best = str(table.index[0])
        against = checks[best].log_scores
        pairs = [difference_with_error(checks[n].log_scores, against) for n in table.index]
        position = list(table.columns).index("log_score") + 1
        table.insert(position, "difference", [difference for difference, _ in pairs])
        table.insert(position + 1, "standard_error", [error for _, error in pairs])
        apart = (table["difference"] < -CLEAR * table["standard_error"]).to_numpy()
    else:
        table = table.sort_values("aic", kind="stable")
        best = str(table.index[0])
        apart = (table["aic"] - table["aic"].iloc[0] > CLEAR).to_numpy()
    table["apart"] = apart
    same = table[~apart].sort_values("parameters", kind="stable")
    return ModelComparison(table, fitted, checks, best, str(same.index[0]), interval)


def _log_likelihood_without_dropout(summary: CustomerSummary) -> float:
    try:
        return float(NBDModel().fit(summary).log_likelihood_)
    except InputError:  # pragma: no cover - the other models would have refused before
        return math.nan


def _listed(given: Iterable[str]) -> str:
    names = list(given)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
