"""What customers gave back, by the day on which they did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab import schema
from clvlab.data.exact_money import to_amounts
from clvlab.data.gather import gather
from clvlab.data.identifiers import usual_text
from clvlab.data.lines import Lines

RETURNED_LINES = "lines"


def returns_by_day(returned: Lines, decimals: int, *, is_text: bool) -> pd.DataFrame:
    """Lines below zero, gathered by customer and day of the return.

    Whether and from which purchases they were set off does not matter here: a return is known on
    its own day and not before.

    Parameters
    ----------
    returned
        Lines whose amounts are below zero.
    decimals
        Of their minor units.
    is_text
        Whether the source was untyped text, whose ids then are usual text, as in the log.

    Returns
    -------
    pandas.DataFrame
        ``customer_id``, ``date`` (datetime64, midnight), ``lines`` (int64) and ``amount`` (their
        exact sum, above zero). Sorted by date, then by customer id; empty without returns.
    """
    days = gather(returned.customers, returned.days)
    ids = usual_text(returned.ids) if is_text else returned.ids
    return pd.DataFrame(
        {
            schema.CUSTOMER_ID: ids.iloc[days.customers].reset_index(drop=True),
            schema.DATE: days.days.astype("datetime64[D]").astype("datetime64[ns]"),
            RETURNED_LINES: days.lengths.astype(np.int64),
            schema.AMOUNT: to_amounts(-days.sums(returned.units), decimals),
        }
    )
