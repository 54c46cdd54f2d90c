"""All that a campaign with a control group is asked: effects, returns, whom to contact next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.recovery.case import CampaignCase
from clvlab.recovery.distributions import Distribution, Fixed, Mean, Share
from clvlab.recovery.economics import break_even_map
from clvlab.recovery.effects import effects, effects_by, heterogeneity
from clvlab.recovery.experiment import RETURNED
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.measured_return import (
    MeasuredReturn,
    Valuation,
    measure_return,
    net_value_of_a_contact,
)
from clvlab.recovery.monte_carlo import tornado
from clvlab.recovery.qini import qini_curve
from clvlab.recovery.targeting import Limits, Targeting, target
from clvlab.recovery.uplift import compare_learners
from clvlab.recovery.value_of_testing import SIZES, value_of_testing

FEATURES = ("purchases", "silent_days", "lifetime", "reason")
"""Known of every lost customer before the contact: what customers are chosen by."""
OUTCOMES = ("returned", "regained", "orders", "value")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a test showed.

    Attributes
    ----------
    case
        The campaign.
    effects
        `effects` on `OUTCOMES`, adjusted.
    measured
        `measure_return` by arm.
    best
        The arm with the largest incremental profit; chosen on the same data, which flatters it.
    by_reason, by_class
        `effects_by` of the best arm on returns.
    differ
        `heterogeneity` by reason.
    power
        `CampaignCase.power`.
    swings
        `tornado` of the best arm.
    tenths, qini
        `compare_learners` and `qini_curve` of the best arm.
    chosen
        `target`.
    further
        `value_of_testing` of the best arm, for a decision about all who are lost.
    """

    case: CampaignCase
    effects: pd.DataFrame
    measured: Mapping[str, MeasuredReturn]
    best: str
    by_reason: pd.DataFrame
    by_class: pd.DataFrame
    differ: dict[str, float]
    power: pd.DataFrame
    swings: pd.DataFrame
    tenths: pd.DataFrame
    qini: pd.DataFrame
    chosen: Targeting
    further: pd.DataFrame

    @property
    def returns(self) -> pd.DataFrame:
        """The best arm in five readings."""
        return self.measured[self.best].table

    @property
    def rates(self) -> pd.Series:
        """The best arm's rates and values."""
        return self.measured[self.best].rates

    @property
    def contacted(self) -> int:
        """Customers of the best arm."""
        return len(self.case.experiment.of(self.best))

    @property
    def caused(self) -> float:
        """Returns that the best arm caused."""
        return self.contacted * float(self.rates["effect"])

    def ledger(self) -> pd.DataFrame:
        """What the best arm cost; see `CostRates.ledger`."""
        one, none = (float(self.rates[f"return_{who}"]) for who in ("treated", "control"))
        return self.case.costs[self.best].ledger(self.contacted, one, none)

    def break_even(self) -> pd.DataFrame:
        """`break_even_map` around where the best arm stands."""
        uplift, value = (float(self.rates[name]) for name in ("effect", "value_per_return"))
        return break_even_map(
            abs(uplift) * np.arange(1, 25) / 10,
            value * np.arange(3, 21) / 10,
            contacted=self.contacted,
            return_control=float(self.rates["return_control"]),
            costs=self.case.costs[self.best],
        )

    def best_simple_rule(self) -> pd.Series:
        """The rule that gains most without a choice by net value."""
        return self.chosen.rules.drop(index="net value").sort_values("total").iloc[-1]


def evaluate(
    case: CampaignCase,
    base: LostBase,
    worth: Valuation,
    *,
    limits: Limits,
    features: Sequence[str] = FEATURES,
    interval: float = 0.95,
    n_draws: int = 10_000,
    seed: int,
) -> Evaluation:
    """Evaluate a campaign.

    Parameters
    ----------
    case, base
        The campaign and the lost customers that it was about; see `open_campaign`.
    worth
        What returns are worth beyond their purchases.
    limits
        Of the next campaign.
    features
        What customers are chosen by.
    interval, n_draws, seed
        Coverage of every interval; draws behind those of returns; seed of all draws.

    Raises
    ------
    InputError
        Without a control group; see `bounds_of_return`.
    """
    test = case.experiment
    found = effects(test, list(OUTCOMES), adjusted=True, interval=interval)
    measured = {
        arm: measure_return(
            test,
            arm,
            case.costs[arm],
            worth,
            contacted=len(test.of(arm)),
            interval=interval,
            n_draws=n_draws,
            seed=seed,
        )
        for arm in test.arms
    }
    best = max(measured, key=lambda arm: float(measured[arm].table["profit"]["incremental"]))
    by_reason = effects_by(test, best, RETURNED, "reason", interval=interval)
    scores, tenths = compare_learners(
        test, best, RETURNED, features=features, interval=interval, seed=seed
    )
    chosen = target(
        test,
        case.costs,
        features=features,
        likely_lost=-base.lost["expected"],
        lifetime=base.lost["lifetime"],
        limits=limits,
        eligible=case.eligible().all(axis=1),
        interval=interval,
        seed=seed,
    )
    return Evaluation(
        case=case,
        effects=found,
        measured=measured,
        best=best,
        by_reason=by_reason,
        by_class=effects_by(test, best, RETURNED, "class", interval=interval),
        differ=heterogeneity(by_reason),
        power=case.power(measured),
        swings=_swings(case, best, measured[best], worth, interval, seed),
        tenths=tenths,
        qini=qini_curve(test, best, scores["DR"], case.costs[best], interval=interval, seed=seed),
        chosen=chosen,
        further=_further(case, best, customers=len(base.lost)),
    )


def _swings(
    case: CampaignCase,
    arm: str,
    measured: MeasuredReturn,
    worth: Valuation,
    interval: float,
    seed: int,
) -> pd.DataFrame:
    test, rates = case.experiment, measured.rates
    reach = float(rates["value_per_return_upper"] - rates["value_per_return_lower"])
    counted = {
        f"return_{who}": Share(int(rows[RETURNED].sum()), len(rows))
        for who, rows in (("treated", test.of(arm)), ("control", test.of(str(test.control))))
    }
    inputs: dict[str, Distribution] = {
        **counted,
        "second_lifetime_value": Mean(float(rates["value_per_return"]), reach / 4),
        "acquisition_cost": Fixed(worth.acquisition_cost),
        "new_customer_value": Fixed(worth.new_customer_value),
        "other_benefits": Fixed(worth.other_benefits),
    }
    contacted = len(test.of(arm))
    return tornado(inputs, case.costs[arm], contacted=contacted, interval=interval, seed=seed)


def _further(case: CampaignCase, arm: str, *, customers: int) -> pd.DataFrame:
    """What a further test of the best arm is worth, after this one."""
    costs, treated = case.costs[arm], case.experiment.of(arm)
    net = net_value_of_a_contact(case.experiment, arm, costs)
    rate = float(treated[RETURNED].mean())
    fitting = [n for n in SIZES if 2 * n <= customers] or [max(customers // 2, 1)]
    return value_of_testing(
        float(net["mean"]) - costs.fixed / len(treated),
        float(net["standard_error"]),
        variance=float(net["variance"]),
        customers=customers,
        per_arm=np.array(fitting, dtype=np.int64),
        cost_per_customer=costs.per_contact + rate * costs.incentive,
    )
