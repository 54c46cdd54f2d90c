"""Whether a model fits better than a restricted version of it, or just has more parameters."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import chdtrc

from clvlab.errors import Problems
from clvlab.models.fitting.transaction_model import TransactionModel

SAME = 1e-9
"""Relative difference below which two sums over customers are the same."""


class LikelihoodRatioTest(NamedTuple):
    """A likelihood-ratio test.

    Attributes
    ----------
    statistic
        Twice the gain in log-likelihood.
    degrees
        Number of further coefficients.
    p_value
        Chance of such a gain or a larger one if the restricted model were true.
    """

    statistic: float
    degrees: int
    p_value: float


def likelihood_ratio_test(
    restricted: TransactionModel, full: TransactionModel
) -> LikelihoodRatioTest:
    """Test a model against one with more covariates, or with fewer of them tied together.

    Under the restricted model twice the gain in log-likelihood is chi-square distributed, with as
    many degrees of freedom as the full model has further coefficients (Wilks 1938).

    Parameters
    ----------
    restricted, full
        Models of one kind, fitted to the same customers in the same unit; `full` must be able to
        say everything that `restricted` can.

    Raises
    ------
    InputError
        For models of different kinds, models that are not nested, fits to different customers,
        and fits that did not reach a maximum.

    Examples
    --------
    >>> import clvlab
    >>> from clvlab.models.fitting.covariates import with_covariates
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> early = summary.table[["first_purchase"]] < "1997-02-01"
    >>> summary = with_covariates(summary, early.rename(columns={"first_purchase": "early"}))
    >>> plain = clvlab.BetaGeoModel().fit(summary)
    >>> full = clvlab.BetaGeoModel(purchase_covariates=["early"]).fit(summary)
    >>> likelihood_ratio_test(plain, full).degrees
    1
    """
    restricted.require_fit()
    full.require_fit()
    problems = Problems()
    if type(restricted) is not type(full):
        found = f"got {restricted.called} and {full.called}"
        remedy = "Compare different kinds by aic_ or bic_, or by a holdout."
        problems.add("the two models", "must be of the same kind", found, remedy)
    elif not full.contains(restricted):
        problems.add(
            "the restricted model",
            "must be a special case of the full one, with fewer coefficients",
            f"it has {_listed(restricted)}, the full model has {_listed(full)}",
            "Every covariate of it must act in the full model in the same place, too.",
        )
    if not _same_customers(restricted, full):
        problems.add(
            "the two models",
            "must be fitted to the same customers in the same unit",
            f"one was fitted to {restricted.n_customers_:,} customers and the other to "
            f"{full.n_customers_:,}, with other histories or another unit",
        )
    for name, model in (("restricted", restricted), ("full", full)):
        if not model.converged_:
            found = "its search stopped before, or its parameters came from elsewhere"
            problems.add(f"the {name} model", "must be at its maximum", found)
    problems.raise_if_any()
    statistic = max(2 * (full.log_likelihood_ - restricted.log_likelihood_), 0.0)
    degrees = full.n_parameters - restricted.n_parameters
    return LikelihoodRatioTest(statistic, degrees, float(chdtrc(degrees, statistic)))


def _listed(model: TransactionModel) -> str:
    return ", ".join(model.coefficient_names_) or "none"


def _same_customers(one: TransactionModel, other: TransactionModel) -> bool:
    pairs = zip(one.fingerprint_, other.fingerprint_, strict=True)
    return all(math.isclose(a, b, rel_tol=SAME) for a, b in pairs)
