r"""What customers are worth by the state they are in, and when contacting them stops paying.

Customers move between states by a transition matrix ``P`` and bring ``R`` in each period they
begin in a state; with an effective rate ``d`` a period the expected present value is

.. math::

    V = \sum_{t \ge 0} \Bigl(\frac{P}{1 + d}\Bigr)^t R = \Bigl(I - \frac{P}{1 + d}\Bigr)^{-1} R

(P. E. Pfeifer and R. L. Carraway, 2000, Modeling customer relationships as Markov chains, Journal
of Interactive Marketing 14(2), 43-55, eq. 4 and 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]


def markov_value(
    transitions: npt.ArrayLike,
    rewards: npt.ArrayLike,
    *,
    discount_rate: float,
    periods: int | None = None,
) -> Array:
    """Expected present value of a customer by the state at the start.

    Parameters
    ----------
    transitions
        Probabilities, (k, k); rows are the states of one period, columns those of the next, and
        each row sums to one.
    rewards
        What a customer brings at the start of a period in each state, (k,); the first counts in
        full.
    discount_rate
        Effective rate of one period; above 0 where there is no end.
    periods
        How many periods follow the first; None for no end.

    Raises
    ------
    InputError
        When rows are no distributions, shapes differ, or a sum without an end is not discounted.

    Examples
    --------
    >>> P, R = recency_chain([0.3, 0.2, 0.15, 0.05], contribution=40, contact_cost=4)
    >>> markov_value(P, R, discount_rate=0.2).round(3)
    array([52.32 ,  5.554,  1.251, -1.82 ,  0.   ])
    >>> markov_value(P, R, discount_rate=0.2, periods=4).round(1)
    array([50.1,  4.2,  0.6, -2. ,  0. ])
    """
    P, R = checked_transitions(transitions), np.asarray(rewards, dtype=np.float64)
    if R.shape != (len(P),):
        raise InputError(Problem("the rewards", f"must be {len(P)} numbers", f"got {R.shape}"))
    if not discount_rate >= 0 or (periods is None and discount_rate == 0):
        rule = "must be at least 0, and above 0 without an end"
        raise InputError(Problem("parameter 'discount_rate'", rule, f"got {discount_rate!r}"))
    step = P / (1 + discount_rate)
    if periods is None:
        return np.asarray(np.linalg.solve(np.eye(len(P)) - step, R))
    value = R.copy()
    for _ in range(periods):
        value = R + step @ value
    return value


def recency_chain(
    buying: Sequence[float], *, contribution: float, contact_cost: float
) -> tuple[Array, Array]:
    """The chain of Pfeifer and Carraway: states are periods since the last purchase.

    Parameters
    ----------
    buying
        Probability to buy in the next period after 1, 2, ... periods since the last purchase;
        whoever does not buy after the last of them is lost for good.
    contribution
        What a purchase brings, before the cost of contacting.
    contact_cost
        What contacting a customer who is not lost costs, each period.

    Returns
    -------
    tuple
        Transition matrix and rewards; one state for each entry of `buying`, then the lost.
    """
    k = len(buying)
    P, R = np.zeros((k + 1, k + 1)), np.full(k + 1, -float(contact_cost))
    for state, probability in enumerate(buying):
        P[state, 0] += probability
        P[state, state + 1] += 1 - probability
    P[k, k] = 1.0
    R[0] += contribution
    R[k] = 0.0
    return checked_transitions(P), R


@dataclass(frozen=True)
class ContactCutoff:
    """When contacting stops paying.

    Attributes
    ----------
    last_contact
        The longest time since the last purchase, in periods, at which a customer is worth
        contacting; 0 where nobody is.
    table
        Indexed by ``last_contact``, one row per rule "contact up to here": ``value`` of a customer
        who has just bought. The best rule is `last_contact`.
    by_recency
        Value by periods since the last purchase under the best rule.
    """

    last_contact: int
    table: pd.DataFrame
    by_recency: Array


def contact_cutoff(
    buying: Sequence[float], *, contribution: float, contact_cost: float, discount_rate: float
) -> ContactCutoff:
    """Find how long after the last purchase customers are still worth contacting.

    Somebody who is no longer contacted does not buy.

    Examples
    --------
    >>> found = contact_cutoff(
    ...     [0.3, 0.2, 0.15, 0.05], contribution=40, contact_cost=4, discount_rate=0.2
    ... )
    >>> found.last_contact, found.by_recency[:3].round(3).tolist()
    (3, [53.149, 6.621, 2.644])
    """
    terms = {"contribution": contribution, "contact_cost": contact_cost}
    each = [
        markov_value(*recency_chain(buying[:many], **terms), discount_rate=discount_rate)
        for many in range(1, len(buying) + 1)
    ]
    # Contacting nobody leaves what the purchase itself brought.
    values = [float(contribution), *(float(one[0]) for one in each)]
    best = int(np.argmax(values))
    table = pd.DataFrame({"value": values}, index=pd.RangeIndex(len(values), name="last_contact"))
    chosen = each[best - 1] if best else np.array([float(contribution), 0.0])
    return ContactCutoff(best, table, chosen)


def checked_transitions(transitions: npt.ArrayLike) -> Array:
    """A transition matrix, refused where rows are no distributions."""
    P = np.asarray(transitions, dtype=np.float64)
    subject = "the transition matrix"
    if P.ndim != 2 or P.shape[0] != P.shape[1]:
        raise InputError(Problem(subject, "must be square", f"its shape is {P.shape}"))
    sums = P.sum(axis=1)
    bad = np.flatnonzero((P < 0).any(axis=1) | ~(np.abs(sums - 1) < 1e-9))
    if len(bad):
        found = f"row {bad[0] + 1} sums to {sums[bad[0]]:.6g}"
        raise InputError(Problem(subject, "must have rows of probabilities that sum to 1", found))
    return P
