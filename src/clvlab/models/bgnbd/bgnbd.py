"""The BG/NBD model of repeat purchases."""

from __future__ import annotations

from typing import ClassVar

from clvlab.models.bgnbd.dropout_after_purchase import DropoutAfterPurchaseModel
from clvlab.models.bgnbd.process import BetaGeoProcess
from clvlab.models.fitting.purchase_process import PurchaseProcess


class BetaGeoModel(DropoutAfterPurchaseModel):
    """BG/NBD: buying at a personal rate until dropping out after some purchase.

    While alive a customer buys as a Poisson process whose rate is gamma distributed over
    customers (``r``, ``alpha``); after every repeat purchase the customer drops out with a
    personal probability that is beta distributed (``a``, ``b``).

    Attributes
    ----------
    params_
        The estimates ``r``, ``alpha``, ``a``, ``b``; ``alpha`` in `unit_`.
    unit_
        Unit of time of ``alpha``, that of the summary the model was fitted to.
    n_excluded_
        Customers left out of the fit because their history is incomplete.

    See `TransactionModel` for predictions and `MaximumLikelihoodModel` for the other attributes.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting Your Customers" the Easy Way: An
    Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.BetaGeoModel().fit(summary)
    >>> round(model.params_.r, 4), round(model.params_.alpha, 3), round(model.log_likelihood_, 1)
    (0.2426, 4.414, -9582.4)
    >>> float(model.expected_purchases(summary, horizon="39 weeks").sum().round(1))
    1653.4
    """

    process: ClassVar[PurchaseProcess] = BetaGeoProcess(chances_at_start=0)
    called: ClassVar[str] = "a BG/NBD model"
    leaving: ClassVar[str] = "after a repeat purchase"
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the purchase rates; smaller is more unequal",
        "alpha": "scale of the purchase rates, in units of time; r / alpha is the mean rate",
        "a": "shape of dropout; a / (a + b) is the mean chance to drop out after a repeat purchase",
        "b": "shape of dropout; larger a + b is more alike",
    }
