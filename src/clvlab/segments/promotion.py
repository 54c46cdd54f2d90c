"""What is bought at a reduced price, by class and form: who depends on discounts?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.segments.segmentation import SEGMENT, Segmentation
from clvlab.summary.period import Period


def promotion_by_segment(
    segmentation: Segmentation,
    lines: pd.DataFrame,
    forms: Sequence[str],
    period: Period,
) -> pd.DataFrame:
    """What was taken off prices in each segment, by form.

    Parameters
    ----------
    segmentation
        The segments.
    lines
        ``customer_id``, ``date``, ``amount`` (paid) and one column for each form of discount,
        not negative.
    forms
        Their names.
    period
        Days that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``segment``: ``customers``; ``spend``; for each form the share of the full
        price that it took off; ``discount``, all forms together; ``discounted``, the share of
        the spend that went to reduced lines; ``used_coupon`` (with a form of that name), the
        share of the customers who used one.

    Raises
    ------
    InputError
        When a form is no column.
    """
    for form in forms:
        if form not in lines:
            rule = "must be a column of the lines"
            raise InputError(Problem("parameter 'forms'", rule, f"got {form!r}"))
    customers = _discounts(lines, forms, period)
    labels = segmentation.labels
    names = pd.Index([str(name) for name in labels.cat.categories], name=SEGMENT)
    groups = customers.index.to_series().map(labels.astype(str))
    known = customers[groups.notna()]
    sums = pd.DataFrame({name: sum_by(known[name], groups.dropna()) for name in known})
    sums = sums.reindex(names).fillna(0.0)
    full = sums[AMOUNT] + sums[list(forms)].sum(axis=1)
    out = pd.DataFrame({"customers": labels.value_counts().reindex(names), "spend": sums[AMOUNT]})
    for form in forms:
        out[form] = sums[form] / full.where(full > 0)
    out["discount"] = sums[list(forms)].sum(axis=1) / full.where(full > 0)
    out["discounted"] = sums["reduced"] / sums[AMOUNT].where(sums[AMOUNT] > 0)
    if "coupon" in forms:
        used = (known["coupon"] > 0).groupby(groups.dropna()).sum()
        out["used_coupon"] = used.reindex(names).fillna(0) / out["customers"]
    return out


def discount_dependence(lines: pd.DataFrame, forms: Sequence[str], period: Period) -> pd.Series:
    """Share of each customer's spend that went to lines with something taken off.

    Returns
    -------
    pandas.Series
        Named ``discounted``, indexed by ``customer_id``, those who bought in the period.
    """
    customers = _discounts(lines, forms, period)
    share = customers["reduced"] / customers[AMOUNT].where(customers[AMOUNT] > 0)
    return share.rename("discounted")


def _discounts(lines: pd.DataFrame, forms: Sequence[str], period: Period) -> pd.DataFrame:
    """Each customer's amount, discounts by form, and amount of reduced lines."""
    days = lines[DATE]
    rows = lines[(days >= pd.Timestamp(period.first)) & (days <= pd.Timestamp(period.last))]
    off = rows[list(forms)].sum(axis=1)
    parts = {AMOUNT: rows[AMOUNT], "reduced": rows[AMOUNT].where(off > 0, 0.0)}
    parts |= {form: rows[form] for form in forms}
    return pd.DataFrame({name: sum_by(part, rows[CUSTOMER_ID]) for name, part in parts.items()})
