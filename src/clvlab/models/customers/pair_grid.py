r"""Functions of frequency and T under many draws, evaluated at few points.

What a model expects of a customer who is alive is an analytic function of :math:`\log(c + T)`,
for any ``c`` up to the smallest scale of time among the parameters, with no singularity nearer
than :math:`\pi` from the real axis. A polynomial through a few dozen Chebyshev points therefore
gives it at thousands of distinct T to the last digits, at a fraction of the work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.history_table import HistoryTable

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DIGITS = 36.0
"""Natural logarithm of how far the error of the polynomial is brought down."""
SPARE_NODES = 8


@dataclass(frozen=True)
class PairGrid:
    """Points at which to evaluate a function of frequency and T, and the way to every pair.

    Attributes
    ----------
    frequency, T
        The points, (g,); T in the model's unit.
    first
        Position of each pair's first point, (pairs,).
    row
        Each pair's row of `shares`, (pairs,); -1 for a pair that is itself a point.
    shares
        Weights of the points of one frequency, (distinct T, nodes).
    recency
        Those of the points, where pairs are told apart by it; every pair is then a point.
    """

    frequency: Array
    T: Array
    first: Integers
    row: Integers
    shares: Array
    recency: Array | None = None

    def __len__(self) -> int:
        return len(self.frequency)

    @classmethod
    def of(cls, table: HistoryTable, scale: float | None) -> Self:
        """Points for the pairs of a table.

        Parameters
        ----------
        scale
            The smallest scale of time among the parameters; without one every pair is a point.
        """
        frequency, T = table.pair_frequency, table.pair_T
        direct, none = np.arange(len(frequency)), np.full(len(frequency), -1)
        if table.pair_recency is not None:
            return cls(frequency, T, direct, none, np.empty((0, 0)), table.pair_recency)
        times, row = np.unique(T, return_inverse=True)
        counts, position, size = np.unique(frequency, return_inverse=True, return_counts=True)
        n_nodes = nodes_needed(times, scale)
        many = (size > n_nodes)[position]
        if not many.any():
            return cls(frequency, T, direct, none, np.empty((0, 0)))
        nodes, shares = _interpolation(times, float(scale or 0.0), n_nodes)
        wide = counts[size > n_nodes]
        first = np.empty(len(frequency), dtype=np.int64)
        first[many] = np.searchsorted(wide, frequency[many]) * n_nodes
        first[~many] = len(wide) * n_nodes + np.arange(int((~many).sum()))
        return cls(
            np.concatenate([np.repeat(wide, n_nodes), frequency[~many]]),
            np.concatenate([np.tile(nodes, len(wide)), T[~many]]),
            first,
            np.where(many, row, -1),
            shares,
        )

    def at(self, values: Array, pairs: Integers) -> Array:
        """From values at the points, (..., g, draws), to those at some pairs, (..., k, draws)."""
        out = np.empty((*values.shape[:-2], len(pairs), values.shape[-1]))
        for chosen, nodes, shares in self._parts(pairs):
            found = values[..., nodes, :]
            out[..., chosen, :] = found if shares is None else shares @ found
        return out

    def gather(self, weights: Array, pairs: Integers, into: Array) -> None:
        """Add weights of some pairs, (k, draws), to those of the points, (g, draws).

        A sum of weights times values over the points is then the one over the pairs.
        """
        for chosen, nodes, shares in self._parts(pairs):
            if shares is not None:
                into[nodes] += shares.T @ weights[chosen]
                continue
            # A point may come more than once.
            order = np.argsort(nodes, kind="stable")
            points, start = np.unique(nodes[order], return_index=True)
            into[points] += np.add.reduceat(weights[chosen][order], start, axis=0)

    def _parts(self, pairs: Integers) -> list[tuple[npt.NDArray[np.bool_], Integers, Array | None]]:
        """The pairs that are points, then those of each frequency with its points and weights."""
        first, row = self.first[pairs], self.row[pairs]
        direct = row < 0
        parts: list[tuple[npt.NDArray[np.bool_], Integers, Array | None]] = []
        if direct.any():
            parts.append((direct, first[direct], None))
        for start in np.unique(first[~direct]).tolist():
            chosen = (first == start) & ~direct
            nodes = np.arange(start, start + self.shares.shape[1])
            parts.append((chosen, nodes, self.shares[row[chosen]]))
        return parts


def nodes_needed(times: Array, scale: float | None) -> int:
    r"""Chebyshev points that settle an analytic function of :math:`\log(c + T)` over these times.

    Their error falls as :math:`\rho^{-n}`, with :math:`\rho` the sum of the half-axes of the
    largest ellipse around the interval that stays below the singularities.
    """
    if scale is None or not scale > 0 or len(times) < 2:
        return len(times)
    half_width = 0.5 * math.log((scale + times[-1]) / (scale + times[0]))
    height = math.pi / half_width
    return math.ceil(DIGITS / math.asinh(height)) + SPARE_NODES


def _interpolation(times: Array, scale: float, n_nodes: int) -> tuple[Array, Array]:
    """Chebyshev points in log(scale + T) and the weights that lead to each of the times."""
    low, high = math.log(scale + times[0]), math.log(scale + times[-1])
    angle = (np.arange(n_nodes) + 0.5) * math.pi / n_nodes
    nodes = scale * np.expm1(0.5 * (low + high + (high - low) * np.cos(angle)) - math.log(scale))
    nodes = np.clip(nodes, times[0], times[-1])
    at = (2 * np.log(scale + times) - low - high) / (high - low)
    barycentric = np.sin(angle) * (-1.0) ** np.arange(n_nodes)
    away = at[:, None] - np.cos(angle)
    exact = away == 0
    shares = barycentric / np.where(exact, 1.0, away)
    shares /= shares.sum(axis=1, keepdims=True)
    hit = exact.any(axis=1)
    shares[hit] = exact[hit]
    return nodes, np.asarray(shares)
