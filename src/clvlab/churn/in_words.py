"""What a study found, as sentences that a page can begin with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from clvlab.churn.comparison import ClassifierComparison

SILENCE: Final = "silence rule"


def verdict(comparison: ClassifierComparison, name: str, baseline: str = SILENCE) -> str:
    """Whether a model is worth having over the silence rule, as the first sentence of a page.

    It is when the whole interval of the difference in AUC lies above 0.

    Parameters
    ----------
    comparison
        What `compare_classifiers` found.
    name
        The model.
    baseline
        What it has to beat.
    """
    row = comparison.differences(baseline, ["roc_auc"]).set_index("name").loc[name]
    areas = comparison.table["roc_auc"]
    figures = (
        f"AUC {areas[name]:.3f} against {areas[baseline]:.3f}, a difference of "
        f"{row['difference']:+.4f} ({row['lower']:+.4f} to {row['upper']:+.4f})"
    )
    if not row["better"]:
        return (
            f"The model does not tell who leaves better than the days since the last purchase do: "
            f"{figures}. Use the {baseline}."
        )
    return f"The model tells who leaves better than the days since the last purchase do: {figures}."


def calibration_in_words(gain: Mapping[str, float]) -> str:
    """Whether calibration helped, and that it did not where it did not.

    Parameters
    ----------
    gain
        What `calibration_gain` returned.
    """
    change = gain["brier_after"] - gain["brier_before"]
    figures = (
        f"Brier score {gain['brier_before']:.4f} without it and {gain['brier_after']:.4f} with it, "
        f"calibration error {gain['ece_before']:.4f} and {gain['ece_after']:.4f}"
    )
    if change < -2 * gain["error"]:
        return f"Calibrating on the later snapshot helped: {figures}."
    return f"Calibrating on the later snapshot did not help beyond what chance does: {figures}."


def drift_in_words(row: pd.Series) -> str:
    """How much of a calibration error is the base rate's drift.

    Parameters
    ----------
    row
        A row of `calibration_summary`.
    """
    return (
        f"{row['churn_rate']:.1%} churned and {row['expected_rate']:.1%} were expected to: the "
        f"base rate drifted by {row['drift']:+.1%}. With that taken out the calibration error is "
        f"{row['ece_without_drift']:.4f}, and {row['ece_by_chance']:.4f} would be chance."
    )


def retraining_in_words(reasons: list[str]) -> str:
    """Whether to learn anew.

    Examples
    --------
    >>> retraining_in_words([])
    'Nothing asks for learning anew before the next scheduled time.'
    """
    if not reasons:
        return "Nothing asks for learning anew before the next scheduled time."
    return f"Learn anew: {'; '.join(reasons)}."
