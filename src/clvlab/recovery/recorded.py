"""A campaign from a company's own tables: who was assigned to which arm, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from clvlab.data.company import Company
from clvlab.errors import InputError, Problem, Problems, did_you_mean
from clvlab.recovery.case import COVARIATES, OUTCOMES, CampaignCase
from clvlab.recovery.costs import CostRates
from clvlab.recovery.design import ARM
from clvlab.recovery.experiment import CONTACTED_ON, read_experiment
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.reasons import with_reasons
from clvlab.schema import CUSTOMER_ID, DATE


def recorded_assignment(company: Company, campaign: str) -> tuple[pd.DataFrame, date]:
    """Who was assigned to which arm of a campaign, and the day it began.

    Parameters
    ----------
    company
        With the tables contacts (``customer_id``, ``date``, ``campaign_id``, ``arm``) and
        campaigns.
    campaign
        Its ``campaign_id``.

    Returns
    -------
    tuple
        The contacts of the campaign, and its first day.

    Raises
    ------
    InputError
        For a campaign that no contact names.
    NotAvailableError
        When a table or column is missing.
    """
    contacts = company.table("contacts", CUSTOMER_ID, DATE, "campaign_id", ARM)
    rows = contacts[contacts["campaign_id"] == campaign]
    if not len(rows):
        known = sorted(contacts["campaign_id"].dropna().astype(str).unique())
        rule = "must be a campaign of the table contacts"
        hint = did_you_mean(campaign, known)
        raise InputError(Problem("parameter 'campaign'", rule, f"got {campaign!r}", hint))
    return rows, rows[DATE].min().date()


def recorded_case(
    company: Company,
    base: LostBase,
    campaign: str,
    *,
    control: str | None,
    incentive: float,
    hourly_rate: float,
    overhead: float,
    incentive_arms: Sequence[str],
    policy: pd.DataFrame,
) -> CampaignCase:
    """A recorded campaign as a case; arms are taken to be drawn in the shares that they have.

    Parameters
    ----------
    company, campaign
        As in `recorded_assignment`.
    base
        Its customers: `LostBase.of` with ``members`` and ``offered_on``.
    control
        Name of the control arm, None where there is none.
    incentive, incentive_arms
        Paid on every return in these arms.
    hourly_rate, overhead
        Of an hour; allocated to the campaign, in equal parts on the arms.
    policy
        `read_reasons`.

    Returns
    -------
    CampaignCase
        Costs of contacts, hours and set-up are those of the tables.
    """
    rows, _ = recorded_assignment(company, campaign)
    campaigns = company.table("campaigns", "campaign_id", ARM, "start", "cost", "hours")
    planned = campaigns[campaigns["campaign_id"] == campaign].set_index(ARM)
    _refuse_unplanned(rows, planned, campaign)
    # As assigned: a contact made some days later is part of the arm, so the arm's start counts.
    arms = rows.drop_duplicates([CUSTOMER_ID, ARM]).set_index(CUSTOMER_ID)[[ARM]]
    table = base.lost.drop(columns="reason").join(arms)
    table[CONTACTED_ON] = table[ARM].map(planned["start"])
    losses = company.table("losses") if company.has("losses") else pd.DataFrame()
    table["reason"] = "unknown"
    if len(losses):
        known = losses[losses["lost_on"] <= pd.Timestamp(base.offered_on)]
        table = with_reasons(table, known, policy)
    found = table[ARM].value_counts(normalize=True).sort_index()
    shares = {str(arm): float(share) for arm, share in found.items()}
    experiment = read_experiment(
        table, shares=shares, control=control, outcomes=OUTCOMES, covariates=COVARIATES
    )
    spent = rows.groupby(ARM)[["cost", "hours"]].mean()
    costs = {
        arm: CostRates(
            communication=float(spent["cost"][arm]),
            incentive=incentive if arm in incentive_arms else 0.0,
            hours=float(spent["hours"][arm]),
            hourly_rate=hourly_rate,
            set_up=float(planned["cost"][arm] + planned["hours"][arm] * hourly_rate),
            overhead=overhead / len(experiment.arms),
        )
        for arm in experiment.arms
    }
    return CampaignCase(experiment, costs, simulated=False, truth=None, policy=policy)


def _refuse_unplanned(rows: pd.DataFrame, planned: pd.DataFrame, campaign: str) -> None:
    """Arms whose start and cost nobody wrote down."""
    problems = Problems()
    if rows[ARM].isna().any():
        found = f"{int(rows[ARM].isna().sum())} contacts of {campaign} have none"
        problems.add(f"column '{ARM}' of contacts", "must name the arm of each", found)
    lacking = sorted({str(arm) for arm in rows[ARM].dropna()} - {str(arm) for arm in planned.index})
    if lacking:
        rule = f"must have every arm of the campaign {campaign}, with its start and cost"
        problems.add("the table campaigns", rule, f"missing: {', '.join(lacking)}")
    unknown = planned.index[planned["start"].isna()]
    if len(unknown):
        found = f"missing for {', '.join(map(str, unknown))}"
        problems.add("column 'start' of campaigns", "must be known of every arm", found)
    problems.raise_if_any()
