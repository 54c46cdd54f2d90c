"""Credible limits of whatever a fitted model predicts, by asking it under every draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.models.fitting.fitted import MaximumLikelihoodModel, check_interval
from clvlab.models.futures.limits import limits_of
from clvlab.models.posterior.posterior import Posterior

Model = TypeVar("Model", bound=MaximumLikelihoodModel)


def credible_prediction(
    model: Model,
    posterior: Posterior,
    predict: Callable[[Model], pd.Series | float],
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """A prediction with the limits that follow from not knowing the parameters.

    Every model and every prediction of it will do. The prediction is made once for each draw, so
    for a million customers a `FittedStudy` is the faster way to the same limits.

    Parameters
    ----------
    model
        The fitted model.
    posterior
        Draws of its parameters; see `posterior_of`.
    predict
        Takes a model and gives the prediction: a number, or one for each customer or period.
    interval
        Coverage of the limits, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Indexed like the prediction, one row where it is a number: ``estimate`` (at the model's own
        parameters), ``credible_mean`` (of the draws), ``credible_lower`` and ``credible_upper``
        (with equal shares of the draws outside). These are limits of the expectation, not of what
        a single customer will do.

    Raises
    ------
    InputError
        When the draws are of other parameters, or the interval is no coverage.

    Examples
    --------
    >>> import clvlab
    >>> survivors = pd.Series([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> model = clvlab.ShiftedBetaGeometricModel().fit_cohorts(survivors)
    >>> posterior = clvlab.posterior_of(model, survivors, seed=1)
    >>> members = pd.DataFrame({"tenure": [1, 7]})
    >>> leaving = credible_prediction(model, posterior, lambda m: m.churn_probability(members))
    >>> leaving.round(2).to_numpy().tolist()
    [[0.24, 0.24, 0.23, 0.26], [0.08, 0.08, 0.07, 0.09]]
    """
    check_interval(interval)
    names = (*model.parameter_names, *model.coefficient_names_)
    if posterior.parameter_names != names:
        found = f"it is of {', '.join(posterior.parameter_names)}"
        raise InputError(Problem("the posterior", f"must be of {', '.join(names)}", found))
    estimate = predict(model)
    if not isinstance(estimate, pd.Series):
        estimate = pd.Series([estimate], index=["value"])
    drawn = np.stack(
        [np.atleast_1d(predict(model.with_parameters(row))) for row in posterior.draws], axis=-1
    )
    lower, upper = limits_of(drawn, interval)
    return pd.DataFrame(
        {
            "estimate": estimate.to_numpy(),
            "credible_mean": drawn.mean(axis=-1),
            "credible_lower": lower,
            "credible_upper": upper,
        },
        index=estimate.index,
    )
