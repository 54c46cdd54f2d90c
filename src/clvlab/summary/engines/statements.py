r"""From rows to customers in one expression, for every engine that knows windows.

A return is set off against the customer's latest earlier purchases that are still open: a stack.
With day totals :math:`u_1, u_2, \dots` of a customer in the order of days, the stack's height is

.. math::

    H_k = S_k - \min(0, \min_{j \le k} S_j), \qquad S_k = u_1 + \dots + u_k ,

since a return that finds nothing earlier leaves it empty. Of a purchase on day :math:`i` remains
the part of its layer from :math:`H_{i-1}` to :math:`H_i` that no later return reached,

.. math::

    \max\bigl(0,\ \min_{j \ge i} H_j - H_{i-1}\bigr) ,

and of a return on day :math:`i` what found no purchase, :math:`\min(0, H_{i-1} + u_i)`. So the loop
of `clvlab.data.netting` becomes two running minima.
"""

from __future__ import annotations

from dataclasses import dataclass

from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import (
    FIRST_PURCHASE,
    HISTORY_COMPLETE,
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    LOG_GAPS,
    RECENCY_DAYS,
    T_DAYS,
    TOTAL_AMOUNT,
)
from clvlab.summary.engines.dialect import Dialect
from clvlab.summary.engines.rows import Rows
from clvlab.summary.log_gaps import LOG_UNITS

PURCHASE_DAYS = "purchase_days"
"""Purchases of a customer in the whole log; counted for the data-quality table and not kept."""

_ONCE = "/*+ REPARTITION(customer) */"
"""Spark sends lines to their customer's worker once and not at every step; others read over it."""

