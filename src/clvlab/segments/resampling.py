"""Bootstrap and permutation of groups of customers, at a cost that hardly grows with their number.

What is resampled is gathered first: customers with the same value, or next to each other in the
order of values, share a cell. A bootstrap sample is then a multinomial draw over the cells, and a
permutation of labels a random table with both margins given. With as many cells as distinct
values both are exact; with fewer, what varies inside a cell is added as a normal number of the
right variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import random_table

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_CELLS = 256
SINGLE = 48
"""So many of the largest and of the smallest values have a cell of their own each."""
SHUFFLED_UP_TO = 20_000
"""Up to so many customers labels are shuffled one by one where values are all different."""
TABLES_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Cells:
    """Values gathered into cells.

    Attributes
    ----------
    counts
        Values in each cell.
    means, variances
        Of the values inside each.
    """

    counts: Integers
    means: Array
    variances: Array

    @property
    def exact(self) -> bool:
        """Whether all values of a cell are the same."""
        return not self.variances.any()


def gather(values: Array, most: int = MOST_CELLS) -> Cells:
    """Cells of sorted values: one for each distinct value where these are few enough.

    Parameters
    ----------
    values
        Sorted.
    most
        Cells at most; twice `SINGLE` at least.

    Examples
    --------
    >>> gather(np.array([0.0, 0.0, 1.0])).counts.tolist()
    [2, 1]
    """
    n = len(values)
    starts = np.flatnonzero(np.diff(values, prepend=-np.inf) != 0)
    if len(starts) > most and n > most:
        inner = np.linspace(SINGLE, n - SINGLE, most - 2 * SINGLE + 1).astype(np.int64)
        ends = np.arange(SINGLE)
        starts = np.unique(np.concatenate([ends, inner[:-1], n - SINGLE + ends]))
    counts = np.diff(np.append(starts, n))
    means = np.add.reduceat(values, starts) / counts
    off = values - np.repeat(means, counts)
    variances = np.add.reduceat(off * off, starts) / counts
    single = values[starts] == values[starts + counts - 1]
    means[single], variances[single] = values[starts[single]], 0.0
    return Cells(counts.astype(np.int64), means, variances)


def bootstrap_means(cells: Cells, resamples: int, rng: np.random.Generator) -> Array:
    """Means of bootstrap samples of the customers, (resamples,)."""
    n = int(cells.counts.sum())
    drawn = rng.multinomial(n, cells.counts / n, size=resamples).astype(np.float64)
    means = drawn @ cells.means / n
    if not cells.exact:
        means += np.sqrt(drawn @ cells.variances) / n * rng.standard_normal(resamples)
    return means


def bootstrap_medians(values: Array, resamples: int, rng: np.random.Generator) -> Array:
    """Medians of bootstrap samples of sorted values, (resamples,), drawn exactly.

    The m-th smallest of n values drawn with replacement is the value at the quantile that the m-th
    smallest of n uniform numbers is, and that is a beta number (B. Efron, 1982, The Jackknife, the
    Bootstrap and Other Resampling Plans, chapter 10).
    """
    n = len(values)
    low = (n + 1) // 2
    place = rng.beta(low, n - low + 1, resamples)
    lower = values[_at(place, n)]
    if n % 2:
        return lower
    after = place + (1 - place) * rng.beta(1, n - low, resamples)
    return (lower + values[_at(after, n)]) / 2


def _at(place: Array, n: int) -> Integers:
    return np.minimum((place * n).astype(np.int64), n - 1)


def permuted_moments(
    values: Array, sizes: Integers, permutations: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Sums and sums of squares of groups when labels are dealt out at random.

    Parameters
    ----------
    values
        Of all customers, sorted.
    sizes
        Customers of each group.
    permutations
        How often.
    rng
        Source of the permutations.

    Returns
    -------
    tuple
        Sums and sums of squares, (permutations, groups) each.
    """
    cells = gather(values)
    if cells.exact or len(values) > SHUFFLED_UP_TO:
        return _dealt(cells, sizes, permutations, rng)
    both = np.stack([values, values * values], axis=1)
    starts = np.cumsum(sizes) - sizes
    out = np.empty((permutations, len(sizes), 2))
    for number in range(permutations):
        out[number] = np.add.reduceat(both[rng.permutation(len(values))], starts, axis=0)
    return out[:, :, 0], out[:, :, 1]


def _dealt(
    cells: Cells, sizes: Integers, permutations: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    law = random_table(cells.counts, sizes)
    squares = cells.means**2 + cells.variances
    step = max(TABLES_AT_ONCE // (len(cells.counts) * len(sizes)), 1)
    sums, squared = [], []
    for start in range(0, permutations, step):
        many = min(step, permutations - start)
        dealt = law.rvs(size=many, method="patefield", random_state=rng)
        dealt = np.moveaxis(dealt.reshape(many, len(cells.counts), len(sizes)), 1, 2)
        dealt = dealt.astype(np.float64)
        of_cells = dealt @ cells.means
        if not cells.exact:
            of_cells += np.sqrt(dealt @ cells.variances) * rng.standard_normal(of_cells.shape)
        sums.append(of_cells)
        squared.append(dealt @ squares)
    return np.concatenate(sums), np.concatenate(squared)


def bca_limits(
    draws: Array, estimate: float, acceleration: float, interval: float
) -> tuple[float, float]:
    r"""Bias-corrected and accelerated limits of a bootstrap.

    With :math:`z_0` the normal quantile of the share of draws below the estimate and `a` the
    acceleration, the limits are the quantiles of the draws at

    .. math:: \Phi\Bigl(z_0 + \frac{z_0 \pm z}{1 - a (z_0 \pm z)}\Bigr)

    (B. Efron, 1987, Better Bootstrap Confidence Intervals, JASA 82, 171-185).

    Examples
    --------
    >>> bca_limits(np.linspace(0, 1, 1001), 0.5, 0.0, 0.9)
    (0.05, 0.95)
    """
    from scipy.special import ndtr, ndtri

    tail = ndtri(0.5 + interval / 2)
    below = ((draws < estimate).mean() + (draws <= estimate).mean()) / 2
    least = 0.5 / len(draws)
    bias = ndtri(np.clip(below, least, 1 - least))
    moved = bias + np.array([-tail, tail])
    # Beyond a pole of the correction nothing is known; half of the way there is kept.
    stretch = np.maximum(1 - acceleration * moved, 0.5)
    lower, upper = np.quantile(draws, ndtr(bias + moved / stretch))
    return float(np.round(lower, 12)), float(np.round(upper, 12))
