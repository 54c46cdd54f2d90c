"""Fit both models to a summary and draw their parameters: the study that everything asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.models.bgcnbd.bgcnbd import BetaGeoErlangModel
from clvlab.models.bgcnbd.mbgcnbd import ModifiedBetaGeoErlangModel
from clvlab.models.bgnbd.bgnbd import BetaGeoModel
from clvlab.models.bgnbd.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel, objective_of_spend, spending_of
from clvlab.models.gamma_gamma.likelihood import Spending
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel
from clvlab.models.posterior.default_priors import (
    beta_geo_prior,
    gamma_gamma_prior,
    nbd_prior,
    pareto_nbd_prior,
    with_effects,
)
from clvlab.models.posterior.posterior import Posterior, draw_posterior
from clvlab.models.posterior.priors import Prior
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.summary.customer_summary import HISTORY_COMPLETE, CustomerSummary

MODELS: dict[str, type[TransactionModel]] = {
    "bg-nbd": BetaGeoModel,
    "mbg-nbd": ModifiedBetaGeoModel,
    "pareto-nbd": ParetoNBDModel,
    "nbd": NBDModel,
    "bg-cnbd-k": BetaGeoErlangModel,
    "mbg-cnbd-k": ModifiedBetaGeoErlangModel,
}
PRIORS: dict[type[TransactionModel], Callable[[float], Prior]] = {
    BetaGeoModel: beta_geo_prior,
    ModifiedBetaGeoModel: beta_geo_prior,
    ParetoNBDModel: pareto_nbd_prior,
    BetaGeoErlangModel: beta_geo_prior,
    ModifiedBetaGeoErlangModel: beta_geo_prior,
    NBDModel: nbd_prior,
}
"""Default priors, from the mean time that customers were observed."""
POSTERIOR, LAPLACE = "posterior", "laplace"
SAME = 1e-12
"""How far sums over the same customers may differ, counted in another order."""


def fit_study(
    summary: CustomerSummary,
    model: str | TransactionModel = "bg-nbd",
    *,
    spend: GammaGammaModel | None = None,
    n_draws: int = 1000,
    seed: int = 0,
    draws: str = POSTERIOR,
    prior: Prior | None = None,
    spend_prior: Prior | None = None,
) -> FittedStudy:
    """Fit models of purchases and of spend, and draw their parameters jointly.

    Given the parameters purchases and amounts are independent, and so are their posteriors: a
    draw of one set beside a draw of the other is a joint draw.

    Parameters
    ----------
    summary
        The customers; those with an incomplete history are left out of the fit.
    model
        ``"bg-nbd"``, ``"mbg-nbd"``, ``"pareto-nbd"``, ``"nbd"``, ``"bg-cnbd-k"``,
        ``"mbg-cnbd-k"``, or a model of purchases. It is fitted unless it is already; what is given
        stays as it was. The ``k`` of the last two is held at what the fit chose: no draw varies it.
    spend
        A model of spend, likewise; Gamma-Gamma by default.
    n_draws
        Number of joint draws, at least 20; a thousand or more for limits to be relied on.
    seed
        Seed of the draws and of everything simulated from them.
    draws
        ``"posterior"``: exact up to sampling, with proper priors. ``"laplace"``: normal in the
        logarithms around the maximum.
    prior, spend_prior
        Priors in place of the default ones; see `default_prior`. One without effects of covariates
        gets the default ones of these.

    Raises
    ------
    InputError
        For an unknown model or kind of draws, a prior of other parameters, and a fitted model
        whose posterior is asked for with other customers than it was fitted to.
    PosteriorError
        When no sampler could represent a posterior.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> study = fit_study(summary, "bg-nbd", n_draws=1000, seed=1)
    >>> study.method, study.n_draws
    ('posterior', 1000)
    """
    if draws not in (POSTERIOR, LAPLACE):
        hint = did_you_mean(str(draws), [POSTERIOR, LAPLACE])
        rule = f"must be '{POSTERIOR}' or '{LAPLACE}'"
        raise InputError(Problem("parameter 'draws'", rule, f"got {draws!r}", hint))
    fitted, fitted_spend = (
        _fitted(_model(model), summary),
        _fitted(GammaGammaModel() if spend is None else spend, summary),
    )
    if draws == LAPLACE:
        return FittedStudy.of(
            fitted, fitted_spend, window=summary.window, n_draws=n_draws, seed=seed
        )
    rng = np.random.default_rng(seed)
    of_purchases = posterior_of_purchases(summary, fitted, prior, n_draws=n_draws, rng=rng)
    of_spend = posterior_of_spend(summary, fitted_spend, spend_prior, n_draws=n_draws, rng=rng)
    return FittedStudy.after(
        fitted,
        fitted_spend,
        of_purchases.draws,
        fitted_spend.joint_draws(of_spend.draws, rng),
        window=summary.window,
        seed=seed,
        method=POSTERIOR,
        rng=rng,
        diagnosis=(*of_purchases.diagnosis, *of_spend.diagnosis),
    )


def posterior_of_purchases(
    customers: Customers,
    model: TransactionModel,
    prior: Prior | None = None,
    *,
    n_draws: int,
    rng: int | np.random.Generator,
    unit: TimeUnit | str | None = None,
) -> Posterior:
    """The posterior of a fitted model of purchases; times in the model's unit."""
    model.require_fit()
    histories = histories_of(customers, unit, complete_only=True)
    own = histories.window.unit
    if own is not model.unit_:
        raise InputError(
            Problem(
                "the customers",
                f"must be in the model's unit, {model.unit_.value}, for its posterior",
                f"they are in {own.value}s",
                "Fit the model to them, or let fit_study do so.",
            )
        )
    stated = prior_of_purchases(histories, model, prior)
    _refuse_other_customers(model, histories)
    return draw_posterior(
        model.objective(histories),
        stated,
        model.search_point,
        n_draws=n_draws,
        seed=rng,
        to_draws=model.estimates_at,
    )


