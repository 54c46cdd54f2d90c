"""Moving between stages: how often, how surely, and whether the past before the present matters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv, chdtrc

from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]
PRIOR = 0.5
"""Jeffreys' prior for each row: half a customer in each cell."""


@dataclass(frozen=True)
class Transitions:
    """Moves of customers between stages from one date to the next, over all pairs of dates.

    Attributes
    ----------
    stages
        The stages, in their order.
    counts
        Numbers of moves, (dates - 1, k, k): from the stage in a row to that in a column.
    dates
        The dates, one more than there are steps.
    triples
        Numbers of customers by their stages at three dates that follow each other, (k, k, k).
    """

    stages: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    dates: tuple[object, ...]
    triples: npt.NDArray[np.int64]

    @property
    def total(self) -> npt.NDArray[np.int64]:
        """Moves over all steps, (k, k)."""
        return np.asarray(self.counts.sum(axis=0))

    def probabilities(self) -> Array:
        """Share of moves by the stage they start from; stages nobody was in stay as they are."""
        total = self.total.astype(np.float64)
        rows = total.sum(axis=1, keepdims=True)
        return np.where(rows > 0, total / np.maximum(rows, 1), np.eye(len(total)))

    def table(self, interval: float = 0.90) -> pd.DataFrame:
        """Each move with its probability and limits.

        The limits are those of the posterior of each row, a Dirichlet distribution with half a
        customer in every cell before any was seen.

        Returns
        -------
        pandas.DataFrame
            ``from_stage``, ``to_stage``, ``customers`` (moves), ``probability``, ``lower``,
            ``upper``.
        """
        total = self.total
        posterior = total + PRIOR
        rest = posterior.sum(axis=1, keepdims=True) - posterior
        low, high = (
            betaincinv(posterior, rest, level) for level in (0.5 - interval / 2, 0.5 + interval / 2)
        )
        k = len(self.stages)
        return pd.DataFrame(
            {
                "from_stage": np.repeat(self.stages, k),
                "to_stage": np.tile(self.stages, k),
                "customers": total.ravel(),
                "probability": self.probabilities().ravel(),
                "lower": low.ravel(),
                "upper": high.ravel(),
            }
        )

    def dwell(self) -> pd.DataFrame:
        """How long customers stay in a stage, in steps, if every step is like every other.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``stage``: ``stay`` (probability), ``mean_steps`` (1 / (1 - stay)),
            ``half_life`` (steps after which half have left; infinite where nobody leaves, and 0
            where all leave at once).
        """
        stay = np.diag(self.probabilities())
        with np.errstate(divide="ignore"):
            mean = 1 / (1 - stay)
            half = np.log(0.5) / np.log(stay)
        half = np.where(stay == 0, 0.0, np.where(stay == 1, np.inf, half))
        index = pd.Index(self.stages, name="stage")
        return pd.DataFrame({"stay": stay, "mean_steps": mean, "half_life": half}, index=index)

    def stationarity(self) -> dict[str, float]:
        r"""Likelihood-ratio test of whether all steps share one transition matrix.

        :math:`2 \sum n_{tij} \log(p_{tij} / p_{ij})` is chi-square (T. W. Anderson and
        L. A. Goodman, 1957, Statistical inference about Markov chains, Annals of Mathematical
        Statistics 28, 89-110).
        """
        freedom = 0
        for i in range(len(self.stages)):
            used = int((self.total[i] > 0).sum())
            steps = int((self.counts[:, i].sum(axis=1) > 0).sum())
            freedom += max(used - 1, 0) * max(steps - 1, 0)
        return _result(_statistic(self.counts), freedom)

    def first_order(self) -> dict[str, float]:
        """Likelihood-ratio test of whether the stage before the present one does not matter.

        Anderson and Goodman (1957), as in `stationarity`, over customers at three dates.
        """
        before_in_middle = np.moveaxis(self.triples, 1, 0)  # by present stage, then by the earlier
        statistic, freedom = 0.0, 0
        for given in before_in_middle:
            statistic += _statistic(given[:, None, :])
            used, rows = int((given.sum(axis=0) > 0).sum()), int((given.sum(axis=1) > 0).sum())
            freedom += max(used - 1, 0) * max(rows - 1, 0)
        return _result(statistic, freedom)


def transitions_of(labels: pd.DataFrame, stages: tuple[str, ...]) -> Transitions:
    """Count moves between stages.

    Parameters
    ----------
    labels
        Indexed by ``customer_id``, one column per date, in order; stages, missing where a customer
        was not there yet.
    stages
        All stages, in the order to show them in.

    Raises
    ------
    InputError
        When there is no date, or a label is no stage.

    Examples
    --------
    >>> labels = pd.DataFrame({1: ["new", "new"], 2: ["loyal", "new"]}, index=["a", "b"])
    >>> transitions_of(labels, ("new", "loyal")).total.tolist()
    [[1, 1], [0, 0]]
    """
    if not labels.shape[1]:
        raise InputError(Problem("the labels", "must be of one date or more", "got none"))
    codes = [_codes(labels[name], stages) for name in labels]
    k = len(stages)
    counts = np.array([_cross(codes[t : t + 2], k) for t in range(len(codes) - 1)])
    counts = counts.reshape(-1, k, k)
    triples = np.zeros((k, k, k), dtype=np.int64)
    for t in range(len(codes) - 2):
        triples += _cross(codes[t : t + 3], k)
    return Transitions(stages, counts, tuple(labels), triples)


def _codes(column: pd.Series, stages: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Places of the labels among the stages, -1 where there is none."""
    kept = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")
    names = kept.cat.categories
    places = pd.Index(stages).get_indexer(names)
    own = kept.cat.codes.to_numpy(np.int64)
    used = np.bincount(own[own >= 0], minlength=len(names)) > 0
    strange = sorted(str(name) for name in names[used & (places < 0)])
    if strange:
        rule = f"must be one of {', '.join(stages)}"
        raise InputError(Problem("a stage", rule, f"got {strange[0]!r}"))
    return np.where(own >= 0, np.append(places, -1)[own], -1).astype(np.int64)


def _cross(codes: list[npt.NDArray[np.int64]], k: int) -> npt.NDArray[np.int64]:
    """Numbers of customers by their codes at some dates; those with one missing are left out."""
    there, place = np.ones(len(codes[0]), dtype=bool), np.zeros(len(codes[0]), dtype=np.int64)
    for one in codes:
        there &= one >= 0
        place = place * k + one
    shape = (k,) * len(codes)
    return np.bincount(place[there], minlength=math.prod(shape)).reshape(shape)


def _statistic(counts: npt.NDArray[np.int64]) -> float:
    """Twice the log-likelihood ratio of own rows against shared ones, (groups, rows, k)."""
    n = counts.astype(np.float64)
    own = n.sum(axis=2, keepdims=True)
    shared = n.sum(axis=0, keepdims=True)
    base = shared.sum(axis=2, keepdims=True)
    ratio = np.divide(n * base, own * shared, out=np.ones_like(n), where=n > 0)
    return 2 * float((n * np.log(ratio)).sum())


def _result(statistic: float, freedom: int) -> dict[str, float]:
    p_value = float(chdtrc(freedom, statistic)) if freedom else 1.0
    return {"statistic": statistic, "degrees_of_freedom": freedom, "p_value": p_value}
