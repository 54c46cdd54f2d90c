r"""Permutation tests of all pairs of groups at once, corrected for how many there are.

The statistic of a pair is the difference of means over its standard error,

.. math:: t_{gh} = \frac{\bar x_g - \bar x_h}{\sqrt{s_g^2 / n_g + s_h^2 / n_h}} ,

where each variance has been drawn towards that of all customers with the weight of
`PSEUDO_CUSTOMERS`, so that a small group without any spread does not rule. Labels are dealt out
at random; the largest statistic over the pairs that are not yet told apart is the law by which the
next one is judged (step-down of P. H. Westfall and S. S. Young, 1993, Resampling-Based Multiple
Testing). Where no group differs labels are exchangeable, and the chance of one false difference
or more is at most the level in samples of any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.segments.resampling import permuted_moments

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PSEUDO_CUSTOMERS = 5.0
_SAME = 1e-9


@dataclass(frozen=True)
class PairTests:
    """Tests of one metric over all pairs.

    Attributes
    ----------
    p_values
        Of each pair on its own, two-sided, (pairs,).
    adjusted
        Corrected over all pairs of the metric, (pairs,).
    """

    p_values: Array
    adjusted: Array


def statistics_of(sums: Array, squares: Array, sizes: Integers) -> Array:
    """Studentized differences of all pairs, the first group of each pair less the second.

    Parameters
    ----------
    sums, squares
        Sums and sums of squares of groups, (..., groups).
    sizes
        Customers of each group.

    Returns
    -------
    numpy.ndarray
        (..., pairs), in the order of `numpy.triu_indices`.
    """
    n = sizes.astype(np.float64)
    total = n.sum()
    overall = squares.sum(axis=-1, keepdims=True) - sums.sum(axis=-1, keepdims=True) ** 2 / total
    pooled = np.maximum(overall, 0.0) / max(total - 1, 1)
    within = np.maximum(squares - sums**2 / n, 0.0)
    variance = (within + PSEUDO_CUSTOMERS * pooled) / (n + PSEUDO_CUSTOMERS - 1)
    one, other = np.triu_indices(len(n), 1)
    means, error = sums / n, variance / n
    spread = np.sqrt(error[..., one] + error[..., other])
    difference = means[..., one] - means[..., other]
    out: Array = np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0)
    return out


def compare_all_pairs(
    values: Array, groups: Integers, sizes: Integers, permutations: int, rng: np.random.Generator
) -> PairTests:
    """Test every pair of groups by permutations of all labels.

    Parameters
    ----------
    values
        Of all customers, sorted.
    groups
        Group of each, counted from 0.
    sizes
        Customers of each group.
    permutations
        How often labels are dealt out; no p-value is below one over this plus one.
    rng
        Source of the permutations.
    """
    sums = np.bincount(groups, values, len(sizes)).astype(np.float64)
    squares = np.bincount(groups, values * values, len(sizes)).astype(np.float64)
    seen = np.abs(statistics_of(sums, squares, sizes))
    dealt = np.abs(statistics_of(*permuted_moments(values, sizes, permutations, rng), sizes))
    # Sums in another order differ in the last digit; a tie counts as a tie.
    at_least = seen * (1 - _SAME)
    p_values = (1 + (dealt >= at_least).sum(axis=0)) / (permutations + 1)
    order = np.argsort(-seen, kind="stable")
    largest = np.maximum.accumulate(dealt[:, order[::-1]], axis=1)[:, ::-1]
    stepped = (1 + (largest >= at_least[order]).sum(axis=0)) / (permutations + 1)
    adjusted = np.empty_like(stepped)
    adjusted[order] = np.maximum.accumulate(stepped)
    return PairTests(p_values, adjusted)
