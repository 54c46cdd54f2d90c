"""How often and how long payments are late: by class with limits, by customer drawn together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln
from scipy.stats import beta

from clvlab.errors import InputError, Problem
from clvlab.lifecycle.time_to_event import kaplan_meier
from clvlab.relations.clustered import clustered_mean, clustered_share
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import AMOUNT, CUSTOMER_ID

Array = npt.NDArray[np.float64]
_BOUNDS = ((-8.0, 8.0), (-3.0, 8.0))
"""Of the log odds of the mean and the logarithm of the prior's invoices: from 0.05 to 3,000."""


@dataclass(frozen=True, slots=True)
class LatenessPrior:
    """How customers differ: their chances to be late have the law Beta(a, b).

    Attributes
    ----------
    a, b
        Parameters; ``a / (a + b)`` is the mean, ``a + b`` how many invoices it weighs as much as.
    """

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Mean chance."""
        return self.a / (self.a + self.b)


def fit_lateness(late: npt.ArrayLike, invoices: npt.ArrayLike) -> LatenessPrior:
    r"""The beta law behind late payments of customers, by maximum likelihood (Skellam 1948).

    .. math:: L = \prod_i \frac{B(a + k_i, b + n_i - k_i)}{B(a, b)}

    Where customers do not differ by more than chance, a + b runs to its bound and every customer
    has the mean. A weak penalty, that of one late and one punctual invoice, keeps the mean inside.

    Parameters
    ----------
    late, invoices
        Late and all invoices of each customer, (n,).

    Raises
    ------
    InputError
        When there is no invoice.

    Examples
    --------
    >>> prior = fit_lateness([0, 10, 0, 10], [10, 10, 10, 10])
    >>> round(prior.mean, 2), prior.a + prior.b < 1
    (0.5, True)
    """
    k, n = np.asarray(late, dtype=np.float64), np.asarray(invoices, dtype=np.float64)
    if not n.sum() > 0:
        raise InputError(Problem("the invoices", "must hold one whose due day has passed", "none"))

    def loss(x: Array) -> float:
        mean, weight = 1 / (1 + np.exp(-x[0])), np.exp(x[1])
        a, b = mean * weight, (1 - mean) * weight
        own = betaln(a + k, b + n - k) - betaln(a, b)
        return -float(own.sum() + np.log(mean) + np.log1p(-mean))

    rate = (k.sum() + 1) / (n.sum() + 2)
    start = np.log(rate / (1 - rate))
    found = min(
        (minimize(loss, [start, w], method="L-BFGS-B", bounds=_BOUNDS) for w in (0.0, 3.0)),
        key=lambda one: float(one.fun),
    )
    mean, weight = 1 / (1 + np.exp(-found.x[0])), np.exp(found.x[1])
    return LatenessPrior(float(mean * weight), float((1 - mean) * weight))


def lateness_by_customer(
    receivables: Receivables, classes: pd.Series | None = None, *, interval: float = 0.90
) -> pd.DataFrame:
    """Each customer's chance to pay late, drawn towards that of the class.

    Parameters
    ----------
    receivables
        The invoices; only those count whose due day has passed.
    classes
        Class of each customer, indexed by ``customer_id``; customers without one, and all of
        them by default, are one class.
    interval
        Coverage of the limits, which are quantiles of the posterior, the class's law taken as
        known.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``class``, ``resolved`` (invoices), ``late`` of them,
        ``late_share``, ``late_chance`` with ``late_lower`` and ``late_upper``, ``mean_delay``
        (days late of an invoice, weighted with amounts, open ones until the last day),
        ``disputed_share``.
    """
    rows = receivables.resolved()
    grouped = rows.groupby(CUSTOMER_ID)
    out = pd.DataFrame({"resolved": grouped.size(), "late": grouped["late"].sum().astype(int)})
    named = pd.Series("all", out.index) if classes is None else classes.reindex(out.index)
    out.insert(0, "class", named.astype(object).fillna("not known"))
    out["late_share"] = out["late"] / out["resolved"]
    for name in ("late_chance", "late_lower", "late_upper"):
        out[name] = np.nan
    for _, own in out.groupby("class"):
        prior = fit_lateness(own["late"], own["resolved"])
        a, b = prior.a + own["late"], prior.b + own["resolved"] - own["late"]
        out.loc[own.index, "late_chance"] = a / (a + b)
        out.loc[own.index, "late_lower"] = beta.ppf((1 - interval) / 2, a, b)
        out.loc[own.index, "late_upper"] = beta.ppf((1 + interval) / 2, a, b)
    delay = delays(receivables)
    weight = rows[AMOUNT]
    total = weight.groupby(rows[CUSTOMER_ID]).sum()
    out["mean_delay"] = (delay * weight).groupby(rows[CUSTOMER_ID]).sum() / total
    refused = rows["disputed"].astype("Float64").groupby(rows[CUSTOMER_ID]).mean()
    out["disputed_share"] = refused.astype(float)
    return out.rename_axis(CUSTOMER_ID)


def delays(receivables: Receivables) -> pd.Series:
    """Days late of invoices whose due day has passed: 0 in time, open ones until the last day."""
    rows = receivables.resolved()
    still = (receivables.as_of - rows["due_on"]).dt.days
    return rows["days_late"].fillna(still).astype(float).rename("delay")


def lateness_by_class(
    receivables: Receivables, classes: pd.Series | None = None, *, interval: float = 0.90
) -> pd.DataFrame:
    """How often invoices of each class are late, and by how long.

    Limits take invoices of one customer for alike: see `clvlab.relations.clustered`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``class``: ``customers``, ``resolved`` (invoices), ``late_share`` with
        ``late_lower`` and ``late_upper``, ``delay`` (mean days late of late invoices, open ones
        until the last day, so at least so long) with ``delay_lower`` and ``delay_upper``.
    """
    rows = receivables.resolved()
    named = pd.Series("all", rows.index) if classes is None else rows[CUSTOMER_ID].map(classes)
    named = named.astype(object).fillna("not known")
    delay = delays(receivables)
    out = {}
    for name in sorted(named.unique()):
        own = rows[named == name]
        share = clustered_share(own["late"], own[CUSTOMER_ID], interval)
        late = own[own["late"]]
        days = clustered_mean(delay[late.index], late[CUSTOMER_ID], interval)
        out[str(name)] = {
            "customers": own[CUSTOMER_ID].nunique(),
            "resolved": len(own),
            "late_share": share.estimate,
            "late_lower": share.lower,
            "late_upper": share.upper,
            "delay": days.estimate,
            "delay_lower": max(days.lower, 0.0),
            "delay_upper": days.upper,
        }
    return pd.DataFrame.from_dict(out, orient="index").rename_axis("class")


def terms_kept(receivables: Receivables, agreed: pd.Series | None = None) -> pd.DataFrame:
    """Terms on the invoices beside those agreed with the customer and the days really taken.

    Parameters
    ----------
    receivables
        The invoices.
    agreed
        Days to pay agreed with each customer, indexed by ``customer_id``, where they are known.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``terms_days``, the terms on the invoice: ``invoices``, ``customers``,
        ``days_to_pay`` (the median, by Kaplan and Meier, so that open invoices count as long as
        they were open; missing where half are not paid), ``in_time_share`` of those whose due day
        has passed, and ``as_agreed`` (share with the terms agreed, of those where they are known).
    """
    rows = receivables.invoices.dropna(subset=["terms_days"])
    waited = rows["days_to_pay"].fillna((receivables.as_of - rows["issued_on"]).dt.days)
    known = pd.Series(dtype=float) if agreed is None else agreed
    promised = rows[CUSTOMER_ID].map(known)
    out = {}
    for terms, own in rows.groupby("terms_days"):
        curve = kaplan_meier(waited[own.index], own["paid_on"].notna())
        half = curve.loc[curve["share"] >= 0.5, "day"]
        due = own[own["resolved"]]
        told = promised[own.index].dropna()
        out[int(float(str(terms)))] = {
            "invoices": len(own),
            "customers": own[CUSTOMER_ID].nunique(),
            "days_to_pay": float(half.iloc[0]) if len(half) else np.nan,
            "in_time_share": 1 - float(due["late"].mean()) if len(due) else np.nan,
            "as_agreed": float((told == float(str(terms))).mean()) if len(told) else np.nan,
        }
    return pd.DataFrame.from_dict(out, orient="index").rename_axis("terms_days")