def prior_of_purchases(
    histories: Histories, model: TransactionModel, prior: Prior | None = None
) -> Prior:
    """The default prior of a model of purchases, or another one checked; effects are added."""
    default = PRIORS.get(type(model))
    if prior is None and default is not None:
        # A rate of stages is k times that of purchases, as if time were counted in k-ths.
        prior = default(histories.mean_T / getattr(model, "k_", 1))
    if prior is not None and prior.parameter_names == model.parameter_names:
        prior = with_effects(prior, model.effects)
    names = (*model.parameter_names, *model.effects)
    if prior is None or prior.parameter_names != names:
        rule = f"must be of {', '.join(names)}"
        found = f"it is of {', '.join(prior.parameter_names)}" if prior else "there is no default"
        remedy = f"Pass one, or draws='{LAPLACE}'."
        raise InputError(Problem("the prior of the model of purchases", rule, found, remedy))
    return prior


def has_posterior(summary: CustomerSummary, model: TransactionModel) -> bool:
    """Whether these customers and their unit are those of the fit, and there is a default prior."""
    model.require_fit()
    complete = summary.table[HISTORY_COMPLETE].any()
    return bool(complete) and type(model) in PRIORS and _is_of(model, summary)


def _is_of(model: TransactionModel, customers: CustomerSummary | Histories) -> bool:
    """Whether a model was fitted to these customers."""
    if not isinstance(customers, Histories):
        customers = histories_of(customers, complete_only=True)
    return bool(np.allclose(model.fingerprint_, customers.fingerprint, rtol=SAME))


def _refuse_other_customers(model: TransactionModel, histories: Histories) -> None:
    """A posterior is of the customers that the model was fitted to."""
    if _is_of(model, histories):
        return
    raise InputError(
        Problem(
            "the customers",
            "must be those that the model of purchases was fitted to, for its posterior",
            f"it was fitted to {model.n_customers_:,}, and got {round(histories.total_weight):,}",
            f"Fit it to these, let fit_study do so, or pass draws='{LAPLACE}'.",
        )
    )


def posterior_of_spend(
    summary: CustomerSummary,
    spend: GammaGammaModel,
    prior: Prior | None = None,
    *,
    n_draws: int,
    rng: np.random.Generator,
) -> Posterior:
    """The posterior of a fitted model of spend, of p, q, v where spend moves with frequency."""
    spending = spend.spending_as_if_independent(spending_of(summary)[0])
    prior = prior_of_spend(spending, prior)
    start = np.log(np.array(list(spend.params_)[:3], dtype=np.float64))
    return draw_posterior(objective_of_spend(spending), prior, start, n_draws=n_draws, seed=rng)


def prior_of_spend(spending: Spending, prior: Prior | None = None) -> Prior:
    """The default prior of the model of spend, or another one checked."""
    if prior is None:
        return gamma_gamma_prior(float(np.exp(spending.fixed[0] / len(spending))))
    if prior.parameter_names != GammaGammaModel.parameter_names:
        rule = f"must be of {', '.join(GammaGammaModel.parameter_names)}"
        found = f"it is of {', '.join(prior.parameter_names)}"
        raise InputError(Problem("the prior of the model of spend", rule, found))
    return prior


def _model(given: str | TransactionModel) -> TransactionModel:
    if isinstance(given, TransactionModel):
        return given
    if given in MODELS:
        return MODELS[given]()
    hint = did_you_mean(str(given), list(MODELS))
    rule = "must be the name of a model of purchases, or one"
    raise InputError(Problem("parameter 'model'", rule, f"got {given!r}", hint))


def _fitted(model: Any, summary: CustomerSummary) -> Any:  # noqa: ANN401 - of either kind
    """The model if it is fitted, a fitted copy otherwise."""
    return model if hasattr(model, "log_likelihood_") else model.unfitted().fit(summary)
