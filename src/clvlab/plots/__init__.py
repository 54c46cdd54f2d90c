"""Figures: a table in, axes out."""

from clvlab.plots.checking import (
    plot_backtest,
    plot_calibration,
    plot_errors_by_frequency,
    plot_models_tracking,
    plot_score_differences,
)
from clvlab.plots.lifecycle import (
    plot_amount_by_cohort,
    plot_bridge,
    plot_cohorts,
    plot_lorenz,
    plot_orders,
    plot_stage_counts,
    plot_time_to_event,
)
from clvlab.plots.models import (
    plot_grid,
    plot_holdout_by_frequency,
    plot_spend_by_frequency,
    plot_tracking,
    plot_value_by_decile,
)
from clvlab.plots.recovery import (
    plot_break_even_map,
    plot_effects,
    plot_funnel,
    plot_natural_return,
    plot_net_returns,
    plot_qini,
    plot_sample_sizes,
    plot_second_life,
    plot_tornado,
)
from clvlab.plots.style import style

__all__ = [
    "plot_amount_by_cohort",
    "plot_backtest",
    "plot_break_even_map",
    "plot_bridge",
    "plot_calibration",
    "plot_cohorts",
    "plot_effects",
    "plot_errors_by_frequency",
    "plot_funnel",
    "plot_grid",
    "plot_holdout_by_frequency",
    "plot_lorenz",
    "plot_models_tracking",
    "plot_natural_return",
    "plot_net_returns",
    "plot_orders",
    "plot_qini",
    "plot_sample_sizes",
    "plot_score_differences",
    "plot_second_life",
    "plot_spend_by_frequency",
    "plot_stage_counts",
    "plot_time_to_event",
    "plot_tornado",
    "plot_tracking",
    "plot_value_by_decile",
    "style",
]
