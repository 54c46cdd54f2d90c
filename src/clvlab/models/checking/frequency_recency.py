"""What a model says of every history there could be, by frequency and recency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clvlab.clock import Horizon
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.summary.customer_summary import CustomerSummary


def frequency_recency_grid(
    summary: CustomerSummary,
    model: TransactionModel,
    *,
    horizon: Horizon,
    most_frequency: int = 20,
    steps: int = 40,
) -> pd.DataFrame:
    """What the model says of customers observed the longest, by frequency and recency.

    Parameters
    ----------
    summary
        Gives the longest time observed, and the unit of `horizon`.
    model
        A fitted model.
    horizon
        Over which purchases are expected.
    most_frequency, steps
        Size of the grid.

    Returns
    -------
    pandas.DataFrame
        ``frequency`` (1 to `most_frequency`), ``recency`` (in the summary's unit),
        ``probability_alive``, ``expected_purchases``.
    """
    model.require_no_covariates("a grid of frequency and recency")
    unit = summary.window.unit.days
    longest = float(summary.table["T_days"].max())
    frequency, recency = np.meshgrid(
        np.arange(1, most_frequency + 1, dtype=np.float64),
        np.linspace(0, longest, steps + 1)[1:],
        indexing="ij",
    )
    scale = model.unit_.days
    ahead = summary.window.horizon_days(horizon) / scale
    history = (model.params_, frequency, recency / scale, longest / scale)
    return pd.DataFrame(
        {
            "frequency": frequency.ravel(),
            "recency": recency.ravel() / unit,
            "probability_alive": model.process.probability_alive(*history).ravel(),
            "expected_purchases": model.process.expected_purchases(*history, ahead).ravel(),
        }
    )
