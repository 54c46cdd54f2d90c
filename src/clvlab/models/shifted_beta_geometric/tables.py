"""Retention and lifetimes as tables, with limits from draws of the parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.models.shifted_beta_geometric import formulas
from clvlab.models.shifted_beta_geometric.likelihood import ShiftedBetaGeometricParameters
from clvlab.models.shifted_beta_geometric.renewals import TENURE

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Draws = tuple[Array, Array]
"""alpha and beta, each (draws, 1)."""
Lifetime = Callable[[formulas.Parameters, npt.ArrayLike, float], Array]

LIFETIMES: dict[str, Lifetime] = {
    "discounted_expected_residual_lifetime": formulas.discounted_expected_residual_lifetime,
    "retention_elasticity": formulas.retention_elasticity,
    "mean_retention_elasticity": formulas.mean_retention_elasticity,
}


def retention_table(
    parameters: ShiftedBetaGeometricParameters,
    draws: Draws,
    *,
    ahead: Integers,
    tenure: int,
    interval: float,
) -> pd.DataFrame:
    """The table of `ShiftedBetaGeometricModel.retention_curve`."""
    survival = formulas.survival(parameters, ahead, tenure)
    rate = formulas.retention_rate(parameters, tenure + ahead - 1)
    frame = pd.DataFrame(index=pd.Index(ahead, name="renewal"))
    rates = formulas.retention_rate(draws, tenure + ahead - 1)
    _with_limits(frame, "retention", rate, rates, interval)
    survivals = formulas.survival(draws, ahead, tenure)
    _with_limits(frame, "survival", survival, survivals, interval)
    frame["churn"] = np.append(1.0, survival[:-1]) * (1 - rate)
    return frame


def lifetimes_by_tenure(
    parameters: ShiftedBetaGeometricParameters,
    draws: Draws,
    *,
    tenures: Integers,
    discount_rate: float,
    interval: float,
) -> pd.DataFrame:
    """The table of `ShiftedBetaGeometricModel.lifetime_table`."""
    frame = pd.DataFrame(index=pd.Index(tenures, name=TENURE))
    for name, lifetime in LIFETIMES.items():
        values = lifetime(parameters, tenures, discount_rate)
        drawn = lifetime(draws, tenures, discount_rate)
        _with_limits(frame, name, values, drawn, interval)
    return frame


def _with_limits(
    frame: pd.DataFrame, name: str, values: Array, drawn: Array, interval: float
) -> None:
    """Add a column with the quantiles of its draws; those of infinite lifetimes are infinite."""
    levels = [0.5 - interval / 2, 0.5 + interval / 2]
    lower, upper = np.quantile(drawn, levels, axis=0, method="inverted_cdf")
    frame[name] = values
    frame[f"{name}_credible_lower"] = lower
    frame[f"{name}_credible_upper"] = upper
