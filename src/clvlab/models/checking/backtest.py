"""How far off forecasts of this kind were: refitted at several days of one log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit, parse_date
from clvlab.data import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models.checking.comparison import compare_models
from clvlab.models.checking.model_names import EVERY_MODEL, Models, called, models_by_name
from clvlab.schema import DATE
from clvlab.summary.gather import summarize
from clvlab.summary.split import EVERYTHING

Day = date | str
MEASURES = (
    "expected",
    "observed",
    "relative_error",
    "predictive_lower",
    "predictive_upper",
    "mean_absolute_error",
    "root_mean_squared_error",
    "gini",
    "log_score",
    "inside_90",
)
SIXTH = "sixth"
LEAST_SHARE = 0.25
"""Share of the days up to the last origin that lies before the first one."""
ROUNDING = 1e-9


def backtest(
    log: TransactionLog,
    models: Models = EVERY_MODEL,
    *,
    origins: int | Sequence[Day] = 6,
    horizon: Horizon = SIXTH,
    as_of: Day | None = None,
    unit: TimeUnit | str = "week",
    fit_on: str = EVERYTHING,
    burn_in: Horizon | None = None,
    interval: float = 0.90,
    n_draws: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Fit models as of several days of a log, and compare each forecast with what followed.

    Each origin has its own summary of what was known on that day; nothing after it is used for a
    forecast, and nothing after its horizon for a score. Horizons of origins that lie closer
    together overlap, and so do their errors.

    Parameters
    ----------
    log
        The purchases.
    models
        Names or models; all are fitted anew at each origin.
    origins
        Days up to which to fit (inclusive), or how many: then evenly spaced, from a quarter of
        the time on to the last day whose horizon is over by `as_of`.
    horizon
        How far each forecast reaches: a number in `unit`, a span, or ``"sixth"`` of the days up to
        `as_of`; in whole days.
    as_of
        Last day seen; by default the day of the last purchase.
    unit, fit_on, burn_in
        As in `summarize` and `customers_to_fit`; a `burn_in` counts from the log's first day.
    interval, n_draws, seed
        As in `compare_models`.

    Returns
    -------
    pandas.DataFrame
        One row per origin and model: ``origin`` and ``horizon_end`` (last days of fit and
        forecast), ``model``, ``name``, ``customers``; the measures ``expected``, ``observed``,
        ``relative_error``, ``predictive_lower``, ``predictive_upper``, ``mean_absolute_error``,
        ``root_mean_squared_error``, ``gini``, ``log_score`` and ``inside_90`` of
        `compare_models`; ``inside``, whether the total lies within the limits; and ``problem``,
        why there is no forecast, empty where there is one.

    Raises
    ------
    InputError
        For origins outside of the log, or whose horizon is not over by `as_of`.

    Examples
    --------
    >>> import clvlab
    >>> table = backtest(clvlab.load_cdnow(sample=True), "bg-nbd", origins=2, n_draws=20)
    >>> table[["origin", "observed"]].astype(str).values.tolist()
    [['1997-04-25', '807'], ['1998-03-31', '495']]
    """
    chosen = {name: model.unfitted() for name, model in models_by_name(models).items()}
    ahead = _length(log, horizon, as_of, unit)
    days = origin_days(log, origins, horizon=f"{ahead.days} days", as_of=as_of)
    rows: list[dict[str, object]] = []
    for origin in days:
        summary = summarize(
            log,
            calibration_end=origin,
            holdout_end=origin + ahead,
            observed_until=max(log.table[DATE].max().date(), days[-1] + ahead),
            unit=unit,
            burn_in=burn_in,
        )
        for kind, model in chosen.items():
            row: dict[str, object] = {
                "origin": pd.Timestamp(origin),
                "horizon_end": pd.Timestamp(origin + ahead),
                "model": kind,
                "name": called(kind),
                "customers": len(summary),
            }
            try:
                compared = compare_models(
                    summary, [model], fit_on=fit_on, interval=interval, n_draws=n_draws, seed=seed
                )
            except InputError as error:
                rows.append({**row, **dict.fromkeys(MEASURES, np.nan), "problem": str(error)})
                continue
            found = compared.table.iloc[0]
            rows.append({**row, **{name: found[name] for name in MEASURES}, "problem": ""})
    table = pd.DataFrame(rows)
    inside = table["observed"].between(table["predictive_lower"], table["predictive_upper"])
    table.insert(len(table.columns) - 1, "inside", inside)
    return table


