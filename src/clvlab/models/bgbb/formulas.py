r"""What the BG/BB model says of a customer: pure functions of parameters and histories.

Each returns one number (or row) per distinct history of an `OpportunityHistories`. Given that a
customer is alive at the last opportunity seen, the chance to use one is beta distributed with
:math:`\alpha + x` and :math:`\beta + n - x`, and the chance to drop out with :math:`\gamma` and
:math:`\delta + n`; everything follows from that, as sums of positive terms without the pole that
the published expressions have at :math:`\gamma = 1`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from clvlab.models.bgbb.histories import OpportunityHistories
from clvlab.models.bgbb.kernels import cumulative, log_likelihood_and_alive
from clvlab.models.bgbb.likelihood import BetaGeoBetaBinomParameters
from clvlab.models.shifted_beta_geometric.averages import average_over_churn
from clvlab.models.shifted_beta_geometric.formulas import log_survival, survival

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
CELLS = 2_000_000
"""Size of the largest table that is held at once."""

NEW = OpportunityHistories.of(*np.zeros((3, 1), dtype=np.int64))
"""A customer before the first opportunity."""


def probability_alive(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories, ahead: int = 1
) -> Array:
    r"""Probability to be alive at the opportunity `ahead` of the last one seen.

    .. math:: \frac{B(\alpha + x, \beta + n - x)}{B(\alpha, \beta)}
        \frac{B(\gamma, \delta + n + k)}{B(\gamma, \delta)} \Big/ L

    (Fader, Hardie and Shang 2010, eq. A10 for k opportunities ahead; eq. 11 is k = 1). Dropping
    out happens before an opportunity, so being alive at the next one (k = 1) is what buying then
    takes; k = 0 asks for the last one seen.

    Examples
    --------
    >>> donors = BetaGeoBetaBinomParameters(1.204, 0.750, 0.657, 2.783)
    >>> histories = OpportunityHistories.of(*np.array([[2], [4], [6]]))
    >>> probability_alive(donors, histories).round(2)
    array([0.59])
    """
    alive = np.exp(log_likelihood_and_alive(parameters, histories)[1])
    return np.asarray(alive * survival(parameters[2:], ahead, histories.n_periods))


def expected_purchases(
    parameters: BetaGeoBetaBinomParameters,
    histories: OpportunityHistories,
    horizon: int,
    discount_rate: float = 0.0,
) -> Array:
    r"""Expected purchases at the next `horizon` opportunities, discounted per opportunity.

    .. math:: P(\text{alive at } n) \, \frac{\alpha + x}{\alpha + \beta + n}
        \sum_{k=1}^{h} \frac{B(\gamma, \delta + n + k)}{B(\gamma, \delta + n)} (1 + d)^{-k}

    which for d = 0 is eq. 13 of Fader, Hardie and Shang (2010).

    Examples
    --------
    >>> donors = BetaGeoBetaBinomParameters(1.204, 0.750, 0.657, 2.783)
    >>> histories = OpportunityHistories.of(*np.array([[4], [5], [6]]))
    >>> expected_purchases(donors, histories, 10).round(2)
    array([3.63])
    """
    ahead = np.arange(1, horizon + 1)
    discounts = np.exp(-np.log1p(discount_rate) * ahead)
    seen, where = np.unique(histories.n_periods, return_inverse=True)
    opportunities = np.empty(len(seen))
    step = max(1, CELLS // max(horizon, 1))
    for start in range(0, len(seen), step):
        rows = slice(start, start + step)
        alive = survival(parameters[2:], ahead, seen[rows, None])
        opportunities[rows] = alive @ discounts
    return _chance_to_buy(parameters, histories) * opportunities[where]


def discounted_expected_residual_transactions(
    parameters: BetaGeoBetaBinomParameters,
    histories: OpportunityHistories,
    discount_rate: float,
) -> Array:
    r"""Expected purchases at all opportunities to come, discounted per opportunity (DERT).

    .. math:: P(\text{alive at } n) \, \frac{\alpha + x}{\alpha + \beta + n} \,
        E\left[\frac{1 - \theta}{\theta + d}\right], \qquad \theta \sim Beta(\gamma, \delta + n),

    the same as eq. 14 of Fader, Hardie and Shang (2010). Without discounting it is infinite for
    :math:`\gamma \le 1`.
    """
    gamma, delta = parameters[2:]
    seen, where = np.unique(histories.n_periods, return_inverse=True)
    later = delta + seen
    series = np.full(len(seen), np.inf)
    if discount_rate > 0:
        series[:] = average_over_churn(gamma, later, lambda p, q: q / (p + discount_rate))
    elif gamma > 1:
        series[:] = later / (gamma - 1)
    return np.asarray(_chance_to_buy(parameters, histories) * series[where])


def probability_purchase(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories, horizon: int
) -> Array:
    """Probability of at least one purchase at the next `horizon` opportunities.

    Summed over which of them is the first one used, so that small chances keep their digits.
    """
    a, b, seen, where = _distinct_pairs(parameters, histories)
    out = np.empty(len(a))
    k = np.arange(horizon)
    step = max(1, CELLS // max(horizon, 1))
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        used, left = a[rows, None], b[rows, None]
        skipped = cumulative(-np.log1p(used / (left + k)))[:, :-1]
        first = skipped - np.log1p((left + k) / used)
        out[rows] = np.exp(first + log_survival(parameters[2:], k + 1, seen[rows, None])).sum(1)
    return np.asarray(out[where] * probability_alive(parameters, histories, 0))


def purchase_distribution(
    parameters: BetaGeoBetaBinomParameters,
    histories: OpportunityHistories,
    horizon: int,
    most: int,
) -> Array:
    r"""Probabilities of 0, 1, ..., `most` purchases at the next `horizon` opportunities, (n, m).

    With :math:`a = \alpha + x`, :math:`b = \beta + n - x` and the chance :math:`e_i` that life
    ends after i more opportunities (or lasts beyond the horizon, i = h), a customer alive at the
    last opportunity seen makes y purchases with the probability

    .. math:: \sum_{i=y}^{h} \binom{i}{y} \frac{B(a + y, b + i - y)}{B(a, b)} \, e_i

    (Fader, Hardie and Shang 2010, eq. 8, with the parameters of the history).
    """
    a, b, seen, where = _distinct_pairs(parameters, histories)
    if_alive = np.empty((len(a), most + 1))
    step = max(1, CELLS // (horizon + 1))
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        if_alive[rows] = _distribution_if_alive(
            parameters, a[rows, None], b[rows, None], seen[rows, None], horizon, most
        )
    alive = probability_alive(parameters, histories, 0)
    out = if_alive[where] * alive[:, None]
    out[:, 0] += 1 - alive
    return np.asarray(out)


def expected_purchases_by_period(parameters: BetaGeoBetaBinomParameters, periods: int) -> Array:
    """Expected purchases of a new customer at each of the first `periods` opportunities."""
    alpha, beta, gamma, delta = parameters
    return np.asarray(alpha / (alpha + beta) * survival((gamma, delta), np.arange(1, periods + 1)))


def _chance_to_buy(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> Array:
    """Probability to be alive at the last opportunity seen, times the chance to use one then."""
    alpha, beta, _, _ = parameters
    used = (alpha + histories.frequency) / (alpha + beta + histories.n_periods)
    return np.asarray(used * probability_alive(parameters, histories, 0))


def _distinct_pairs(
    parameters: BetaGeoBetaBinomParameters, histories: OpportunityHistories
) -> tuple[Array, Array, Integers, Integers]:
    """Shapes of the chance to buy and opportunities seen, and which of them each history has."""
    alpha, beta, _, _ = parameters
    base = int(histories.n_periods.max(initial=0)) + 1
    pairs, where = np.unique(histories.frequency * base + histories.n_periods, return_inverse=True)
    x, n = pairs // base, pairs % base
    return alpha + x, beta + n - x, n, where


def _distribution_if_alive(
    parameters: BetaGeoBetaBinomParameters,
    a: Array,
    b: Array,
    seen: Integers,
    horizon: int,
    most: int,
) -> Array:
    gamma, delta = parameters[2:]
    k, lived = np.arange(horizon), np.arange(horizon + 1)
    used, skipped = cumulative(np.log(a + k)), cumulative(-np.log1p(a / (b + k)))
    both = cumulative(np.log(a + b + k))
    end = log_survival((gamma, delta), lived, seen)
    end[:, :-1] -= np.log1p((delta + seen + k) / gamma)
    out = np.zeros((len(a), most + 1))
    for y in range(min(most, horizon) + 1):
        rest = horizon - y + 1
        ways = gammaln(lived[y:] + 1) - gammaln(y + 1) - gammaln(lived[:rest] + 1)
        together = both[:, y:] - both[:, :rest]
        terms = ways + used[:, [y]] + skipped[:, :rest] - together + end[:, y:]
        out[:, y] = np.exp(logsumexp(terms, axis=1))
    return out
