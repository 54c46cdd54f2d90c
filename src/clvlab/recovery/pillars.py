"""Where the next unit of money does most: acquisition, retention or recovery.

At the best split of a budget the last unit returns the same in each; where one returns more, money
should move there until it does not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

NOT_AVAILABLE = "not available: needs a test of a measure for retention"


def compare_pillars(
    *,
    recovery_cost: float,
    recovery_benefit: float,
    acquisition_cost: float,
    new_customer_value: float,
    retention_cost: float | None = None,
    retention_benefit: float | None = None,
) -> pd.DataFrame:
    """Net return of money spent on each pillar.

    Parameters
    ----------
    recovery_cost, recovery_benefit
        Of a campaign, its benefit incremental.
    acquisition_cost, new_customer_value
        Of one new customer.
    retention_cost, retention_benefit
        Of a measure for customers who are there, its benefit incremental; None where nobody
        tested one, since churn scores are no effects.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``pillar``: ``net_return`` (missing where it is not known), ``basis``.

    Examples
    --------
    >>> compare_pillars(recovery_cost=100, recovery_benefit=141, acquisition_cost=20,
    ...                 new_customer_value=15)["net_return"].round(2).to_dict()
    {'acquisition': -0.25, 'retention': nan, 'recovery': 0.41}
    """
    known = retention_cost is not None and retention_benefit is not None
    kept = retention_benefit / retention_cost - 1 if known else np.nan  # type: ignore[operator]
    new = new_customer_value / acquisition_cost - 1 if acquisition_cost else np.nan
    rows = {
        "acquisition": (new, "cost and value of a new customer, as assumed"),
        "retention": (kept, "incremental, as tested" if known else NOT_AVAILABLE),
        "recovery": (recovery_benefit / recovery_cost - 1, "incremental, as tested"),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["net_return", "basis"])
    return table.rename_axis("pillar")
