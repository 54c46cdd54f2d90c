"""The relationship itself: key figures, the customer card, the health of the records, their use."""

from clvlab.relations import card, health, periodic
from clvlab.relations.actions import carry_actions, load_actions, open_actions, save_actions
from clvlab.relations.budget import load_budget
from clvlab.relations.card import CustomerCard, find_customer, make_card
from clvlab.relations.data_findings import check_records, findings_in_short, policies_applied
from clvlab.relations.expenses import against_budget, unusual_claims
from clvlab.relations.health import Health, HealthRecords, health_of
from clvlab.relations.indicators import Indicator, judge, load_targets
from clvlab.relations.key_figures import FIGURES, FigureTerms, KeyFigures, measure_key_figures
from clvlab.relations.next_action import ActionTerms, NextAction, Situation, suggest_action
from clvlab.relations.opening import last_day_seen
from clvlab.relations.periodic import PeriodicPack, make_periodic_pack
from clvlab.relations.usage import load_usage, note_opening, use_by_owner, use_of_files

__all__ = [
    "FIGURES",
    "ActionTerms",
    "CustomerCard",
    "FigureTerms",
    "Health",
    "HealthRecords",
    "Indicator",
    "KeyFigures",
    "NextAction",
    "PeriodicPack",
    "Situation",
    "against_budget",
    "card",
    "carry_actions",
    "check_records",
    "find_customer",
    "findings_in_short",
    "health",
    "health_of",
    "judge",
    "last_day_seen",
    "load_actions",
    "load_budget",
    "load_targets",
    "load_usage",
    "make_card",
    "make_periodic_pack",
    "measure_key_figures",
    "note_opening",
    "open_actions",
    "periodic",
    "policies_applied",
    "save_actions",
    "suggest_action",
    "unusual_claims",
    "use_by_owner",
    "use_of_files",
]
