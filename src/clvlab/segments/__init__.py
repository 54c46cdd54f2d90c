"""How customers differ by class, region or behaviour, and what to do about it."""

from clvlab.segments.behaviour import behaviour_in
from clvlab.segments.compare import Comparison, compare_segments
from clvlab.segments.outcomes import Outcomes, outcomes_in
from clvlab.segments.schemes import (
    abc,
    by_column,
    by_function,
    by_nature,
    main_ordinary_scattered,
)
from clvlab.segments.segmentation import Segmentation, segmentation_of

__all__ = [
    "Comparison",
    "Outcomes",
    "Segmentation",
    "abc",
    "behaviour_in",
    "by_column",
    "by_function",
    "by_nature",
    "compare_segments",
    "main_ordinary_scattered",
    "outcomes_in",
    "segmentation_of",
]
