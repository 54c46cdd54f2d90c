"""What a recovery campaign costs: people, communication, incentives, set-up, overhead, leakage.

Costs are stated, never assumed: every amount of `CostRates` has to be given, a zero included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems

Numbers = float | npt.NDArray[np.float64]
"""One number, or one for each draw."""


@dataclass(frozen=True, kw_only=True)
class CostRates:
    """What one campaign costs, in the log's currency.

    Attributes
    ----------
    communication
        Per contact: postage, call charges, sending.
    incentive
        Per return, paid to everyone who comes back, whether or not the campaign was the cause.
    hours
        Hours of personnel per contact.
    hourly_rate
        Cost of an hour.
    set_up
        Once per campaign.
    overhead
        Allocated to the campaign; see `allocate_overhead`.
    leakage
        Lost to customers who were never lost; see `leakage_cost`.

    Raises
    ------
    InputError
        For an amount that is missing, negative or not finite.
    """

    communication: float
    incentive: float
    hours: float
    hourly_rate: float
    set_up: float
    overhead: float
    leakage: float = 0.0

    def __post_init__(self) -> None:
        problems = Problems()
        for field in fields(self):
            refuse_no_amount(problems, f"cost '{field.name}'", getattr(self, field.name))
        problems.raise_if_any()

    @property
    def per_contact(self) -> float:
        """Communication and personnel of one contact."""
        return self.communication + self.hours * self.hourly_rate

    @property
    def fixed(self) -> float:
        """What does not depend on how many are contacted or come back."""
        return self.set_up + self.overhead + self.leakage

    def total(self, contacted: Numbers, return_rate: Numbers) -> Numbers:
        """Cost of contacting so many customers of whom such a share comes back."""
        return contacted * (self.per_contact + return_rate * self.incentive) + self.fixed

    def ledger(
        self, contacted: float, return_rate: float, natural_rate: float | None = None
    ) -> pd.DataFrame:
        """Every item of cost.

        Parameters
        ----------
        contacted
            Customers contacted.
        return_rate
            Share of them who came back.
        natural_rate
            Share who would have come back without a contact, when a control group shows it:
            incentives are then parted into those that bought a return and those given away.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``item``: ``quantity``, ``unit_cost``, ``cost``. Items that cost nothing
            stay in, so that nobody takes them for forgotten.

        Examples
        --------
        >>> rates = CostRates(communication=2, incentive=10, hours=0, hourly_rate=0,
        ...                   set_up=500, overhead=0)
        >>> float(rates.ledger(1000, 0.12, 0.08)["cost"].sum())
        3700.0
        """
        returns = contacted * return_rate
        rows = [
            ("communication", contacted, self.communication),
            ("personnel", contacted * self.hours, self.hourly_rate),
        ]
        if natural_rate is None:
            rows.append(("incentives", returns, self.incentive))
        else:
            natural = contacted * min(natural_rate, return_rate)
            rows.append(("incentives that bought a return", returns - natural, self.incentive))
            rows.append(("incentives given away to natural returns", natural, self.incentive))
        rows += [
            ("set-up", 1.0, self.set_up),
            ("allocated overhead", 1.0, self.overhead),
            ("leakage to customers never lost", 1.0, self.leakage),
        ]
        table = pd.DataFrame(rows, columns=["item", "quantity", "unit_cost"]).set_index("item")
        return table.astype(np.float64).assign(cost=lambda one: one["quantity"] * one["unit_cost"])


def refuse_no_amount(problems: Problems, subject: str, amount: Any) -> None:  # noqa: ANN401
    """Note what is no finite amount of at least 0."""
    number = isinstance(amount, (int, float, np.number)) and not isinstance(amount, bool)
    if number and 0 <= amount < math.inf:
        return
    missing = amount is None or (number and math.isnan(amount))
    found = "it is missing" if missing else f"got {amount!r}"
    problems.add(
        subject,
        "must be a finite amount of at least 0",
        found,
        "Costs are never assumed: pass 0 if there is none.",
    )


def allocate_overhead(overhead: float, *, own: float, total: float, key: str) -> float:
    """The campaign's part of an overhead, by a stated key.

    Parameters
    ----------
    overhead
        Amount to be allocated.
    own, total
        How much of the key the campaign and everything together have.
    key
        What is counted, such as ``"contacts"``, ``"hours"`` or ``"revenue"``; for errors.

    Examples
    --------
    >>> allocate_overhead(12000.0, own=50, total=600, key="hours")
    1000.0
    """
    if not 0 <= own <= total or total <= 0:
        raise InputError(
            Problem(
                f"the key '{key}' of the overhead",
                "must hold a part of a total above 0",
                f"got {own!r} of {total!r}",
            )
        )
    return overhead * own / total


def leakage_cost(
    *,
    loyal: float,
    obtaining: Numbers,
    incentive: float,
    churn_increase: Numbers = 0.0,
    loyal_value: float = 0.0,
) -> Numbers:
    """Cost of an incentive that reaches customers who were never lost.

    ``loyal * obtaining * incentive + loyal * churn_increase * loyal_value``: what they take, and
    what is lost with those who leave in order to be won back.

    Parameters
    ----------
    loyal
        Customers who are not lost.
    obtaining
        Share of them who obtain the incentive.
    incentive
        Its amount.
    churn_increase
        Rise of their probability to leave.
    loyal_value
        Lifetime value of one of them.

    Examples
    --------
    >>> leakage_cost(loyal=5000, obtaining=0.01, incentive=10.0)
    500.0
    """
    return loyal * obtaining * incentive + loyal * churn_increase * loyal_value


def break_even_leakage(profit: float, *, loyal: float, incentive: float) -> float:
    """Share of loyal customers who may obtain the incentive until a profit is gone.

    Infinite where there is nothing to leak; 0 where there is no profit to lose.

    Examples
    --------
    >>> break_even_leakage(2300.0, loyal=5000, incentive=10.0)
    0.046
    """
    at_stake = loyal * incentive
    if profit <= 0:
        return 0.0
    return profit / at_stake if at_stake else math.inf
