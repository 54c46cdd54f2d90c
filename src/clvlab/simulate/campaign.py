"""A recovery campaign whose truth is known, on lapsed customers of a real log.

What nobody was asked for is real: who came back by themselves, and what their second lives were.
Simulated is the campaign: reasons, the lot, and whom a contact moves to come back who would not
have. Their second lives are those of real customers who came back, so that skewness and zeros are
those of the trade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import Problems
from clvlab.schema import CUSTOMER_ID

Array = npt.NDArray[np.float64]
CONTROL = "control"
COUNTS = ("orders", "regained")
"""What else a second life brings along, where the lapsed customers have it."""


@dataclass(frozen=True, kw_only=True)
class CampaignPlan:
    """How a campaign is simulated.

    Attributes
    ----------
    shares
        Share of each arm, ``"control"`` among them.
    reasons
        Share of each reason for leaving among the lost.
    known
        Share of customers whose reason is on record; the others' stays ``"unknown"``.
    lift
        For each arm but the control, and each reason: chance that somebody who would not have
        come back is moved to.
    worth
        For each arm: factor of the second life of those who were moved, 1 where it is as good as
        that of customers who came back by themselves.
    """

    shares: Mapping[str, float]
    reasons: Mapping[str, float]
    known: float
    lift: Mapping[str, Mapping[str, float]]
    worth: Mapping[str, float]


EXAMPLE_PLAN = CampaignPlan(
    shares={CONTROL: 0.4, "dialogue": 0.3, "incentive": 0.3},
    reasons={
        "pushed_intentionally": 0.05,
        "pushed_unintentionally": 0.30,
        "pulled": 0.25,
        "bought": 0.10,
        "left_unintentionally": 0.20,
        "moved": 0.10,
    },
    known=0.7,
    lift={
        "dialogue": {
            "pushed_intentionally": 0.01,
            "pushed_unintentionally": 0.09,
            "pulled": 0.03,
            "bought": 0.01,
            "left_unintentionally": 0.07,
            "moved": 0.0,
        },
        "incentive": {
            "pushed_intentionally": 0.02,
            "pushed_unintentionally": 0.03,
            "pulled": 0.12,
            "bought": 0.06,
            "left_unintentionally": 0.05,
            "moved": 0.01,
        },
    },
    worth={"dialogue": 1.0, "incentive": 0.8},
)
"""A campaign to learn on. Every number in it is made up."""


@dataclass(frozen=True, eq=False)
class SimulatedCampaign:
    """A simulated campaign and its truth.

    Attributes
    ----------
    table
        Indexed by ``customer_id``: ``arm``, ``reason`` (as recorded), ``returned``, ``observed``,
        ``extrapolated`` and ``value``, and the columns of the lapsed customers.
    truth
        Indexed by ``arm``: means over all the lapsed customers, as if each were in the arm:
        ``return_rate``, ``value_per_customer``, ``value_per_return``, and the differences from
        the control arm, ``effect`` and ``value_effect``.
    customers
        Indexed by ``customer_id``: the true ``reason``, and ``effect_ARM`` and ``gain_ARM``, what
        each arm changes in the chance of a return and in the expected value.
    """

    table: pd.DataFrame
    truth: pd.DataFrame
    customers: pd.DataFrame
    simulated: bool = True


def simulate_campaign(
    lapsed: pd.DataFrame, plan: CampaignPlan, *, seed: int, n: int | None = None
) -> SimulatedCampaign:
    """Run a campaign on lapsed customers.

    Parameters
    ----------
    lapsed
        Indexed by ``customer_id``: ``returned`` (0 or 1, what happened without a campaign),
        ``observed`` and ``extrapolated`` (margins of the second life, 0 for those who did not
        return); further columns are carried along.
    plan
        Arms, reasons and effects.
    seed
        Of every draw.
    n
        Draw so many customers with replacement, as from a larger base like this one, with new
        ids; None takes each once.

    Raises
    ------
    InputError
        For shares that do not sum to one, arms or reasons without effects, no return to learn
        second lives from, or missing columns.
    """
    _refuse(lapsed, plan)
    rng = np.random.default_rng(seed)
    # The reason belongs to the customer: drawn by place, whatever sample is taken afterwards.
    names = np.array(list(plan.reasons), dtype=object)
    why = names[rng.choice(len(names), len(lapsed), p=list(plan.reasons.values()))]
    rows = np.arange(len(lapsed)) if n is None else rng.integers(0, len(lapsed), n)
    base = lapsed.iloc[rows].drop(columns=["arm", "reason"], errors="ignore")
    if n is not None:
        base.index = pd.RangeIndex(n, name=CUSTOMER_ID)
    arms = np.array(list(plan.shares), dtype=object)
    arm = arms[rng.choice(len(arms), len(base), p=list(plan.shares.values()))]
    donors = lapsed.loc[lapsed["returned"] == 1, ["observed", "extrapolated"]].to_numpy(np.float64)
    counts = lapsed.loc[lapsed["returned"] == 1, [name for name in COUNTS if name in lapsed]]
    moved = (base["returned"].to_numpy() == 0) & (
        rng.random(len(base)) < _looked_up(plan.lift, arm, why[rows])
    )
    whose = rng.integers(0, len(donors), int(moved.sum()))
    lives = donors[whose]
    base.loc[moved, counts.columns] = counts.to_numpy()[whose]
    factor = np.array([plan.worth.get(str(name), 1.0) for name in arm[moved]])
    base.loc[moved, ["observed", "extrapolated"]] = lives * factor[:, None]
    base.loc[moved, "returned"] = 1
    base["value"] = base["observed"] + base["extrapolated"]
    asked = rng.random(len(base)) < plan.known
    base.insert(0, "reason", np.where(asked, why[rows], "unknown"))
    base.insert(0, "arm", arm)
    truth, gains = _truth(lapsed, plan, why, donors)
    return SimulatedCampaign(base, truth, gains.iloc[rows].set_axis(base.index))


def _looked_up(
    lift: Mapping[str, Mapping[str, float]],
    arm: npt.NDArray[np.object_],
    why: npt.NDArray[np.object_],
) -> Array:
    out = np.zeros(len(arm))
    for name, by_reason in lift.items():
        for reason, chance in by_reason.items():
            out[(arm == name) & (why == reason)] = chance
    return out


def _truth(
    lapsed: pd.DataFrame, plan: CampaignPlan, why: npt.NDArray[np.object_], donors: Array
) -> tuple[pd.DataFrame, pd.DataFrame]:
    natural = lapsed["returned"].to_numpy(np.float64)
    own = (lapsed["observed"] + lapsed["extrapolated"]).to_numpy(np.float64)
    donor = float(donors.sum(axis=1).mean())
    gains = pd.DataFrame({"reason": why}, index=lapsed.index)
    rows = {}
    for name in plan.shares:
        all_in = np.full(len(lapsed), name, dtype=object)
        effect = (1 - natural) * _looked_up(plan.lift, all_in, why)
        gain = effect * donor * plan.worth.get(name, 1.0)
        if name != CONTROL:
            gains[f"effect_{name}"], gains[f"gain_{name}"] = effect, gain
        rate, value = float((natural + effect).mean()), float((own + gain).mean())
        rows[name] = (rate, value, value / rate, float(effect.mean()), float(gain.mean()))
    columns = ["return_rate", "value_per_customer", "value_per_return", "effect", "value_effect"]
    truth = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return truth.rename_axis("arm"), gains


def _refuse(lapsed: pd.DataFrame, plan: CampaignPlan) -> None:
    problems = Problems()
    for column in ("returned", "observed", "extrapolated"):
        if column not in lapsed:
            found = f"there are {', '.join(map(str, lapsed.columns))}"
            problems.add(f"column '{column}' of the lapsed customers", "must be there", found)
    problems.raise_if_any()
    for name, shares in (("shares", plan.shares), ("reasons", plan.reasons)):
        if abs(sum(shares.values()) - 1) > 1e-9 or min(shares.values()) < 0:
            problems.add(f"the plan's {name}", "must be shares that sum to 1", f"got {shares}")
    if CONTROL not in plan.shares:
        problems.add("the plan's shares", f"must have an arm '{CONTROL}'", f"got {plan.shares}")
    if set(plan.lift) != set(plan.shares) - {CONTROL}:
        rule = "must hold every arm but the control"
        problems.add("the plan's lift", rule, f"got {', '.join(plan.lift)}")
    for arm, by_reason in plan.lift.items():
        if set(by_reason) != set(plan.reasons) or not all(0 <= x <= 1 for x in by_reason.values()):
            rule = "must hold a chance between 0 and 1 for every reason"
            problems.add(f"the plan's lift of '{arm}'", rule, f"got {dict(by_reason)}")
    if not (lapsed["returned"] == 1).any():
        problems.add("the lapsed customers", "must hold some who came back", "nobody did")
    problems.raise_if_any()
