"""What is truly to be expected of each customer after the last day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import Array, Whole
from clvlab.simulate.company.orders import Spending, expected_order, price_index
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import Relationships, usual_rates
from clvlab.simulate.company.satisfaction import Opinions
from clvlab.simulate.company.stages import (
    RECOVERED,
    TERMINATED,
    mean_transitions,
    pressure_on,
    transition_probabilities,
)
from clvlab.simulate.company.traits import Traits

HORIZONS = (12, 24, 36)
"""In months."""


def expected_orders_by_month(
    now: Array, first_step: Array, later_steps: Array, usual: list[Array]
) -> Array:
    """Orders expected in each month to come, (n, months).

    In a month of a given stage as many orders as are usual there are expected, and exactly one in
    the month of a return.

    Parameters
    ----------
    now : (n, 6) array
        Chances of the stages of the last month seen.
    first_step, later_steps : (n, 6, 6) arrays
        Chances of change from that month to the next, and from each month after it.
    usual
        For each month to come, orders in each stage, (n, 6).
    """
    step, chances, columns = first_step, now, []
    for rates in usual:
        returning = chances[:, TERMINATED] * step[:, TERMINATED, RECOVERED]
        chances = np.einsum("ns,nst->nt", chances, step)
        settled = chances.copy()
        settled[:, RECOVERED] -= returning
        columns.append((settled * rates).sum(axis=1) + returning)
        step = later_steps
    return np.column_stack(columns)


def expected_futures(
    traits: Traits,
    past: Relationships,
    opinions: Opinions,
    liking: Array,
    spending: Spending,
    rates: CompanyParameters,
    period: Period,
) -> pd.DataFrame:
    """Orders, amount and margin expected of each customer, given everything that is true of them.

    Without campaigns, returned goods and further price rises, at the prices of the last month,
    not discounted.

    Returns
    -------
    DataFrame
        ``expected_orders_12_months``, ``expected_amount_12_months`` and
        ``expected_margin_12_months``, and the same for 24 and 36.
    """
    last, stages = period.n_months - 1, rates.stages
    usual = [
        usual_rates(traits, liking, period.calendar_month(last + 1 + ahead), rates)
        for ahead in range(max(HORIZONS))
    ]
    now = np.eye(len(stages["monthly"]))[past.stage[:, last]]
    first_step = _last_step(past, opinions, rates, last)
    later = mean_transitions(opinions.satisfaction, opinions.late_support_probability, stages)
    orders = expected_orders_by_month(now, first_step, later, usual)
    amount, margin = expected_order(spending, rates)
    index = float(price_index(np.array([last]), rates, period)[0])
    # Costs stay what they were when list prices rise.
    margin = margin + amount * (index - 1.0)
    columns = {}
    for horizon in HORIZONS:
        total = orders[:, :horizon].sum(axis=1)
        columns[f"expected_orders_{horizon}_months"] = total
        columns[f"expected_amount_{horizon}_months"] = total * amount * index
        columns[f"expected_margin_{horizon}_months"] = total * margin
    return pd.DataFrame(columns)


def _last_step(
    past: Relationships, opinions: Opinions, rates: CompanyParameters, last: int
) -> Array:
    """Chances of change out of the last month, in which late support and prices are known."""
    weights = rates.stages["pressure"]
    late = past.late[:, last].astype(float)
    pressure = pressure_on(opinions.satisfaction, late, past.price_rise[last], weights)
    n, k = len(late), len(rates.stages["monthly"])
    rows = [
        transition_probabilities(_all(n, stage), pressure, rates.stages["monthly"])
        for stage in range(k)
    ]
    return np.stack(rows, axis=1)


def _all(n: int, stage: int) -> Whole:
    return np.full(n, stage)
