"""Open a campaign by its name: recorded in a company's tables, or simulated on real customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from clvlab.data.company import Company, load_company
from clvlab.data.log import TransactionLog
from clvlab.data.opening import open_company
from clvlab.recovery.case import CampaignCase, simulated_case
from clvlab.recovery.contactable import contactable
from clvlab.recovery.design import ARM
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.reasons import read_reasons
from clvlab.recovery.recorded import recorded_assignment, recorded_case
from clvlab.schema import CUSTOMER_ID

SIMULATED = "simulated"


def open_campaign(
    log: TransactionLog,
    source: str | Path,
    campaign: str,
    *,
    losses: Mapping[str, Any],
    costs: Mapping[str, Any],
    control: str = "control",
    reasons: str | Path | None = None,
    seed: int,
) -> tuple[LostBase, CampaignCase]:
    """A campaign and the lost customers it is about.

    Parameters
    ----------
    log
        Purchases.
    source
        Folder of the company, for a recorded campaign.
    campaign
        A ``campaign_id`` of the company's tables, or ``"simulated"``.
    losses
        Parameters of `LostBase.of`.
    costs
        Parameters of `simulated_case`; a recorded campaign takes communication, hours and set-up
        from its tables, and the others from here.
    control
        Name of the control arm; a recorded campaign that has no such arm has no control group.
    reasons
        An edited copy of the table of reasons; None takes clvlab's own.
    seed
        Of a simulated campaign.
    """
    policy = read_reasons(Path(reasons) if reasons is not None else None)
    if campaign == SIMULATED:
        base = LostBase.of(log, **losses)
        case = simulated_case(base, **costs, policy=policy, seed=seed)
        return base, _with_contactable(case, open_company(source, log, tables=["customers"]))
    company = load_company(source)
    rows, began = recorded_assignment(company, campaign)
    members = pd.Index(rows[CUSTOMER_ID].unique(), name=CUSTOMER_ID)
    base = LostBase.of(log, **losses, offered_on=began, members=members)
    own = ("incentive", "incentive_arms", "hourly_rate", "overhead")
    kept = {name: costs[name] for name in own}
    there = control if (rows[ARM] == control).any() else None
    case = recorded_case(company, base, campaign, control=there, **kept, policy=policy)
    if there is None:
        case = replace(case, comparison=_nobody_asked(log, losses, began, members))
    return base, _with_contactable(case, company)


def _with_contactable(case: CampaignCase, company: Company) -> CampaignCase:
    holds, basis = contactable(company, case.experiment.table.index)
    return replace(case, contactable=holds, contactable_basis=basis)


def _nobody_asked(
    log: TransactionLog, losses: Mapping[str, Any], began: date, members: pd.Index
) -> LostBase | None:
    """Who was silent on the day a campaign began and was not in it; None without any."""
    others = LostBase.of(log, **losses, offered_on=began)
    kept = others.lost.index.difference(members)
    return others.among(kept) if len(kept) else None
