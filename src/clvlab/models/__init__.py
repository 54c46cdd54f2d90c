"""Models of purchases and spend, what they predict, and how wrong they are."""

from clvlab.models.bgnbd import BetaGeoModel
from clvlab.models.bgnbd_likelihood import BetaGeoParameters
from clvlab.models.evaluation import (
    HoldoutCheck,
    SpendIndependence,
    check_holdout,
    check_spend_independence,
    frequency_recency_grid,
)
from clvlab.models.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma_likelihood import GammaGammaParameters
from clvlab.models.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.pareto_nbd import ParetoNBDModel
from clvlab.models.pareto_nbd_likelihood import ParetoNBDParameters
from clvlab.models.scores import CustomerScores, best_customers, score_customers
from clvlab.models.tracking import track_repeat_purchases
from clvlab.models.transaction_model import TransactionModel
from clvlab.models.value import customer_lifetime_value, discounted_expected_purchases

__all__ = [
    "BetaGeoModel",
    "BetaGeoParameters",
    "CustomerScores",
    "GammaGammaModel",
    "GammaGammaParameters",
    "HoldoutCheck",
    "ModifiedBetaGeoModel",
    "ParetoNBDModel",
    "ParetoNBDParameters",
    "SpendIndependence",
    "TransactionModel",
    "best_customers",
    "check_holdout",
    "check_spend_independence",
    "customer_lifetime_value",
    "discounted_expected_purchases",
    "frequency_recency_grid",
    "score_customers",
    "track_repeat_purchases",
]
