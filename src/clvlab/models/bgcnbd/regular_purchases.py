"""What the BG/CNBD-k and MBG/CNBD-k models share: buying with regularity, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models.bgcnbd.diagnosis import diagnose
from clvlab.models.bgcnbd.gaps import log_gaps_of, require_gaps
from clvlab.models.bgcnbd.likelihood import log_of_gaps
from clvlab.models.bgcnbd.process import BetaGeoErlangProcess
from clvlab.models.bgnbd.diagnosis import worth_other_starts
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.customer_columns import Customers
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.covariates import Names
from clvlab.models.fitting.fitted_to_histories import FittedToHistories
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.transaction_model import TransactionModel

Array = npt.NDArray[np.float64]

LARGEST_K = 12
"""The largest regularity that is looked at: gaps that vary by 29 percent of their mean."""


class RegularPurchasesModel(TransactionModel):
    """Buying with regularity until dropping out after some purchase.

    While alive a customer passes through stages at a personal rate that is gamma distributed over
    customers (``r``, ``alpha``), and every ``k``-th stage is a purchase: gaps between purchases
    are Erlang-k distributed, the more regular the larger ``k``. After a purchase the customer
    drops out with a personal probability that is beta distributed (``a``, ``b``).

    Parameters
    ----------
    k
        Stages per purchase, from 1 (purchases at random) to 12. By default it is chosen by the
        likelihood, for which the summary's column ``log_gaps`` is needed; search from 1 upwards
        ends once two in a row are worse than the best.
    purchase_covariates, dropout_covariates, same_effect
        As in `FittedToHistories`; ``k`` is chosen without them.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``a``, ``b``; ``alpha`` in `unit_`.
    k_
        Stages per purchase. Standard errors, draws and posteriors hold it fixed, and `aic_` and
        `bic_` do not count it.
    tried_
        Pairs of ``k`` and log-likelihood; see `likelihood_by_k_`.
    log_likelihood_
        Density of the moments of all purchases where ``log_gaps`` is known, comparable among all
        models of the family; without that column and for ``k > 1`` a term that does not depend on
        the parameters is missing, as `diagnosis_` says.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.
    """

    leaving: ClassVar[str]
    """When one may drop out, in words that follow "the chance to drop out"."""
    chances_at_start: ClassVar[int]

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    params_: BetaGeoParameters
    k_: int
    tried_: Sequence[Sequence[float]]
    gaps_known_: bool
    _log_gaps: float | None = None

    def __init__(
        self,
        k: int | None = None,
        *,
        purchase_covariates: Names = None,
        dropout_covariates: Names = None,
        same_effect: Names = None,
    ) -> None:
        super().__init__(
            purchase_covariates=purchase_covariates,
            dropout_covariates=dropout_covariates,
            same_effect=same_effect,
        )
        self.k = k

    @property
    def process(self) -> BetaGeoErlangProcess:  # type: ignore[override] # it depends on k
        """The process with the `k` of the fit."""
        return BetaGeoErlangProcess(getattr(self, "k_", self.k or 1), self.chances_at_start)

    @property
    def likelihood_by_k_(self) -> pd.DataFrame:
        """The log-likelihoods that ``k`` was chosen by, without covariates.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``k``: ``log_likelihood``, and ``chosen``, true in one row.
        """
        self.require_fit()
        index = pd.Index([int(k) for k, _ in self.tried_], name="k")
        values = [float(value) for _, value in self.tried_]
        return pd.DataFrame({"log_likelihood": values, "chosen": index == self.k_}, index=index)

    def evaluate(
        self, parameters: npt.ArrayLike, customers: Customers, *, unit: TimeUnit | str | None = None
    ) -> Self:
        """As in `FittedToHistories`; ``k`` must be stated."""
        if self.k is None:
            raise InputError(
                Problem(
                    "parameter 'k'",
                    "must be stated where parameters come from elsewhere",
                    "got none",
                    "Make the model with the k that they belong to.",
                )
            )
        return super().evaluate(parameters, customers, unit=unit)

    def contains(self, other: FittedToHistories) -> bool:
        """As in `FittedToHistories`, and of the same ``k``."""
        return super().contains(other) and getattr(other, "k_", None) == self.k_

    def _read(self, everyone: Histories) -> None:
        check_k(self.k)
        self._log_gaps = log_gaps_of(everyone)
        if self.k is None:
            require_gaps(self._log_gaps)
        else:
            self.k_ = self.k

    def _search(self, compressed: Histories) -> Optimum:
        if self.k is not None:
            optimum = super()._search(compressed)
            self.tried_ = ((self.k_, self._with_gaps(optimum, compressed).value),)
            return optimum
        tried: list[tuple[int, float]] = []
        best: tuple[float, int, Optimum] | None = None
        for k in range(1, LARGEST_K + 1):
            self.k_ = k
            optimum = super()._search(compressed)
            value = self._with_gaps(optimum, compressed).value
            tried.append((k, value))
            if best is None or value > best[0]:
                best = (value, k, optimum)
            elif k >= best[1] + 2:
                break
        assert best is not None  # noqa: S101 - k = 1 has been tried
        self.k_, self.tried_ = best[1], tuple(tried)
        return best[2]

    def _settle(
        self, optimum: Optimum, histories: Histories, everyone: Histories, n_customers: int
    ) -> Self:
        optimum = self._with_gaps(optimum, histories)
        self.gaps_known_ = self._log_gaps is not None
        if optimum.iterations == 1:
            self.tried_ = ((self.k_, optimum.value),)
        return super()._settle(optimum, histories, everyone, n_customers)

    def _with_gaps(self, optimum: Optimum, histories: Histories) -> Optimum:
        """The optimum with the part of the log-likelihood that only `k` matters for."""
        if self._log_gaps is None:
            return optimum
        purchases = float(histories.weights @ histories.frequency)
        of_gaps = log_of_gaps(self.k_, self._log_gaps, purchases, histories.window.unit.days)
        return replace(optimum, value=optimum.value + of_gaps)

    def _diagnose(self, histories: Histories) -> list[str]:
        return diagnose(self, histories)

    def _other_starts(self, optimum: Optimum, histories: Histories) -> list[Array]:  # noqa: ARG002
        return worth_other_starts(optimum)

    def _derived(self) -> dict[str, float]:
        r, alpha, a, b = self.params_
        return {"k": self.k_, "mean_rate": r / (self.k_ * alpha), "mean_dropout": a / (a + b)}


def check_k(k: object) -> None:
    """Refuse a regularity that is none."""
    if k is None or (
        isinstance(k, (int, np.integer)) and not isinstance(k, bool) and 1 <= k <= LARGEST_K
    ):
        return
    raise InputError(
        Problem(
            "parameter 'k'",
            f"must be a whole number between 1 and {LARGEST_K}",
            f"got {k!r}",
            "Leave it out to have it chosen by the likelihood.",
        )
    )
