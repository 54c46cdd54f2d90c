"""Figures: a table in, axes out."""

from clvlab.plots.card import plot_timeline
from clvlab.plots.checking import (
    plot_backtest,
    plot_calibration,
    plot_errors_by_frequency,
    plot_models_tracking,
    plot_score_differences,
)
from clvlab.plots.churn import (
    plot_classifiers,
    plot_dependence,
    plot_importance,
    plot_profit,
    plot_reliability,
    plot_rolling_auc,
)
from clvlab.plots.credit import (
    plot_ageing,
    plot_days_sales_outstanding,
    plot_late_chances,
    plot_lateness,
    plot_net_value,
)
from clvlab.plots.health import plot_indicators
from clvlab.plots.leads import plot_adoption, plot_conversion, plot_funnel, plot_product_lives
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
from clvlab.plots.periodic import plot_key_figures
from clvlab.plots.recovery import (
    plot_break_even_map,
    plot_effects,
    plot_natural_return,
    plot_net_returns,
    plot_qini,
    plot_recovery_funnel,
    plot_sample_sizes,
    plot_second_life,
    plot_tornado,
)
from clvlab.plots.segments import (
    plot_allocation,
    plot_cross_table,
    plot_forest,
    plot_losses,
    plot_treemap,
)
from clvlab.plots.stages import plot_moves_between, plot_stage_forecast
from clvlab.plots.style import style
from clvlab.plots.survey import (
    plot_both_sides,
    plot_importance_performance,
    plot_index_scores,
    plot_later_purchases,
    plot_response,
)

__all__ = [
    "plot_adoption",
    "plot_ageing",
    "plot_allocation",
    "plot_amount_by_cohort",
    "plot_backtest",
    "plot_both_sides",
    "plot_break_even_map",
    "plot_bridge",
    "plot_calibration",
    "plot_classifiers",
    "plot_cohorts",
    "plot_conversion",
    "plot_cross_table",
    "plot_days_sales_outstanding",
    "plot_dependence",
    "plot_effects",
    "plot_errors_by_frequency",
    "plot_forest",
    "plot_funnel",
    "plot_grid",
    "plot_holdout_by_frequency",
    "plot_importance",
    "plot_importance_performance",
    "plot_index_scores",
    "plot_indicators",
    "plot_key_figures",
    "plot_late_chances",
    "plot_lateness",
    "plot_later_purchases",
    "plot_lorenz",
    "plot_losses",
    "plot_models_tracking",
    "plot_moves_between",
    "plot_natural_return",
    "plot_net_returns",
    "plot_net_value",
    "plot_orders",
    "plot_product_lives",
    "plot_profit",
    "plot_qini",
    "plot_recovery_funnel",
    "plot_reliability",
    "plot_response",
    "plot_rolling_auc",
    "plot_sample_sizes",
    "plot_score_differences",
    "plot_second_life",
    "plot_spend_by_frequency",
    "plot_stage_counts",
    "plot_stage_forecast",
    "plot_time_to_event",
    "plot_timeline",
    "plot_tornado",
    "plot_tracking",
    "plot_treemap",
    "plot_value_by_decile",
    "style",
]