def origin_days(
    log: TransactionLog,
    origins: int | Sequence[Day],
    *,
    horizon: Horizon,
    as_of: Day | None = None,
    unit: TimeUnit | str = "week",
) -> list[date]:
    """The days that a backtest fits up to, in order; see `backtest` for the parameters."""
    first, last = log.table[DATE].min().date(), log.table[DATE].max().date()
    seen = last if as_of is None else parse_date(as_of, "as_of")
    latest = seen - _length(log, horizon, as_of, unit)
    if isinstance(origins, int):
        room = (latest - first).days
        if origins < 1 or room < origins:
            raise InputError(
                Problem(
                    "parameter 'origins'",
                    f"must be at least 1, and the days before the last horizon as many ({room})",
                    f"got {origins} from {first} to {seen} with a horizon of {horizon!r}",
                    "Choose fewer origins or a shorter horizon.",
                )
            )
        shares = np.linspace(LEAST_SHARE, 1.0, origins) if origins > 1 else np.ones(1)
        return [first + timedelta(days=round(share * room)) for share in shares.tolist()]
    days = sorted({parse_date(day, "origins") for day in origins})
    outside = [day for day in days if not first <= day <= latest]
    if outside or not days:
        raise InputError(
            Problem(
                "parameter 'origins'",
                f"must hold days from {first} to {latest}, whose horizon is over by {seen}",
                f"got {outside[0]}" if outside else "got none",
                "Leave them out, or choose a shorter horizon.",
            )
        )
    return days


def typical_error(backtested: pd.DataFrame, model: str, share: float = 0.9) -> dict[str, float]:
    """Within how much of the observed total a model's forecasts were at most origins.

    Parameters
    ----------
    backtested
        What `backtest` returned.
    model
        One of its models.
    share
        Share of the origins, rounded up to whole ones.

    Returns
    -------
    dict
        ``origins`` with a forecast, ``within`` (relative error, either way, missing without one)
        at ``most`` of them, and ``inside``, at how many the total lay within its limits.

    Examples
    --------
    >>> table = pd.DataFrame({"model": "nbd", "relative_error": [0.1, -0.3], "inside": True})
    >>> typical_error(table, "nbd", share=0.5)
    {'origins': 2, 'within': 0.1, 'most': 1, 'inside': 2}
    """
    own = backtested[(backtested["model"] == model) & backtested["relative_error"].notna()]
    errors = np.sort(own["relative_error"].abs().to_numpy())
    most = math.ceil(share * len(errors) - ROUNDING)
    return {
        "origins": len(errors),
        "within": float(errors[most - 1]) if len(errors) else math.nan,
        "most": most,
        "inside": int(own["inside"].sum()),
    }


def _length(
    log: TransactionLog, horizon: Horizon, as_of: Day | None, unit: TimeUnit | str
) -> timedelta:
    if horizon == SIXTH:
        dates = log.table[DATE]
        seen = dates.max().date() if as_of is None else parse_date(as_of, "as_of")
        days = ((seen - dates.min().date()).days + 1) // 6
    else:
        days = round(StudyWindow(TimeUnit.parse(unit)).horizon_days(horizon))
    if days < 1:
        raise InputError(
            Problem("parameter 'horizon'", "must be at least a day", f"got {horizon!r}")
        )
    return timedelta(days=days)
