"""The whole way from learning to judging, at several days of one log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.calibration import Method, calibrated
from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.features import FeatureSet, churn_features
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.metrics import brier, expected_calibration_error, log_loss
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.ranking import roc_auc
from clvlab.churn.snapshots import Eligibility, Snapshot, label_snapshot
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.whole_numbers import whole_number

Array = npt.NDArray[np.float64]
FEWEST: Final = 2


def rolling_origin(
    history: PurchaseHistory,
    view: Snapshot,
    models: Mapping[str, Callable[[], ChurnModel]],
    *,
    tests: int = 5,
    method: Method = "platt",
    feature_set: FeatureSet | None = None,
    eligibility: Eligibility | None = None,
) -> pd.DataFrame:
    """Learn, calibrate and test from several days, each with what was known on it.

    The last test is the last snapshot whose outcome is known; the others lie before it at even
    distances, as early as the log allows. For each, calibration and learning lie one and two label
    windows (and gaps) before, so no outcome reaches into a later use. Label windows of tests that
    lie closer together than a window overlap, and so do their errors.

    Parameters
    ----------
    history
        The purchases.
    view
        Lengths of label window and gap; its day is the last day seen.
    models
        Makers of unfitted models, by name.
    tests
        How many, at least 2; fewer where the log has no room for so many different days.
    method
        How probabilities are calibrated; see `calibrated`.
    feature_set, eligibility
        As in `churn_features`; by default the features that the earliest snapshot can have.

    Returns
    -------
    pandas.DataFrame
        One row per test and model: ``as_of`` (of the test), ``name``, ``customers``, ``churn_rate``
        and ``expected_rate`` (mean probability), ``roc_auc``, ``log_loss``, ``brier``, ``ece``.

    Raises
    ------
    InputError
        When the log is too short for one test.
    """
    days = _test_days(history, view, whole_number("tests", tests, FEWEST))
    step = timedelta(days=view.horizon_days + view.gap_days)
    earliest = view.at(days[0] - 2 * step)
    chosen = feature_set or FeatureSet.of(history, earliest)
    seen: dict[date, LabelledSnapshot] = {}

    def at(day: date) -> LabelledSnapshot:
        if day not in seen:
            one = view.at(day)
            known = churn_features(history, one, chosen, eligibility)
            seen[day] = LabelledSnapshot(one, known, label_snapshot(history, one, eligibility))
        return seen[day]

    rows: list[dict[str, object]] = []
    for day in days:
        train, calibrate, test = at(day - 2 * step), at(day - step), at(day)
        y = test.churned.to_numpy(np.float64)
        for name, make in models.items():
            model = calibrated(make().fit([train]), calibrate, method)
            p = model.churn_probability(test.features).to_numpy(np.float64)
            rows.append(
                {
                    "as_of": pd.Timestamp(day),
                    "name": name,
                    "customers": len(y),
                    "churn_rate": float(y.mean()),
                    "expected_rate": float(p.mean()),
                    "roc_auc": roc_auc(y, p),
                    "log_loss": log_loss(y, p),
                    "brier": brier(y, p),
                    "ece": expected_calibration_error(y, p),
                }
            )
    return pd.DataFrame(rows)


def wins_over(backtested: pd.DataFrame, name: str, baseline: str) -> dict[str, float]:
    """At how many tests a model was ahead of a baseline, and by how much.

    Returns
    -------
    dict
        ``tests``, ``wins`` in AUC, and ``least``, ``mean`` and ``most`` of the difference.
    """
    areas = backtested.pivot_table(index="as_of", columns="name", values="roc_auc")
    ahead = areas[name] - areas[baseline]
    return {
        "tests": len(ahead),
        "wins": int((ahead > 0).sum()),
        "least": float(ahead.min()),
        "mean": float(ahead.mean()),
        "most": float(ahead.max()),
    }


def _test_days(history: PurchaseHistory, view: Snapshot, tests: int) -> Sequence[date]:
    step = view.horizon_days + view.gap_days
    last = history.place(view.as_of) - step
    first = 3 * step - 1 if step else 0
    if last < first:
        rule = f"must hold four label windows and gaps of {step} days"
        found = f"it has {history.place(view.as_of) + 1} days"
        raise InputError(Problem("the log", rule, found, "Choose a shorter horizon."))
    places = np.unique(np.linspace(first, last, tests).round().astype(int))
    return [history.day_at(int(place)) for place in places]
