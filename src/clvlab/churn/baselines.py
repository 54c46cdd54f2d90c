"""What a classifier has to beat: the base rate, the silence rule, and a model of the rhythm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from clvlab.churn.churn_model import ChurnModel
from clvlab.churn.labelled import LabelledSnapshot, stacked_labels
from clvlab.churn.logistic_fit import fit_logistic

Array = npt.NDArray[np.float64]
SILENCE = "silence_days"
CHANCE = "probability_purchase"


class BaseRate(ChurnModel):
    """The same probability for everybody: the share that churned before."""

    name = "base rate"

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        self.rate_ = float(stacked_labels(snapshots).mean())

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.full(len(features), self.rate_)


class SilenceRule(ChurnModel):
    """The longer silent, the likelier gone: days since the last purchase and nothing else.

    The probability is logistic in the logarithm of the silence plus one day, so the order is that
    of the silence itself.
    """

    name = "silence rule"

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        x = np.concatenate([self._scaled(one.features) for one in snapshots])
        self.coefficients_ = fit_logistic(_with_constant(x), stacked_labels(snapshots)).estimates

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.asarray(expit(_with_constant(self._scaled(features)) @ self.coefficients_))

    @staticmethod
    def _scaled(features: pd.DataFrame) -> Array:
        return np.asarray(np.log1p(features[SILENCE].to_numpy(np.float64)))


class PurchaseModelRule(ChurnModel):
    """One less the chance of a purchase that BG/NBD gives, fitted on the day of the snapshot.

    It learns nothing from outcomes. The chance to be alive, which is often used instead, is no
    baseline: it is 1 for everybody who bought once.
    """

    name = "BG/NBD"

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        """Nothing is learnt."""

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.asarray(1.0 - features[CHANCE].to_numpy(np.float64))


def _with_constant(x: Array) -> Array:
    return np.column_stack([np.ones(len(x)), x])
