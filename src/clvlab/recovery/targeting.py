"""Whom to contact with which measure, what that is worth, and against which simpler rules.

A rule chooses by predictions of models that never saw the customer, and is judged by doubly robust
scores of customers it did not learn from, so its value and the interval are honest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from clvlab.errors import InputError, Problem
from clvlab.recovery.costs import CostRates
from clvlab.recovery.design import ARM
from clvlab.recovery.effects import require_control
from clvlab.recovery.experiment import RETURNED, Experiment
from clvlab.recovery.knapsack import NOBODY, Choice, choose
from clvlab.recovery.uplift import arm_scores, uplift_scores

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What may be spent; infinite for no limit.

    Attributes
    ----------
    budget
        Money, incentives expected included.
    hours
        Hours of personnel.
    contacts
        Customers contacted.
    """

    budget: float = math.inf
    hours: float = math.inf
    contacts: float = math.inf


def choose_within(values: Array, costs: Array, hours: Array, limits: Limits) -> Choice:
    """The measures that are worth most within a budget, hours of personnel and contacts.

    Hours and contacts get a price that is raised until their limits hold, and money is spent by
    `choose` at these prices; what the prices leave unused is not filled up again.

    Parameters
    ----------
    values, costs, hours
        Of each customer (rows) under each measure (columns).
    limits
        Of money, hours and contacts.
    """
    prices = [0.0, 0.0]
    uses = (hours, np.ones_like(hours))
    allowed = (limits.hours, limits.contacts)
    choice = choose(values, costs, limits.budget)
    if all(_used(use, choice) <= most for use, most in zip(uses, allowed, strict=True)):
        return choice

    def priced() -> Choice:
        return choose(values - prices[0] * hours - prices[1], costs, limits.budget)

    for _ in range(2):
        for place, (use, most) in enumerate(zip(uses, allowed, strict=True)):
            prices[place] = 0.0
            if _used(use, priced()) <= most:
                continue
            low, high = 0.0, _highest_price(values, use)
            for _ in range(30):
                prices[place] = (low + high) / 2
                low, high = (
                    (low, prices[place]) if _used(use, priced()) <= most else (prices[place], high)
                )
            prices[place] = high
    found = priced()
    while any(_used(use, found) > most for use, most in zip(uses, allowed, strict=True)):
        # A later price may have loosened an earlier limit: prices rise until all hold.
        for place, (use, most) in enumerate(zip(uses, allowed, strict=True)):
            if _used(use, found) > most:
                prices[place] = 1.05 * prices[place] + 1e-3 * _highest_price(values, use)
        found = priced()
    there = np.flatnonzero(found.measure != NOBODY)
    value = float(values[there, found.measure[there]].sum())
    paid = sum(
        price * most for price, most in zip(prices, allowed, strict=True) if price and most < np.inf
    )
    return Choice(found.measure, value, found.cost, found.most + paid, exact=False)


def _used(use: Array, choice: Choice) -> float:
    there = np.flatnonzero(choice.measure != NOBODY)
    return float(use[there, choice.measure[there]].sum())


def _highest_price(values: Array, use: Array) -> float:
    """A price at which nothing that uses any of it is worth its price."""
    least = use[use > 0].min(initial=np.inf)
    return float(values.max(initial=0.0)) / least * (1 + 1e-9) if least < np.inf else 0.0


def net_outcomes(experiment: Experiment, costs: Mapping[str, CostRates]) -> pd.DataFrame:
    """Each customer's outcome in money, by the arm whose costs are counted."""
    table = experiment.table
    out = {str(experiment.control): table["value"]}
    for arm in experiment.arms:
        spent = costs[arm].per_contact + table[RETURNED] * costs[arm].incentive
        out[arm] = table["value"] - spent
    return pd.DataFrame(out)[list(experiment.shares)]


@dataclass(frozen=True, eq=False)
class Targeting:
    """A choice of customers and measures, beside the usual rules.

    Attributes
    ----------
    policies
        Indexed by ``customer_id``, one column per rule: the arm of each customer.
    rules
        Indexed by ``rule``: ``contacted`` (share), ``gain`` (per customer of the base, against
        contacting nobody), ``standard_error``, ``lower``, ``upper``, ``total``.
    gains
        Predicted gain of each arm for each customer, against no contact.
    """

    policies: pd.DataFrame
    rules: pd.DataFrame
    gains: pd.DataFrame


