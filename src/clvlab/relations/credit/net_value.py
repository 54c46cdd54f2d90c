"""What a customer is worth when credit is paid for: financing, expected loss, and who to watch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import DAYS_PER_YEAR
from clvlab.errors import InputError, Problem, Problems
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import AMOUNT, CUSTOMER_ID

Array = npt.NDArray[np.float64]
DANGEROUS = "dangerous"
"""Large and disloyal, as `clvlab.segments.loyalty_by_volume` names them."""


def financing_cost(*, amount: npt.ArrayLike, days: npt.ArrayLike, cost_of_capital: float) -> Array:
    r"""What it costs to wait for money: :math:`amount \cdot days / 365.25 \cdot rate`.

    Examples
    --------
    >>> financing_cost(amount=[1000.0], days=[36.525], cost_of_capital=0.08)
    array([8.])
    """
    waiting = np.asarray(days, np.float64) / DAYS_PER_YEAR
    return np.asarray(np.asarray(amount, np.float64) * waiting * cost_of_capital)


def expected_loss(
    *, default_chance: npt.ArrayLike, loss_given_default: float, exposure: npt.ArrayLike
) -> Array:
    r"""Expected loss: :math:`EL = PD \cdot LGD \cdot EAD`.

    Examples
    --------
    >>> expected_loss(default_chance=[0.02], loss_given_default=0.5, exposure=[1000.0])
    array([10.])
    """
    chance = np.asarray(default_chance, np.float64)
    return np.asarray(chance * loss_given_default * np.asarray(exposure, np.float64))


def default_rate(
    receivables: Receivables, *, default_days: int, interval: float = 0.90
) -> dict[str, float]:
    """Share of invoices that were not paid within so many days after their due day.

    Parameters
    ----------
    receivables
        The invoices; those count whose due day is `default_days` or more before the last day.
    default_days
        Days overdue from which on an invoice counts as not paid at all.
    interval
        Coverage of Wilson's limits.

    Returns
    -------
    dict
        ``invoices``, ``defaults``, ``rate``, ``lower``, ``upper``; missing without an invoice.
    """
    rows = receivables.resolved()
    edge = receivables.as_of - pd.Timedelta(days=default_days)
    old = rows[rows["due_on"] <= edge]
    late = (old["paid_on"] - old["due_on"]).dt.days
    bad = int((~(late <= default_days)).sum())
    lower, upper = wilson_limits(bad, len(old), interval)
    rate = bad / len(old) if len(old) else np.nan
    return {
        "invoices": len(old),
        "defaults": bad,
        "rate": rate,
        "lower": float(lower),
        "upper": float(upper),
    }


def value_net_of_credit(
    clv: pd.DataFrame,
    lateness: pd.DataFrame,
    days_to_pay: pd.Series,
    *,
    margin_rate: float,
    cost_of_capital: float,
    default: dict[str, float],
    loss_given_default: float,
) -> pd.DataFrame:
    r"""Lifetime value less the cost of waiting for money and what will not be paid.

    Each unit of sales that a value rests on costs the same share of it, so

    .. math:: CLV_{net} = CLV - \frac{CLV}{m}
              \Bigl(\frac{days}{365.25} r + PD \cdot LGD\Bigr)

    with the margin m. The chance of default is the rate of all invoices times the customer's
    chance to pay late over the mean of it, at most 1.

    Parameters
    ----------
    clv
        Indexed by ``customer_id``: ``clv``, ``clv_credible_lower``, ``clv_credible_upper``, with
        the same `margin_rate`.
    lateness
        `lateness_by_customer`; who is not in it has the mean.
    days_to_pay
        Days from issue to payment of each customer; who is not in it has the median of the others.
    margin_rate
        Share of sales that is earned, above 0.
    cost_of_capital
        Annual rate, at least 0.
    default
        `default_rate`.
    loss_given_default
        Share of an unpaid invoice that is lost, from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Indexed like `clv`: ``clv``, ``financing``, ``bad_debt``, ``net_clv`` with ``net_lower``
        and ``net_upper``: the value at its credible limits, less credit with the chance of default
        at its upper and lower limit, so the coverage is at least that of the value.

    Raises
    ------
    InputError
        For rates out of their range.
    """
    problems = Problems()
    for name, value, sound in (
        ("margin_rate", margin_rate, 0 < margin_rate <= 1),
        ("cost_of_capital", cost_of_capital, cost_of_capital >= 0),
        ("loss_given_default", loss_given_default, 0 <= loss_given_default <= 1),
    ):
        if not sound:
            problems.add(f"parameter '{name}'", "must be a share in its range", f"got {value!r}")
    problems.raise_if_any()
    chance = lateness["late_chance"].reindex(clv.index)
    usual = lateness["late_chance"].mean()
    risk = (chance / usual).fillna(1.0) if usual > 0 else pd.Series(1.0, clv.index)
    days = days_to_pay.reindex(clv.index).fillna(days_to_pay.median())

    def credit(value: pd.Series, rate: float) -> tuple[Array, Array]:
        sales = value / margin_rate
        pd_each = np.minimum(risk * rate, 1.0)
        return (
            financing_cost(amount=sales, days=days, cost_of_capital=cost_of_capital),
            expected_loss(
                default_chance=pd_each, loss_given_default=loss_given_default, exposure=sales
            ),
        )

    known: dict[str, float] = {
        name: 0.0 if np.isnan(number) else number for name, number in default.items()
    }
    out = clv[["clv"]].copy()
    out["financing"], out["bad_debt"] = credit(clv["clv"], known["rate"])
    out["net_clv"] = out["clv"] - out["financing"] - out["bad_debt"]
    for side, other in (("lower", "upper"), ("upper", "lower")):
        worth: pd.Series = clv[f"clv_credible_{side}"]
        waiting, unpaid = credit(worth, known[other])
        out[f"net_{side}"] = worth - waiting - unpaid
    return out


def mean_days_to_pay(receivables: Receivables) -> pd.Series:
    """Days from issue to payment of each customer, weighted with amounts; open invoices count
    until the last day.
    """
    rows = receivables.invoices
    waited = rows["days_to_pay"].fillna((receivables.as_of - rows["issued_on"]).dt.days)
    who = rows[CUSTOMER_ID]
    whole = rows[AMOUNT].groupby(who).sum()
    found: pd.Series = (waited * rows[AMOUNT]).groupby(who).sum() / whole
    return found.rename("days_to_pay")


def large_but_disloyal(
    kinds: pd.Series, limits: pd.DataFrame, *, dangerous: str = DANGEROUS
) -> pd.DataFrame:
    """The large but disloyal customers with overdue money.

    Parameters
    ----------
    kinds
        Kind of each customer by loyalty and volume; see `clvlab.segments.loyalty_by_volume`.
    limits
        `credit_limits`, for what is owed and overdue.
    dangerous
        The kind that is meant.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the most overdue first: ``owed``, ``overdue``, ``headroom``.

    Raises
    ------
    InputError
        When no customer of the limits has a kind.
    """
    named = kinds.reindex(limits.index)
    if not named.notna().any():
        rule = "must be the kinds of customers with invoices"
        raise InputError(Problem("parameter 'kinds'", rule, "no customer id is the same"))
    found = limits[(named.astype(object) == dangerous) & (limits["overdue"] > 0)]
    columns = ["owed", "overdue", "headroom"]
    return found[columns].sort_values("overdue", ascending=False, kind="stable")
