"""Do cohorts of contracts differ? One model for all of them against one for each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import chdtrc

from clvlab.errors import InputError, Problem
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import ShiftedBetaGeometricModel


@dataclass(frozen=True)
class CohortComparison:
    """One model for all cohorts against one for each.

    Attributes
    ----------
    table
        Indexed by ``cohort``: ``customers``, ``alpha``, ``beta``, ``mean_churn``,
        ``log_likelihood`` of a model of its own; the last row, ``all``, is the common one.
    likelihood_ratio, degrees_of_freedom, p_value
        Test that all cohorts share alpha and beta: twice the gain in log-likelihood, against
        chi-square with two degrees of freedom for each cohort but one. Cautious where a cohort does
        not identify both parameters.
    """

    table: pd.DataFrame
    likelihood_ratio: float
    degrees_of_freedom: int
    p_value: float


def compare_cohorts(survivors: pd.DataFrame) -> CohortComparison:
    """Fit cohorts together and each on its own.

    Parameters
    ----------
    survivors
        As in `ShiftedBetaGeometricModel.fit_cohorts`, with at least two cohorts.

    Examples
    --------
    >>> survivors = pd.DataFrame({"regular": [1000, 631, 468, 382], "high": [1000, 869, 743, 653]})
    >>> comparison = compare_cohorts(survivors)
    >>> round(comparison.likelihood_ratio, 1), comparison.degrees_of_freedom
    (193.0, 2)
    """
    if not isinstance(survivors, pd.DataFrame) or survivors.shape[1] < 2:
        raise InputError(
            Problem(
                "the survivors",
                "must be a DataFrame with at least two cohorts",
                f"got {type(survivors).__name__}"
                if not isinstance(survivors, pd.DataFrame)
                else f"got {survivors.shape[1]}",
            )
        )
    common = ShiftedBetaGeometricModel().fit_cohorts(survivors)
    each = [
        ShiftedBetaGeometricModel().fit_cohorts(survivors.iloc[:, [i]])
        for i in range(survivors.shape[1])
    ]
    table = pd.DataFrame(
        [model.describe() for model in (*each, common)],
        index=pd.Index([*survivors.columns, "all"], name="cohort"),
    )[["customers", "alpha", "beta", "mean_churn", "log_likelihood"]]
    ratio = 2 * (sum(model.log_likelihood_ for model in each) - common.log_likelihood_)
    degrees = 2 * (len(each) - 1)
    return CohortComparison(table, ratio, degrees, float(chdtrc(degrees, max(ratio, 0.0))))
