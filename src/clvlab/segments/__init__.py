"""How customers differ by class, region or behaviour, and what to do about it."""

from clvlab.segments.answers import (
    METRICS,
    comparison_in_a_sentence,
    recorded_comparison,
)
from clvlab.segments.behaviour import behaviour_in
from clvlab.segments.chosen import cut_customers
from clvlab.segments.compare import Comparison, compare_segments
from clvlab.segments.loyalty_volume import cut_sensitivity, loyalty_by_volume
from clvlab.segments.outcomes import Outcomes, outcomes_in
from clvlab.segments.own_models import OwnModels, models_by_segment
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
from clvlab.segments.stability import Agreement, agreement, class_changes, migration

__all__ = [
    "CHINESE",
    "METRICS",
    "Agreement",
    "Comparison",
    "Outcomes",
    "OwnModels",
    "Records",
    "Segmentation",
    "abc",
    "agreement",
    "behaviour_in",
    "by_column",
    "by_function",
    "by_nature",
    "class_changes",
    "compare_segments",
    "comparison_in_a_sentence",
    "cut_customers",
    "cut_sensitivity",
    "loyalty_by_volume",
    "main_ordinary_scattered",
    "migration",
    "models_by_segment",
    "open_records",
    "outcomes_in",
    "recorded_comparison",
    "rfm",
    "rfm_scores",
    "segmentation_of",
]
