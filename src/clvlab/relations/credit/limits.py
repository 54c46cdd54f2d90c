"""How much credit a customer needs, how much is acceptable, and how much is left of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem, Problems
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import AMOUNT, CUSTOMER_ID


def need_based_limit(
    *,
    monthly_sales: npt.ArrayLike,
    terms_days: npt.ArrayLike,
    delay_days: npt.ArrayLike,
    tax_rate: float,
    safety: float,
) -> npt.NDArray[np.float64]:
    r"""The credit that a customer's own purchases call for.

    .. math:: S_{month} \frac{terms + delay}{days\ of\ a\ month} (1 + tax) \cdot safety

    with a month of 365.25 / 12 days.

    Parameters
    ----------
    monthly_sales
        Expected sales of a month without tax.
    terms_days, delay_days
        Days to pay, and days late on average.
    tax_rate
        On top of the sales, at least 0.
    safety
        Factor for months above the average, above 0.

    Raises
    ------
    InputError
        For a negative tax, or a safety that is not above 0.

    Examples
    --------
    >>> need_based_limit(
    ...     monthly_sales=[30.4375], terms_days=[30], delay_days=[10], tax_rate=0.0, safety=1.5
    ... )
    array([60.])
    """
    problems = Problems()
    if not tax_rate >= 0:
        problems.add("parameter 'tax_rate'", "must be at least 0", f"got {tax_rate!r}")
    if not safety > 0:
        problems.add("parameter 'safety'", "must be above 0", f"got {safety!r}")
    problems.raise_if_any()
    waiting = np.asarray(terms_days, np.float64) + np.asarray(delay_days, np.float64)
    monthly = np.asarray(monthly_sales, np.float64)
    return np.asarray(monthly * waiting / TimeUnit.MONTH.days * (1 + tax_rate) * safety)


def credit_limits(
    receivables: Receivables,
    lateness: pd.DataFrame,
    customers: pd.DataFrame | None = None,
    *,
    tax_rate: float,
    safety: float,
    asset_share: float,
    window_days: int = 365,
) -> pd.DataFrame:
    """Recommended limits beside what is owed and the limits on file.

    Parameters
    ----------
    receivables
        The invoices.
    lateness
        `lateness_by_customer`, for the mean delay; it counts up to the length of the terms.
    customers
        ``customer_id``, and ``assets`` and ``credit_limit`` where they are known.
    tax_rate, safety
        See `need_based_limit`. Amounts of invoices are taken for sales without tax.
    asset_share
        The acceptable limit is this share of the customer's assets, where they are known.
    window_days
        Days up to the last one whose invoices are the expected sales; who came later counts from
        the first invoice, but at least for a month.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, for those with an invoice in the window or something open:
        ``monthly_sales``, ``terms_days`` (of the last invoice), ``mean_delay``, ``need``,
        ``acceptable`` (missing where no assets are known), ``recommended`` (the smaller of both),
        ``owed``, ``overdue``, ``headroom`` (recommended less owed), ``utilisation`` (owed over
        recommended), ``limit_on_file``.

    Raises
    ------
    InputError
        For a share of assets or a window that is not above 0.
    """
    if not asset_share > 0 or window_days < 1:
        rule = "must be above 0"
        found = f"got {asset_share!r} and {window_days!r}"
        raise InputError(Problem("parameters 'asset_share' and 'window_days'", rule, found))
    rows, end = receivables.invoices, receivables.as_of
    recent = rows[rows["issued_on"] > end - pd.Timedelta(days=window_days)]
    waiting = receivables.owed()
    ids = pd.Index(sorted({*recent[CUSTOMER_ID], *waiting[CUSTOMER_ID]}), name=CUSTOMER_ID)
    first = rows.groupby(CUSTOMER_ID)["issued_on"].min().reindex(ids)
    days = ((end - first).dt.days + 1).clip(lower=TimeUnit.MONTH.days, upper=window_days)
    sold = sum_by(recent[AMOUNT], recent[CUSTOMER_ID]).reindex(ids).fillna(0.0)
    last = rows.dropna(subset=["terms_days"]).groupby(CUSTOMER_ID)["terms_days"].last()
    out = pd.DataFrame(index=ids)
    out["monthly_sales"] = sold / days * TimeUnit.MONTH.days
    out["terms_days"] = last.reindex(ids).fillna(0.0)
    out["mean_delay"] = lateness["mean_delay"].reindex(ids).fillna(0.0)
    out["need"] = need_based_limit(
        monthly_sales=out["monthly_sales"],
        terms_days=out["terms_days"],
        # More delay than the terms themselves asks for a reminder, not for more credit.
        delay_days=out[["mean_delay", "terms_days"]].min(axis=1),
        tax_rate=tax_rate,
        safety=safety,
    )
    known = pd.DataFrame(index=ids)
    if customers is not None:
        known = customers.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID).reindex(ids)
    nothing = pd.Series(np.nan, ids)
    assets = known.get("assets", nothing)
    out["acceptable"] = asset_share * assets.where(assets >= 0)
    out["recommended"] = out[["need", "acceptable"]].min(axis=1)
    overdue = waiting[waiting["days_overdue"] > 0]
    for name, some in (("owed", waiting), ("overdue", overdue)):
        out[name] = sum_by(some[AMOUNT], some[CUSTOMER_ID]).reindex(ids).fillna(0.0)
    out["headroom"] = out["recommended"] - out["owed"]
    # Somebody with a recommended limit of 0 who owes anything is beyond every share of it.
    used = out["owed"] / out["recommended"].where(out["recommended"] > 0)
    out["utilisation"] = used.mask(used.isna() & (out["owed"] > 0), np.inf).fillna(0.0)
    out["limit_on_file"] = known.get("credit_limit", nothing)
    return out
