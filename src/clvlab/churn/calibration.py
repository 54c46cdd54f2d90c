"""Probabilities mended on a later snapshot than the one that was learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtri

from clvlab.churn.churn_model import ChurnModel, log_odds
from clvlab.churn.classifiers import LogisticChurn
from clvlab.churn.labelled import LabelledSnapshot
from clvlab.churn.logistic_fit import LogisticFit, fit_logistic
from clvlab.errors import InputError, Problem, did_you_mean

Array = npt.NDArray[np.float64]
Method = Literal["none", "offset", "platt", "beta", "isotonic"]
METHODS: Final = ("none", "offset", "platt", "beta", "isotonic")


class CalibratedChurn(ChurnModel):
    r"""A fitted model whose probabilities are mapped to what happened on a later snapshot.

    With the log odds ``s`` and the probability ``p`` of the model, the new log odds are

    - ``"offset"``: ``a + s``, for a base rate that moved;
    - ``"platt"``: ``a + b s`` (Platt 1999);
    - ``"beta"``: :math:`a + b \ln p - c \ln(1 - p)` (Kull, Silva Filho and Flach 2017);
    - ``"isotonic"``: the best probability that rises with ``p`` (Zadrozny and Elkan 2002), which
      makes ties;
    - ``"none"``: ``s``.

    Parameters
    ----------
    model
        A fitted model.
    method
        One of the above.

    Raises
    ------
    InputError
        When the method is none of these.
    """

    def __init__(self, model: ChurnModel, method: Method = "platt") -> None:
        if method not in METHODS:
            raise InputError(
                Problem(
                    "parameter 'method'",
                    f"must be one of {', '.join(METHODS)}",
                    f"got {method!r}",
                    did_you_mean(str(method), METHODS),
                )
            )
        self.model = model
        self.method = method
        self.name = model.name

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        given = [self.model.churn_probability(one.features) for one in snapshots]
        p = np.concatenate([one.to_numpy(np.float64) for one in given])
        y = np.concatenate([one.churned.to_numpy(np.float64) for one in snapshots])
        self.map_: LogisticFit | None = None
        self.steps_: Any = None
        if self.method == "isotonic":
            from sklearn.isotonic import IsotonicRegression

            self.steps_ = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(p, y)
        elif self.method != "none":
            columns, fixed = self._columns(p)
            self.map_ = fit_logistic(columns, y, offset=fixed)

    def _probability(self, features: pd.DataFrame) -> Array:
        p = self.model.churn_probability(features).to_numpy(np.float64)
        if self.method == "none":
            return p
        if self.steps_ is not None:
            return np.asarray(self.steps_.predict(p), dtype=np.float64)
        return np.asarray(expit(self._log_odds(p)))

    def churn_interval(self, features: pd.DataFrame, interval: float = 0.90) -> pd.DataFrame:
        """Limits of each customer's probability: how well the data determine it.

        By the delta method on the log odds, from the covariance of the logistic regression, with
        customers as clusters, and that of the map. They are limits of the probability, not of
        what happens.

        Parameters
        ----------
        features
            The columns that were learnt from.
        interval
            Coverage, above 0 and below 1.

        Returns
        -------
        pandas.DataFrame
            ``churn_probability_lower`` and ``churn_probability_upper``, indexed like `features`;
            missing where the model is no logistic regression, or the method isotonic or beta,
            for which nothing is known of the error.
        """
        if not 0 < interval < 1:
            rule = "must be above 0 and below 1"
            raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
        p = self.churn_probability(features).to_numpy(np.float64)
        error = self._standard_error(features)
        reach = ndtri(0.5 + interval / 2) * error
        centre = log_odds(p)
        return pd.DataFrame(
            {
                "churn_probability_lower": expit(centre - reach),
                "churn_probability_upper": expit(centre + reach),
            },
            index=features.index,
        )

    def _standard_error(self, features: pd.DataFrame) -> Array:
        model = self.model
        if not isinstance(model, LogisticChurn) or self.method in {"isotonic", "beta"}:
            return np.full(len(features), np.nan)
        own = model.standard_error(features)
        if self.map_ is None:
            return own
        columns = self._columns(log_odds_to_probability(model.log_odds(features)))[0]
        slope = self.map_.estimates[1] if self.method == "platt" else 1.0
        of_map = np.einsum("ij,jk,ik->i", columns, self.map_.covariance, columns)
        return np.asarray(np.sqrt((slope * own) ** 2 + of_map))

    def _log_odds(self, p: Array) -> Array:
        columns, fixed = self._columns(p)
        assert self.map_ is not None  # noqa: S101 - set for every method that gets here
        return np.asarray(columns @ self.map_.estimates + fixed)

    def _columns(self, p: Array) -> tuple[Array, Array]:
        """The columns of the map and the part of the log odds that is not mapped."""
        one, nothing, odds = np.ones(len(p)), np.zeros(len(p)), log_odds(p)
        if self.method == "offset":
            return one[:, None], odds
        if self.method == "platt":
            return np.column_stack([one, odds]), nothing
        inside = np.clip(p, 1e-9, 1 - 1e-9)
        return np.column_stack([one, np.log(inside), -np.log1p(-inside)]), nothing


def log_odds_to_probability(odds: Array) -> Array:
    """Probabilities of log odds."""
    return np.asarray(expit(odds))


def calibrated(
    model: ChurnModel, snapshot: LabelledSnapshot, method: Method = "platt"
) -> CalibratedChurn:
    """A fitted model, calibrated on a later snapshot.

    Examples
    --------
    >>> import clvlab
    >>> from datetime import date
    >>> from clvlab.churn import (
    ...     FeatureSet, PurchaseHistory, SilenceRule, Snapshot, label_and_describe
    ... )
    >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
    >>> days = [Snapshot(date(1997, 6, 30), 91), Snapshot(date(1997, 9, 30), 91)]
    >>> first, second = label_and_describe(history, days, FeatureSet.of(history, days[0]))
    >>> rule = calibrated(SilenceRule().fit([first]), second, "offset")
    >>> given = rule.churn_probability(second.features)
    >>> bool(abs(given.mean() - second.churned.mean()) < 1e-6)
    True
    """
    return CalibratedChurn(model, method).fit([snapshot])
