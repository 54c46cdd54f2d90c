"""What the BG/NBD and MBG/NBD models share: dropping out after a purchase."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from clvlab.models.bgnbd.diagnosis import diagnose, worth_other_starts
from clvlab.models.bgnbd.likelihood import BetaGeoParameters
from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.transaction_model import TransactionModel

Array = npt.NDArray[np.float64]


class DropoutAfterPurchaseModel(TransactionModel):
    """Buying at a personal rate until dropping out after some purchase.

    While alive a customer buys as a Poisson process whose rate is gamma distributed over
    customers (``r``, ``alpha``). After a purchase the customer drops out with a personal
    probability that is beta distributed (``a``, ``b``). The models differ in whether that may
    already happen after the first purchase.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``a``, ``b``; ``alpha`` in `unit_`.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.
    """

    leaving: ClassVar[str]
    """When one may drop out, in words that follow "the chance to drop out"."""

    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    params_: BetaGeoParameters

    def _diagnose(self, histories: Histories) -> list[str]:
        return diagnose(self, histories)

    def _other_starts(self, optimum: Optimum, histories: Histories) -> list[Array]:  # noqa: ARG002
        return worth_other_starts(optimum)

    def _derived(self) -> dict[str, float]:
        r, alpha, a, b = self.params_
        return {"mean_rate": r / alpha, "mean_dropout": a / (a + b)}
