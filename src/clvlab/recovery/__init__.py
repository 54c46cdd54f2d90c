"""Which lost customers to win back, with which measure, and whether it paid."""

from clvlab.recovery.benefits import (
    acquisition_cost_by_rule,
    benefit_per_return,
    communication_benefit,
    information_benefit,
    sixth_rule_sensitivity,
)
from clvlab.recovery.costs import CostRates, allocate_overhead, break_even_leakage, leakage_cost
from clvlab.recovery.design import (
    assign_arms,
    customers_per_arm,
    customers_per_arm_for_value,
    power_of_test,
    smallest_effect,
    variance_of_net_value,
)
from clvlab.recovery.distributions import Fixed, Mean, Range, Sampled, Share
from clvlab.recovery.economics import (
    READINGS,
    SEED_NET_RETURNS,
    CampaignTerms,
    break_even_map,
    break_even_uplift,
    net_value_per_customer,
    payback_day,
    read_returns,
)
from clvlab.recovery.monte_carlo import ReturnDraws, draw_returns, tornado
from clvlab.recovery.value_of_testing import value_of_perfect_information, value_of_testing

__all__ = [
    "READINGS",
    "SEED_NET_RETURNS",
    "CampaignTerms",
    "CostRates",
    "Fixed",
    "Mean",
    "Range",
    "ReturnDraws",
    "Sampled",
    "Share",
    "acquisition_cost_by_rule",
    "allocate_overhead",
    "assign_arms",
    "benefit_per_return",
    "break_even_leakage",
    "break_even_map",
    "break_even_uplift",
    "communication_benefit",
    "customers_per_arm",
    "customers_per_arm_for_value",
    "draw_returns",
    "information_benefit",
    "leakage_cost",
    "net_value_per_customer",
    "payback_day",
    "power_of_test",
    "read_returns",
    "sixth_rule_sensitivity",
    "smallest_effect",
    "tornado",
    "value_of_perfect_information",
    "value_of_testing",
    "variance_of_net_value",
]
