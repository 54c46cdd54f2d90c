"""Whether customers drop out at all, and what follows if that can't be told."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clvlab.clock import Horizon, TimeUnit
from clvlab.errors import Problems
from clvlab.models.checking.dropout_interval import CHANCE, mean_dropout
from clvlab.models.checking.likelihood_ratio import SAME
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories, histories_of
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.fitting.fitted_to_histories import objective_of
from clvlab.models.fitting.newton import Optimum, maximize
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.fitting.whole_numbers import whole_number
from clvlab.models.nbd.nbd import NBDModel
from clvlab.models.nbd.process import NBDProcess
from clvlab.models.nbd.simulation import draw_histories

Integers = npt.NDArray[np.int64]

FEWEST_SIMULATIONS = 19
"""Simulated bases from which a chance of one in twenty can be read."""
ENOUGH = 20
"""Simulated ratios above the observed one after which the p-value is known well enough."""
MOST_CUSTOMERS = 5_000
"""Customers of a simulated base: the law of the ratio hardly depends on their number."""
NOTHING = 1e-4
"""Gain in log-likelihood that a search does not go on for."""
LEVEL = 0.05


@dataclass(frozen=True)
class DropoutTest:
    """Whether customers drop out at all.

    Attributes
    ----------
    likelihood_ratio
        Twice the gain in log-likelihood over customers who never drop out; 0 where there is none.
    p_value
        Chance of such a ratio or a larger one if nobody dropped out, from `n_simulations` bases.
    n_simulations
        Simulated bases that were needed.
    measure
        ``"mean_dropout"``, the mean chance to drop out after a purchase, or
        ``"mean_dropout_rate"``, the mean rate of dropping out per unit of time.
    mean_dropout, mean_dropout_lower, mean_dropout_upper
        Its estimate and limits; an upper limit may be infinite.
    interval
        Coverage of the limits.
    not_identified
        Parameters that the data do not identify; they have no standard errors.
    expected_purchases, expected_purchases_without_dropout
        Of all customers within the horizon, by the model and by the NBD model.
    """

    likelihood_ratio: float
    p_value: float
    n_simulations: int
    measure: str
    mean_dropout: float
    mean_dropout_lower: float
    mean_dropout_upper: float
    interval: float
    not_identified: tuple[str, ...]
    expected_purchases: float
    expected_purchases_without_dropout: float

    @property
    def visible(self) -> bool:
        """Whether the p-value is below 5 percent."""
        return self.p_value < LEVEL

    def describe(self) -> dict[str, float]:
        """The test in numbers."""
        return {
            "likelihood_ratio": self.likelihood_ratio,
            "p_value": self.p_value,
            self.measure: self.mean_dropout,
            f"{self.measure}_lower": self.mean_dropout_lower,
            f"{self.measure}_upper": self.mean_dropout_upper,
            "expected_purchases": self.expected_purchases,
            "expected_purchases_without_dropout": self.expected_purchases_without_dropout,
        }

    def __str__(self) -> str:
        return " ".join(self.sentences)

    @property
    def sentences(self) -> list[str]:
        """The test in words."""
        found = "Customers drop out" if self.visible else "No dropout can be seen"
        told = [self._ratio_in_words(found), self._mean_in_words()]
        if self.not_identified:
            told.append(
                f"The data do not identify {' and '.join(self.not_identified)}: there is no "
                "standard error for what is not known."
            )
        told.append(
            f"Expected are {self.expected_purchases:,.0f} purchases, and "
            f"{self.expected_purchases_without_dropout:,.0f} if nobody dropped out."
        )
        return told

    def _mean_in_words(self) -> str:
        if self.measure == CHANCE:
            of, form = "chance to drop out after a purchase", "{:.2%}"
        else:
            of, form = "rate of dropping out per unit of time", "{:.3g}"
        estimate, lower, upper = (
            form.format(value)
            for value in (self.mean_dropout, self.mean_dropout_lower, self.mean_dropout_upper)
        )
        endless = math.isinf(self.mean_dropout_upper)
        limits = f"{lower} or more" if endless else f"{lower} to {upper}"
        return f"The mean {of} is {estimate} ({self.interval:.0%} limits: {limits})."

    def _ratio_in_words(self, found: str) -> str:
        share = f"{self.p_value:.1%}" if self.p_value < LEVEL else f"{self.p_value:.0%}"
        # No simulated base was above: a bound, not an estimate.
        bound = "at most " if self.p_value <= 1 / (self.n_simulations + 1) else ""
        return (
            f"{found}: the likelihood ratio against customers who never do is "
            f"{self.likelihood_ratio:.2f}, which {bound}{share} of bases without dropout reach."
        )


def dropout_test(
    model: TransactionModel,
    customers: Customers,
    *,
    horizon: Horizon,
    unit: TimeUnit | str | None = None,
    interval: float = 0.95,
    n_simulations: int = 199,
    seed: int = 0,
) -> DropoutTest:
    """Test a model against customers who buy in the same way and never drop out (NBD).

    Without dropout the mean chance to drop out is at the edge of what it can be, and how it
    differs between customers means nothing: twice the gain in log-likelihood is then not
    chi-square distributed, nor half of the time zero. Its law is therefore simulated: bases of the
    customers' own observation times, drawn from the fitted NBD model, with both models fitted to
    each. The p-value counts the observed base among them (Davison and Hinkley 1997, eq. 4.11), and
    simulation ends early once it is clearly large (Besag and Clifford 1991).

    Parameters
    ----------
    model
        A BG/NBD, MBG/NBD or Pareto/NBD model without covariates, fitted to `customers`.
    customers, unit
        As in `fit`.
    horizon
        Over which both models predict purchases.
    interval
        Coverage of the limits of the mean dropout.
    n_simulations
        Largest number of simulated bases; at least 19. The smallest p-value is one over one more.
    seed
        Seed of the simulations.

    Raises
    ------
    InputError
        For a model with covariates, one without dropout, one that was fitted to other customers,
        and one that is not at its maximum.

    References
    ----------
    R. B. Davies (1987), Hypothesis Testing When a Nuisance Parameter Is Present Only Under the
    Alternative, Biometrika 74(1), 33-43.

    A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and Their Application, chapter 4.

    J. Besag and P. Clifford (1991), Sequential Monte Carlo p-Values, Biometrika 78(2), 301-304.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.BetaGeoModel().fit(summary)
    >>> test = dropout_test(model, summary, horizon="39 weeks", n_simulations=19)
    >>> round(test.likelihood_ratio, 2), test.p_value
    (362.46, 0.05)
    """
    model.require_no_covariates("a test of dropout")
    check_interval(interval)
    n_simulations = whole_number("n_simulations", n_simulations, FEWEST_SIMULATIONS)
    everyone = histories_of(customers, unit, complete_only=True)
    _refuse(model, everyone)
    without = NBDModel().fit(customers, unit=unit)
    ratio = max(2 * (model.log_likelihood_ - without.log_likelihood_), 0.0)
    totals = [
        math.fsum(one.expected_purchases(customers, horizon=horizon, unit=unit))
        for one in (model, without)
    ]
    p_value, made = _simulated_p_value(model, without, everyone, ratio, n_simulations, seed)
    mean = mean_dropout(model, everyone.compressed(), interval)
    variances = np.diag(model.covariance_)
    return DropoutTest(
        likelihood_ratio=ratio,
        p_value=p_value,
        n_simulations=made,
        measure=mean.name,
        mean_dropout=mean.estimate,
        mean_dropout_lower=mean.lower,
        mean_dropout_upper=mean.upper,
        interval=interval,
        not_identified=tuple(model.covariance_.index[np.isnan(variances)]),
        expected_purchases=totals[0],
        expected_purchases_without_dropout=totals[1],
    )


def _simulated_p_value(
    model: TransactionModel,
    without: NBDModel,
    everyone: Histories,
    ratio: float,
    n_simulations: int,
    seed: int,
) -> tuple[float, int]:
    """The p-value, and how many bases it took."""
    if ratio <= NOTHING:
        return 1.0, 0
    rng = np.random.default_rng(seed)
    above = 0
    for made in range(1, n_simulations + 1):
        base = draw_histories(without.params_, _some_of(everyone, rng), rng)
        above += likelihood_ratio_of_dropout(model, base.compressed()) >= ratio
        if above == ENOUGH:
            return above / made, made
    return (above + 1) / (n_simulations + 1), n_simulations


def likelihood_ratio_of_dropout(model: TransactionModel, histories: Histories) -> float:
    """Twice the gain of a model of this kind over NBD; 0 where there is none."""
    if not histories.frequency.any():
        return 0.0
    buying = objective_of(NBDProcess(), histories)
    null = maximize(buying, NBDProcess().start(histories), tolerance=NOTHING)
    # A search that has not begun is worth all other starts.
    point, zero = np.append(null.point, [0.0, 0.0]), np.zeros((4, 4))
    here = Optimum(point, null.value, zero[0], zero, 0, converged=False)
    objective = objective_of(model.process, histories)
    best = max(
        maximize(objective, start, tolerance=NOTHING).value
        for start in model._other_starts(here, histories)  # noqa: SLF001 - of one family
    )
    return max(2 * (best - null.value), 0.0)


def _some_of(everyone: Histories, rng: np.random.Generator) -> Histories:
    if len(everyone) <= MOST_CUSTOMERS:
        return everyone
    rows: Integers = rng.choice(len(everyone), MOST_CUSTOMERS, replace=False)
    return replace(everyone.of(rows), columns=None)


def _refuse(model: TransactionModel, everyone: Histories) -> None:
    """Refuse what can't be compared with NBD."""
    problems = Problems()
    if not isinstance(model.process.without_dropout, NBDProcess):
        rule = "must be one of dropout that buys as the NBD model does"
        problems.add("the model", rule, f"got {model.called}")
    pairs = zip(model.fingerprint_, everyone.fingerprint, strict=True)
    if not all(math.isclose(one, other, rel_tol=SAME) for one, other in pairs):
        found = f"it was fitted to {model.n_customers_:,}, in its unit, and these are others"
        problems.add("the model", "must be fitted to these customers", found)
    if not model.converged_:
        found = "its search stopped before, or its parameters came from elsewhere"
        problems.add("the model", "must be at its maximum", found)
    problems.raise_if_any()
