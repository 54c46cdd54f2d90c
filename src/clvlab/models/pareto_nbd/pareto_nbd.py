"""The Pareto/NBD model of repeat purchases."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.purchase_process import PurchaseProcess
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.pareto_nbd.diagnosis import diagnose, worth_other_starts
from clvlab.models.pareto_nbd.likelihood import ParetoNBDParameters
from clvlab.models.pareto_nbd.process import ParetoNBDProcess

Array = npt.NDArray[np.float64]

WORTH_ROUNDING = 3_000
"""Distinct pairs of frequency and recency above which a search begins with rounded times."""
ROUNDED_TIMES = 64


class ParetoNBDModel(TransactionModel):
    """Pareto/NBD: buying at a personal rate until dropping out at some moment, seen by nobody.

    While alive a customer buys as a Poisson process whose rate is gamma distributed over
    customers (``r``, ``alpha``); the time until the customer drops out is exponential with a
    personal rate that is gamma distributed too (``s``, ``beta``). Unlike in the BG/NBD model a
    customer may leave at any moment, also before the first repeat purchase.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``s``, ``beta``; ``alpha`` and ``beta`` in `unit_`.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    D. C. Schmittlein, D. G. Morrison and R. Colombo (1987), Counting Your Customers: Who Are They
    and What Will They Do Next?, Management Science 33(1), 1-24.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.ParetoNBDModel().fit(summary)
    >>> round(model.params_.r, 3), round(model.params_.alpha, 2), round(model.log_likelihood_, 1)
    (0.553, 10.58, -9595.0)
    >>> float(model.expected_purchases(summary, horizon="39 weeks").sum().round(1))
    1665.5
    """

    process: ClassVar[PurchaseProcess] = ParetoNBDProcess()
    called: ClassVar[str] = "a Pareto/NBD model"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
        "s": "shape of the dropout rates; smaller is more unequal",
        "beta": "scale of the dropout rates, in units of time; s / beta is the mean rate",
    }

    params_: ParetoNBDParameters

    def _some_of(self, histories: Histories) -> Histories | None:
        # The cost lies in the distinct times, not in the customers.
        if len(histories.pairs_with_recency.frequency) <= WORTH_ROUNDING:
            return None
        return histories.rounded(ROUNDED_TIMES)

    def _diagnose(self, histories: Histories) -> list[str]:
        return diagnose(self, histories)

    def _other_starts(self, optimum: Optimum, histories: Histories) -> list[Array]:
        return worth_other_starts(optimum, histories)

    def _derived(self) -> dict[str, float]:
        r, alpha, s, beta = self.params_
        return {"mean_rate": r / alpha, "mean_dropout_rate": s / beta}
