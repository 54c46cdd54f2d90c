"""Churn: who will not buy again in time, how sure that is, and whether acting on it pays."""

from clvlab.churn.baselines import BaseRate, PurchaseModelRule, SilenceRule
from clvlab.churn.calibration import CalibratedChurn, calibrated
from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.classifiers import CLASSIFIERS, BoostingChurn, LightGBMChurn, LogisticChurn
from clvlab.churn.comparison import ClassifierComparison, compare_classifiers
from clvlab.churn.features import FeatureSet, churn_features
from clvlab.churn.labelled import LabelledSnapshot, label_and_describe
from clvlab.churn.profit import (
    Campaign,
    expected_maximum_profit,
    expected_profit,
    maximum_profit,
    profit_curve,
)
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.snapshots import (
    Eligibility,
    Snapshot,
    SnapshotPlan,
    label_snapshot,
    plan_snapshots,
)

__all__ = [
    "CLASSIFIERS",
    "BaseRate",
    "BoostingChurn",
    "CalibratedChurn",
    "Campaign",
    "ChurnModel",
    "ClassifierComparison",
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
    "calibrated",
    "churn_features",
    "compare_classifiers",
    "expected_maximum_profit",
    "expected_profit",
    "label_and_describe",
    "label_snapshot",
    "maximum_profit",
    "plan_snapshots",
    "profit_curve",
]
