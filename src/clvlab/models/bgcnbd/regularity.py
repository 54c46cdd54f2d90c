"""How regularly customers buy, before any model is fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import polygamma, psi

from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models.bgcnbd.gaps import log_gaps_of
from clvlab.models.customers.histories import histories_of
from clvlab.schema import CUSTOMER_ID, DATE
from clvlab.summary.customer_summary import LOG_GAPS, CustomerSummary

Array = npt.NDArray[np.float64]

FEWEST = 30
"""Customers with two gaps below which nothing is said."""
SMALLEST, LARGEST = 1e-3, 1e6
SURE, CLOSE = 2.0, 0.1
"""Standard errors, and how far from 1, up to which purchases are called random."""


@dataclass(frozen=True)
class PurchaseRegularity:
    """How regular the gaps between purchases of one customer are.

    Attributes
    ----------
    k
        Shape of the gamma distributed gaps: 1 where purchases come at random, larger where they
        come more regularly, smaller where they come in bursts.
    standard_error
        Of `k`; missing where all gaps are equal.
    customers
        Number of customers with at least two gaps, whom it is estimated from.
    method
        ``"first two gaps"`` or ``"all gaps"``.
    """

    k: float
    standard_error: float
    customers: int
    method: str

    def __str__(self) -> str:
        spread = f"gaps between purchases vary by about {1 / math.sqrt(self.k):.0%} of their mean"
        known = f"k = {self.k:.2f}, standard error {self.standard_error:.2f}"
        if not math.isfinite(self.standard_error):
            return "All gaps of a customer are the same: this is a schedule, not a choice."
        unclear = max(SURE * self.standard_error, CLOSE)
        if self.k - 1 > unclear:
            return (
                f"Customers buy more regularly than at random: {spread} ({known}). A model with "
                "regularity, such as BG/CNBD-k, says more of who is overdue."
            )
        if 1 - self.k > unclear:
            return (
                f"Purchases come in bursts: {spread} ({known}). Models that take purchases to come "
                "at random, or regularly, call customers lost too early after a burst."
            )
        return f"Customers buy at random, as far as can be seen: {spread} ({known})."


def purchase_regularity(log_or_summary: TransactionLog | CustomerSummary) -> PurchaseRegularity:
    r"""Estimate how regularly customers buy.

    From a **log**, by the first two gaps of each customer (Wheat and Morrison 1990): the share
    :math:`M` of the first in their sum is beta distributed with both shapes ``k``, whatever the
    customer's rate and however long the customer was observed, so that with
    :math:`V = E (M - 1/2)^2`

    .. math:: k = \frac{1 - 4 V}{8 V} .

    From a **summary**, by all gaps: given the number of gaps and the last purchase, shares of gaps
    are Dirichlet distributed with all shapes ``k``, and ``k`` is the maximum of their likelihood,
    which ``log_gaps`` suffices for. Neither depends on rates or dropout, and one burst of buying
    in the beginning weighs more in the first.

    Parameters
    ----------
    log_or_summary
        Purchases, or a summary with the column ``log_gaps``.

    Raises
    ------
    InputError
        For a summary without that column, and fewer than 30 customers with two gaps.

    References
    ----------
    R. D. Wheat and D. G. Morrison (1990), Estimating Purchase Regularity with Two Interpurchase
    Times, Journal of Marketing Research 27(1), 87-93.

    Examples
    --------
    >>> import clvlab
    >>> base = clvlab.simulate_base(
    ...     2000, transaction=(3, 2, 0.8, 3), spend=(6, 4, 15), unit="week", seed=1, k=4
    ... )
    >>> print(purchase_regularity(clvlab.summarize(base.log)))  # doctest: +NORMALIZE_WHITESPACE
    Customers buy more regularly than at random: gaps between purchases vary by about 50% of
    their mean (k = 3.96, standard error 0.06). A model with regularity, such as BG/CNBD-k, says
    more of who is overdue.
    """
    if isinstance(log_or_summary, CustomerSummary):
        return _by_all_gaps(log_or_summary)
    if isinstance(log_or_summary, TransactionLog):
        return _by_two_gaps(log_or_summary.table)
    raise InputError(
        Problem(
            "what regularity is asked of",
            "must be a transaction log or a summary",
            f"got {type(log_or_summary).__name__}",
            "Read purchases with load_transactions().",
        )
    )


def _by_two_gaps(purchases: pd.DataFrame) -> PurchaseRegularity:
    """By the variance of the first gap's share; purchases are in order of their dates."""
    codes, ids = pd.factorize(purchases[CUSTOMER_ID])
    days = purchases[DATE].to_numpy("datetime64[D]").astype(np.int64)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(ids)))
    size = np.diff(np.append(starts, len(codes)))
    first = starts[size > 2]
    _refuse_few(len(first))
    one, two, three = (days[order[first + step]].astype(np.float64) for step in range(3))
    square = ((two - one) / (three - one) - 0.5) ** 2
    variance = float(square.mean())
    if variance == 0:
        return PurchaseRegularity(math.inf, math.nan, len(first), "first two gaps")
    error = float(square.std(ddof=1)) / math.sqrt(len(first))
    # By the delta method: dk / dV = -1 / (8 V^2).
    return PurchaseRegularity(
        (1 - 4 * variance) / (8 * variance),
        error / (8 * variance**2),
        len(first),
        "first two gaps",
    )


def _by_all_gaps(summary: CustomerSummary) -> PurchaseRegularity:
    """By the likelihood of the shares of gaps."""
    histories = histories_of(summary)
    if log_gaps_of(histories) is None:
        raise InputError(
            Problem(
                "the summary",
                f"must have the column '{LOG_GAPS}' to tell regularity",
                "it has none, as files of earlier versions",
                "Make it again with summarize(), or pass the log.",
            )
        )
    several = histories.frequency > 1
    _refuse_few(int(several.sum()))
    x = histories.frequency[several].astype(np.float64)
    days = histories.times[histories.recency[several]]
    sums = summary.table[LOG_GAPS].to_numpy(np.float64)[several]
    level = float((sums - x * np.log(days)).sum())
    counts, customers = np.unique(x, return_counts=True)

    def slope(log_k: float) -> float:
        k = math.exp(log_k)
        return level + float(customers @ (counts * (psi(k * counts) - psi(k))))

    ends = math.log(SMALLEST), math.log(LARGEST)
    if slope(ends[1]) > 0:
        return PurchaseRegularity(math.inf, math.nan, len(x), "all gaps")
    k = math.exp(brentq(slope, *ends, xtol=1e-12))
    information = customers @ (counts * polygamma(1, k) - counts**2 * polygamma(1, k * counts))
    return PurchaseRegularity(k, 1 / math.sqrt(float(information)), len(x), "all gaps")


def _refuse_few(customers: int) -> None:
    if customers >= FEWEST:
        return
    raise InputError(
        Problem(
            "the customers that regularity is estimated from",
            f"must be at least {FEWEST} with three purchases or more",
            f"there are {customers:,}",
            "Observe for longer.",
        )
    )