def target(
    experiment: Experiment,
    costs: Mapping[str, CostRates],
    *,
    features: Sequence[str],
    likely_lost: pd.Series,
    lifetime: pd.Series,
    limits: Limits,
    eligible: pd.Series | None = None,
    model: Any = None,  # noqa: ANN401
    folds: int = 5,
    interval: float = 0.95,
    seed: int,
) -> Targeting:
    """Choose customers and measures, and compare the choice with simpler rules.

    Parameters
    ----------
    experiment
        With a control group; its table has ``returned`` and ``value``.
    costs
        Of each arm but the control.
    features
        Columns known before the contact.
    likely_lost, lifetime
        What two usual rules rank by: chance to be gone, and lifetime value.
    limits
        For the whole base of the experiment; the rules that rank contact as many as the choice.
    eligible
        Whether each customer may be chosen at all; the usual rules do not ask. Everybody by
        default.
    model, folds, seed
        As in `uplift_scores`.
    interval
        Coverage of the limits.

    Returns
    -------
    Targeting
        The rules: ``net value`` (the choice), ``highest uplift`` (of the return rate),
        ``most likely lost``, ``highest lifetime value``, ``random``, ``all``, ``none``. Rules
        that rank use the arm that did best in the folds that a customer is not in.
    """
    require_control(experiment)
    lacking = [arm for arm in experiment.arms if arm not in costs]
    if lacking:
        rule = "must be given for every arm"
        raise InputError(Problem("the costs", rule, f"missing: {', '.join(lacking)}"))
    none = str(experiment.control)
    given = {"features": features, "model": model, "folds": folds, "seed": seed}
    _, scores = arm_scores(experiment, net_outcomes(experiment, costs), **given)
    returned = pd.DataFrame(dict.fromkeys(experiment.shares, experiment.table[RETURNED]))
    natural = arm_scores(experiment, returned, **given)[0][none]
    gains, spent = _predicted(experiment, costs, natural, given)
    hours = np.tile([costs[arm].hours for arm in experiment.arms], (len(spent), 1))
    worth = gains.to_numpy(dtype=np.float64).copy()
    if eligible is not None:
        worth[~eligible.reindex(gains.index).to_numpy(dtype=bool)] = -np.inf
    choice = choose_within(worth, spent.to_numpy(), hours, limits)
    names = np.array([*experiment.arms, none], dtype=object)
    best = experiment.arms[int(gains.mean().to_numpy().argmax())]
    many = int((choice.measure != NOBODY).sum())
    uplift = uplift_scores(experiment, best, RETURNED, **given)
    order = {
        "highest uplift": uplift,
        "most likely lost": likely_lost.reindex(uplift.index),
        "highest lifetime value": lifetime.reindex(uplift.index),
        "random": pd.Series(np.random.default_rng(seed).random(len(uplift)), uplift.index),
    }
    policies = pd.DataFrame({"net value": names[choice.measure]}, index=gains.index)
    for rule, score in order.items():
        policies[rule] = np.where(_first(score, many), best, none)
    policies["all"], policies["none"] = best, none
    return Targeting(policies, policy_values(policies, scores, none, interval=interval), gains)


def _predicted(
    experiment: Experiment,
    costs: Mapping[str, CostRates],
    natural: pd.Series,
    given: Mapping[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predicted gain and cost of each arm for each customer.

    Returns are modelled and money is not: second-life values are so skewed that a model of them
    would rank customers by noise.
    """
    gains, spent = {}, {}
    back = experiment.table[RETURNED] == 1
    for arm in experiment.arms:
        uplift = uplift_scores(experiment, arm, RETURNED, **given)
        own = back & (experiment.table[ARM] == arm)
        worth = float(experiment.table.loc[own, "value"].mean()) if own.any() else 0.0
        rate = (natural + uplift).clip(lower=0)
        spent[arm] = costs[arm].per_contact + costs[arm].incentive * rate
        gains[arm] = uplift * worth - spent[arm]
    return pd.DataFrame(gains), pd.DataFrame(spent)


def _first(score: pd.Series, many: int) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(score), dtype=bool)
    inside[np.argsort(-score.to_numpy(dtype=np.float64), kind="stable")[:many]] = True
    return inside


def policy_values(
    policies: pd.DataFrame, scores: pd.DataFrame, control: str, *, interval: float = 0.95
) -> pd.DataFrame:
    """What rules gain against contacting nobody, by doubly robust scores.

    Parameters
    ----------
    policies
        One column per rule: the arm of each customer.
    scores
        The second table of `arm_scores`.
    control
        Name of the arm that means no contact.
    interval
        Coverage of the limits.

    Returns
    -------
    pandas.DataFrame
        As `Targeting.rules`.
    """
    table = scores.to_numpy(dtype=np.float64)
    place = {str(arm): number for number, arm in enumerate(scores.columns)}
    rows = {}
    for rule in policies:
        chosen = policies[rule].map(place).to_numpy(dtype=np.int64)
        gain = table[np.arange(len(table)), chosen] - table[:, place[control]]
        mean, error = float(gain.mean()), float(gain.std(ddof=1)) / math.sqrt(len(gain))
        reach = float(ndtri(0.5 + interval / 2)) * error
        share = float((policies[rule] != control).mean())
        rows[rule] = (share, mean, error, mean - reach, mean + reach, mean * len(gain))
    columns = ["contacted", "gain", "standard_error", "lower", "upper", "total"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("rule")


def contact_list(
    targeting: Targeting, rule: str = "net value", control: str = "control"
) -> pd.DataFrame:
    """Whom to contact, with which measure, those with most to gain first.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``measure``, ``predicted_gain``.
    """
    chosen = targeting.policies[rule]
    asked = chosen[chosen != control]
    gains = targeting.gains.loc[asked.index]
    place = gains.columns.get_indexer(pd.Index(asked))
    worth = gains.to_numpy(dtype=np.float64)[np.arange(len(asked)), place]
    out = pd.DataFrame({"measure": asked, "predicted_gain": worth})
    return out.sort_values("predicted_gain", ascending=False, kind="stable")
