"""The posterior of any fitted model's parameters, and the prior that it follows from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models.bgbb.bgbb import BetaGeoBetaBinomModel, objective_of_opportunities
from clvlab.models.bgbb.histories import opportunity_histories
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted import MaximumLikelihoodModel
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel, objective_of_spend, spending_of
from clvlab.models.posterior.default_priors import (
    beta_geo_beta_binom_prior,
    shifted_beta_geometric_prior,
)
from clvlab.models.posterior.importance_sampling import Objective
from clvlab.models.posterior.posterior import Posterior, draw_posterior
from clvlab.models.posterior.priors import Prior
from clvlab.models.shifted_beta_geometric.likelihood import RenewalCounts
from clvlab.models.shifted_beta_geometric.renewals import (
    TENURE,
    counts_of_cohorts,
    counts_of_customers,
)
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import (
    ShiftedBetaGeometricModel,
    objective_of_renewals,
)
from clvlab.models.study.study_fitting import (
    posterior_of_purchases,
    prior_of_purchases,
    prior_of_spend,
)


def posterior_of(
    model: MaximumLikelihoodModel,
    customers: Customers | pd.Series,
    *,
    prior: Prior | None = None,
    n_draws: int = 1000,
    seed: int = 0,
    unit: TimeUnit | str | None = None,
    weights: str | None = None,
    first_tenure: str | None = None,
) -> Posterior:
    """Draw the parameters of a fitted model from their posterior.

    Parameters
    ----------
    model
        Any fitted model; the estimates are where the search for the posterior begins.
    customers
        Those that it was fitted to, in the form that its ``fit`` takes, or ``fit_cohorts``: for a
        shifted-beta-geometric model a table with ``tenure``, or numbers of customers left.
    prior
        In place of the default one; see `default_prior`.
    n_draws
        Number of draws, at least 20.
    seed
        Seed; the same seed gives the same draws.
    unit
        Unit of a plain frame, where the model has times.
    weights, first_tenure
        As in ``fit`` of the models that have them.

    Returns
    -------
    Posterior

    Raises
    ------
    InputError
        For a prior of other parameters, customers that the model was not fitted to, and too few
        draws.
    PosteriorError
        When no sampler could represent the posterior.

    Examples
    --------
    >>> import clvlab
    >>> survivors = pd.Series([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> model = clvlab.ShiftedBetaGeometricModel().fit_cohorts(survivors)
    >>> prior = default_prior(model, survivors).adjusted("alpha beta", log_sd=1.0)
    >>> posterior = posterior_of(model, survivors, prior=prior)
    >>> round(float(posterior.summary().loc["alpha", "median"]), 1)
    0.7
    """
    model.require_fit()
    if isinstance(model, TransactionModel) and not isinstance(customers, pd.Series):
        return posterior_of_purchases(customers, model, prior, n_draws=n_draws, rng=seed, unit=unit)
    objective, default = _objective_and_prior(model, customers, weights, first_tenure)
    stated = default if prior is None else prior
    if stated.parameter_names != model.parameter_names:
        rule = f"must be of {', '.join(model.parameter_names)}"
        raise InputError(
            Problem("the prior", rule, f"it is of {', '.join(stated.parameter_names)}")
        )
    start = np.log(np.array(list(vars(model)["params_"]), dtype=np.float64))
    return draw_posterior(objective, stated, start, n_draws=n_draws, seed=seed)


def default_prior(
    model: MaximumLikelihoodModel,
    customers: Customers | pd.Series,
    *,
    unit: TimeUnit | str | None = None,
) -> Prior:
    """The prior that a posterior follows from unless another one is stated.

    Rates are placed relative to how long the customers were observed, and amounts relative to a
    typical amount; see `clvlab.models.posterior.default_priors`.

    Parameters
    ----------
    model
        A fitted model.
    customers, unit
        As in `posterior_of`.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> prior = default_prior(clvlab.BetaGeoModel().fit(summary), summary)
    >>> prior.adjusted("r / alpha", median=0.10, log_sd=1.0).table()["median"].round(2).tolist()
    [0.7, 0.1, 0.3, 2.0]
    """
    model.require_fit()
    if isinstance(model, TransactionModel) and not isinstance(customers, pd.Series):
        return prior_of_purchases(histories_of(customers, unit, complete_only=True), model)
    return _objective_and_prior(model, customers, None, None)[1]


def _objective_and_prior(
    model: MaximumLikelihoodModel,
    customers: Any,  # noqa: ANN401 - each model has its own
    weights: str | None,
    first_tenure: str | None,
) -> tuple[Objective, Prior]:
    """The log-likelihood in logarithms of the parameters, and the default prior."""
    # Not its kinds: what they estimate beside p, q and v is drawn by a study.
    if type(model) is GammaGammaModel:
        spending, _ = spending_of(customers)
        return objective_of_spend(spending), prior_of_spend(spending)
    if isinstance(model, BetaGeoBetaBinomModel):
        seen = opportunity_histories(customers, weights)
        return objective_of_opportunities(seen), beta_geo_beta_binom_prior()
    if isinstance(model, ShiftedBetaGeometricModel):
        counts = _renewals(customers, weights, first_tenure)
        return objective_of_renewals(counts), shifted_beta_geometric_prior()
    rule, found = "must be one whose posterior is known", f"got {type(model).__name__}"
    raise InputError(Problem("the model", rule, found))


def _renewals(
    customers: pd.DataFrame | pd.Series, weights: str | None, first_tenure: str | None
) -> RenewalCounts:
    if isinstance(customers, pd.DataFrame) and TENURE in customers.columns:
        return counts_of_customers(customers, first_tenure=first_tenure, weights=weights)
    return counts_of_cohorts(customers)
