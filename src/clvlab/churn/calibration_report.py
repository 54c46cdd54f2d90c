"""Whether probabilities hold: curve, error, slope, and how much of it is the base rate's drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtri

from clvlab.churn.churn_model import log_odds
from clvlab.churn.metrics import (
    BINS,
    bin_of,
    brier,
    brier_parts,
    calibration_error_by_chance,
    calibration_in_the_large,
    calibration_line,
    expected_calibration_error,
)

Array = npt.NDArray[np.float64]


def calibration_summary(
    churned: pd.Series, probabilities: Mapping[str, pd.Series], interval: float = 0.90
) -> pd.DataFrame:
    """How well each model's probabilities hold on a test.

    Parameters
    ----------
    churned
        Outcomes.
    probabilities
        Of churn, by name.
    interval
        Coverage of the limits of slope and intercept, by their standard errors.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``name``: ``expected_rate`` and ``churn_rate``, ``drift`` (their difference,
        above 0 where more churned than expected), ``ece``, ``ece_by_chance`` (of true
        probabilities), ``ece_without_drift`` (after all log odds are moved by what makes the mean
        right), ``intercept`` (that move) and ``slope``, with ``_lower`` and ``_upper``, and the
        parts of the Brier score ``reliability``, ``resolution``, ``uncertainty``, ``within``.
    """
    y = churned.to_numpy(np.float64)
    reach = float(ndtri(0.5 + interval / 2))
    rows = {}
    for name, each in probabilities.items():
        p = each.to_numpy(np.float64)
        large, line = calibration_in_the_large(y, p), calibration_line(y, p)
        moved = expit(log_odds(p) + large.estimates[0])
        row: dict[str, Any] = {
            "expected_rate": float(p.mean()),
            "churn_rate": float(y.mean()),
            "drift": float(y.mean() - p.mean()),
            "ece": expected_calibration_error(y, p),
            "ece_by_chance": calibration_error_by_chance(p),
            "ece_without_drift": expected_calibration_error(y, moved),
        }
        flat = bool(np.ptp(p) == 0)
        for word, value, error in (
            ("intercept", large.estimates[0], large.standard_errors[0]),
            ("slope", line.estimates[1], line.standard_errors[1]),
        ):
            known = np.nan if flat and word == "slope" else 1.0
            row[word] = known * float(value)
            row[f"{word}_lower"] = known * float(value - reach * error)
            row[f"{word}_upper"] = known * float(value + reach * error)
        rows[name] = row | brier_parts(y, p)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def calibration_curve(
    churned: pd.Series, probability: pd.Series, *, bins: int = BINS, interval: float = 0.90
) -> pd.DataFrame:
    """Expected and observed churn by equal-width bins of the probability.

    Returns
    -------
    pandas.DataFrame
        One row per bin with customers, indexed by ``bin`` (its lower end): ``customers``,
        ``expected`` (mean probability), ``observed`` (share that churned) and ``lower`` and
        ``upper``, Wilson's limits of the observed share.
    """
    y, p = churned.to_numpy(np.float64), probability.to_numpy(np.float64)
    which = bin_of(p, bins)
    n = np.bincount(which, minlength=bins)
    there = n > 0
    some = n[there].astype(np.float64)
    observed = np.bincount(which, weights=y, minlength=bins)[there] / some
    z = float(ndtri(0.5 + interval / 2))
    centre = (observed + z**2 / (2 * some)) / (1 + z**2 / some)
    reach = z / (1 + z**2 / some) * np.sqrt(observed * (1 - observed) / some + z**2 / (4 * some**2))
    return pd.DataFrame(
        {
            "customers": n[there],
            "expected": np.bincount(which, weights=p, minlength=bins)[there] / some,
            "observed": observed,
            "lower": centre - reach,
            "upper": centre + reach,
        },
        index=pd.Index(np.flatnonzero(there) / bins, name="bin"),
    )


def calibration_gain(churned: pd.Series, plain: pd.Series, mended: pd.Series) -> dict[str, float]:
    """What calibration brought on a test, without it and with it.

    Returns
    -------
    dict
        ``ece_before``, ``ece_after``, ``brier_before``, ``brier_after``, and ``error``, the
        standard error of the difference of the Brier scores, for the same customers.
    """
    y = churned.to_numpy(np.float64)
    one, other = plain.to_numpy(np.float64), mended.to_numpy(np.float64)
    each = (other - y) ** 2 - (one - y) ** 2
    return {
        "ece_before": expected_calibration_error(y, one),
        "ece_after": expected_calibration_error(y, other),
        "brier_before": brier(y, one),
        "brier_after": brier(y, other),
        "error": float(each.std(ddof=1) / np.sqrt(len(each))),
    }
