"""The Qini curve in money: what contacting the best share of customers gains after its costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.recovery.costs import CostRates
from clvlab.recovery.design import ARM
from clvlab.recovery.experiment import RETURNED, Experiment


def qini_curve(
    experiment: Experiment,
    arm: str,
    score: pd.Series,
    costs: CostRates,
    *,
    points: int = 50,
    interval: float = 0.95,
    n_resamples: int = 200,
    seed: int,
) -> pd.DataFrame:
    """Gain from contacting customers in order of a score, with a band.

    Among the best share of customers the gain is what the treated brought after incentives and
    contacts, less what the control group brought scaled to as many customers; it is stated for as
    many customers as the experiment has in both arms together.

    Parameters
    ----------
    experiment
        Its table has ``returned`` and ``value``.
    arm
        The arm.
    score
        Indexed by ``customer_id``, the best highest, from models that never saw the customer.
    costs
        Of the arm; fixed costs are left aside.
    points
        Of the curve, from nobody to everybody.
    interval, n_resamples, seed
        Coverage of the band (pointwise), from resampled customers.

    Returns
    -------
    pandas.DataFrame
        ``share``, ``gain``, ``lower``, ``upper``; the first row is nobody.
    """
    both = experiment.against_control(arm)
    order = np.argsort(-score.reindex(both.index).to_numpy(), kind="stable")
    mine = (both[ARM] == arm).to_numpy()[order]
    value, back = (both[name].to_numpy(dtype=np.float64)[order] for name in ("value", RETURNED))
    gain = value - mine * (back * costs.incentive + costs.per_contact)
    ends = np.rint(np.linspace(0, len(both), points + 1)).astype(np.int64)
    rng = np.random.default_rng(seed)
    curves = np.empty((n_resamples + 1, len(ends)))
    curves[0] = _curve(gain, mine, np.ones(len(both)), ends)
    for draw in range(1, n_resamples + 1):
        drawn = np.bincount(rng.integers(0, len(both), len(both)), minlength=len(both))
        curves[draw] = _curve(gain, mine, drawn.astype(np.float64), ends)
    low, high = np.quantile(curves[1:], [0.5 - interval / 2, 0.5 + interval / 2], axis=0)
    return pd.DataFrame({"share": ends / len(both), "gain": curves[0], "lower": low, "upper": high})


Array = npt.NDArray[np.float64]


def _curve(
    gain: Array, mine: npt.NDArray[np.bool_], weight: Array, ends: npt.NDArray[np.int64]
) -> Array:
    def upto(values: Array) -> Array:
        sums: Array = np.concatenate([[0.0], np.cumsum(values)])[ends]
        return sums

    treated, control = upto(weight * mine), upto(weight * ~mine)
    # Before both arms have somebody there is no difference to speak of.
    known = (treated > 0) & (control > 0)
    one = upto(weight * mine * gain) / np.where(known, treated, 1.0)
    none = upto(weight * ~mine * gain) / np.where(known, control, 1.0)
    curve: Array = np.where(known, one - none, 0.0) * (treated + control)
    return curve
