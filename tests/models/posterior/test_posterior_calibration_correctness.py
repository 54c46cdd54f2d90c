"""Simulation-based calibration: do posteriors hold what their own priors promise?

Parameters are drawn from the prior, a base is drawn from the parameters, and its posterior from
the base. The rank of the truth among the draws is then uniform, for every quantity that can be
computed from parameters and base (Talts, Betancourt, Simpson, Vehtari and Gelman 2018). An exact
90 percent interval covers in 82.5 to 96 percent of 200 bases, and in 86.8 to 93 percent of 1,000,
but for one time in a thousand.

Bases are simulated here by other ways than those of the package. The default priors are tested at
release size; each time narrower ones, from which no bases come whose posterior needs hundreds of
evaluations. A line in `CASES` is all that another model takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare, kstest

from clvlab.models.bgbb import formulas as opportunities
from clvlab.models.bgbb.bgbb import objective_of_opportunities
from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.bgcnbd.process import BetaGeoErlangProcess
from clvlab.models.bgnbd.bgnbd import BetaGeoModel
from clvlab.models.bgnbd.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.gamma_gamma.gamma_gamma import expected_spend, objective_of_spend
from clvlab.models.gamma_gamma.likelihood import Spending
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel
from clvlab.models.posterior.default_priors import (
    beta_geo_beta_binom_prior,
    beta_geo_prior,
    gamma_gamma_prior,
    nbd_prior,
    pareto_nbd_prior,
    shifted_beta_geometric_prior,
)
from clvlab.models.posterior.posterior import PosteriorError, draw_posterior
from clvlab.models.shifted_beta_geometric import formulas as renewals
from clvlab.models.shifted_beta_geometric.likelihood import RenewalCounts
from clvlab.models.shifted_beta_geometric.shifted_beta_geometric import objective_of_renewals

WEEKS, AHEAD = 52.0, 26.0
OBSERVED = 0.65 * WEEKS
"""Customers came evenly over the first seven tenths."""
DISCOUNT, MARGIN = 0.002, 0.3
OPPORTUNITIES = 8
PERIODS = 6
STAGES = 3
TYPICAL = 30.0
DRAWS = 199
FEW = 19
"""Draws for what takes long to compute from a draw; 90 percent of the ranks are the middle 18."""
RARE = 1e-15


@dataclass(frozen=True)
class Case:
    """A model to be calibrated.

    `simulate` makes a base of parameters, `objectives` its log-likelihoods, one per prior; `quick`
    and `slow` compute the quantities that `names` names, the last `n_slow` of them slowly, from
    the logarithms of the parameters of all priors: `quick` of one draw or of a row of draws for
    each parameter, `slow` of one draw.
    """

    simulate: Callable
    objectives: Callable
    priors: tuple
    quick: Callable
    slow: Callable
    names: tuple[str, ...]
    n_slow: int

    def ranks(self, seed, priors, customers):
        """Pareto k-hat of all posteriors, and ranks of the truth between 0 and 1."""
        rng = np.random.default_rng([self.n_slow, len(self.names), seed])
        truth = [prior.draw(1, rng)[0] for prior in priors]
        base = self.simulate([np.exp(one) for one in truth], customers, rng)
        found = [
            draw_posterior(objective, prior, prior.centre, n_draws=DRAWS, seed=seed)
            for objective, prior in zip(self.objectives(base), priors, strict=True)
        ]
        logs = np.hstack([np.log(posterior.draws) for posterior in found])
        who = rng.integers(customers)
        exact, ranks = np.concatenate(truth), []
        quick = self.quick(logs.T, base), self.quick(exact, base)
        slow = zip(*(self.slow(draw, base, who) for draw in logs[:FEW]), strict=True)
        for columns, values in (quick, (slow, self.slow(exact, base, who))):
            ranks += [
                (rank(np.array(column), value, rng) + 0.5) / (len(column) + 1)
                for column, value in zip(columns, values, strict=True)
            ]
        return max(posterior.k_hat for posterior in found), ranks


def rank(draws, truth, rng):
    """How many draws are smaller than the truth, ties broken by chance."""
    return int((draws < truth).sum() + rng.integers((draws == truth).sum() + 1))


def simulated_histories(lives, parameters, customers, rng, stages=1):
    """A frame of histories in weeks: of n events within a time the j-th is at Beta(j, n - j + 1).

    Every so many `stages` are a purchase. `lives` says of each customer how long they would stay,
    and for how many repeat purchases.
    """
    rate = rng.standard_gamma(parameters[0], customers) / parameters[1]
    T = WEEKS - rng.uniform(0, 0.7 * WEEKS, customers)
    until, most = lives(parameters[2:], customers, rng)
    until = np.minimum(until, T)
    events = rng.poisson(rate * until)
    frequency = np.minimum(events // stages, most)
    last = rng.beta(stages * np.maximum(frequency, 1), events - stages * frequency + 1)
    recency = np.where(frequency > 0, np.maximum(until * last, 1e-9), 0.0)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


def geometric(shapes, customers, rng):
    """How many failures come before the first success, of a chance that is beta distributed."""
    return rng.geometric(np.clip(rng.beta(*shapes, customers), RARE, 1.0)) - 1


def after_a_purchase(shapes, customers, rng):
    return np.inf, geometric(shapes, customers, rng) + 1


def after_the_first_one_too(shapes, customers, rng):
    return np.inf, geometric(shapes, customers, rng)


def for_ever(shapes, customers, rng):
    return np.inf, np.iinfo(np.int64).max


def at_any_moment(shapes, customers, rng):
    rate = np.maximum(rng.standard_gamma(shapes[0], customers) / shapes[1], 1e-300)
    return rng.standard_exponential(customers) / rate, np.iinfo(np.int64).max


def with_amounts(base, parameters, rng):
    """Mean amounts of repeat purchases, and a frame with them."""
    p, q, v = parameters
    x = base["frequency"].to_numpy()
    rate = np.maximum(rng.standard_gamma(q, len(x)), 1e-300) / v
    amount = rng.standard_gamma(p * np.maximum(x, 1)) / rate / np.maximum(x, 1)
    return base.assign(monetary_value=np.where(x > 0, amount, 0.0))


def case_of_process(process, lives, prior, *, spend=False, stages=1):
    """A model of purchases; with spend, of what customers are worth as well."""
    n, own_dropout = len(prior.parameter_names), len(prior.parameter_names) > 2
    amounts = gamma_gamma_prior(TYPICAL)

    def simulate(parameters, customers, rng):
        base = simulated_histories(lives, parameters[0], customers, rng, stages)
        return with_amounts(base, parameters[1], rng) if spend else base

    def objectives(base):
        found = [objective_of(process, histories_of(base, "week").compressed())]
        if spend:
            known = base[base["frequency"] > 0]
            amount = known["monetary_value"].to_numpy()
            found.append(objective_of_spend(Spending.of(known["frequency"].to_numpy(), amount)))
        return found

    def quick(logs, base):
        ratios = [logs[0] - logs[1], *([logs[2] - logs[3]] if own_dropout else [])]
        return [*logs, *ratios, *([logs[4] + logs[6] - logs[5]] if spend else [])]

    def slow(logs, base, who):
        parameters = process.parameters(np.exp(logs[:n]))
        x, t, T = (base[name].to_numpy(np.float64) for name in ("frequency", "recency", "T"))
        alive = process.probability_alive(parameters, x, t, T)
        since = process.since_recency(t)
        ahead = alive * since.expected_purchases_if_alive(parameters, x, T, AHEAD)
        # Without dropout everybody is alive, and there is nothing to rank.
        found = [*([alive.mean()] if own_dropout else []), ahead[who], ahead.sum()]
        if not spend:
            return found
        money = expected_spend(tuple(np.exp(logs[4:])), x, base["monetary_value"].to_numpy())
        value = MARGIN * money * alive * process.discounted_purchases_if_alive(
            parameters, x, T, AHEAD, DISCOUNT
        )  # fmt: skip
        return [*found, money[who], value[who], value.sum()]

    named = (*prior.parameter_names, *((*amounts.parameter_names,) if spend else ()))
    ratios = ("rate", *(("dropout",) if own_dropout else ()), *(("mean spend",) if spend else ()))
    worth = ("spend", "value", "total value") if spend else ()
    futures = (*(("alive",) if own_dropout else ()), "purchases", "total purchases", *worth)
    names = (*named, *ratios, *futures)
    priors = (prior, amounts) if spend else (prior,)
    return Case(simulate, objectives, priors, quick, slow, names, len(futures))


def case_of_opportunities():
    prior = beta_geo_beta_binom_prior()

    def simulate(parameters, customers, rng):
        alpha, beta, gamma, delta = parameters[0]
        chance = rng.beta(alpha, beta, customers)[:, None]
        alive = geometric((gamma, delta), customers, rng)[:, None]
        k = np.arange(OPPORTUNITIES)
        used = (rng.random((customers, OPPORTUNITIES)) < chance) & (k < alive)
        recency = (used * (k + 1)).max(axis=1)
        seen = np.full(customers, OPPORTUNITIES)
        return OpportunityHistories.of(used.sum(axis=1), recency, seen)

    def quick(logs, base):
        return [*logs, logs[0] - logs[1], logs[2] - logs[3]]

    def slow(logs, base, who):
        parameters = BetaGeoBetaBinomParameters(*np.exp(logs).tolist())
        ahead = opportunities.expected_purchases(parameters, base, 5)
        worth = opportunities.expected_purchases(parameters, base, 20, 0.1)
        alive = opportunities.probability_alive(parameters, base)
        one = base.position[who]
        return [
            alive @ base.weights, ahead[one], ahead @ base.weights, worth[one],
            worth @ base.weights,
        ]  # fmt: skip

    names = (
        *prior.parameter_names, "chance", "dropout", "alive", "purchases", "total purchases",
        "value", "total value",
    )  # fmt: skip

    def objectives(base):
        return [objective_of_opportunities(base)]

    return Case(simulate, objectives, (prior,), quick, slow, names, 5)


def case_of_renewals():
    prior = shifted_beta_geometric_prior()

    def simulate(parameters, customers, rng):
        made = np.minimum(geometric(parameters[0], customers, rng), PERIODS)
        k = np.arange(PERIODS)[:, None]
        renewed, cancelled = (made > k).sum(axis=1), (made == k).sum(axis=1)
        return RenewalCounts(renewed * 1.0, cancelled * 1.0, float(customers))

    def objectives(base):
        return [objective_of_renewals(base)]

    def quick(logs, base):
        parameters = tuple(np.exp(logs)[..., None])
        ahead = renewals.survival(parameters, np.array([5, 12]), np.array([PERIODS, 0]))
        return [*logs, logs[0] - logs[1], ahead[..., 1], base.renewed[-1] * ahead[..., 0]]

    def slow(logs, base, who):
        parameters = tuple(np.exp(logs))
        each = renewals.discounted_expected_residual_lifetime(parameters, PERIODS, 0.1)
        return [each, base.renewed[-1] * each]

    names = (*prior.parameter_names, "churn", "survival", "total renewals", "value", "total value")
    return Case(simulate, objectives, (prior,), quick, slow, names, 2)


CASES = {
    "bg-nbd with spend": case_of_process(
        BetaGeoModel.process, after_a_purchase, beta_geo_prior(OBSERVED), spend=True
    ),
    "mbg-nbd": case_of_process(
        ModifiedBetaGeoModel.process, after_the_first_one_too, beta_geo_prior(OBSERVED)
    ),
    "pareto-nbd": case_of_process(
        ParetoNBDModel.process, at_any_moment, pareto_nbd_prior(OBSERVED)
    ),
    "nbd": case_of_process(NBDModel.process, for_ever, nbd_prior(OBSERVED)),
    "bg-cnbd-k": case_of_process(
        BetaGeoErlangProcess(STAGES, 0),
        after_a_purchase,
        beta_geo_prior(OBSERVED / STAGES),
        stages=STAGES,
    ),
    "bg-bb": case_of_opportunities(),
    "sbg": case_of_renewals(),
}
QUANTITIES = [(model, name) for model, case in CASES.items() for name in case.names]
SMALL, ORDINARY = 60, 150
"""Customers of a base, in the tests of every day and at release size."""
NARROWER = 0.4
"""Part of the default spreads that is left in the tests of every day."""


def narrower(prior):
    for quantity in prior.quantities:
        prior = prior.adjusted(quantity.name, log_sd=NARROWER * quantity.log_sd)
    return prior


def calibrated(case, priors, bases, customers):
    """Ranks (bases, quantities) of every base, and the share of posteriors not to be trusted."""
    ranks, refused = [], 0
    for seed in range(bases):
        try:
            k_hat, found = case.ranks(seed, priors, customers)
        except PosteriorError:
            refused += 1
            continue
        refused += k_hat > 0.7
        ranks.append(found)
    return np.array(ranks), refused / bases


@pytest.fixture(scope="module")
def calibrations():
    return {
        model: calibrated(case, tuple(map(narrower, case.priors)), 200, SMALL)
        for model, case in CASES.items()
    }


@pytest.fixture(scope="module")
def many_calibrations():
    return {model: calibrated(case, case.priors, 1000, ORDINARY) for model, case in CASES.items()}


def check(calibrations, model, name, least, most):
    ranks, refused = calibrations[model]
    case = CASES[model]
    position = case.names.index(name)
    u = ranks[:, position]
    assert refused < 0.02
    assert least <= np.mean((u > 0.05) & (u < 0.95)) <= most
    counts = np.bincount((u * 10).astype(int), minlength=10)
    assert chisquare(counts).pvalue > 0.001
    # Ranks among 19 draws are not continuous, which the test would mistake for a departure.
    few = position >= len(case.names) - case.n_slow
    spread = 1 / (FEW + 1) if few else 1 / (DRAWS + 1)
    jitter = np.random.default_rng(0).uniform(-spread / 2, spread / 2, len(u))
    assert kstest(u + jitter, "uniform").pvalue > 0.001


@pytest.mark.parametrize(("model", "name"), QUANTITIES)
def test_posteriors_are_calibrated(calibrations, model, name):
    check(calibrations, model, name, 0.825, 0.96)


@pytest.mark.trust
@pytest.mark.parametrize(("model", "name"), QUANTITIES)
def test_many_posteriors_are_calibrated(many_calibrations, model, name):
    check(many_calibrations, model, name, 0.868, 0.93)
