"""Margins and costs: one number for all customers, or one per customer."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, did_you_mean, name_rows
from clvlab.models.customers.customer_columns import Customers, frame_of

Array = npt.NDArray[np.float64]
PerCustomer = float | str | pd.Series
"""One number for all, the name of a column of the customers, or a series indexed by their ids."""

OF_MARGINS = "A margin of 30 percent is 0.30; for revenue instead of margin pass 1."
OF_MONEY = "Pass an amount of the log's currency, such as 2.50."


class Rule(Protocol):
    """What every number must hold."""

    def __call__(self, values: Array) -> npt.NDArray[np.bool_]:
        """Which of them do."""


def margin_of(margin_rate: PerCustomer, customers: Customers) -> float | Array:
    """Shares of the amount that is earned, one for all or one per customer in their order.

    Raises
    ------
    InputError
        For shares outside 0 to 1, an unknown column, and customers without one.
    """
    return _per_customer(
        margin_rate,
        "margin_rate",
        "must be a share between 0 and 1",
        lambda values: (values >= 0) & (values <= 1),
        customers,
        OF_MARGINS,
    )


def direct_cost_of(direct_cost: PerCustomer, customers: Customers) -> float | Array:
    """Costs of serving one purchase, in money, one for all or one per customer in their order."""
    return _per_customer(
        direct_cost,
        "direct_cost",
        "must be a finite amount per purchase of at least 0",
        lambda values: (values >= 0) & (values < np.inf),
        customers,
        OF_MONEY,
    )


def one_margin(margin_rate: float) -> float:
    """A share between 0 and 1, where there are no customers to have their own."""
    values = margin_of(margin_rate, pd.DataFrame())
    return float(values)


def money(amount: float, name: str, per: str) -> float:
    """A finite amount of at least 0, or an error that names the parameter."""
    rule = f"must be a finite amount per {per} of at least 0"
    if _is_number(amount) and 0 <= amount < np.inf:
        return float(amount)
    raise InputError(Problem(f"parameter '{name}'", rule, f"got {amount!r}", OF_MONEY))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _per_customer(
    given: PerCustomer, name: str, rule: str, holds: Rule, customers: Customers, remedy: str
) -> float | Array:
    subject = f"parameter '{name}'"
    if not isinstance(given, (str, pd.Series)):
        if _is_number(given) and holds(np.array([given], dtype=np.float64))[0]:
            return float(given)
        raise InputError(Problem(subject, rule, f"got {given!r}", remedy))
    frame = frame_of(customers)
    if isinstance(given, str):
        if given not in frame.columns:
            hint = did_you_mean(given, [str(column) for column in frame.columns])
            found = f"got {given!r}, which is no column of the customers"
            raise InputError(Problem(subject, rule, found, f"{remedy} {hint}"))
        subject, column = f"column '{given}'", frame[given]
    else:
        if not given.index.is_unique:
            found = "some ids of the series come more than once"
            raise InputError(Problem(subject, "must have one number per customer", found))
        column = given.reindex(frame.index)
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    rows = np.flatnonzero(~holds(values))
    if len(rows):
        found = f"{len(rows):,} of {len(values):,} rows do not: {name_rows(rows.tolist())}"
        raise InputError(Problem(subject, rule, found, remedy))
    return values
