"""Figures: a table in, axes out."""

from clvlab.plots.models import (
    plot_grid,
    plot_holdout_by_frequency,
    plot_spend_by_frequency,
    plot_tracking,
    plot_value_by_decile,
)
from clvlab.plots.style import style

__all__ = [
    "plot_grid",
    "plot_holdout_by_frequency",
    "plot_spend_by_frequency",
    "plot_tracking",
    "plot_value_by_decile",
    "style",
]
