"""The BG/CNBD-k model of repeat purchases."""

from __future__ import annotations

from typing import ClassVar

from clvlab.models.bgcnbd.regular_purchases import RegularPurchasesModel


class BetaGeoErlangModel(RegularPurchasesModel):
    """BG/CNBD-k: buying with regularity until dropping out after some repeat purchase.

    As `BetaGeoModel`, which it is for ``k = 1``, but gaps between purchases are Erlang-k
    distributed: a customer whose next purchase is overdue is given up sooner the larger ``k``.

    See `RegularPurchasesModel` for parameters and attributes.

    References
    ----------
    M. Platzer and T. Reutterer (2016), Ticking Away the Moments: Timing Regularity Helps to
    Better Predict Customer Activity, Marketing Science 35(5), 779-799.
    T. Reutterer, M. Platzer and N. Schröder (2021), Leveraging Purchase Regularity for Predicting
    Customer Behavior the Easy Way, International Journal of Research in Marketing 38(1), 194-215.

    Examples
    --------
    The customers of CDNOW buy at random:

    >>> import clvlab
    >>> summary = clvlab.summarize(
    ...     clvlab.load_cdnow(sample=True), calibration_end="1997-09-30", unit="week"
    ... )
    >>> model = clvlab.BetaGeoErlangModel().fit(summary)
    >>> model.k_, round(model.log_likelihood_, 1)
    (1, -9582.4)
    """

    called: ClassVar[str] = "a BG/CNBD-k model"
    leaving: ClassVar[str] = "after a repeat purchase"
    chances_at_start: ClassVar[int] = 0
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the rates of stages, k per purchase; smaller is more unequal",
        "alpha": "scale of the rates, in units of time; r / (k * alpha) is the mean purchase rate",
        "a": "shape of dropout; a / (a + b) is the mean chance to drop out after a repeat purchase",
        "b": "shape of dropout; larger a + b is more alike",
    }
