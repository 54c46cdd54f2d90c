"""Whether customers today are still those that a model learnt from, and when to learn anew."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.feature_list import feature_of, scaled
from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]
BINS: Final = 10
LEAST: Final = 1e-4
"""What an empty bin counts as, so that one empty bin does not make the index infinite."""
STABLE: Final = 0.10
MOVED: Final = 0.25
"""Customary limits of the population stability index: below the first nothing happened, above the
second the population is another."""


def population_stability(before: npt.ArrayLike, after: npt.ArrayLike, bins: int = BINS) -> float:
    r"""PSI of two samples of one number, :math:`\sum_b (q_b - p_b) \ln(q_b / p_b)`.

    Bins are those with equal shares of `before`, fewer where values repeat; for shares and
    probabilities they have equal width from 0 to 1, or else many customers with nearly the same
    chance would fall to one side of a limit or the other. 0 for the same shares; an empty bin
    counts as a share of 0.0001. The index is above 0 by chance alone, by about
    ``(bins - 1) (1 / n + 1 / m)`` (Yurdakul 2018).

    Examples
    --------
    >>> population_stability([1, 2, 3, 4], [4, 3, 2, 1], bins=2)
    0.0
    """
    one, other = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    places = np.linspace(0, 1, bins + 1)[1:-1]
    bounded = min(one.min(), other.min()) >= 0 and max(one.max(), other.max()) <= 1
    cuts = places if bounded else np.unique(np.quantile(one, places))
    shares = []
    for values in (one, other):
        which = np.searchsorted(cuts, values, side="left")
        share = np.bincount(which, minlength=len(cuts) + 1) / len(values)
        shares.append(np.maximum(share, LEAST))
    p, q = shares
    return float(((q - p) * np.log(q / p)).sum())


def drift_table(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """How far each feature moved between two snapshots.

    Parameters
    ----------
    before, after
        Features, and scores among them where wanted, with the same columns.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``feature``, most moved first: ``label``, ``psi``, ``mean_before`` and
        ``mean_after``, ``shift`` (change of the mean on the scale of models, in standard deviations
        of `before`) and ``verdict``: ``stable`` below .10, ``moved`` up to .25, ``another
        population`` above.

    Raises
    ------
    InputError
        When the columns differ.
    """
    if list(before.columns) != list(after.columns):
        found = f"{', '.join(map(str, before.columns.symmetric_difference(after.columns)))} differ"
        raise InputError(Problem("the features", "must be the same in both", found))
    rows = []
    for name in before.columns:
        one, other = (table[name].to_numpy(np.float64) for table in (before, after))
        scale = feature_of(str(name)).scale
        spread = float(scaled(one, scale).std())
        moved = float(scaled(other, scale).mean() - scaled(one, scale).mean())
        psi = population_stability(one, other)
        rows.append(
            {
                "feature": str(name),
                "label": feature_of(str(name)).label,
                "psi": psi,
                "mean_before": float(one.mean()),
                "mean_after": float(other.mean()),
                "shift": moved / spread if spread else 0.0,
                "verdict": _verdict(psi),
            }
        )
    table = pd.DataFrame(rows).set_index("feature")
    return table.sort_values("psi", ascending=False, kind="stable")


def _verdict(psi: float) -> str:
    if psi < STABLE:
        return "stable"
    return "moved" if psi <= MOVED else "another population"


def rate_change(
    before: tuple[float, int], after: tuple[float, int], interval: float = 0.90
) -> dict[str, float]:
    """Change of the churn rate between two snapshots, with limits for independent samples.

    Parameters
    ----------
    before, after
        Rate and number of customers.
    interval
        Coverage of the limits. The same customers in both make them too wide rather than too
        narrow, for the outcomes of one customer go together.

    Examples
    --------
    >>> change = rate_change((0.80, 1000), (0.84, 1000))
    >>> round(change["change"], 2), bool(change["lower"] > 0)
    (0.04, True)
    """
    from scipy.special import ndtri

    (p, n), (q, m) = before, after
    error = math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    reach = float(ndtri(0.5 + interval / 2)) * error
    return {"change": q - p, "lower": q - p - reach, "upper": q - p + reach}


def retraining_reasons(
    *,
    score_psi: float,
    ece: float,
    ece_by_chance: float,
    rate: dict[str, float],
    beaten: bool,
    most_drift: float = 0.02,
) -> list[str]:
    """Why a model should learn anew, in words; empty when it need not.

    Parameters
    ----------
    score_psi
        Stability of the scores from the snapshot of calibration to the last one.
    ece, ece_by_chance
        Calibration error on the test, and what it would be by chance.
    rate
        `rate_change` from calibration to test.
    beaten
        Whether the silence rule is no longer beaten beyond the interval.
    most_drift
        Change of the churn rate from which it matters, as a share.

    Examples
    --------
    >>> calm = {"change": 0.001, "lower": -0.01, "upper": 0.012}
    >>> retraining_reasons(
    ...     score_psi=0.02, ece=0.01, ece_by_chance=0.005, rate=calm, beaten=False
    ... )
    []
    """
    reasons = []
    if score_psi > STABLE:
        reasons.append(f"scores have moved (stability index {score_psi:.2f}, limit {STABLE:.2f})")
    sure = rate["lower"] > 0 or rate["upper"] < 0
    if sure and abs(rate["change"]) > most_drift:
        reasons.append(
            f"the churn rate changed by {rate['change']:+.1%}, more than {most_drift:.0%}"
        )
    if ece > max(2 * ece_by_chance, most_drift):
        reasons.append(f"probabilities are off by {ece:.1%} on average")
    if beaten:
        reasons.append("the silence rule is not beaten any more")
    return reasons
