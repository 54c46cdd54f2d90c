"""Churn: who will not buy again in time, how sure that is, and whether acting on it pays."""

from clvlab.churn.backtest import rolling_origin, wins_over
from clvlab.churn.baselines import BaseRate, PurchaseModelRule, SilenceRule
from clvlab.churn.calibration import CalibratedChurn, calibrated
from clvlab.churn.calibration_report import calibration_curve, calibration_gain, calibration_summary
from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.classifiers import CLASSIFIERS, BoostingChurn, LightGBMChurn, LogisticChurn
from clvlab.churn.company_features import CompanyFeatures
from clvlab.churn.comparison import ClassifierComparison, compare_classifiers
from clvlab.churn.contracts import (
    CoxChurn,
    contract_durations,
    label_contracts,
    survival_at,
    survival_curve,
)
from clvlab.churn.customer_value import value_on
from clvlab.churn.drift import drift_table, population_stability, rate_change, retraining_reasons
from clvlab.churn.explanation import (
    effects_of_one_deviation,
    partial_dependence,
    permutation_importance,
    reason_codes,
)
from clvlab.churn.features import FeatureSet, alive_chance, churn_features
from clvlab.churn.in_words import calibration_in_words, drift_in_words, retraining_in_words, verdict
from clvlab.churn.labelled import LabelledSnapshot, label_and_describe
from clvlab.churn.leak_check import features_that_see_the_future, suspicious_features
from clvlab.churn.profit import (
    Campaign,
    expected_maximum_profit,
    expected_profit,
    maximum_profit,
    policy_profit,
    profit_curve,
)
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.ranking import capture, lift, pr_auc, roc_auc, table_of_deciles
from clvlab.churn.scoring import score_in_blocks
from clvlab.churn.search import search_settings
from clvlab.churn.snapshots import (
    Eligibility,
    Snapshot,
    SnapshotPlan,
    label_snapshot,
    plan_snapshots,
)
from clvlab.churn.study import ChurnStudy, fit_churn_study, returns_in_words

__all__ = [
    "CLASSIFIERS",
    "BaseRate",
    "BoostingChurn",
    "CalibratedChurn",
    "Campaign",
    "ChurnModel",
    "ChurnStudy",
    "ClassifierComparison",
    "CompanyFeatures",
    "CoxChurn",
    "Eligibility",
    "FeatureSet",
    "LabelledSnapshot",
    "LightGBMChurn",
    "LogisticChurn",
    "PurchaseHistory",
    "PurchaseModelRule",
    "SilenceRule",
    "Snapshot",
    "SnapshotPlan",
    "alive_chance",
    "calibrated",
    "calibration_curve",
    "calibration_gain",
    "calibration_in_words",
    "calibration_summary",
    "capture",
    "churn_features",
    "compare_classifiers",
    "contract_durations",
    "drift_in_words",
    "drift_table",
    "effects_of_one_deviation",
    "expected_maximum_profit",
    "expected_profit",
    "features_that_see_the_future",
    "fit_churn_study",
    "label_and_describe",
    "label_contracts",
    "label_snapshot",
    "lift",
    "maximum_profit",
    "partial_dependence",
    "permutation_importance",
    "plan_snapshots",
    "policy_profit",
    "population_stability",
    "pr_auc",
    "profit_curve",
    "rate_change",
    "reason_codes",
    "retraining_in_words",
    "retraining_reasons",
    "returns_in_words",
    "roc_auc",
    "rolling_origin",
    "score_in_blocks",
    "search_settings",
    "survival_at",
    "survival_curve",
    "suspicious_features",
    "table_of_deciles",
    "value_on",
    "verdict",
    "wins_over",
]
