r"""Customers whose silence is unusual for them, by the value that it puts at risk.

Somebody who buys every week and has been silent for two months says more by it than somebody who
buys once a year. For a customer alive and buying as before, the chance to be silent for as long is
one less the model's chance of a purchase in that time after the last one.
"""

from __future__ import annotations

import pandas as pd

from clvlab.clock import Horizon, TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models import GammaGammaModel, TransactionModel, customer_lifetime_value
from clvlab.models.value.business_terms import PerCustomer
from clvlab.schema import CUSTOMER_ID, FREQUENCY, RECENCY, T
from clvlab.summary.customer_summary import CustomerSummary


def early_warnings(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    unusual: float = 0.05,
    within: Horizon | None = "13 weeks",
) -> pd.DataFrame:
    """List the customers whose silence is unusual, those with most to lose first.

    Parameters
    ----------
    summary
        The customers as they are today.
    model, spend
        Fitted models without covariates.
    horizon, annual_discount_rate, margin_rate
        As in `customer_lifetime_value`.
    unusual
        Silence is unusual when an active customer like this one would be silent as long with
        this chance or less; above 0 and below 1.
    within
        Only silences that became unusual within this time are early enough to warn of; None lists
        those of all who went long ago as well.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, in order of ``value_at_risk``: ``frequency``,
        ``silence_days``, ``usual_gap_days`` (mean days between the customer's purchases),
        ``chance_of_silence``, ``value_then`` (right after the last purchase), ``value_now``,
        ``value_at_risk`` (their difference) and ``reason`` in words. Only customers who bought
        again have a rhythm; the others are not listed.

    Raises
    ------
    InputError
        When `unusual` is no share, or for what `customer_lifetime_value` refuses.
    """
    if not 0 < unusual < 1:
        rule = "must be above 0 and below 1"
        raise InputError(Problem("parameter 'unusual'", rule, f"got {unusual!r}"))
    model.require_no_covariates("a list of early warnings")
    table = summary.to_frame(TimeUnit.DAY)
    known = table[(table[FREQUENCY] > 0) & (table[T] > table[RECENCY])]
    silence = known[T] - known[RECENCY]
    days = model.unit_.days
    # Asked right after the last purchase, which a regular buyer's process has to know.
    process = model.process.since_recency((known[RECENCY] / days).to_numpy())
    buys = process.probability_purchase_if_alive(
        model.params_, known[FREQUENCY], known[RECENCY] / days, silence / days
    )
    chance = pd.Series(1 - buys, index=known.index)
    late = chance <= unusual
    if within is not None:
        shorter = (silence - summary.window.horizon_days(within, "within")).clip(lower=0)
        bought = process.probability_purchase_if_alive(
            model.params_, known[FREQUENCY], known[RECENCY] / days, shorter / days
        )
        late &= 1 - bought > unusual
    seen = known[late]
    then, now = (
        pd.Series(dtype=float)
        if seen.empty
        else customer_lifetime_value(
            customers,
            model,
            spend,
            horizon=f"{summary.window.horizon_days(horizon)} days",
            annual_discount_rate=annual_discount_rate,
            margin_rate=_of_rows(margin_rate, summary, seen),
            unit=TimeUnit.DAY,
        )
        for customers in (seen.assign(**{T: seen[RECENCY]}), seen)
    )
    out = pd.DataFrame(
        {
            FREQUENCY: seen[FREQUENCY],
            "silence_days": silence[seen.index],
            "usual_gap_days": seen[RECENCY] / seen[FREQUENCY],
            "chance_of_silence": chance[seen.index],
            "value_then": then,
            "value_now": now,
            "value_at_risk": then - now,
        }
    )
    out["reason"] = [_reason(*row) for row in out.iloc[:, 1:4].itertuples(index=False)]
    ordered = out.sort_values("value_at_risk", ascending=False, kind="stable")
    return ordered.rename_axis(CUSTOMER_ID)


def _of_rows(share: PerCustomer, summary: CustomerSummary, rows: pd.DataFrame) -> PerCustomer:
    """The margins of some customers."""
    if isinstance(share, str):
        share = summary.table[share]
    return share.reindex(rows.index) if isinstance(share, pd.Series) else share


def _reason(silence: float, gap: float, chance: float) -> str:
    said = "less than 1 in 1,000" if chance < 1e-3 else f"1 in {1 / chance:,.0f}"
    return (
        f"Bought every {gap:,.0f} days on average and has been silent for {silence:,.0f}: of "
        f"active customers like this one {said} would be."
    )
