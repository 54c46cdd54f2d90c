"""Models of purchases and spend, what they predict, and how wrong they are."""

from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.bgcnbd.bgcnbd import BetaGeoErlangModel
from clvlab.models.bgcnbd.mbgcnbd import ModifiedBetaGeoErlangModel
from clvlab.models.bgcnbd.regularity import PurchaseRegularity, purchase_regularity
from clvlab.models.bgnbd.bgnbd import BetaGeoModel
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.bgnbd.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.checking.backtest import backtest, typical_error
from clvlab.models.checking.calibration import calibration_table, reliability_table
from clvlab.models.checking.comparison import ModelComparison, compare_models
from clvlab.models.checking.dropout_test import DropoutTest, dropout_test
from clvlab.models.checking.frequency_recency import frequency_recency_grid
from clvlab.models.checking.holdout import HoldoutCheck, check_holdout
from clvlab.models.checking.likelihood_ratio import LikelihoodRatioTest, likelihood_ratio_test
from clvlab.models.checking.spend_comparison import compare_spend_models
from clvlab.models.checking.spend_independence import (
    SpendIndependence,
    check_spend_independence,
)
from clvlab.models.checking.tracking import track_models, track_repeat_purchases
from clvlab.models.fitting.covariates import with_covariates
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.gamma_gamma.frequency_gamma_gamma import FrequencyGammaGammaModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.gamma_gamma.likelihood import GammaGammaParameters
from clvlab.models.nbd.likelihood import NBDParameters
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters
from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel
from clvlab.models.posterior.posterior import Posterior, PosteriorError
from clvlab.models.posterior.priors import Prior, Quantity
from clvlab.models.scoring.scores_in_spark import (
    ReportOfSpark,
    count_in_spark,
    report_in_spark,
    score_in_spark,
)
from clvlab.models.scoring.scores_on_disk import ScoresOnDisk, score_on_disk
from clvlab.models.shifted_beta_geometric.cohorts import CohortComparison, compare_cohorts
from clvlab.models.shifted_beta_geometric.likelihood import ShiftedBetaGeometricParameters
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import ShiftedBetaGeometricModel
from clvlab.models.study.credible_predictions import credible_prediction
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
    "BetaGeoErlangModel",
    "BetaGeoModel",
    "BetaGeoParameters",
    "CohortComparison",
    "CustomerEquity",
    "CustomerScores",
    "DropoutTest",
    "FittedStudy",
    "FrequencyGammaGammaModel",
    "GammaGammaModel",
    "GammaGammaParameters",
    "HoldoutCheck",
    "LikelihoodRatioTest",
    "ModelComparison",
    "ModifiedBetaGeoErlangModel",
    "ModifiedBetaGeoModel",
    "NBDModel",
    "NBDParameters",
    "ParetoNBDModel",
    "ParetoNBDParameters",
    "Posterior",
    "PosteriorError",
    "Prior",
    "PurchaseRegularity",
    "Quantity",
    "ReportOfSpark",
    "ScoresOnDisk",
    "ShiftedBetaGeometricModel",
    "ShiftedBetaGeometricParameters",
    "SpendIndependence",
    "TransactionModel",
    "backtest",
    "best_customers",
    "calibration_table",
    "check_holdout",
    "check_spend_independence",
    "compare_cohorts",
    "compare_models",
    "compare_spend_models",
    "count_in_spark",
    "credible_prediction",
    "customer_lifetime_value",
    "default_prior",
    "discounted_expected_purchases",
    "dropout_test",
    "fit_study",
    "frequency_recency_grid",
    "likelihood_ratio_test",
    "load_model",
    "new_customer_value",
    "posterior_of",
    "predict_customers",
    "purchase_regularity",
    "reliability_table",
    "report_in_spark",
    "save_model",
    "score_customers",
    "score_in_spark",
    "score_on_disk",
    "track_models",
    "track_repeat_purchases",
    "typical_error",
    "with_covariates",
]
