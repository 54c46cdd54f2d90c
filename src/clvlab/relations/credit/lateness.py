"""How often and how long payments are late: by class with limits, by customer drawn together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv, betaln, expit

from clvlab.errors import InputError, Problem
from clvlab.lifecycle.time_to_event import kaplan_meier
from clvlab.relations.clustered import clustered_mean, clustered_share
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import AMOUNT, CUSTOMER_ID

Array = npt.NDArray[np.float64]
_MEANS = np.linspace(-6.0, 6.0, 121)
_WEIGHTS = np.linspace(-3.0, 8.0, 23)
"""Grids of the log odds of the mean, and of the logarithm of a + b: from 0.05 to 3,000 invoices."""


@dataclass(frozen=True, eq=False)
class LatenessLaw:
    """How customers of a class differ: their chances to be late have a law Beta(a, b).

    What is known of a and b is kept as weights on a grid, so that limits of a customer with few
    invoices are not narrower than those of the class.

    Attributes
    ----------
    a, b, weight
        Grid of the parameters and how likely each point is, (g,); the weights sum to 1.
    """

    a: Array
    b: Array
    weight: Array

    @property
    def mean(self) -> float:
        """Expected chance of a customer of whom nothing is known."""
        return float(self.weight @ (self.a / (self.a + self.b)))

    def chances(self, late: npt.ArrayLike, invoices: npt.ArrayLike, interval: float) -> Array:
        """Chance, lower and upper limit of customers with so many late invoices, (3, n).

        The posterior is a mixture of beta laws; its limits are those of the one beta law with the
        same mean and variance.
        """
        k, n = np.asarray(late, dtype=np.float64), np.asarray(invoices, dtype=np.float64)
        pairs, place = np.unique(np.column_stack([k, n]), axis=0, return_inverse=True)
        a, b = self.a + pairs[:, :1], self.b + pairs[:, 1:] - pairs[:, :1]
        # What is known of the class already has the customer's own invoices in it.
        mean = a / (a + b)
        second = mean * (a + 1) / (a + b + 1)
        middle = mean @ self.weight
        spread = np.maximum(second @ self.weight - middle**2, 1e-12)
        size = middle * (1 - middle) / spread - 1
        low, high = (
            betaincinv(middle * size, (1 - middle) * size, tail)
            for tail in ((1 - interval) / 2, (1 + interval) / 2)
        )
        return np.asarray([middle, low, high])[:, place.ravel()]


def fit_lateness(late: npt.ArrayLike, invoices: npt.ArrayLike) -> LatenessLaw:
    r"""The beta law behind late payments of customers (Skellam 1948), with how well it is known.

    .. math:: L(a, b) = \prod_i \frac{B(a + k_i, b + n_i - k_i)}{B(a, b)}

    times a prior that is even in the mean a / (a + b) and in the logarithm of a + b.

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
    >>> law = fit_lateness([0, 10, 0, 10], [10, 10, 10, 10])
    >>> round(law.mean, 2)
    0.5
    >>> law.chances([0], [10], 0.9).round(2).ravel().tolist()
    [0.01, 0.0, 0.04]
    """
    k, n = np.asarray(late, dtype=np.float64), np.asarray(invoices, dtype=np.float64)
    if not n.sum() > 0:
        raise InputError(Problem("the invoices", "must hold one whose due day has passed", "none"))
    pairs, counts = np.unique(np.column_stack([k, n]), axis=0, return_counts=True)
    odds, size = (one.ravel() for one in np.meshgrid(_MEANS, np.exp(_WEIGHTS)))
    mean = expit(odds)
    a, b = mean * size, (1 - mean) * size
    own = betaln(a + pairs[:, :1], b + pairs[:, 1:] - pairs[:, :1]) - betaln(a, b)
    # The grid is even in the log odds of the mean; an even mean has the density m (1 - m) there.
    log_weight = counts @ own + np.log(mean) + np.log1p(-mean)
    weight = np.exp(log_weight - log_weight.max())
    return LatenessLaw(a, b, weight / weight.sum())


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
        Coverage of the limits of the chance, which know that the class's law is estimated.

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
    limits = ["late_chance", "late_lower", "late_upper"]
    out[limits] = np.nan
    for _, own in out.groupby("class"):
        law = fit_lateness(own["late"], own["resolved"])
        out.loc[own.index, limits] = law.chances(own["late"], own["resolved"], interval).T
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
