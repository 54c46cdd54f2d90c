"""How many leads become customers, by when, through which steps, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, StudyWindow, TimeUnit
from clvlab.data.exact_money import sum_by
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.lifecycle.leads import COST, Leads
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.schema import AMOUNT

ALL = "all leads"
STEPS = ("lead", "qualified", "customer", "repeat customer")


def conversion_within(
    leads: Leads, horizon: Horizon, *, by: Sequence[str] | None = None, interval: float = 0.90
) -> pd.DataFrame:
    """Share of leads that became customers within a time, for all and for groups.

    Only leads that were seen for the whole time count, so that young ones don't look worse than
    they are; a lead converts within the horizon when its first purchase comes at most that many
    days after it.

    Parameters
    ----------
    leads
        From `leads_of`.
    horizon
        Days, or a span such as ``"26 weeks"``.
    by
        Characteristics that make groups, each on its own; by default all that are known.
    interval
        Coverage of Wilson's limits.

    Returns
    -------
    pandas.DataFrame
        ``characteristic`` and ``group`` (both ``"all leads"`` in the first row); ``leads``;
        ``gained`` (became customers by the last day); ``seen_long_enough`` (leads);
        ``within`` (of these, became customers within the horizon); ``conversion``, their share
        (missing where no lead was seen for so long), with limits ``lower`` and ``upper``.
        Leads that lack a characteristic are in none of its groups.

    Raises
    ------
    InputError
        When a characteristic is not known, or the horizon is no time.
    """
    days = StudyWindow(TimeUnit.DAY).horizon_days(horizon, "horizon")
    table = leads.table
    age = (pd.Timestamp(leads.last_day) - table["date"]).dt.days
    cases = pd.DataFrame(
        {
            "leads": 1,
            "gained": table["happened"],
            "seen_long_enough": age >= days,
            "within": (age >= days) & table["happened"] & (table["days"] <= days),
        }
    ).astype("int64")
    out = _by_group(cases, leads, by)
    seen = out["seen_long_enough"]
    out["conversion"] = out["within"] / seen.where(seen > 0)
    out["lower"], out["upper"] = wilson_limits(out["within"], seen, interval)
    return out


def _by_group(cases: pd.DataFrame, leads: Leads, by: Sequence[str] | None) -> pd.DataFrame:
    """Sums of all leads and of each group."""
    names = leads.characteristics if by is None else tuple(by)
    for name in names:
        if name not in leads.characteristics:
            known = ", ".join(leads.characteristics) or "none"
            hint = did_you_mean(name, leads.characteristics)
            rule = "must be characteristics of the leads"
            raise InputError(
                Problem("parameter 'by'", rule, f"got '{name}', known are {known}", hint)
            )
    parts = [cases.sum().to_frame().T.assign(characteristic=ALL, group=ALL)]
    for name in names:
        sums = cases.groupby(leads.table[name].astype(object), sort=True).sum()
        group = sums.index.map(str)
        parts.append(sums.reset_index(drop=True).assign(characteristic=name, group=group))
    out = pd.concat(parts, ignore_index=True)
    return out[["characteristic", "group", *cases.columns]]


def funnel(leads: Leads, *, interval: float = 0.90) -> pd.DataFrame:
    """From leads to repeat customers: how many reached each step by the last day.

    A lead that reached a later step counts at those before it, so a customer whom nobody had
    marked as qualified is among the qualified.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``step``: ``lead``, ``qualified`` (with qualifications), ``customer``,
        ``repeat customer`` (with purchases: bought on two days or more; customers who are not
        known can't be among them). ``leads`` that reached it; ``share`` of all leads;
        ``of_previous``, their share of the step before, with Wilson's limits ``lower`` and
        ``upper``; ``cost`` of the leads that reached it and ``amount`` that they have spent, as
        far as both are known, and left out where they are not.
    """
    table = leads.table
    reached = {"lead": pd.Series(data=True, index=table.index)}
    if "qualification" in table:
        qualified = (table["qualification"] == "qualified").fillna(value=False).astype(bool)
        reached["qualified"] = qualified | table["happened"]
    reached["customer"] = table["happened"]
    if "orders" in table:
        reached["repeat customer"] = table["orders"].fillna(0).ge(2).astype(bool)
    counts = pd.Series({name: int(mask.sum()) for name, mask in reached.items()})
    before = counts.shift()
    out = pd.DataFrame({"leads": counts, "share": counts / len(table)})
    out["of_previous"] = counts / before.where(before > 0)
    lower, upper = wilson_limits(counts.to_numpy()[1:], before.to_numpy()[1:], interval)
    out["lower"], out["upper"] = np.append(np.nan, lower), np.append(np.nan, upper)
    for name in (COST, AMOUNT):
        if name in table:
            known = table[name].fillna(0.0)
            out[name] = [_total(known[mask]) for mask in reached.values()]
    return out.rename_axis("step")


def _total(amounts: pd.Series) -> float:
    return float(sum_by(amounts, np.zeros(len(amounts))).sum()) if len(amounts) else 0.0


def lead_development(
    leads: Leads, horizon: Horizon, *, by: Sequence[str] | None = None, interval: float = 0.90
) -> pd.DataFrame:
    """Which leads are worth their money: conversion and costs by characteristic.

    Costs are those of the leads themselves and, for leads that became customers, of contacts and
    in the ledger up to the first purchase; contacts with leads that never bought are in no table,
    so what they cost is not in it.

    Returns
    -------
    pandas.DataFrame
        As `conversion_within`, and ``cost_known`` (leads with a cost), ``cost`` (their sum),
        ``cost_per_lead`` and ``cost_per_customer`` (over the customers gained among them; missing
        where none was). Without costs in the table leads these columns are left out.
    """
    out = conversion_within(leads, horizon, by=by, interval=interval)
    if COST not in leads.table:
        return out
    known = leads.table[COST].notna()
    later = leads.table.get("later_cost", pd.Series(0.0, index=leads.table.index))
    total = (leads.table[COST] + later).where(known, 0.0)
    counts = pd.DataFrame({"cost_known": known, "known_gained": known & leads.table["happened"]})
    sums = _by_group(counts.astype("int64"), leads, by)
    out["cost_known"] = sums["cost_known"]
    out["cost"] = [_total(total[mask]) for mask in _members(out, leads)]
    out["cost_per_lead"] = out["cost"] / sums["cost_known"].where(sums["cost_known"] > 0)
    out["cost_per_customer"] = out["cost"] / sums["known_gained"].where(sums["known_gained"] > 0)
    return out


def _members(groups: pd.DataFrame, leads: Leads) -> list[pd.Series]:
    """Which leads are in each group."""
    everybody = pd.Series(data=True, index=leads.table.index)
    return [
        everybody if name == ALL else leads.table[name].map(str, na_action="ignore").eq(group)
        for name, group in groups[["characteristic", "group"]].itertuples(index=False)
    ]


def potential_value(
    development: pd.DataFrame, *, value: float, lower: float, upper: float
) -> pd.DataFrame:
    r"""What a lead is worth: the chance that it becomes a customer, times what a new one is worth.

    Limits of the product come from those of its factors on a logarithmic scale (Zou and Donner
    2008, the method of variance estimates recovery):

    .. math:: \ln \hat p \hat v \pm
        \sqrt{(\ln p_\pm - \ln \hat p)^2 + (\ln v_\pm - \ln \hat v)^2}

    Parameters
    ----------
    development
        From `lead_development` or `conversion_within`.
    value, lower, upper
        Value of a new customer and its limits, at the coverage of the conversion's, in money; see
        `FittedStudy.new_customer`. All above 0.

    Returns
    -------
    pandas.DataFrame
        The table with ``potential_value`` of a lead, ``potential_lower``, ``potential_upper``
        (0 and missing where no lead converted, whose logarithm is not defined) and, with costs,
        ``net_value``: less the cost of a lead.

    Raises
    ------
    InputError
        When the value is not above 0, or outside of its limits.
    """
    if not 0 < lower <= value <= upper:
        rule = "must be above 0 and within its limits"
        raise InputError(Problem("the value", rule, f"got {value!r}, {lower!r} to {upper!r}"))
    p = development["conversion"].where(development["conversion"] > 0)
    out = development.assign(potential_value=development["conversion"] * value)
    for side, limit in (("lower", lower), ("upper", upper)):
        away = np.hypot(np.log(development[side] / p), np.log(limit / value))
        out[f"potential_{side}"] = p * value * np.exp(away if side == "upper" else -away)
    out["potential_lower"] = out["potential_lower"].mask(development["conversion"] == 0, 0.0)
    if "cost_per_lead" in out:
        out["net_value"] = out["potential_value"] - out["cost_per_lead"]
    return out
