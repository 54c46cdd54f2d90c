"""How the lost base is made up: by reason, class, time, region and product."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clvlab.data.log import TransactionLog
from clvlab.data.small_groups import hide_small_groups
from clvlab.recovery.losses import LOST_ON, structure
from clvlab.recovery.reasons import REASON
from clvlab.schema import CUSTOMER_ID, DATE

MOST_GROUPS = 8
OTHERS = "others"
LAST_KNOWN = {"region": ("region",), "product": ("product", "category"), "channel": ("channel",)}
"""What of the last purchase says where a customer belongs, by the columns that may have it."""


def lost_structure(
    lost: pd.DataFrame, log: TransactionLog, value: str, *, as_of: date, fewest: int
) -> tuple[pd.DataFrame, list[str]]:
    """The lost base by every characteristic that is known.

    Parameters
    ----------
    lost
        Indexed by ``customer_id``: ``reason``, ``class``, ``lost_on``, ``last_purchase``.
    log
        Purchases; region, product and channel are those of the last one up to `as_of`.
    value
        A column of money.
    as_of
        Last day that is looked at.
    fewest
        Groups of fewer customers are hidden, within each characteristic.

    Returns
    -------
    tuple
        Table indexed by ``characteristic`` and ``group``: ``customers``, ``share``, the sum of
        `value`, ``value_share``. Of each characteristic the largest groups, the rest as
        ``others``. And what is not available, in sentences.
    """
    gone = lost[LOST_ON].fillna(lost["last_purchase"])
    columns = {
        REASON: lost[REASON],
        "class": lost["class"],
        "time": gone.dt.to_period("Q").astype(str).str.replace("Q", " Q").where(gone.notna()),
    }
    missing = []
    for name, sources in LAST_KNOWN.items():
        there = [one for one in sources if one in log.table]
        if there:
            columns[name] = last_known(log, there[0], as_of).reindex(lost.index)
        else:
            missing.append(f"By {name}: not available, needs the column {name} of the purchases.")
    parts = {}
    for name, groups in columns.items():
        by = _largest(groups, lost[value]) if name != "time" else groups
        table = structure(lost.assign(group=by), "group", value)
        parts[name] = hide_small_groups(table.sort_index() if name == "time" else table, fewest)[0]
    return pd.concat(parts, names=["characteristic", "group"]), missing


def last_known(log: TransactionLog, column: str, as_of: date) -> pd.Series:
    """A column's value at each customer's last purchase that has one, up to a day."""
    rows = log.table[(log.table[DATE] <= pd.Timestamp(as_of)) & log.table[column].notna()]
    last = rows.drop_duplicates(CUSTOMER_ID, keep="last")
    return last.set_index(CUSTOMER_ID)[column].astype(str)


def _largest(groups: pd.Series, value: pd.Series) -> pd.Series:
    """Groups with most value by name, the others as one."""
    totals = value.groupby(groups).sum().sort_values(ascending=False, kind="stable")
    if len(totals) <= MOST_GROUPS + 1:
        return groups
    kept = groups.isin(totals.index[:MOST_GROUPS]) | groups.isna()
    return pd.Series(np.where(kept, groups, OTHERS), groups.index)
