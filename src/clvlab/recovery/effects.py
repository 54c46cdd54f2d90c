r"""Effects of a campaign as assigned, with and without adjustment for what was known before.

The adjusted effect fits each arm by least squares on centred covariates and compares the
intercepts (W. Lin, 2013, Agnostic notes on regression adjustments to experimental data, Annals of
Applied Statistics 7(1), 295-318); it is right whatever the truth, and narrower where covariates
tell something.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from clvlab.errors import InputError, Problem
from clvlab.recovery.design import ARM
from clvlab.recovery.experiment import Experiment

Array = npt.NDArray[np.float64]
LEAST_PER_COVARIATE = 10
"""With fewer customers in an arm its slopes are chance, and an adjustment by them is far off."""


def effects(
    experiment: Experiment,
    outcomes: list[str],
    *,
    adjusted: bool = False,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Effect of each arm on each outcome, intention to treat.

    Parameters
    ----------
    experiment
        With a control group.
    outcomes
        Columns of its table.
    adjusted
        Whether to adjust for the experiment's covariates; only where the smaller arm has
        `LEAST_PER_COVARIATE` customers or more for each.
    interval
        Coverage of the limits.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``arm`` and ``outcome``: ``customers`` (of the arm), ``treated`` and
        ``control`` (means), ``effect``, ``standard_error``, ``lower``, ``upper``, ``p_value``
        (of no effect, two-sided).

    Raises
    ------
    InputError
        Without a control group, or for an arm of a single customer.
    """
    require_control(experiment)
    rows = {}
    for arm in experiment.arms:
        both = experiment.against_control(arm)
        mine = (both[ARM] == arm).to_numpy()
        X = both[list(experiment.covariates)].to_numpy(dtype=np.float64) if adjusted else None
        for name in outcomes:
            y = both[name].to_numpy(dtype=np.float64)
            rows[arm, name] = _row(y, mine, X, interval)
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(table.index, names=["arm", "outcome"])
    return table.astype({"customers": np.int64})


def effects_by(
    experiment: Experiment, arm: str, outcome: str, by: str, *, interval: float = 0.95
) -> pd.DataFrame:
    """Effect of an arm within groups that were known before the contact.

    Returns
    -------
    pandas.DataFrame
        Indexed by `by`: the columns of `effects`. Groups with fewer than two customers on either
        side have no effect but stay in the table.
    """
    require_control(experiment)
    both = experiment.against_control(arm)
    mine = (both[ARM] == arm).to_numpy()
    y = both[outcome].to_numpy(dtype=np.float64)
    groups = both[by].to_numpy()
    rows = {}
    for name in sorted({str(group) for group in groups}):
        here = groups.astype(str) == name
        enough = min(mine[here].sum(), (~mine)[here].sum()) >= 2
        rows[name] = (
            _row(y[here], mine[here], None, interval)
            if enough
            else dict.fromkeys(_COLUMNS, math.nan) | {"customers": int(mine[here].sum())}
        )
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by)


def heterogeneity(by_group: pd.DataFrame) -> dict[str, float]:
    """Test that an effect is the same in all groups, before anybody models where it is not.

    Parameters
    ----------
    by_group
        `effects_by`.

    Returns
    -------
    dict
        ``chi_square``, ``degrees``, ``p_value``: Cochran's Q over groups that have an effect.
    """
    known = by_group[(by_group["standard_error"] > 0) & by_group["effect"].notna()]
    weights = 1 / known["standard_error"] ** 2
    if len(known) < 2:
        return {"chi_square": 0.0, "degrees": 0.0, "p_value": 1.0}
    common = (weights * known["effect"]).sum() / weights.sum()
    statistic = float((weights * (known["effect"] - common) ** 2).sum())
    degrees = len(known) - 1
    p_value = float(chdtrc(degrees, statistic))
    return {"chi_square": statistic, "degrees": float(degrees), "p_value": p_value}


def bounds_without_control(returned: float, contacted: float, natural: float) -> pd.DataFrame:
    """What a campaign without a control group may have caused: from nothing to every return.

    Parameters
    ----------
    returned, contacted
        Customers.
    natural
        Share who came back by themselves in another, comparable group: a comparison, no control.
        Missing where there is none.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``bound`` (``least``, ``compared with natural return``, ``most``): ``uplift``.

    Examples
    --------
    >>> bounds_without_control(120, 1000, 0.08)["uplift"].round(3).tolist()
    [0.0, 0.04, 0.12]
    """
    rate = returned / contacted
    index = pd.Index(["least", "compared with natural return", "most"], name="bound")
    compared = float(np.maximum(rate - natural, 0.0))
    return pd.DataFrame({"uplift": [0.0, compared, rate]}, index=index)


def require_control(experiment: Experiment) -> None:
    """Refuse to speak of effects where there is nothing to compare with."""
    if experiment.control is None:
        raise InputError(
            Problem(
                "an effect",
                "must be measured against a control group",
                "the campaign has none",
                "Use bounds_without_control, and call it descriptive.",
            )
        )


_COLUMNS = (
    "customers",
    "treated",
    "control",
    "effect",
    "standard_error",
    "lower",
    "upper",
    "p_value",
)


def _row(
    y: Array, mine: npt.NDArray[np.bool_], X: Array | None, interval: float
) -> dict[str, float]:
    if min(mine.sum(), (~mine).sum()) < 2:
        rule = "must have two customers or more in each arm"
        raise InputError(Problem("an effect", rule, f"one has {min(mine.sum(), (~mine).sum())}"))
    treated, control = float(y[mine].mean()), float(y[~mine].mean())
    smaller = int(min(mine.sum(), (~mine).sum()))
    if X is None or X.shape[1] == 0 or smaller < LEAST_PER_COVARIATE * X.shape[1]:
        effect = treated - control
        variance = float(y[mine].var(ddof=1) / mine.sum() + y[~mine].var(ddof=1) / (~mine).sum())
    else:
        effect, variance = _adjusted(y, mine, X)
    error = math.sqrt(variance)
    reach = float(ndtri(0.5 + interval / 2)) * error
    p_value = 2 * float(ndtr(-abs(effect) / error)) if error else float(effect == 0)
    values = (treated, control, effect, error, effect - reach, effect + reach, p_value)
    return {"customers": int(mine.sum()), **dict(zip(_COLUMNS[1:], values, strict=True))}


def _adjusted(y: Array, mine: npt.NDArray[np.bool_], X: Array) -> tuple[float, float]:
    """Difference of intercepts, and its variance over draws of customers."""
    centred = X - X.mean(axis=0)
    intercepts, slopes, variance = [], [], 0.0
    for rows in (mine, ~mine):
        design = np.column_stack([np.ones(rows.sum()), centred[rows]])
        solution, _, rank, _ = np.linalg.lstsq(design, y[rows], rcond=None)
        rest = y[rows] - design @ solution
        variance += float(rest @ rest) / max(int(rows.sum()) - int(rank), 1) / int(rows.sum())
        intercepts.append(float(solution[0]))
        slopes.append(solution[1:])
    # Customers are a draw themselves: where slopes differ, so does the effect with their mean.
    apart = centred @ (slopes[0] - slopes[1])
    return intercepts[0] - intercepts[1], variance + float(apart.var(ddof=1)) / len(y)
