"""What is true of a simulated company and stands in none of its tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.simulate.company.campaigns import CONTROL, Campaign, of_own_arm, rate_factors
from clvlab.simulate.company.draws import Array
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import Relationships
from clvlab.simulate.company.satisfaction import CONSTRUCTS, Opinions
from clvlab.simulate.company.stages import NOT_YET, STAGES
from clvlab.simulate.company.traits import Traits


def stage_table(traits: Traits, past: Relationships, period: Period) -> pd.DataFrame:
    """``customer_id``, ``month`` (as in 2020-01), ``stage``, ``late_support``."""
    place, month = np.nonzero(past.stage != NOT_YET)
    names = period.starts(np.arange(period.n_months)).astype("datetime64[M]").astype(str)
    return pd.DataFrame(
        {
            "customer_id": traits.ids[place],
            "month": names[month],
            "stage": np.array(STAGES)[past.stage[place, month]],
            "late_support": past.late[place, month].astype(np.int64),
        }
    )


def latent_table(
    traits: Traits, past: Relationships, opinions: Opinions, liking: Array, futures: pd.DataFrame
) -> pd.DataFrame:
    """One row for each customer: opinions, factors, the last stage, and what is to be expected."""
    own = {name: getattr(opinions, name) for name in CONSTRUCTS}
    return pd.DataFrame(
        {
            "customer_id": traits.ids,
            **own,
            "late_support_probability": opinions.late_support_probability,
            "rate_factor": liking,
            "stage": np.array(STAGES)[past.stage[:, -1]],
            **{str(name): futures[name] for name in futures},
        }
    )


def effect_table(traits: Traits, past: Relationships, rates: CompanyParameters) -> pd.DataFrame:
    """What each campaign does to each of its customers under each arm.

    Returns
    -------
    DataFrame
        ``campaign_id``, ``customer_id``, ``assigned``, ``arm``, ``outcome`` (``"orders"`` expected
        while it runs, or the chance of a ``"return"``), ``expected`` and ``effect``, which is
        ``expected`` less that without the campaign; ``propensity``, the chance of being assigned
        to the customer's own arm.
    """
    parts = [_effects(one, traits, past, rates) for one in past.campaigns]
    columns = ["campaign_id", "customer_id", "assigned", "arm", "outcome", "expected", "effect"]
    if not parts:
        return pd.DataFrame(columns=[*columns, "propensity"])
    return pd.concat(parts, ignore_index=True)[[*columns, "propensity"]]


def _effects(
    campaign: Campaign, traits: Traits, past: Relationships, rates: CompanyParameters
) -> pd.DataFrame:
    arms = list(campaign.arm_names)
    if campaign.kind == "winback":
        outcome, expected = "return", campaign.chance
        without = expected[:, arms.index(CONTROL)]
    else:
        factors = rate_factors(campaign, traits.customer_type[campaign.customers], rates.campaigns)
        rate = past.rate[campaign.customers, campaign.window()].sum(axis=1)
        outcome, without = "orders", rate / of_own_arm(campaign, factors)
        expected = without[:, None] * factors
    n = len(campaign.customers)
    return pd.DataFrame(
        {
            "campaign_id": campaign.campaign_id,
            "customer_id": np.repeat(traits.ids[campaign.customers], len(arms)),
            "assigned": np.repeat(campaign.arms, len(arms)),
            "arm": np.tile(arms, n),
            "outcome": outcome,
            "expected": expected.ravel(),
            "effect": (expected - without[:, None]).ravel(),
            "propensity": np.repeat(_propensity(campaign, rates), len(arms)),
        }
    )


def _propensity(campaign: Campaign, rates: CompanyParameters) -> Array:
    if not campaign.randomized:
        return campaign.chance[:, 0]
    shares = rates.campaigns[campaign.kind]["arms"]
    return np.array([shares[str(arm)] for arm in campaign.arms], dtype=np.float64)
