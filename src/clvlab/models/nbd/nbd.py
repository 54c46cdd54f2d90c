"""The NBD model: purchases at a constant rate without dropout, the baseline of the others."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from clvlab.models.customers.histories import Histories
from clvlab.models.fitting.covariates import Names
from clvlab.models.fitting.newton import Optimum
from clvlab.models.fitting.purchase_process import PurchaseProcess
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.nbd.likelihood import NBDParameters
from clvlab.models.nbd.process import NBDProcess

Array = npt.NDArray[np.float64]

ALIKE = 200.0
"""Value of r above which customers hardly differ and the surface is nearly flat."""


class NBDModel(TransactionModel):
    """NBD: buying at a personal, constant rate that is gamma distributed over customers.

    Nobody ever drops out, so it is what the models with dropout have to beat. Its likelihood has
    the constants of theirs (see `clvlab.models.nbd.likelihood`): the difference to BG/NBD or
    Pareto/NBD on the same customers is a log-likelihood ratio.

    Parameters
    ----------
    purchase_covariates
        Columns of the customers' table that the purchase rate depends on; see `TransactionModel`.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``; ``alpha`` in `unit_`.
    unit_
        Unit of time of ``alpha``, that of the summary the model was fitted to.
    n_excluded_
        Customers left out of the fit because their history is incomplete.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.
    Everybody is alive for ever, and without discounting buys without end.

    References
    ----------
    A. S. C. Ehrenberg (1959), The Pattern of Consumer Purchases, Applied Statistics 8(1), 26-41.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = NBDModel().fit(summary)
    >>> round(model.params_.r, 3), round(model.params_.alpha, 2)
    (0.385, 12.07)
    """

    process: ClassVar[PurchaseProcess] = NBDProcess()
    called: ClassVar[str] = "an NBD model"
    parameter_names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
    }

    params_: NBDParameters

    def __init__(self, *, purchase_covariates: Names = None) -> None:
        super().__init__(purchase_covariates=purchase_covariates)

    def _some_of(self, histories: Histories) -> None:
        """The cost of a search does not depend on the number of customers."""

    def _other_starts(self, optimum: Optimum, histories: Histories) -> list[Array]:  # noqa: ARG002
        return []

    def _diagnose(self, histories: Histories) -> list[str]:  # noqa: ARG002
        found: list[str] = []
        if self.params_.r > ALIKE:
            found.append(
                "Customers hardly differ in how often they buy: r and alpha are too large to tell "
                "apart. Their ratio, the mean purchase rate, and forecasts are not affected."
            )
        elif self.covariance_.isna().to_numpy().any():
            found.append(
                "The likelihood is flat: several combinations of r and alpha describe these "
                "customers equally well, so they have no standard error. Read forecasts, not "
                "parameters."
            )
        return found

    def _derived(self) -> dict[str, float]:
        return {"mean_rate": self.params_.r / self.params_.alpha}