_BY_DAY = "(PARTITION BY customer ORDER BY day{})"
_UP_TO_NOW = _BY_DAY.format(" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
_FROM_NOW_ON = _BY_DAY.format(" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING")


@dataclass(frozen=True)
class Purchases:
    """Which rows count and how they become purchases.

    Attributes
    ----------
    rows
        The rows of the source.
    decimals
        Amounts are counted in units of ``10**-decimals``.
    last_day
        Number of the last day that is seen (inclusive).
    plain
        Whether all amounts are positive.
    drop_returns
        Whether lines below zero are left out.
    keep_zeros
        Whether customer days on which every line is zero are purchases.
    """

    rows: Rows
    decimals: int
    last_day: int
    plain: bool
    drop_returns: bool = False
    keep_zeros: bool = False

    def lines(self, dialect: Dialect) -> list[str]:
        """Common table expressions up to `all_lines`: every row, in minor units."""
        units = dialect.rounded.format(f"amount * 1e{self.decimals}")
        finite = "COALESCE(ABS(amount) <= 1.7976931348623157e308, FALSE)"
        return [
            self.rows.read(dialect),
            "all_lines AS (SELECT customer, absent, day, "
            f"CAST(CASE WHEN {finite} THEN {units} ELSE 0 END AS BIGINT) AS units FROM rows_read)",
        ]

    def days(self, dialect: Dialect) -> list[str]:
        """Common table expressions up to `netted`: one row per customer and day."""
        kept = f"NOT absent AND day <= {self.last_day}"
        if self.drop_returns:
            kept += " AND units >= 0"
        counts = (
            ""
            if self.plain
            else (", COUNT(*) AS lines, COUNT(*) FILTER (WHERE units = 0) AS zero_lines")
        )
        lines = f"SELECT {_ONCE} customer, day, units FROM all_lines WHERE {kept}"
        days = (
            f"gross_days AS (SELECT customer, day, CAST(SUM(units) AS BIGINT) AS gross{counts} "
            f"FROM ({lines}) AS kept GROUP BY customer, day)"
        )
        return [*self.lines(dialect), days, *self.netting()]

    def netting(self) -> list[str]:
        """Common table expressions from `gross_days` to `netted`, in which returns are set off."""
        return _PLAIN if self.plain else _NETTED

    def purchases(self, dialect: Dialect) -> list[str]:
        """Common table expressions up to `purchases`: `customer`, `day`, `units`."""
        zeros = " OR lines = zero_lines" if self.keep_zeros and not self.plain else ""
        return [
            *self.days(dialect),
            f"purchases AS (SELECT customer, day, units FROM netted WHERE units > 0{zeros})",
        ]


_PLAIN = ["netted AS (SELECT customer, day, gross AS units FROM gross_days)"]
_NETTED = [
    f"walks AS (SELECT *, CAST(SUM(gross) OVER {_UP_TO_NOW} AS BIGINT) AS walk FROM gross_days)",
    f"heights AS (SELECT *, walk - LEAST(0, MIN(walk) OVER {_UP_TO_NOW}) AS height FROM walks)",
    f"layers AS (SELECT *, LAG(height, 1, 0) OVER {_BY_DAY.format('')} AS below, "
    f"MIN(height) OVER {_FROM_NOW_ON} AS lowest FROM heights)",
    "netted AS (SELECT customer, day, gross, lines, zero_lines, CASE "
    "WHEN gross > 0 THEN GREATEST(0, lowest - below) "
    "WHEN gross < 0 THEN LEAST(0, below + gross) ELSE 0 END AS units FROM layers)",
]


@dataclass(frozen=True)
class Window:
    """Days as numbers: first day seen, ends of calibration and holdout, days of burn-in."""

    first: int
    end: int
    holdout_end: int | None
    burn_in: float | None


def customers_sql(purchases: Purchases, window: Window, dialect: Dialect) -> str:
    """One row per customer with the columns of the summary, and `PURCHASE_DAYS`.

    Customers who came after the calibration end are among them, counted with a frequency of -1.
    """
    seen, later = f"day <= {window.end}", f"day > {window.end} AND day <= {window.holdout_end}"
    logarithm = dialect.rounded.format(f"LN(CAST(day - earlier AS DOUBLE)) * {LOG_UNITS!r}e0")
    gathered = [
        "MIN(day) AS first_day",
        f"COUNT(*) FILTER (WHERE {seen}) - 1 AS frequency",
        f"MAX(day) FILTER (WHERE {seen}) AS last_day",
        f"SUM(CAST({logarithm} AS BIGINT)) FILTER (WHERE {seen} AND earlier IS NOT NULL) AS gaps",
        f"SUM(units) FILTER (WHERE {seen}) AS total",
        "SUM(units) FILTER (WHERE earlier IS NULL) AS first_units",
        f"COUNT(*) AS {PURCHASE_DAYS}",
    ]
    if window.holdout_end is not None:
        gathered += [
            f"COUNT(*) FILTER (WHERE {later}) AS holdout_days",
            f"SUM(units) FILTER (WHERE {later}) AS holdout_units",
        ]
    steps = (
        f"steps AS (SELECT customer, day, units, LAG(day) OVER {_BY_DAY.format('')} AS earlier "
        "FROM purchases)"
    )
    by_customer = (
        f"customers AS (SELECT customer, {', '.join(gathered)} FROM steps GROUP BY customer)"
    )
    expressions = [*purchases.purchases(dialect), steps, by_customer]
    columns = ", ".join(f"{sql} AS {name}" for name, sql in _columns(purchases, window, dialect))
    return f"WITH {', '.join(expressions)} SELECT {columns} FROM customers"


def _columns(purchases: Purchases, window: Window, dialect: Dialect) -> list[tuple[str, str]]:
    def money(units: str) -> str:
        return f"(CAST(CAST({units} AS BIGINT) AS DOUBLE) / 1e{purchases.decimals})"

    complete = "TRUE"
    if window.burn_in is not None:
        complete = f"(first_day - {window.first} >= {float(window.burn_in)!r})"
    columns = [
        (FIRST_PURCHASE, dialect.stamp.format("first_day")),
        (FREQUENCY, "CAST(frequency AS BIGINT)"),
        (RECENCY_DAYS, "CAST(last_day - first_day AS BIGINT)"),
        (T_DAYS, f"CAST({window.end} - first_day AS BIGINT)"),
        (LOG_GAPS, f"CAST(CAST(COALESCE(gaps, 0) AS BIGINT) AS DOUBLE) / {LOG_UNITS!r}e0"),
        (
            MONETARY_VALUE,
            f"CASE WHEN frequency > 0 THEN {money('total - first_units')} / frequency END",
        ),
        (TOTAL_AMOUNT, money("total")),
        (HISTORY_COMPLETE, complete),
    ]
    if window.holdout_end is not None:
        columns += [
            (HOLDOUT_FREQUENCY, "CAST(holdout_days AS BIGINT)"),
            (HOLDOUT_AMOUNT, money("COALESCE(holdout_units, 0)")),
        ]
    return [
        *columns,
        (CUSTOMER_ID, "customer"),
        (PURCHASE_DAYS, f"CAST({PURCHASE_DAYS} AS BIGINT)"),
    ]
