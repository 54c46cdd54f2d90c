"""Models of purchases and spend, what they predict, and how wrong they are."""

from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.bgnbd.bgnbd import BetaGeoModel
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.checking.evaluation import (
    HoldoutCheck,
    SpendIndependence,
    check_holdout,
    check_spend_independence,
    frequency_recency_grid,
)
from clvlab.models.checking.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from clvlab.models.checking.tracking import track_repeat_purchases
from clvlab.models.fitting.covariates import with_covariates
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters
from clvlab.models.nbd.likelihood import NBDParameters
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters
from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel
from clvlab.models.posterior.posterior import Posterior, PosteriorError
from clvlab.models.posterior.priors import Prior, Quantity
from clvlab.models.shifted_beta_geometric.cohorts import CohortComparison, compare_cohorts
from clvlab.models.shifted_beta_geometric.likelihood import ShiftedBetaGeometricParameters
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import ShiftedBetaGeometricModel
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.study.model_files import load_model, save_model
from clvlab.models.study.posteriors import default_prior, posterior_of
from clvlab.models.study.quick_predictions import predict_customers
from clvlab.models.study.scores import CustomerScores, best_customers, score_customers
from clvlab.models.study.study_fitting import fit_study
from clvlab.models.value.customer_equity import Acquisition, CustomerEquity
from clvlab.models.value.new_customers import new_customer_value
from clvlab.models.value.value import customer_lifetime_value, discounted_expected_purchases

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
    "Posterior",
    "PosteriorError",
    "Prior",
    "Quantity",
    "ShiftedBetaGeometricModel",
    "ShiftedBetaGeometricParameters",
    "SpendIndependence",
    "TransactionModel",
    "best_customers",
    "check_holdout",
    "check_spend_independence",
    "compare_cohorts",
    "customer_lifetime_value",
    "default_prior",
    "discounted_expected_purchases",
    "fit_study",
    "frequency_recency_grid",
    "likelihood_ratio_test",
    "load_model",
    "new_customer_value",
    "posterior_of",
    "predict_customers",
    "save_model",
    "score_customers",
    "track_repeat_purchases",
    "with_covariates",
]
