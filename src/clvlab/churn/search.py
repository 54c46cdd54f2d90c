"""Settings of a classifier chosen by what they predicted of later snapshots, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.classifiers import BoostingChurn, LogisticChurn
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.metrics import log_loss
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.whole_numbers import whole_number

Settings = dict[str, Any]
LOGISTIC: Final[tuple[Settings, ...]] = tuple(
    {"strength": strength} for strength in (1.0, 0.1, 0.01, 0.001, 10.0)
)
BOOSTING: Final[tuple[Settings, ...]] = tuple(
    {"rounds": rounds, "learning_rate": rate, "leaves": leaves}
    for rounds, rate, leaves in (
        (100, 0.05, 8),
        (60, 0.05, 4),
        (200, 0.03, 8),
        (100, 0.05, 16),
        (200, 0.05, 4),
    )
)
CANDIDATES: Final[dict[Callable[..., ChurnModel], tuple[Settings, ...]]] = {
    LogisticChurn: LOGISTIC,
    BoostingChurn: BOOSTING,
}
"""Settings to try, the most usual first: a small budget tries the first ones."""


def search_settings(
    make: Callable[..., ChurnModel],
    train: Sequence[LabelledSnapshot],
    later: LabelledSnapshot,
    *,
    budget: int = 5,
    candidates: Sequence[Settings] | None = None,
) -> tuple[Settings, pd.DataFrame]:
    """Try settings in the order of time: learn from earlier snapshots, judge by the next ones.

    With two snapshots to learn from or more, each but the first is predicted from those before it.
    With one, it is the later one that is predicted; that should be the one for calibration and
    never the test.

    Parameters
    ----------
    make
        A classifier, such as `LogisticChurn`.
    train
        Snapshots to learn from, in order of time.
    later
        The next snapshot.
    budget
        How many settings are tried at most.
    candidates
        The settings; by default those of `CANDIDATES`.

    Returns
    -------
    tuple
        The settings with the smallest log loss, the earlier of equal ones; and a table of all that
        were tried: the settings, ``log_loss`` and ``fits``.

    Raises
    ------
    InputError
        When there are no candidates.
    """
    tried = list(candidates or CANDIDATES.get(make, ()))[: whole_number("budget", budget, 1)]
    if not tried:
        rule = "must be given for this classifier"
        raise InputError(Problem("parameter 'candidates'", rule, "got none"))
    folds = [(train[:place], train[place]) for place in range(1, len(train))]
    folds = folds or [(train, later)]
    rows = []
    for settings in tried:
        losses = []
        for known, following in folds:
            p = make(**settings).fit(known).churn_probability(following.features)
            losses.append(log_loss(following.churned, p))
        rows.append({**settings, "log_loss": float(np.mean(losses)), "fits": len(folds)})
    table = pd.DataFrame(rows)
    return tried[int(table["log_loss"].to_numpy().argmin())], table
