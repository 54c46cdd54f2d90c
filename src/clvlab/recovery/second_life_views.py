"""The second lifetime value seen in three ways, side by side."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, log_discount_per_day
from clvlab.recovery.losses import whole_days
from clvlab.recovery.second_life import SecondLives, markov_second_life

STATES = 12
STEP = "30 days"


def second_life_views(
    lives: SecondLives,
    curve: pd.DataFrame,
    *,
    horizon: Horizon,
    margin_rate: float,
    annual_discount_rate: float,
    interval: float,
) -> pd.DataFrame:
    """What somebody who returns is worth: by a model, by states, and as it was seen.

    Parameters
    ----------
    lives
        Second lives of a log.
    curve
        `SecondLives.curve`.
    horizon
        How far the model looks beyond the return.
    margin_rate, annual_discount_rate, interval
        As in `SecondLives.value`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``seen_as``: ``second_life``, ``credible_lower``, ``credible_upper`` (missing
        where there are none), ``covers`` (which time it is about).
    """
    posterior = lives.value(
        horizon=horizon,
        margin_rate=margin_rate,
        annual_discount_rate=annual_discount_rate,
        interval=interval,
    )
    days = whole_days(STEP, "step")
    markov = markov_second_life(
        lives,
        step=STEP,
        margin_rate=margin_rate,
        step_discount_rate=math.expm1(log_discount_per_day(annual_discount_rate) * days),
        states=STATES,
    )
    last = curve.iloc[-1]
    limits = [float(posterior[name]) for name in ("credible_lower", "credible_upper")]
    nothing = [np.nan, np.nan]
    rows = {
        "by the model of second lives": (posterior["estimate"], *limits, f"{horizon} ahead"),
        "by states, no model": (
            markov,
            *nothing,
            f"until {STATES} periods of {STEP} without a purchase",
        ),
        "as seen, not discounted": (
            last["margin"],
            *nothing,
            f"the first {last['age_days']:.0f} days",
        ),
    }
    columns = ["second_life", "credible_lower", "credible_upper", "covers"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("seen_as")
