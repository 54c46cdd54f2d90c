"""Answers of customers and employees to questions about the company."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Array, Whole, logistic
from clvlab.simulate.company.parameters import CompanyParameters, Section
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import Relationships
from clvlab.simulate.company.satisfaction import CONSTRUCTS, Opinions
from clvlab.simulate.company.stages import NOT_YET, TERMINATED
from clvlab.simulate.company.traits import Traits


def draw_surveys(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    opinions: Opinions,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """One row for each answer: customers who answered, and employees, in each wave.

    Returns
    -------
    DataFrame
        The contract's columns.
    """
    section = rates.surveys
    waves = sorted({min(period.at(share), period.n_months - 1) for share in section["waves_at"]})
    parts = []
    for month in waves:
        stage = past.stage[:, month]
        here = (stage != NOT_YET) & (stage != TERMINATED)
        asked = here & (rng.random(traits.n) < section["invited"])
        place = np.flatnonzero(asked & (rng.random(traits.n) < answering(opinions, section)))
        parts += [
            _by_customers(rng, place, month, traits, opinions, section, period),
            _by_employees(rng, month, section, period),
        ]
    table = pd.concat(parts, ignore_index=True)
    least, most = section["scale"]
    return table.assign(scale_least=least, scale_most=most)


def answering(opinions: Opinions, section: Section) -> Array:
    """Chance that an invited customer answers, (n,)."""
    return logistic(
        section["response_intercept"] + section["response_satisfaction"] * opinions.satisfaction
    )


def _by_customers(
    rng: np.random.Generator,
    place: Whole,
    month: int,
    traits: Traits,
    opinions: Opinions,
    section: Section,
    period: Period,
) -> pd.DataFrame:
    latent = np.column_stack([getattr(opinions, name)[place] for name in CONSTRUCTS])
    wave = period.name_of(month)
    return _answers(
        rng,
        latent,
        section,
        respondent_id=[f"{one}-{wave}" for one in traits.ids[place]],
        role="customer",
        customer_id=traits.ids[place],
        date=period.days_in(rng, np.full(len(place), month)),
    )


def _by_employees(
    rng: np.random.Generator, month: int, section: Section, period: Period
) -> pd.DataFrame:
    """Employees say what they think that customers think, too well by a known gap."""
    n, gap = section["employees"], section["employee_gap"]
    latent = np.array([gap[name] for name in CONSTRUCTS]) + 0.4 * rng.standard_normal((n, 1))
    wave = period.name_of(month)
    return _answers(
        rng,
        latent,
        section,
        respondent_id=[f"E{number:02d}-{wave}" for number in range(1, n + 1)],
        role="employee",
        customer_id=[None] * n,
        date=period.days_in(rng, np.full(n, month)),
    )


def _answers(
    rng: np.random.Generator, latent: Array, section: Section, **facts: object
) -> pd.DataFrame:
    """Each item: the centre, plus its loading times the latent opinion, plus noise, rounded."""
    least, most = section["scale"]
    who = pd.DataFrame(facts, index=pd.RangeIndex(len(latent)))
    who["date"] = who["date"].astype("datetime64[ns]")
    parts = []
    for column, construct in enumerate(CONSTRUCTS):
        for item in range(section["items"][construct]):
            noise = section["noise"] * rng.standard_normal(len(latent))
            exact = section["centre"] + section["loadings"][item] * latent[:, column] + noise
            answer = np.clip(np.round(exact), least, most)
            parts.append(who.assign(item=f"{construct}_{item + 1}", answer=answer))
    table = pd.concat(parts)
    return table.sort_index(kind="stable").reset_index(drop=True)
