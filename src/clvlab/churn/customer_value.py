"""What would be kept with a customer: the expected margin of what they may still buy."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clvlab.clock import Horizon
from clvlab.data.log import TransactionLog
from clvlab.models import BetaGeoModel, GammaGammaModel, customer_lifetime_value
from clvlab.summary.gather import summarize


def value_on(
    log: TransactionLog,
    day: date,
    *,
    horizon: Horizon,
    margin_rate: float,
    annual_discount_rate: float,
) -> pd.Series:
    """Lifetime value of each customer as it was expected on a day.

    It already weighs what a customer would buy with the chance to be still there: whoever is gone
    for good can't be kept by a contact, so a campaign must not count the full value of those.

    Parameters
    ----------
    log
        The purchases; those after `day` are not looked at.
    day
        Last day seen.
    horizon
        How far ahead value counts, such as ``"52 weeks"``.
    margin_rate, annual_discount_rate
        As in `customer_lifetime_value`.

    Returns
    -------
    pandas.Series
        Named ``clv``, indexed by ``customer_id``, sorted; in the log's currency, at least 0.
    """
    last = log.table["date"].max().date()
    summary = summarize(log, calibration_end=day, observed_until=max(day, last))
    model, spend = BetaGeoModel().fit(summary), GammaGammaModel().fit(summary)
    value = customer_lifetime_value(
        summary,
        model,
        spend,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
    )
    return value.sort_index().rename("clv")
