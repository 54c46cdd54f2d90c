"""Models of purchases and spend, what they predict, and how wrong they are."""

from clvlab.models.bgbb import BetaGeoBetaBinomModel
from clvlab.models.bgbb_likelihood import BetaGeoBetaBinomParameters
from clvlab.models.bgnbd import BetaGeoModel
from clvlab.models.bgnbd_likelihood import BetaGeoParameters
from clvlab.models.covariates import with_covariates
from clvlab.models.customer_equity import Acquisition, CustomerEquity
from clvlab.models.evaluation import (
    HoldoutCheck,
    SpendIndependence,
    check_holdout,
    check_spend_independence,
    frequency_recency_grid,
)
from clvlab.models.fitted_study import FittedStudy
from clvlab.models.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma_likelihood import GammaGammaParameters
from clvlab.models.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from clvlab.models.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.model_files import load_model, save_model
from clvlab.models.nbd import NBDModel
from clvlab.models.nbd_likelihood import NBDParameters
from clvlab.models.new_customers import new_customer_value
from clvlab.models.pareto_nbd import ParetoNBDModel
from clvlab.models.pareto_nbd_likelihood import ParetoNBDParameters
from clvlab.models.quick_predictions import predict_customers
from clvlab.models.scores import CustomerScores, best_customers, score_customers
from clvlab.models.shifted_beta_geometric import ShiftedBetaGeometricModel
from clvlab.models.shifted_beta_geometric_cohorts import CohortComparison, compare_cohorts
from clvlab.models.shifted_beta_geometric_likelihood import ShiftedBetaGeometricParameters
from clvlab.models.study_fitting import fit_study
from clvlab.models.tracking import track_repeat_purchases
from clvlab.models.transaction_model import TransactionModel
from clvlab.models.value import customer_lifetime_value, discounted_expected_purchases

__all__ = [
    "Acquisition",
    "BetaGeoBetaBinomModel",
    "BetaGeoBetaBinomParameters",
    "BetaGeoModel",
    "BetaGeoParameters",
    "CohortComparison",
    "CustomerEquity",
    "CustomerScores",
    "FittedStudy",
    "GammaGammaModel",
    "GammaGammaParameters",
    "HoldoutCheck",
    "LikelihoodRatioTest",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "NBDParameters",
    "ParetoNBDModel",
    "ParetoNBDParameters",
    "ShiftedBetaGeometricModel",
    "ShiftedBetaGeometricParameters",
    "SpendIndependence",
    "TransactionModel",
    "best_customers",
    "check_holdout",
    "check_spend_independence",
    "compare_cohorts",
    "customer_lifetime_value",
    "discounted_expected_purchases",
    "fit_study",
    "frequency_recency_grid",
    "likelihood_ratio_test",
    "load_model",
    "new_customer_value",
    "predict_customers",
    "save_model",
    "score_customers",
    "track_repeat_purchases",
    "with_covariates",
]
