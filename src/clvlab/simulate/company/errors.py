"""Errors as they occur in companies' tables, planted where they can be counted.

Kinds, and what each row of the account says:

- ``exact_duplicate``: the row repeats another in every cell; ``other`` is the other's key.
- ``near_duplicate``: a customer who is there already, under the number ``other``.
- ``same_key``: the row has the key of another row, and other contents.
- ``broken_reference``: ``column`` names somebody or something that is not there.
- ``paid_before_issued``, ``lost_before_bought``: ``column`` is a day that can't be.
- ``off_scale``: an answer beyond the scale of its own row.
- ``beyond_limits``: a number outside the limits of the contract.
- ``personal_in_text``: a phone number or an e-mail where neither belongs.
- ``stale``: an entry that was last updated longer ago than the maximum age.
- ``missing_required``: an empty cell in a column that must be filled.
- ``in_the_future``: a day after the last day, on which something is said to have happened.
- ``inconsistent``: a converted lead without a customer; a contact outside its campaign's dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.simulate.company.customers_planted import plant_in_customers
from clvlab.simulate.company.events_planted import plant_in_events
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.planting import Planter

KINDS = (
    "exact_duplicate",
    "near_duplicate",
    "same_key",
    "broken_reference",
    "paid_before_issued",
    "lost_before_bought",
    "off_scale",
    "beyond_limits",
    "personal_in_text",
    "stale",
    "missing_required",
    "in_the_future",
    "inconsistent",
)
"""Every kind of error that is planted."""
_COUNTED_PER = 600


@dataclass(frozen=True)
class Planted:
    """Tables with errors, and the account of them.

    Attributes
    ----------
    tables
        With the errors.
    errors
        One row per error: ``table``, ``kind``, ``row`` (position in the table, counted from 0),
        ``column`` (empty for whole rows), ``key`` (of the row), ``other`` (key of the row that a
        duplicate repeats), ``found`` (what stands there) and ``was`` (what stood there).
    duplicates
        One row per near-duplicate: ``customer_id``, ``duplicate_id``, ``how``.
    """

    tables: Mapping[str, pd.DataFrame]
    errors: pd.DataFrame
    duplicates: pd.DataFrame


def plant_errors(
    rng: np.random.Generator,
    tables: Mapping[str, pd.DataFrame],
    rates: CompanyParameters,
    period: Period,
    n_customers: int,
) -> Planted:
    """Plant as many errors of each kind as the parameters say for a company of this size."""

    def count(per_600: int) -> int:
        return max(1, round(per_600 * n_customers / _COUNTED_PER))

    wanted = {
        kind: {table: count(one) for table, one in number.items()}
        if isinstance(number, Mapping)
        else count(number)
        for kind, number in rates.errors.items()
    }
    planter = Planter(rng, tables)
    pairs = plant_in_customers(planter, wanted, rates, period)
    plant_in_events(planter, wanted, period)
    changed, errors = planter.finish()
    return Planted(changed, errors, pairs)
