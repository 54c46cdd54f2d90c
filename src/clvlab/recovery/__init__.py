"""Which lost customers to win back, with which measure, and whether it paid."""

from clvlab.recovery.answers import gap_in_words, heterogeneity_in_words, in_words, verdict
from clvlab.recovery.benefits import (
    acquisition_cost_by_rule,
    benefit_per_return,
    communication_benefit,
    information_benefit,
    sixth_rule_returns,
    sixth_rule_sensitivity,
)
from clvlab.recovery.case import CampaignCase, simulated_case
from clvlab.recovery.contactable import contactable
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
from clvlab.recovery.effects import bounds_without_control, effects, effects_by, heterogeneity
from clvlab.recovery.evaluation import Evaluation, evaluate
from clvlab.recovery.experiment import Experiment, hillstrom_test, read_experiment
from clvlab.recovery.knapsack import Choice, choose
from clvlab.recovery.losses import (
    funnel,
    lost_by_probability,
    lost_by_record,
    lost_by_rhythm,
    lost_by_silence,
    structure,
)
from clvlab.recovery.lost_base import LostBase
from clvlab.recovery.lost_structure import lost_structure
from clvlab.recovery.measured_return import (
    MeasuredReturn,
    Valuation,
    measure_return,
    net_value_of_a_contact,
)
from clvlab.recovery.monte_carlo import ReturnDraws, draw_returns, tornado
from clvlab.recovery.next_test import NextTest, plan_test
from clvlab.recovery.opening import open_campaign
from clvlab.recovery.payback import earning_pace, payback, payback_in_words
from clvlab.recovery.pillars import compare_pillars
from clvlab.recovery.qini import qini_curve
from clvlab.recovery.reasons import measures_in_words, read_reasons, with_reasons
from clvlab.recovery.regained import expected_return, natural_return, returns_after
from clvlab.recovery.second_life import (
    SecondLives,
    expected_second_lifetime_value,
    markov_second_life,
    second_life_values,
    second_lives,
)
from clvlab.recovery.second_life_views import second_life_views
from clvlab.recovery.targeting import (
    Limits,
    Targeting,
    choose_within,
    contact_list,
    policy_values,
    target,
)
from clvlab.recovery.uplift import arm_scores, compare_learners, uplift_by_tenth, uplift_scores
from clvlab.recovery.valuation import abc_class, compare_valuations
from clvlab.recovery.value_of_testing import value_of_perfect_information, value_of_testing
from clvlab.recovery.without_control import bounds_of_return, describe_bounds

__all__ = [
    "READINGS",
    "SEED_NET_RETURNS",
    "CampaignCase",
    "CampaignTerms",
    "Choice",
    "CostRates",
    "Evaluation",
    "Experiment",
    "Fixed",
    "Limits",
    "LostBase",
    "Mean",
    "MeasuredReturn",
    "NextTest",
    "Range",
    "ReturnDraws",
    "Sampled",
    "SecondLives",
    "Share",
    "Targeting",
    "Valuation",
    "abc_class",
    "acquisition_cost_by_rule",
    "allocate_overhead",
    "arm_scores",
    "assign_arms",
    "benefit_per_return",
    "bounds_of_return",
    "bounds_without_control",
    "break_even_leakage",
    "break_even_map",
    "break_even_uplift",
    "choose",
    "choose_within",
    "communication_benefit",
    "compare_learners",
    "compare_pillars",
    "compare_valuations",
    "contact_list",
    "contactable",
    "customers_per_arm",
    "customers_per_arm_for_value",
    "describe_bounds",
    "draw_returns",
    "earning_pace",
    "effects",
    "effects_by",
    "evaluate",
    "expected_return",
    "expected_second_lifetime_value",
    "funnel",
    "gap_in_words",
    "heterogeneity",
    "heterogeneity_in_words",
    "hillstrom_test",
    "in_words",
    "information_benefit",
    "leakage_cost",
    "lost_by_probability",
    "lost_by_record",
    "lost_by_rhythm",
    "lost_by_silence",
    "lost_structure",
    "markov_second_life",
    "measure_return",
    "measures_in_words",
    "natural_return",
    "net_value_of_a_contact",
    "net_value_per_customer",
    "open_campaign",
    "payback",
    "payback_day",
    "payback_in_words",
    "plan_test",
    "policy_values",
    "power_of_test",
    "qini_curve",
    "read_experiment",
    "read_reasons",
    "read_returns",
    "returns_after",
    "second_life_values",
    "second_life_views",
    "second_lives",
    "simulated_case",
    "sixth_rule_returns",
    "sixth_rule_sensitivity",
    "smallest_effect",
    "structure",
    "target",
    "tornado",
    "uplift_by_tenth",
    "uplift_scores",
    "value_of_perfect_information",
    "value_of_testing",
    "variance_of_net_value",
    "verdict",
    "with_reasons",
]
