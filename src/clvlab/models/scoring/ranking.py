"""Customers in the order of their value, sorted by the engine: tenths, quantiles, Gini.

Values are summed as whole numbers of a tiny unit, so no digit depends on how the engine shares
out the work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from clvlab.models.futures.futures import Numbers
from clvlab.models.scoring.customer_terms import CustomerTerms, Terms
from clvlab.models.scoring.worth import DECILES, Worth
from clvlab.summary.engine_session import EngineSession

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BITS = 61
"""Bits of the largest whole number that a value is turned into."""
_OF_SHARES = 2.0**60


def unit_of(largest: float) -> float:
    """A power of two by which numbers up to `largest` become whole numbers of 61 bits.

    Examples
    --------
    >>> unit_of(1.0) == 2.0**60, unit_of(0.0)
    (True, 1.0)
    """
    return math.ldexp(1.0, BITS - math.frexp(largest)[1]) if 0 < largest < math.inf else 1.0


@dataclass(frozen=True)
class Cuts:
    """The first customer of each tenth but the best: value, and position in the summary, (9,)."""

    value: Array
    position: Integers

    def decile(self, value: Array, first: int) -> Integers:
        """Tenths of customers with these values who stand one behind the other, 1 the best."""
        position = np.arange(first, first + len(value))
        out = np.ones(len(value), dtype=np.int64)
        for cut, place in zip(self.value, self.position, strict=True):
            out += (value < cut) | ((value == cut) & (position >= place))
        return out


class Ranking:
    """Gathers values in the engine and puts them in order; ties keep the summary's order."""

    def __init__(
        self,
        session: EngineSession,
        terms: CustomerTerms,
        largest_amount: float,
        largest_cost: float,
    ) -> None:
        self._session, self._terms = session, terms
        self._unit, self._cost_unit = unit_of(largest_amount), unit_of(largest_cost)
        own = ", margin BIGINT, cost BIGINT" if terms.differ else ""
        columns = f"clv DOUBLE, position BIGINT, history INT, money BIGINT{own}"
        session.run(f"CREATE TABLE worth ({columns})")

    def add(self, clv: Array, first: int, history: Integers, amount: Array, terms: Terms) -> None:
        """Add customers who stand one behind the other, from number `first` on."""
        margin = terms.margin_rate if self._terms.differ else 1.0
        rows = {
            "clv": clv,
            "position": np.arange(first, first + len(clv)),
            "history": history.astype(np.int32),
            "money": np.rint(amount * margin * self._unit).astype(np.int64),
        }
        if self._terms.differ:
            for name, one, unit in (
                ("margin", terms.margin_rate, _OF_SHARES),
                ("cost", terms.direct_cost, self._cost_unit),
            ):
                whole = np.rint(np.broadcast_to(one, clv.shape) * unit)
                rows[name] = whole.astype(np.int64)
        self._session.append("worth", pa.table(rows))

    def sort(self) -> None:
        """Put everybody in order, the highest value first."""
        self._session.run(
            "CREATE TABLE ranked AS SELECT row_number() OVER () - 1 AS place, * FROM "
            "(SELECT * FROM worth ORDER BY clv DESC, position)",
            "ranking",
        )
        self._session.run("DROP TABLE worth")

    def cuts(self) -> Cuts:
        """Where the tenths begin."""
        n = self._session.files.n_customers
        firsts = [-(-k * n // DECILES) for k in range(1, DECILES)]
        found = self._at([place for place in firsts if place < n])
        rows = [found.loc[place] for place in firsts if place < n]
        return Cuts(
            np.array([row["clv"] for row in rows], dtype=np.float64),
            np.array([row["position"] for row in rows], dtype=np.int64),
        )

    def quantiles(self) -> pd.Series:
        """The smallest values that at least these shares of the customers don't exceed."""
        n = self._session.files.n_customers
        places = [n - max(math.ceil(level * n), 1) for level in QUANTILES]
        found = self._at(places)
        values = found["clv"].loc[places].to_numpy()
        return pd.Series(values, index=pd.Index(QUANTILES, name="share"), name="clv")

    def worth(self) -> Worth:
        """Customers and amounts of each history in each tenth."""
        n = self._session.files.n_customers
        own = ", sum(margin) AS margin, sum(cost) AS cost" if self._terms.differ else ""
        found = self._session.table(
            f"SELECT history, place * {DECILES} // {n} AS decile, "  # noqa: S608
            f"count(*) AS customers, sum(money) AS money{own} "
            "FROM ranked GROUP BY ALL ORDER BY history, decile",
            "tenths",
        )
        customers = found["customers"].to_numpy(np.float64)
        shares: Array = customers
        means: tuple[Numbers, Numbers] = self._terms.for_all
        if self._terms.differ:
            shares = found["margin"].to_numpy(np.float64) / _OF_SHARES
            costs = found["cost"].to_numpy(np.float64) / self._cost_unit
            means = ((shares / customers)[:, None], (costs / customers)[:, None])
        money = found["money"].to_numpy(np.float64) / self._unit
        return Worth(
            found["history"].to_numpy(np.int64),
            found["decile"].to_numpy(np.int64),
            customers,
            # Nothing is earned of what has no margin, so its amount does not matter.
            np.divide(money, shares, out=np.zeros_like(money), where=shares > 0),
            *means,
        )

    def gini(self) -> float:
        """Gini coefficient of the values; missing where one is negative or none is above 0."""
        ends = self._session.table("SELECT min(clv) AS low, max(clv) AS high FROM ranked").iloc[0]
        low, high = float(ends["low"]), float(ends["high"])
        if not (low >= 0 and 0 < high < math.inf):
            return math.nan
        n, unit = self._session.files.n_customers, unit_of(high)
        whole = f"CAST(round(clv * CAST('{unit!r}' AS DOUBLE)) AS BIGINT)"
        sums = self._session.table(
            f"SELECT CAST(sum(CAST({n - 1} - 2 * place AS HUGEINT) * {whole}) AS VARCHAR) AS ranks,"  # noqa: S608
            f" CAST(sum({whole}) AS VARCHAR) AS total FROM ranked",
            "Gini coefficient",
        ).iloc[0]
        return int(sums["ranks"]) / (n * int(sums["total"]))

    def _at(self, places: list[int]) -> pd.DataFrame:
        wanted = ", ".join(map(str, sorted(set(places)))) or "-1"
        found = self._session.table(
            f"SELECT place, clv, position FROM ranked WHERE place IN ({wanted})"  # noqa: S608
        )
        return found.set_index("place")
