"""What was known of a customer's payments when an invoice was issued, and nothing later.

An invoice is described by the end of the day before it was issued. Every answer is a difference
of exact whole numbers counted up to that day, so what came later can't change a digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.exact_money import to_minor_units
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import AMOUNT, CUSTOMER_ID

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LATE_FEATURES: Final = {
    "log_amount": "amount of the invoice",
    "log_amount_ratio": "amount over the customer's usual one",
    "terms_days": "days to pay",
    "log_invoices": "invoices before",
    "log_resolved": "invoices before whose due day had passed",
    "late_log_odds": "how often late before",
    "log_days_late": "days late when late before",
    "log_overdue_invoices": "invoices overdue",
    "log_overdue_amount": "amount overdue",
    "log_owed": "amount open",
    "log_known_days": "days since the first invoice",
}
"""Every feature, and what it is called on a page."""
PSEUDO_LATE, PSEUDO_INVOICES = 0.5, 2.0
"""Late and all invoices that every customer's record is drawn towards, so that odds stay finite."""


@dataclass(frozen=True, eq=False)
class _Counter:
    """Whole numbers of events of customers, summed up to the end of any day."""

    keys: Whole
    sums: Whole
    span: int

    @classmethod
    def of(cls, who: Whole, day: Whole, units: Whole, span: int) -> _Counter:
        keys = who * span + day
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], np.r_[0, np.cumsum(units[order])].astype(np.int64), span)

    def upto(self, who: Whole, day: Whole) -> Whole:
        """The sum of each customer's events up to each day (inclusive)."""
        begin = np.searchsorted(self.keys, who * self.span, side="left")
        end = np.searchsorted(self.keys, who * self.span + day, side="right")
        out: Whole = self.sums[end] - self.sums[np.minimum(begin, end)]
        return out


def features_at_issue(
    receivables: Receivables, characteristics: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Describe every invoice by what was known when it was issued.

    Parameters
    ----------
    receivables
        The invoices.
    characteristics
        What hardly ever changes of customers, such as the industry, indexed by ``customer_id``
        with columns of text; one column of 0 and 1 for each value that a twentieth of the
        customers have. Columns that are kept up to date, such as a rating, must not be among them:
        what they say today was not known then.

    Returns
    -------
    pandas.DataFrame
        Indexed like ``receivables.invoices``: `LATE_FEATURES`, finite, and one column for each
        value, named as ``industry=school``. Of what the invoice itself became (paid, disputed)
        nothing is used; its amount and due day stand on it.
    """
    rows = receivables.invoices
    names = rows[CUSTOMER_ID].to_numpy()
    order = {name: place for place, name in enumerate(sorted(set(names)))}
    who = np.array([order[name] for name in names], dtype=np.int64)
    days = {name: _day_numbers(rows[name]) for name in ("issued_on", "due_on", "paid_on")}
    # Days are counted from 1; the day after the last stands for never.
    zero = int(days["issued_on"].min()) - 1
    span = int(max(values.max() for values in days.values())) - zero + 2
    issued = days["issued_on"] - zero
    due, paid = (
        np.where(days[name] > 0, days[name] - zero, span - 1) for name in ("due_on", "paid_on")
    )
    late = paid > due
    cents = to_minor_units(rows[AMOUNT].to_numpy(np.float64))
    one = np.ones(len(rows), dtype=np.int64)
    # That an invoice is late shows when its due day is over.
    shown = np.minimum(due + 1, span - 1)
    seen = issued - 1

    def counted(day: Whole, units: Whole, some: npt.NDArray[np.bool_] | None = None) -> Array:
        kept = slice(None) if some is None else some
        counter = _Counter.of(who[kept], day[kept], units[kept], span)
        return counter.upto(who, seen).astype(np.float64)

    cleared = late & (paid < span - 1)
    scale = 10.0**cents.decimals
    before, resolved = counted(issued, one), counted(shown, one)
    late_before = counted(shown, one, late)
    ended = counted(paid, one, cleared)
    overdue = late_before - ended
    overdue_amount = (
        counted(shown, cents.units, late) - counted(paid, cents.units, cleared)
    ) / scale
    issued_amount = counted(issued, cents.units) / scale
    owed = issued_amount - counted(paid, cents.units, paid < span - 1) / scale
    days_late = counted(paid, paid - due, cleared) / np.maximum(ended, 1)
    first = pd.Series(issued).groupby(who).transform("min").to_numpy()
    amount = rows[AMOUNT].to_numpy(np.float64)
    usual = np.where(before > 0, issued_amount / np.maximum(before, 1), amount)
    share = (late_before + PSEUDO_LATE) / (resolved + PSEUDO_INVOICES)
    out = pd.DataFrame(
        {
            "log_amount": np.log1p(amount),
            "log_amount_ratio": np.log(amount / usual),
            "terms_days": rows["terms_days"].fillna(0).to_numpy(np.float64),
            "log_invoices": np.log1p(before),
            "log_resolved": np.log1p(resolved),
            "late_log_odds": np.log(share / (1 - share)),
            "log_days_late": np.log1p(days_late),
            "log_overdue_invoices": np.log1p(overdue),
            "log_overdue_amount": np.log1p(overdue_amount),
            "log_owed": np.log1p(np.maximum(owed, 0.0)),
            "log_known_days": np.log1p(issued - first),
        },
        index=rows.index,
    )
    return out if characteristics is None else out.join(_values(rows, characteristics))


def feature_label(name: str) -> str:
    """What a feature is called on a page.

    Examples
    --------
    >>> feature_label("late_log_odds"), feature_label("customer_type=end")
    ('how often late before', 'customer type: end')
    """
    return LATE_FEATURES.get(name) or name.replace("=", ": ").replace("_", " ")


def _day_numbers(days: pd.Series) -> Whole:
    """Days since 1970, -1 where there is none."""
    numbers = days.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return np.where(days.isna().to_numpy(), -1, numbers)


def _values(rows: pd.DataFrame, characteristics: pd.DataFrame) -> pd.DataFrame:
    known = characteristics[~characteristics.index.duplicated()]
    out = {}
    for column in known.columns:
        share = known[column].value_counts(normalize=True)
        own = rows[CUSTOMER_ID].map(known[column])
        for value in sorted(str(one) for one in share.index[share >= 0.05]):
            out[f"{column}={value}"] = (own == value).fillna(value=False).astype(float)
    return pd.DataFrame(out, index=rows.index)
