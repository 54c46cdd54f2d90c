"""Classifiers behind one interface: scikit-learn's pipelines, and LightGBM where it is installed.

scikit-learn takes a while to import, so that happens when a classifier is fitted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.feature_list import on_model_scale
from clvlab.churn.labelled import (
    LabelledSnapshot,
    stacked_customers,
    stacked_features,
    stacked_labels,
)
from clvlab.errors import NotAvailableError

Array = npt.NDArray[np.float64]
BLOCK: Final = 200_000
"""Rows that sums over customers are made of at a time, so that memory stays bounded."""


class LogisticChurn(ChurnModel):
    """Logistic regression on standardized features.

    Parameters
    ----------
    strength
        Inverse of the strength of the ridge penalty, above 0: small values draw the effects of
        features towards zero.

    Attributes
    ----------
    pipeline_
        The fitted scikit-learn pipeline; it takes features on the scale of models.
    effects_
        Change of the log odds of churn by one standard deviation of each feature, on its scale.
    covariance_
        Of the constant and the effects, with customers as clusters, (k + 1, k + 1).
    """

    name = "logistic"

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        x, y = stacked_features(snapshots), stacked_labels(snapshots)
        self.pipeline_ = make_pipeline(
            StandardScaler(copy=False),
            LogisticRegression(C=self.strength, solver="newton-cholesky", tol=1e-8),
        )
        self.pipeline_.fit(x, y)
        # The scaler has written over x: it is standardized from here on.
        estimator = self.pipeline_[-1]
        names = [str(name) for name in snapshots[0].features.columns]
        self.constant_ = float(estimator.intercept_[0])
        self.effects_ = pd.Series(estimator.coef_[0], index=names, name="effect")
        self.covariance_ = self._clustered(x, y, stacked_customers(snapshots))

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.asarray(expit(self.log_odds(features)))

    def log_odds(self, features: pd.DataFrame) -> Array:
        """Log odds of churn, (n,)."""
        return np.asarray(self.constant_ + self.contributions(features).sum(axis=1))

    def standard_error(self, features: pd.DataFrame) -> Array:
        """Standard errors of the log odds, (n,)."""
        x = np.column_stack([np.ones(len(features)), self._standardized(features)])
        return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance_, x)))

    def contributions(self, features: pd.DataFrame) -> Array:
        """What each feature adds to the log odds, against a customer with average ones, (n, k)."""
        return np.asarray(self._standardized(features) * self.effects_.to_numpy())

    def _standardized(self, features: pd.DataFrame) -> Array:
        return np.asarray(self.pipeline_[0].transform(on_model_scale(features)))

    def _clustered(self, x: Array, y: Array, customers: npt.NDArray[np.int64]) -> Array:
        """The sandwich H^-1 B H^-1 with scores summed by customer (Liang and Zeger 1986)."""
        k = x.shape[1] + 1
        hessian = np.diag(np.r_[0.0, np.full(k - 1, 1.0 / self.strength)])
        scores = np.zeros((int(customers.max()) + 1, k))
        for start in range(0, len(y), BLOCK):
            rows = slice(start, start + BLOCK)
            block = np.column_stack([np.ones(len(x[rows])), x[rows]])
            p = expit(block[:, 0] * self.constant_ + block[:, 1:] @ self.effects_.to_numpy())
            hessian += block.T @ ((p * (1 - p))[:, None] * block)
            block *= (y[rows] - p)[:, None]
            for place in range(k):
                scores[:, place] += np.bincount(
                    customers[rows], weights=block[:, place], minlength=len(scores)
                )
        bread = np.linalg.inv(hessian)
        return np.asarray(bread @ (scores.T @ scores) @ bread)


class BoostedTrees(ChurnModel):
    """Boosted trees, whatever makes them.

    Parameters
    ----------
    rounds
        Number of trees, at least 1.
    learning_rate
        How much each tree counts, above 0.
    leaves
        Most leaves of a tree, at least 2.
    seed
        Seed of its random choices.
    """

    def __init__(
        self, rounds: int = 100, learning_rate: float = 0.05, leaves: int = 8, seed: int = 0
    ) -> None:
        self.rounds = rounds
        self.learning_rate = learning_rate
        self.leaves = leaves
        self.seed = seed

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        self.estimator_ = self._make()
        self.estimator_.fit(stacked_features(snapshots), stacked_labels(snapshots))

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.asarray(self.estimator_.predict_proba(on_model_scale(features))[:, 1])

    @abstractmethod
    def _make(self) -> Any:  # noqa: ANN401 - a classifier of one of two libraries
        """The library's classifier, not fitted yet."""


class BoostingChurn(BoostedTrees):
    """Gradient boosting by scikit-learn's histogram method; see `BoostedTrees`."""

    name = "boosting"

    def _make(self) -> Any:  # noqa: ANN401
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=50,
            early_stopping=False,
            random_state=self.seed,
        )


class LightGBMChurn(BoostedTrees):
    """Gradient boosting by LightGBM, which is installed with ``clvlab[boosting]``.

    Its parameters are those of `BoostedTrees`.

    Raises
    ------
    NotAvailableError
        By `fit`, when LightGBM is not installed.
    """

    name = "LightGBM"

    def _make(self) -> Any:  # noqa: ANN401
        try:
            lightgbm = import_module("lightgbm")
        except ImportError:
            said = "not available: needs the package lightgbm; install clvlab[boosting]"
            raise NotAvailableError(said) from None
        return lightgbm.LGBMClassifier(
            n_estimators=self.rounds,
            learning_rate=self.learning_rate,
            num_leaves=self.leaves,
            min_child_samples=50,
            random_state=self.seed,
            deterministic=True,
            force_row_wise=True,
            verbosity=-1,
        )


CLASSIFIERS: Final[dict[str, Callable[[], ChurnModel]]] = {
    "logistic": LogisticChurn,
    "boosting": BoostingChurn,
    "lightgbm": LightGBMChurn,
}
"""The classifiers by the names that parameters use."""
