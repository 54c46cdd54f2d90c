"""Second lens of the customer-base audit: what changed between two periods?

After P. S. Fader, B. G. S. Hardie and M. Ross (2022), The Customer-Base Audit, Wharton School
Press, chapter 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.decomposition import split_change
from clvlab.lifecycle.one_period import OnePeriod, audit_one_period
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import ORDERS, Period

FACTORS = {
    "customers": "customers",
    "orders_per_customer": "orders per customer",
    "basket": "amount of an order",
}
"""What the factors of an amount are called where people read them."""
GROUPS = ("new", "reactivated", "lapsed", "up", "down", "same")


@dataclass(frozen=True)
class TwoPeriods:
    """The customers of two periods that follow each other.

    Attributes
    ----------
    before, after
        Each period on its own.
    customers
        Indexed by ``customer_id``, all who bought in one of them: ``before`` and ``after``
        (amounts, 0 where nothing was bought), ``change``, and ``group``: ``new`` (first purchase
        in the second period), ``reactivated`` (bought before the first period and not in it),
        ``lapsed`` (bought in the first period only), ``up``, ``down`` and ``same``.
    """

    before: OnePeriod
    after: OnePeriod
    customers: pd.DataFrame

    def bridge(self) -> pd.DataFrame:
        """From the amount of the first period to that of the second, customer by customer.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``group``, all six: ``customers``, ``before``, ``after``, ``change``. The
            changes sum to the whole change exactly, in the smallest unit of the money.
        """
        group = self.customers["group"]
        columns = ("before", "after", "change")
        out = pd.DataFrame({name: sum_by(self.customers[name], group) for name in columns})
        out.insert(0, "customers", group.value_counts().reindex(out.index))
        return out.reindex(pd.Index(GROUPS, name="group"))

    def factors(self) -> pd.DataFrame:
        """The change split over customers, orders per customer and basket; see `split_change`."""
        sides = []
        for side in (self.before, self.after):
            numbers = side.describe()
            names = ("customers", "orders_per_customer", "basket")
            sides.append({FACTORS[name]: numbers[name] for name in names})
        return split_change(*sides)

    def decile_migration(self) -> pd.DataFrame:
        """Where the customers of each tenth of the first period are in the second.

        Returns
        -------
        pandas.DataFrame
            Rows: tenths of the first period, 1 to 10, and ``none`` for those who did not buy in
            it. Columns: tenths of the second, and ``none``. Numbers of customers.
        """
        places = []
        for side in (self.before, self.after):
            ranked = side.customers.sort_values(side.basis, ascending=False, kind="stable")
            tenth = np.arange(len(ranked)) * 10 // max(len(ranked), 1) + 1
            place = pd.Series(tenth.astype(str), index=ranked.index)
            places.append(place.reindex(self.customers.index).fillna("none"))
        labels = [*map(str, range(1, 11)), "none"]
        counts = pd.crosstab(places[0], places[1], rownames=["before"], colnames=["after"])
        whole: pd.DataFrame = counts.reindex(index=labels, columns=labels, fill_value=0)
        return whole

    def describe(self) -> dict[str, float]:
        """The change in numbers: ``before``, ``after``, ``change``; ``retained`` and ``lapsed``,
        shares of the first period's customers who bought again or did not; ``same_customer``, the
        relative change of what those who bought in both spent.
        """
        table = self.customers
        both = table[(table["group"].isin(["up", "down", "same"]))]
        before, after = math.fsum(table["before"]), math.fsum(table["after"])
        earlier, later = math.fsum(both["before"]), math.fsum(both["after"])
        n = len(self.before.customers)
        return {
            "before": before,
            "after": after,
            "change": after - before,
            "relative": abs(after / before - 1) if before else math.nan,
            "retained": len(both) / n,
            "lapsed": 1 - len(both) / n,
            "same_customer": later / earlier - 1 if earlier else math.nan,
        }


def audit_two_periods(log: TransactionLog, before: Period, after: Period) -> TwoPeriods:
    """Look at what changed from one period to the next.

    Raises
    ------
    InputError
        When the second does not begin after the first, or nobody bought in one of them.

    Examples
    --------
    >>> import clvlab
    >>> quarters = Period.of("1997-07-01", "1997-09-30"), Period.of("1997-10-01", "1997-12-31")
    >>> found = audit_two_periods(clvlab.load_cdnow(), *quarters)
    >>> found.factors()["part"].round().astype(int).to_dict()
    {'customers': -2936, 'orders per customer': 7737, 'amount of an order': 3611}
    """
    if after.first <= before.last:
        rule = "must begin after the first ends"
        raise InputError(Problem("the second period", rule, f"got {before}, then {after}"))
    one, two = audit_one_period(log, before), audit_one_period(log, after)
    amounts = pd.DataFrame({"before": one.customers[AMOUNT], "after": two.customers[AMOUNT]})
    table = amounts.fillna(0.0).rename_axis(CUSTOMER_ID)
    table["change"] = table["after"] - table["before"]
    first = log.table.groupby(CUSTOMER_ID, observed=True)[DATE].min().reindex(table.index)
    bought = {name: side.customers[ORDERS].reindex(table.index).notna() for name, side in
              (("before", one), ("after", two))}  # fmt: skip
    known = first < pd.Timestamp(before.first)
    table["group"] = pd.Categorical(
        np.select(
            [
                bought["before"] & ~bought["after"],
                ~bought["before"] & known,
                ~bought["before"],
                table["change"] > 0,
                table["change"] < 0,
            ],
            ["lapsed", "reactivated", "new", "up", "down"],
            default="same",
        ),
        categories=list(GROUPS),
    )
    return TwoPeriods(one, two, table)
