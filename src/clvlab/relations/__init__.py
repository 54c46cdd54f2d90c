"""The relationship itself: key figures, the customer card, the health of the records, their use."""

from clvlab.relations import card, periodic
from clvlab.relations.actions import carry_actions, load_actions, open_actions, save_actions
from clvlab.relations.budget import load_budget
from clvlab.relations.card import CustomerCard, find_customer, make_card
from clvlab.relations.expenses import against_budget, unusual_claims
from clvlab.relations.key_figures import FIGURES, FigureTerms, KeyFigures, measure_key_figures
from clvlab.relations.next_action import ActionTerms, NextAction, Situation, suggest_action
from clvlab.relations.opening import last_day_seen
from clvlab.relations.periodic import PeriodicPack, make_periodic_pack

__all__ = [
    "FIGURES",
    "ActionTerms",
    "CustomerCard",
    "FigureTerms",
    "KeyFigures",
    "NextAction",
    "PeriodicPack",
    "Situation",
    "against_budget",
    "card",
    "carry_actions",
    "find_customer",
    "last_day_seen",
    "load_actions",
    "load_budget",
    "make_card",
    "make_periodic_pack",
    "measure_key_figures",
    "open_actions",
    "periodic",
    "save_actions",
    "suggest_action",
    "unusual_claims",
]
