"""Products: what customers bought first and what came of it, and where each product is in life.

A log keeps one product for a customer's day, that of the largest line; what was bought beside it
is not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from clvlab.clock import Horizon, StudyWindow, TimeUnit
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, NotAvailableError, Problem
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import calendar_periods

PHASES = ("introduction", "growth", "maturity", "decline")


@dataclass(frozen=True)
class LifeCycleRules:
    """When a product is in which phase, by shares of the best smoothed period that it has had.

    Attributes
    ----------
    smoothing
        Periods that the moving average covers: this one and those before it.
    introduced
        Introduction ends with the first period that reaches this share.
    mature
        Growth ends with the first period that reaches this share.
    declining
        Decline begins after the last period that reaches this share.
    """

    smoothing: int = 3
    introduced: float = 0.25
    mature: float = 0.75
    declining: float = 0.60

    def __post_init__(self) -> None:
        if self.smoothing < 1:
            rule, found = "must be at least 1", f"got {self.smoothing!r}"
            raise InputError(Problem("parameter 'smoothing'", rule, found))
        if not 0 < self.introduced < self.declining < self.mature <= 1:
            rule = "must keep 0 < introduced < declining < mature <= 1"
            found = f"got {self.introduced!r}, {self.declining!r}, {self.mature!r}"
            raise InputError(Problem("the rules of the product life cycle", rule, found))


def first_products(
    log: TransactionLog,
    horizon: Horizon,
    *,
    last_day: date | None = None,
    fewest: int = 5,
    interval: float = 0.90,
    column: str = "product",
) -> pd.DataFrame:
    """What customers who began with each product bought later.

    It describes and proves nothing: who begins with what is not left to chance.

    Parameters
    ----------
    log
        The purchases, with products.
    horizon
        Time after the first purchase within which later ones count (inclusive): days, or a span.
    last_day
        Last day that was seen, by default that of the last purchase.
    fewest
        Smallest number of customers seen long enough of whom later purchases are told.
    interval
        Coverage of the limits: Student's for means, Wilson's for shares.
    column
        ``"product"`` or ``"category"``.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``first_product``, most customers first: ``customers``; ``seen_long_enough``
        (of them); of these ``bought_again`` (share) with ``again_lower`` and ``again_upper``,
        and ``later_amount`` (mean within the horizon without the first purchase) with
        ``later_lower`` and ``later_upper``.

    Raises
    ------
    NotAvailableError
        When the log has no such column.
    InputError
        When the horizon is no time.
    """
    rows, end = _rows(log, last_day, column)
    days = StudyWindow(TimeUnit.DAY).horizon_days(horizon, "horizon")
    first = rows.groupby(CUSTOMER_ID, observed=True)[DATE].transform("min")
    opening = rows[rows[DATE] == first].set_index(CUSTOMER_ID)
    within = rows[(rows[DATE] > first) & ((rows[DATE] - first).dt.days <= days)]
    customers = pd.DataFrame(
        {
            "first_product": opening[column],
            "seen": (end - opening[DATE]).dt.days >= days,
            "later": sum_by(within[AMOUNT], within[CUSTOMER_ID]).reindex(opening.index).fillna(0.0),
        }
    )
    seen = customers[customers["seen"]].groupby("first_product")["later"]
    out = pd.DataFrame({"customers": customers.groupby("first_product").size()})
    n = seen.size().reindex(out.index, fill_value=0)
    enough = n.where(n >= max(fewest, 2))
    again = seen.agg(lambda later: int((later > 0).sum())).reindex(out.index)
    out["seen_long_enough"] = n
    out["bought_again"] = again / enough
    out["again_lower"], out["again_upper"] = wilson_limits(
        again.fillna(0), enough.fillna(0), interval
    )
    mean = seen.mean().reindex(out.index).where(enough.notna())
    reach = stdtrit(enough - 1, (1 + interval) / 2) * seen.std().reindex(out.index)
    reach = reach / np.sqrt(enough)
    out["later_amount"], out["later_lower"], out["later_upper"] = mean, mean - reach, mean + reach
    return out.sort_values("customers", ascending=False, kind="stable")


def product_life_cycles(
    log: TransactionLog,
    *,
    period: str = "quarter",
    rules: LifeCycleRules | None = None,
    last_day: date | None = None,
    column: str = "product",
) -> pd.DataFrame:
    """How each product was taken up and sold over time, and the phase of life it was in.

    Phases follow one another and none comes twice. They compare the smoothed orders of a period
    with the best that the product has had as is known today, so a phase may be restated when a
    better period comes. Of a product that was sold before the log begins, introduction and
    growth are not seen.

    Parameters
    ----------
    log
        The purchases, with products.
    period
        ``"week"``, ``"month"`` or ``"quarter"``; only whole ones count.
    rules
        Where phases begin and end; see `LifeCycleRules`.
    last_day
        Last day that was seen, by default that of the last purchase.
    column
        ``"product"`` or ``"category"``.

    Returns
    -------
    pandas.DataFrame
        One row per product and whole period from its first purchase on, sorted: ``product``,
        ``period_end``, ``orders`` (customer days), ``amount``, ``new_buyers`` (the cohort that
        bought it for the first time), ``repeat_orders`` (by earlier cohorts), ``buyers`` (who ever
        bought it), ``share`` of all customers by then who ever bought it (the adoption curve),
        ``smoothed`` orders, ``phase`` (one of `PHASES`).

    Raises
    ------
    NotAvailableError
        When the log has no such column.
    InputError
        For an unknown period, or when none is whole.
    """
    rules = rules or LifeCycleRules()
    rows, end = _rows(log, last_day, column)
    whole = calendar_periods(rows[DATE].min().date(), end.date(), period)
    if not whole:
        found = f"the log covers {rows[DATE].min():%Y-%m-%d} to {end:%Y-%m-%d}"
        raise InputError(Problem("parameter 'period'", "must fit into the log", found))
    ends = pd.DatetimeIndex([one.last for one in whole])
    place = np.searchsorted(ends, rows[DATE].to_numpy(), side="left")
    # Days before the first whole period belong to its past: they make nobody a new buyer later.
    early = (rows[DATE] < pd.Timestamp(whole[0].first)).to_numpy()
    place = np.where(early, -1, place)
    keys = [rows[column].rename("product"), pd.Series(place, rows.index, name="place")]
    first_of_product = ~rows.duplicated([CUSTOMER_ID, column])
    cells = pd.DataFrame(
        {
            "orders": rows.groupby(keys, observed=True).size(),
            AMOUNT: sum_by(rows[AMOUNT], keys),
            "new_buyers": first_of_product.groupby(keys).sum(),
        }
    )
    known = (~rows.duplicated(CUSTOMER_ID)).groupby(place).sum()
    base = known.reindex(range(-1, len(ends)), fill_value=0).cumsum()
    parts = [
        _life(name, table.droplevel(0), ends, base, rules)
        for name, table in cells.groupby(level=0, sort=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _life(
    name: object,
    cells: pd.DataFrame,
    ends: pd.DatetimeIndex,
    base: pd.Series,
    rules: LifeCycleRules,
) -> pd.DataFrame:
    """One product from the first whole period in which it was sold."""
    begin = max(int(cells.index.min()), 0)
    every = cells.reindex(range(-1, len(ends)), fill_value=0)
    buyers = every["new_buyers"].cumsum()
    table = every.loc[begin : len(ends) - 1]
    smoothed = table["orders"].rolling(rules.smoothing, min_periods=1).mean()
    return pd.DataFrame(
        {
            "product": name,
            "period_end": ends[begin:],
            "orders": table["orders"].to_numpy(),
            AMOUNT: table[AMOUNT].to_numpy(),
            "new_buyers": table["new_buyers"].to_numpy(),
            "repeat_orders": (table["orders"] - table["new_buyers"]).to_numpy(),
            "buyers": buyers.loc[table.index].to_numpy(),
            "share": (buyers / base).loc[table.index].to_numpy(),
            "smoothed": smoothed.to_numpy(),
            "phase": phases_of(smoothed.to_numpy(), rules),
        }
    )


def phases_of(smoothed: np.ndarray, rules: LifeCycleRules) -> list[str]:
    """The phase of each period; see `LifeCycleRules`.

    Examples
    --------
    >>> phases_of(np.array([1, 3, 8, 10, 9, 6, 2]), LifeCycleRules())
    ['introduction', 'growth', 'maturity', 'maturity', 'maturity', 'maturity', 'decline']
    """
    best = smoothed.max(initial=0.0)
    if best <= 0:
        return [PHASES[0]] * len(smoothed)
    level = smoothed / best
    place = np.arange(len(level))
    growth = int(np.argmax(level >= rules.introduced))
    mature = int(np.argmax(level >= rules.mature))
    decline = int(place[level >= rules.declining].max()) + 1
    steps = (place >= growth).astype(int) + (place >= mature) + (place >= decline)
    return [PHASES[step] for step in steps]


def _rows(
    log: TransactionLog, last_day: date | None, column: str
) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Purchases up to the last day whose product is known."""
    if column not in log.table:
        raise NotAvailableError(f"not available: needs the column {column} of purchases")
    end = pd.Timestamp(last_day or log.table[DATE].max().date())
    rows = log.table[(log.table[DATE] <= end) & log.table[column].notna()]
    if rows.empty:
        rule, found = "must name products", "it names none"
        raise InputError(Problem(f"column '{column}' of purchases", rule, found))
    return rows, end
