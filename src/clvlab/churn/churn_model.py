"""The interface of everything that gives each customer a probability of churn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.labelled import LabelledSnapshot, require_columns
from clvlab.errors import NotFittedError

Array = npt.NDArray[np.float64]
PROBABILITY = "churn_probability"


class ChurnModel(ABC):
    """Learns from snapshots and gives the customers of another one a probability of churn.

    Attributes
    ----------
    name
        What it is called on a page.
    features_
        The columns that it learnt from, in order; only after `fit`.
    """

    name: str
    features_: tuple[str, ...]

    def fit(self, snapshots: Sequence[LabelledSnapshot]) -> Self:
        """Learn from snapshots whose outcome is known.

        Parameters
        ----------
        snapshots
            One or more, with the same features.

        Raises
        ------
        InputError
            When features differ between snapshots, values are missing, or all outcomes are alike.
        """
        self._fit(snapshots)
        self.features_ = tuple(str(name) for name in snapshots[0].features.columns)
        return self

    def churn_probability(self, features: pd.DataFrame) -> pd.Series:
        """The chance that each customer does not buy in the label window.

        Parameters
        ----------
        features
            The columns that were learnt from.

        Returns
        -------
        pandas.Series
            Named ``churn_probability``, indexed like `features`, from 0 to 1.

        Raises
        ------
        NotFittedError
            Before `fit`.
        InputError
            When the columns are others, or values are missing.
        """
        if not hasattr(self, "features_"):
            raise NotFittedError(f"{self.name} must be fitted first")
        require_columns(features, self.features_)
        values = self._probability(features)
        return pd.Series(values, index=features.index, name=PROBABILITY)

    @abstractmethod
    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        """Learn; the columns are noted by `fit`."""

    @abstractmethod
    def _probability(self, features: pd.DataFrame) -> Array:
        """Probabilities of customers whose columns were checked, (n,)."""


def log_odds(probability: npt.ArrayLike, nearest: float = 1e-9) -> Array:
    """Logarithms of the odds; probabilities of 0 and 1 are taken for nearly so.

    Examples
    --------
    >>> log_odds([0.5, 0.75]).round(4)
    array([0.    , 1.0986])
    """
    inside = np.clip(np.asarray(probability, dtype=np.float64), nearest, 1 - nearest)
    return np.asarray(np.log(inside) - np.log1p(-inside))
