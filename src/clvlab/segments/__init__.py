"""How customers differ by class, region or behaviour, and what to do about it."""

from clvlab.segments.allocation import allocate_budget, best_allocation
from clvlab.segments.answers import (
    METRICS,
    comparison_in_a_sentence,
    recorded_comparison,
)
from clvlab.segments.behaviour import behaviour_in
from clvlab.segments.chosen import cut_customers
from clvlab.segments.compare import Comparison, compare_segments
from clvlab.segments.composition import (
    Imbalance,
    composition,
    composition_change,
    cross_table,
    imbalance_of,
)
from clvlab.segments.expected import expected_by_segment
from clvlab.segments.loyalty_volume import cut_sensitivity, loyalty_by_volume
from clvlab.segments.net_value import (
    Ahead,
    customer_futures,
    key_customers,
    negative_net_value,
    value_if_they_stay,
)
from clvlab.segments.outcomes import Outcomes, outcomes_in
from clvlab.segments.own_models import OwnModels, models_by_segment
from clvlab.segments.promotion import discount_dependence, promotion_by_segment
from clvlab.segments.records import Records, open_records
from clvlab.segments.rfm import rfm, rfm_scores
from clvlab.segments.schemes import (
    abc,
    by_column,
    by_function,
    by_nature,
    main_ordinary_scattered,
)
from clvlab.segments.segmentation import CHINESE, Segmentation, segmentation_of
from clvlab.segments.service import cost_of_each, service_by_segment, two_sided_value
from clvlab.segments.stability import Agreement, agreement, class_changes, migration
from clvlab.segments.stress import StressTest, concentration_of, stress_test
from clvlab.summary.concentration import lorenz_curve

__all__ = [
    "CHINESE",
    "METRICS",
    "Agreement",
    "Ahead",
    "Comparison",
    "Imbalance",
    "Outcomes",
    "OwnModels",
    "Records",
    "Segmentation",
    "StressTest",
    "abc",
    "agreement",
    "allocate_budget",
    "behaviour_in",
    "best_allocation",
    "by_column",
    "by_function",
    "by_nature",
    "class_changes",
    "compare_segments",
    "comparison_in_a_sentence",
    "composition",
    "composition_change",
    "concentration_of",
    "cost_of_each",
    "cross_table",
    "customer_futures",
    "cut_customers",
    "cut_sensitivity",
    "discount_dependence",
    "expected_by_segment",
    "imbalance_of",
    "key_customers",
    "lorenz_curve",
    "loyalty_by_volume",
    "main_ordinary_scattered",
    "migration",
    "models_by_segment",
    "negative_net_value",
    "open_records",
    "outcomes_in",
    "promotion_by_segment",
    "recorded_comparison",
    "rfm",
    "rfm_scores",
    "segmentation_of",
    "service_by_segment",
    "stress_test",
    "two_sided_value",
    "value_if_they_stay",
]
