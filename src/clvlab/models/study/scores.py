"""The customer scores: one row per customer with every estimate and its intervals."""

from __future__ import annotations

import pandas as pd

from clvlab.clock import Horizon
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.futures.futures import OUTCOMES
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.study.score_table import CustomerScores
from clvlab.models.study.study_fitting import LAPLACE, POSTERIOR, fit_study, has_posterior
from clvlab.models.value.business_terms import PerCustomer
from clvlab.summary.customer_summary import RECENCY_DAYS, CustomerSummary

__all__ = ["CustomerScores", "best_customers", "score_customers"]


def score_customers(
    summary: CustomerSummary,
    model: TransactionModel,
    spend: GammaGammaModel,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: PerCustomer,
    direct_cost: PerCustomer = 0.0,
    interval: float = 0.90,
    n_draws: int = 1000,
    seed: int = 0,
) -> CustomerScores:
    """Score every customer over a horizon from the calibration end, with intervals.

    A view of `FittedStudy`. Where the customers are those that the model of purchases was fitted
    to, in the same unit, the draws are from the posterior with the default priors, as in
    `fit_study`. Of other customers' models only the curvature at the maximum is known: then they
    are normal in the logarithms around it. `CustomerScores.method` says which; to score other
    customers by the posterior, ask the study of those that the model was fitted to.

    Parameters
    ----------
    summary
        The customers, in any unit.
    model, spend
        Fitted models of purchases, whichever, and of spend.
    horizon
        A number in the summary's unit, a span such as ``"52 weeks"``, or a last day.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1: one for all, the name of a column of
        the customers, or a series indexed by their ids.
    direct_cost
        Cost of serving one purchase, in money: likewise.
    interval
        Coverage of the limits.
    n_draws
        Draws of the parameters, and simulated futures per customer.
    seed
        Seed of both.

    Returns
    -------
    CustomerScores

    Raises
    ------
    PosteriorError
        When no sampler could represent the posterior.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> scores = clvlab.score_customers(
    ...     summary,
    ...     clvlab.BetaGeoModel().fit(summary),
    ...     clvlab.GammaGammaModel().fit(summary),
    ...     horizon="52 weeks",
    ...     annual_discount_rate=0.10,
    ...     margin_rate=0.30,
    ... )
    >>> float(scores.table.loc["1516", "expected_purchases"].round(2))
    25.76
    """
    known = has_posterior(summary, model)
    draws = POSTERIOR if known else LAPLACE
    study = fit_study(summary, model, spend=spend, n_draws=n_draws, seed=seed, draws=draws)
    return study.scores(
        summary,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
        direct_cost=direct_cost,
        interval=interval,
    )


def best_customers(
    scores: CustomerScores, summary: CustomerSummary, *, count: int = 50
) -> pd.DataFrame:
    """The customers worth most, with what they did and what is expected of them.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the highest value first: ``clv`` and ``expected_purchases``,
        each with predictive limits, ``expected_spend``, ``probability_alive``, ``frequency`` and
        ``last_purchase`` (date).
    """
    best = scores.table.nlargest(count, "clv")
    known = summary.table.loc[best.index]
    last = known["first_purchase"] + pd.to_timedelta(known[RECENCY_DAYS], unit="D")
    columns = [
        f"{name}{limit}"
        for name in OUTCOMES[::-1]
        for limit in ("", "_predictive_lower", "_predictive_upper")
    ]
    table = best[[*columns, "expected_spend", "probability_alive"]].copy()
    table["frequency"] = known["frequency"]
    table["last_purchase"] = last
    return table
