"""First lens of the customer-base audit: how different are the customers of one period?

After P. S. Fader, B. G. S. Hardie and M. Ross (2022), The Customer-Base Audit, Wharton School
Press, chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.schema import AMOUNT
from clvlab.summary.concentration import gini, herfindahl, lorenz_curve, top_share
from clvlab.summary.period import MARGIN, ORDERS, Period, customers_in

TENTHS = 10


@dataclass(frozen=True)
class OnePeriod:
    """The customers of one period.

    Attributes
    ----------
    period
        Its days.
    customers
        One row per customer; see `customers_in`.
    """

    period: Period
    customers: pd.DataFrame

    @property
    def basis(self) -> str:
        """What customers are ranked by: ``margin`` where each has one, else ``amount``."""
        known = MARGIN in self.customers and self.customers[MARGIN].notna().all()
        return MARGIN if known else AMOUNT

    def describe(self) -> dict[str, float]:
        """The period in numbers.

        ``customers``, ``orders``, ``amount``; ``orders_per_customer``, ``basket`` (amount of an
        order), ``amount_per_customer``, and with a margin ``margin`` and ``margin_rate``;
        ``bought_once`` (share of customers); ``gini``, ``effective_customers`` (one over the
        Herfindahl index), ``top_01``, ``top_10``, ``top_20`` (shares of the amount).
        """
        table = self.customers
        n, orders, amount = len(table), int(table[ORDERS].sum()), math.fsum(table[AMOUNT])
        positive = table[AMOUNT].clip(lower=0.0)
        out = {
            "customers": n,
            "orders": orders,
            "amount": amount,
            "orders_per_customer": orders / n,
            "basket": amount / orders,
            "amount_per_customer": amount / n,
            "bought_once": float((table[ORDERS] == 1).mean()),
            "gini": gini(positive),
            "effective_customers": 1 / herfindahl(positive),
            "top_01": top_share(positive, 0.01),
            "top_10": top_share(positive, 0.10),
            "top_20": top_share(positive, 0.20),
        }
        if self.basis == MARGIN:
            margin = math.fsum(table[MARGIN])
            out |= {"margin": margin, "margin_rate": margin / amount if amount else math.nan}
        return out

    def by_orders(self, most: int = 10) -> pd.DataFrame:
        """How many customers placed how many orders.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``orders``, 1 to `most`, whose row holds that many and more:
            ``customers``, ``share`` of customers, ``amount_share``.
        """
        group = self.customers[ORDERS].clip(upper=most)
        grouped = self.customers.groupby(group)
        out = pd.DataFrame({"customers": grouped.size(), AMOUNT: grouped[AMOUNT].sum()})
        out = out.reindex(pd.RangeIndex(1, most + 1, name=ORDERS), fill_value=0)
        total = math.fsum(self.customers[AMOUNT])
        return pd.DataFrame(
            {
                "customers": out["customers"],
                "share": out["customers"] / len(self.customers),
                "amount_share": out[AMOUNT] / total if total else math.nan,
            }
        )

    def deciles(self) -> pd.DataFrame:
        """Tenths of the customers by what they are worth, the best first.

        Ties keep the order of ids. The tenths differ by at most one customer.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``decile``, 1 to 10: ``customers``, ``orders``, ``amount``, with a margin
            ``margin``; ``amount_share``, ``orders_per_customer``, ``basket``.
        """
        ranked = self.customers.sort_values(self.basis, ascending=False, kind="stable")
        decile = np.arange(len(ranked)) * TENTHS // max(len(ranked), 1) + 1
        grouped = ranked.groupby(pd.Index(decile, name="decile"))
        out = grouped.sum()
        out.insert(0, "customers", grouped.size())
        out["amount_share"] = out[AMOUNT] / math.fsum(ranked[AMOUNT])
        out["orders_per_customer"] = out[ORDERS] / out["customers"]
        out["basket"] = out[AMOUNT] / out[ORDERS]
        return out

    def lorenz(self) -> pd.DataFrame:
        """Lorenz curve of the amounts; see `lorenz_curve`."""
        return lorenz_curve(self.customers[AMOUNT].clip(lower=0.0))

    def what_differs(self) -> pd.Series:
        """Share of the differences between customers that is due to each factor.

        An amount is orders times basket (times the margin rate, for the margin), so its logarithm
        is a sum, and the covariance of each part with the sum, over the sum's variance, is its
        share. Shares add up to one; one is negative where a factor works against the others.
        Customers with nothing positive to take a logarithm of are left out.

        Returns
        -------
        pandas.Series
            Indexed by ``factor``: ``orders``, ``basket`` and, with a margin, ``margin_rate``.
        """
        table = self.customers[(self.customers[[AMOUNT, self.basis]] > 0).all(axis=1)]
        parts = {ORDERS: np.log(table[ORDERS]), "basket": np.log(table[AMOUNT] / table[ORDERS])}
        if self.basis == MARGIN:
            parts["margin_rate"] = np.log(table[MARGIN] / table[AMOUNT])
        logs = pd.DataFrame(parts)
        whole = logs.sum(axis=1)
        variance = whole.var()
        shares = {name: logs[name].cov(whole) / variance if variance else math.nan for name in logs}
        return pd.Series(shares, name="share").rename_axis("factor")


def audit_one_period(log: TransactionLog, period: Period) -> OnePeriod:
    """Look at the customers of one period.

    Raises
    ------
    InputError
        When nobody bought in it.

    Examples
    --------
    >>> import clvlab
    >>> period = Period.of("1997-01-01", "1998-06-30")
    >>> found = audit_one_period(clvlab.load_cdnow(), period).describe()
    >>> round(found["bought_once"], 3), round(found["gini"], 4), round(found["top_10"], 3)
    (0.511, 0.6346, 0.509)
    """
    customers = customers_in(log, period)
    if not len(customers):
        raise InputError(Problem("a period", "must have purchases in it", f"none in {period}"))
    return OnePeriod(period, customers)
