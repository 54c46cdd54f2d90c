"""Where customers are in their life: the customer-base audit, and what moves between its dates."""

from clvlab.lifecycle.acquisition import Acquisition, acquisition_of
from clvlab.lifecycle.answers import change_in_a_sentence, p_value_in_words, stages_in_a_sentence
from clvlab.lifecycle.cohorts import Cohorts, cohorts_of
from clvlab.lifecycle.conversion import (
    conversion_within,
    funnel,
    lead_development,
    potential_value,
)
from clvlab.lifecycle.decomposition import split_change
from clvlab.lifecycle.early_warning import early_warnings
from clvlab.lifecycle.hidden_stages import (
    HiddenStages,
    fit_hidden_stages,
    purchase_days_by_month,
)
from clvlab.lifecycle.leads import Leads, leads_of
from clvlab.lifecycle.markov_value import contact_cutoff, markov_value, recency_chain
from clvlab.lifecycle.one_period import OnePeriod, audit_one_period
from clvlab.lifecycle.period import Period, calendar_periods, last_two_periods
from clvlab.lifecycle.products import LifeCycleRules, first_products, product_life_cycles
from clvlab.lifecycle.prospects import Prospects, study_prospects
from clvlab.lifecycle.published import PublishedStages, publish_stages
from clvlab.lifecycle.replay import StageHistory, replay_stages
from clvlab.lifecycle.stage_forecast import (
    CheckedForecast,
    ForecastCheck,
    StageForecast,
    check_forecast,
    forecast_stages,
    forecast_with_check,
)
from clvlab.lifecycle.stage_policy import load_stage_policy
from clvlab.lifecycle.stage_value import (
    OpenLeads,
    StageValues,
    revenue_ahead,
    stage_values,
    sums_ahead,
)
from clvlab.lifecycle.stages import SCHEMES, StageParameters, rules_in_words, stages_at
from clvlab.lifecycle.standing import PurchaseDays, standing_at
from clvlab.lifecycle.time_to_event import compare_times, kaplan_meier, time_to_second_purchase
from clvlab.lifecycle.transitions import Transitions, transitions_of
from clvlab.lifecycle.treatment import (
    TreatmentCheck,
    check_treatment,
    treatment_in_a_sentence,
    treatment_of,
)
from clvlab.lifecycle.two_periods import TwoPeriods, audit_two_periods
from clvlab.lifecycle.value_at_risk import ValueAtRisk, value_at_risk_limits
from clvlab.lifecycle.whole_base import amount_by_cohort, dependence_on_acquisition

__all__ = [
    "SCHEMES",
    "Acquisition",
    "CheckedForecast",
    "Cohorts",
    "ForecastCheck",
    "HiddenStages",
    "Leads",
    "LifeCycleRules",
    "OnePeriod",
    "OpenLeads",
    "Period",
    "Prospects",
    "PublishedStages",
    "PurchaseDays",
    "StageForecast",
    "StageHistory",
    "StageParameters",
    "StageValues",
    "Transitions",
    "TreatmentCheck",
    "TwoPeriods",
    "ValueAtRisk",
    "acquisition_of",
    "amount_by_cohort",
    "audit_one_period",
    "audit_two_periods",
    "calendar_periods",
    "change_in_a_sentence",
    "check_forecast",
    "check_treatment",
    "cohorts_of",
    "compare_times",
    "contact_cutoff",
    "conversion_within",
    "dependence_on_acquisition",
    "early_warnings",
    "first_products",
    "fit_hidden_stages",
    "forecast_stages",
    "forecast_with_check",
    "funnel",
    "kaplan_meier",
    "last_two_periods",
    "lead_development",
    "leads_of",
    "load_stage_policy",
    "markov_value",
    "p_value_in_words",
    "potential_value",
    "product_life_cycles",
    "publish_stages",
    "purchase_days_by_month",
    "recency_chain",
    "replay_stages",
    "revenue_ahead",
    "rules_in_words",
    "split_change",
    "stage_values",
    "stages_at",
    "stages_in_a_sentence",
    "standing_at",
    "study_prospects",
    "sums_ahead",
    "time_to_second_purchase",
    "transitions_of",
    "treatment_in_a_sentence",
    "treatment_of",
    "value_at_risk_limits",
]
