"""Satisfaction and loyalty: answers, how far they can be trusted, and what goes with them."""

from clvlab.relations.survey.answers import (
    SurveyAnswers,
    constructs_in,
    read_answers,
    survey_of,
    wide_answers,
)
from clvlab.relations.survey.drivers import (
    Drivers,
    corrected_effects,
    drivers_of,
    shapley_shares,
)
from clvlab.relations.survey.importance import QUADRANTS, importance_performance
from clvlab.relations.survey.indicators import (
    index_scores,
    latest_of_each,
    net_promoters,
    promoters_of,
    top_boxes,
    trend,
    waves_of,
)
from clvlab.relations.survey.later_purchases import (
    later_by_score,
    later_purchases,
    odds_of_buying,
)
from clvlab.relations.survey.opening import OpenedSurvey, numbers_in, open_survey
from clvlab.relations.survey.reliability import (
    alpha_limits,
    cronbach_alpha,
    item_total,
    reliability,
)
from clvlab.relations.survey.response import Response, response_of
from clvlab.relations.survey.views import views_of_both_sides
from clvlab.relations.survey.wallet import WalletShares, share_of_wallet

__all__ = [
    "QUADRANTS",
    "Drivers",
    "OpenedSurvey",
    "Response",
    "SurveyAnswers",
    "WalletShares",
    "alpha_limits",
    "constructs_in",
    "corrected_effects",
    "cronbach_alpha",
    "drivers_of",
    "importance_performance",
    "index_scores",
    "item_total",
    "later_by_score",
    "later_purchases",
    "latest_of_each",
    "net_promoters",
    "numbers_in",
    "odds_of_buying",
    "open_survey",
    "promoters_of",
    "read_answers",
    "reliability",
    "response_of",
    "shapley_shares",
    "share_of_wallet",
    "survey_of",
    "top_boxes",
    "trend",
    "views_of_both_sides",
    "waves_of",
    "wide_answers",
]
