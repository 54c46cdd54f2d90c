"""The MBG/NBD model of repeat purchases: BG/NBD with a chance to drop out at the start."""

from __future__ import annotations

from typing import ClassVar

from clvlab.models.bgnbd.dropout_after_purchase import DropoutAfterPurchaseModel
from clvlab.models.bgnbd.process import BetaGeoProcess
from clvlab.models.fitting.purchase_process import PurchaseProcess


class ModifiedBetaGeoModel(DropoutAfterPurchaseModel):
    """MBG/NBD: buying at a personal rate until dropping out after some purchase, even the first.

    As `BetaGeoModel`, but a customer may drop out right after the first purchase, too. A customer
    who bought once and then fell silent is therefore less and less likely to be alive, where the
    BG/NBD model holds on to everybody who bought once.

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``a``, ``b``; ``alpha`` in `unit_`.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    E. P. Batislam, M. Denizel and A. Filiztekin (2007), Empirical Validation and Comparison of
    Models for Customer Base Analysis, International Journal of Research in Marketing 24(3),
    201-209.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.ModifiedBetaGeoModel().fit(summary)
    >>> round(model.params_.r, 4), round(model.params_.alpha, 3), round(model.log_likelihood_, 1)
    (0.5248, 6.183, -9582.1)
    >>> float(model.expected_purchases(summary, horizon="39 weeks").sum().round(1))
    1576.7
    """

    process: ClassVar[PurchaseProcess] = BetaGeoProcess(chances_at_start=1)
    called: ClassVar[str] = "an MBG/NBD model"
    leaving: ClassVar[str] = "after a purchase"
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
        "a": "shape of dropout; a / (a + b) is the mean chance to drop out after a purchase",
        "b": "shape of dropout; larger a + b is more alike",
    }
