"""All tables of a simulated company, drawn one after the other, and the truth behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.data.company.contracts import CONTRACTS, PURCHASES
from clvlab.simulate.company.budgets import draw_budgets
from clvlab.simulate.company.contacts import campaign_table, draw_contacts
from clvlab.simulate.company.customer_file import draw_customers
from clvlab.simulate.company.draws import Array
from clvlab.simulate.company.futures import expected_futures
from clvlab.simulate.company.identities import draw_identities
from clvlab.simulate.company.invoices import draw_invoices, draw_terms
from clvlab.simulate.company.leads import conversions, draw_leads, named_leads
from clvlab.simulate.company.ledgers import draw_benefits, draw_costs
from clvlab.simulate.company.losses import draw_losses
from clvlab.simulate.company.orders import draw_purchases, draw_spending
from clvlab.simulate.company.parameters import CompanyParameters, words
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import draw_relationships
from clvlab.simulate.company.satisfaction import draw_opinions
from clvlab.simulate.company.surveys import draw_surveys
from clvlab.simulate.company.traits import draw_traits
from clvlab.simulate.company.truth import effect_table, latent_table, stage_table

Tables = dict[str, pd.DataFrame]
PURCHASE_COLUMNS = (
    "customer_id",
    "date",
    "order_id",
    "product",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "margin",
    "channel",
    "region",
)


def draw_tables(
    n: int, seed: int, period: Period, rates: CompanyParameters
) -> tuple[Tables, Tables]:
    """The tables without any error, and those of the truth; see `SimulatedCompany`.

    Each part has random numbers of its own, so that a change of one does not move the others.
    """
    text = words()
    rngs = iter(np.random.default_rng([seed, 0]).spawn(32))
    leads = draw_leads(next(rngs), round(n * rates.base["leads_per_customer"]), rates, period)
    traits = draw_traits(next(rngs), n, rates.base, period, conversions(leads))
    opinions = draw_opinions(next(rngs), n, rates)
    shape = rates.orders["rate_shape"]
    liking: Array = next(rngs).gamma(shape, 1.0 / shape, n)
    past = draw_relationships(next(rngs), traits, opinions, liking, rates, period)
    spending = draw_spending(next(rngs), traits, rates)
    purchases = draw_purchases(next(rngs), traits, past, spending, rates, period)
    terms = draw_terms(next(rngs), traits, rates)
    open_leads = leads.loc[leads["converted_on"].isna(), "industry"].to_numpy().astype(str)
    everybody = np.concatenate([traits.industry, open_leads])
    share = rates.base["share_chinese_names"]
    identities = draw_identities(next(rngs), everybody, share, text)
    losses = draw_losses(next(rngs), traits, past, rates, period, text)
    contacts = draw_contacts(next(rngs), traits, past, rates, period, text)
    costs = draw_costs(next(rngs), traits, past, purchases, contacts, rates, period)
    tables = {
        PURCHASES: purchases[list(PURCHASE_COLUMNS)],
        "customers": draw_customers(next(rngs), traits, identities[:n], terms, rates, period, text),
        "leads": named_leads(next(rngs), leads, traits.ids, traits.from_lead, identities, rates),
        "campaigns": campaign_table(past.campaigns, rates.campaigns["work"], period),
        "contacts": contacts,
        "invoices": draw_invoices(next(rngs), purchases, traits, terms, rates, period),
        "losses": losses[losses["recorded"]].reset_index(drop=True),
        "surveys": draw_surveys(next(rngs), traits, past, opinions, rates, period),
        "costs": costs,
        "benefits": draw_benefits(next(rngs), traits, past, rates, period),
    }
    # Drawn after all others: what came first keeps its random numbers.
    tables["budgets"], overruns = draw_budgets(next(rngs), costs, rates, period)
    futures = expected_futures(traits, past, opinions, liking, spending, rates, period)
    truth = {
        "stages": stage_table(traits, past, period),
        "customers": latent_table(traits, past, opinions, liking, futures),
        "losses": losses[["customer_id", "lost_on", "true_reason", "recorded"]],
        "leads": leads[["lead_id", "conversion_probability"]],
        "effects": effect_table(traits, past, rates),
        "overruns": overruns,
    }
    return {name: _as_contract(name, table) for name, table in tables.items()}, truth


def _as_contract(name: str, table: pd.DataFrame) -> pd.DataFrame:
    columns = PURCHASE_COLUMNS if name == PURCHASES else tuple(CONTRACTS[name].columns)
    # What a company may record is more than what the simulated one does.
    return table[[name for name in columns if name in table]].reset_index(drop=True)
