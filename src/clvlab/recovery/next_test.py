"""The plan of the next test: sizes, power, and what the test itself is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.recovery.costs import CostRates
from clvlab.recovery.design import (
    customers_per_arm,
    customers_per_arm_for_value,
    power_of_test,
    smallest_effect,
    variance_of_net_value,
)
from clvlab.recovery.economics import break_even_uplift
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.value_of_testing import (
    SIZES,
    value_of_perfect_information,
    value_of_testing,
)

OTHER_EFFECTS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


@dataclass(frozen=True, eq=False)
class NextTest:
    """What a test of a hoped-for effect takes and gives.

    Attributes
    ----------
    per_arm_effect, per_arm_value
        Customers per arm that show the effect, and that show a net value above zero; the latter
        NaN where there is none.
    break_even
        Uplift that pays, fixed costs spread.
    smallest
        Smallest effect on the return rate seen with everybody in the test, in halves.
    perfect
        The most that a test can be worth.
    sizes
        Indexed by ``uplift``: ``net_value`` (of a contact), ``per_arm_effect``,
        ``per_arm_value``.
    curve
        Power by customers per arm (index ``per_arm``), for both questions.
    worth
        `value_of_testing` for sizes up to half of the customers.
    """

    per_arm_effect: int
    per_arm_value: float
    break_even: float
    smallest: float
    perfect: float
    sizes: pd.DataFrame
    curve: pd.DataFrame
    worth: pd.DataFrame

    @property
    def pays(self) -> bool:
        """Whether contacting pays at the effect that is hoped for."""
        return bool(np.isfinite(self.per_arm_value))

    def describe(self) -> dict[str, float]:
        """The plan in numbers."""
        names = ("per_arm_effect", "per_arm_value", "break_even", "smallest", "perfect")
        return {name: float(getattr(self, name)) for name in names}


def plan_test(
    past: LostBase,
    costs: CostRates,
    *,
    uplift: float,
    doubt: float,
    customers: int,
    power: float = 0.8,
    other_effects: Sequence[float] = OTHER_EFFECTS,
) -> NextTest:
    """Plan a test from what lost customers did by themselves.

    Parameters
    ----------
    past
        Customers lost earlier: their natural return and second lives are taken for those to come.
    costs
        Of the measure.
    uplift, doubt
        The effect on the return rate that is hoped for, and its standard error.
    customers
        Lost today.
    power
        Chance to see what is there.
    other_effects
        Multiples of `uplift` that are shown as well.
    """
    back = past.lost["returned"] == 1
    natural, values = float(back.mean()), past.lost.loc[back, "value"]
    value, spread = float(values.mean()), float(values.std(ddof=1))
    fixed = costs.fixed / max(customers, 1)
    rows = {}
    for effect in (uplift * multiple for multiple in other_effects):
        net, variance = _net(effect, natural, value, spread, costs, fixed)
        rows[effect] = (
            net,
            customers_per_arm(natural + effect, natural, power=power),
            customers_per_arm_for_value(net, variance, power=power) if net > 0 else np.nan,
        )
    columns = ["net_value", "per_arm_effect", "per_arm_value"]
    sizes = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("uplift")
    net, variance = _net(uplift, natural, value, spread, costs, fixed)
    shares = [share * (1 - share) for share in (natural + uplift, natural)]
    curve = pd.DataFrame(
        {
            "whether returns change": [power_of_test(uplift, sum(shares), n) for n in SIZES],
            "whether it pays": [power_of_test(max(net, 0.0), variance, n) for n in SIZES],
        },
        index=pd.Index(SIZES, name="per_arm"),
    )
    error = doubt * (value - costs.incentive)
    fitting = [n for n in SIZES if 2 * n <= customers]
    return NextTest(
        per_arm_effect=customers_per_arm(natural + uplift, natural, power=power),
        per_arm_value=(
            customers_per_arm_for_value(net, variance, power=power) if net > 0 else np.nan
        ),
        break_even=break_even_uplift(
            return_control=natural,
            value=value,
            contact_cost=costs.per_contact + fixed,
            incentive=costs.incentive,
        ),
        smallest=smallest_effect(sum(shares), max(customers / 2, 1), power=power),
        perfect=value_of_perfect_information(net, error, customers=customers),
        sizes=sizes,
        curve=curve,
        worth=value_of_testing(
            net,
            error,
            variance=variance,
            customers=customers,
            per_arm=np.array(fitting, dtype=np.int64),
            cost_per_customer=costs.per_contact + (natural + uplift) * costs.incentive,
        ),
    )


def _net(
    uplift: float, natural: float, value: float, spread: float, costs: CostRates, fixed: float
) -> tuple[float, float]:
    """Net value of a contact and the variance that its test has."""
    one = natural + uplift
    net = uplift * value - costs.per_contact - one * costs.incentive - fixed
    variance = variance_of_net_value(
        one, natural, value=value, value_deviation=spread, incentive=costs.incentive
    )
    return net, variance
