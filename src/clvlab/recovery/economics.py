"""The return on a recovery campaign: one set of numbers, five readings side by side.

The seed defines the return as "the ratio of benefit to cost" and then quotes 41 to 102 % as high.
A ratio of 0.41 would be a loss, so what it quotes can only be the net return, benefit over cost
minus one. Both are returned here, and both by name; 41 % and 102 % are compared with the net one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, Problems
from clvlab.recovery.benefits import benefit_per_return, refuse_no_basis
from clvlab.recovery.costs import CostRates, Numbers, refuse_no_amount

SEED_NET_RETURNS = (0.41, 1.02)
"""Net returns that the seed quotes: financial services, automotive."""

READINGS: Mapping[str, str] = {
    "gross": "every return counted, those that would have come anyway among them",
    "incremental": "only returns that the campaign caused",
    "stock_maintaining": "caused returns, each sparing a new customer and his margin",
    "full_replacement": "caused returns plus acquisition cost; counts twice, an upper bound",
    "seed": "the seed's own reading: every return plus acquisition cost, no control group",
}
INCREMENTAL = ("incremental", "stock_maintaining", "full_replacement")


@dataclass(frozen=True, kw_only=True)
class CampaignTerms:
    """What a campaign earned, so far as it does not depend on how it is read.

    Attributes
    ----------
    contacted
        Customers assigned to be contacted.
    return_treated, return_control
        Shares who came back; the latter None without a control group.
    second_lifetime_value
        Margin of a second life, discounted to the offer.
    acquisition_cost, new_customer_value
        Of the customer who would replace a lost one.
    communication, information
        Worth of talk and of information, zero unless there is a basis for them.
    basis
        What `communication` and `information` rest on; needed when they are not zero.

    Raises
    ------
    InputError
        For shares outside 0 to 1, missing or negative amounts, and a benefit without its basis.
    """

    contacted: float
    return_treated: float
    return_control: float | None
    second_lifetime_value: float
    acquisition_cost: float
    new_customer_value: float
    communication: float = 0.0
    information: float = 0.0
    basis: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("contacted", "second_lifetime_value", "acquisition_cost"):
            refuse_no_amount(problems, f"parameter '{name}'", getattr(self, name))
        for name in ("return_treated", "return_control"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                problems.add(f"parameter '{name}'", "must be between 0 and 1", f"got {share!r}")
        refuse_no_basis(problems, self.communication + self.information, self.basis)
        problems.raise_if_any()


def read_returns(terms: CampaignTerms, costs: CostRates) -> pd.DataFrame:
    """A campaign in five readings.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``reading`` (`READINGS`): ``benefit``, ``cost``, ``profit``,
        ``benefit_cost_ratio``, ``net_return`` (the ratio minus one, which is what the seed's 41 %
        and 102 % must mean), ``description``. Without a control group the incremental readings
        are missing numbers: nobody knows them.

    Examples
    --------
    >>> terms = CampaignTerms(contacted=1000, return_treated=0.12, return_control=0.08,
    ...     second_lifetime_value=150, acquisition_cost=60, new_customer_value=100)
    >>> costs = CostRates(communication=2, incentive=10, hours=0, hourly_rate=0, set_up=500,
    ...     overhead=0)
    >>> read_returns(terms, costs)["benefit_cost_ratio"].round(4).to_dict()
    {'gross': 4.8649, 'incremental': 1.6216, 'stock_maintaining': 1.1892,
     'full_replacement': 2.2703, 'seed': 6.8108}
    """
    cost = float(np.asarray(costs.total(terms.contacted, terms.return_treated)))
    if cost <= 0:
        raise InputError(
            Problem(
                "the campaign's cost",
                "must be above 0 for a return on it to mean something",
                "every cost is 0",
                "Pass what contacts, incentives and people cost.",
            )
        )
    control = np.nan if terms.return_control is None else terms.return_control
    rows = {}
    for reading in READINGS:
        uplift = terms.return_treated - (control if reading in INCREMENTAL else 0.0)
        worth = worth_of_a_return(
            reading,
            terms.second_lifetime_value,
            acquisition_cost=terms.acquisition_cost,
            new_customer_value=terms.new_customer_value,
        )
        rows[reading] = terms.contacted * uplift * worth + terms.communication + terms.information
    table = pd.DataFrame({"benefit": pd.Series(rows, dtype=np.float64)}).rename_axis("reading")
    table["cost"] = cost
    table["profit"] = table["benefit"] - cost
    table["benefit_cost_ratio"] = table["benefit"] / cost
    table["net_return"] = table["benefit_cost_ratio"] - 1
    return table.assign(description=pd.Series(READINGS))


def worth_of_a_return(
    reading: str,
    second_lifetime_value: Numbers,
    *,
    acquisition_cost: Numbers,
    new_customer_value: Numbers,
) -> Numbers:
    """What a reading counts for each return that it counts."""
    if reading in {"full_replacement", "seed"}:
        return second_lifetime_value + acquisition_cost
    return benefit_per_return(
        second_lifetime_value,
        replaced=float(reading == "stock_maintaining"),
        acquisition_cost=acquisition_cost,
        new_customer_value=new_customer_value,
    )


def net_value_per_customer(
    return_treated: Numbers, return_control: Numbers, value: Numbers, costs: CostRates
) -> Numbers:
    """Expected net value of contacting one customer, fixed costs left aside.

    ``(p1 - p0) S - k - p1 g``.
    """
    uplift = return_treated - return_control
    return uplift * value - costs.per_contact - return_treated * costs.incentive


def break_even_uplift(
    *, return_control: float, value: float, contact_cost: float, incentive: float
) -> float:
    """Uplift of the return rate at which contacting costs as much as it brings.

    ``(k + p0 g) / (S - g)``, for a value above the incentive; infinite otherwise, since no
    effect pays for an incentive that costs more than a return is worth.

    Parameters
    ----------
    return_control
        Share who come back by themselves, p0.
    value
        Worth of a return, S.
    contact_cost
        Of one contact, k, with its part of the fixed costs where they are to be earned too.
    incentive
        Paid on every return, g.

    Examples
    --------
    >>> round(break_even_uplift(return_control=0.08, value=150, contact_cost=2.5, incentive=10), 7)
    0.0235714
    """
    if value <= incentive:
        return np.inf
    return (contact_cost + return_control * incentive) / (value - incentive)


def break_even_map(
    uplifts: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    contacted: float,
    return_control: float,
    costs: CostRates,
) -> pd.DataFrame:
    """Incremental net return by uplift (rows) and worth of a return (columns).

    Examples
    --------
    >>> costs = CostRates(communication=2, incentive=10, hours=0, hourly_rate=0, set_up=500,
    ...     overhead=0)
    >>> break_even_map([0.04], [150.0], contacted=1000, return_control=0.08, costs=costs).round(4)
    value    150.0
    uplift
    0.04    0.6216
    """
    rows = np.asarray(uplifts, dtype=np.float64)[:, None]
    columns = np.asarray(values, dtype=np.float64)[None, :]
    net = contacted * rows * columns / costs.total(contacted, return_control + rows) - 1
    return pd.DataFrame(
        net, pd.Index(rows[:, 0], name="uplift"), pd.Index(columns[0], name="value")
    )


def payback_day(benefit_by_day: pd.Series, cost: float) -> float:
    """First day on which the benefit so far has paid the cost; NaN when it never does.

    Parameters
    ----------
    benefit_by_day
        Cumulative benefit, indexed by days since the offer, ascending.
    cost
        What was spent.

    Examples
    --------
    >>> payback_day(pd.Series([0.0, 50.0, 120.0], index=[0, 30, 60]), 100.0)
    60.0
    """
    paid = np.flatnonzero(benefit_by_day.to_numpy(dtype=np.float64) >= cost)
    return float(benefit_by_day.index[paid[0]]) if len(paid) else float("nan")
