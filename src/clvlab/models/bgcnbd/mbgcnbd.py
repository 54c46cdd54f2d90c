"""The MBG/CNBD-k model of repeat purchases."""

from __future__ import annotations

from typing import ClassVar

from clvlab.models.bgcnbd.regular_purchases import RegularPurchasesModel


class ModifiedBetaGeoErlangModel(RegularPurchasesModel):
    """MBG/CNBD-k: buying with regularity until dropping out after a purchase, even the first.

    As `BetaGeoErlangModel`, but a customer may drop out right after the first purchase, too; for
    ``k = 1`` it is `ModifiedBetaGeoModel`.

    See `RegularPurchasesModel` for parameters and attributes.

    References
    ----------
    M. Platzer and T. Reutterer (2016), Ticking Away the Moments: Timing Regularity Helps to
    Better Predict Customer Activity, Marketing Science 35(5), 779-799.

    Examples
    --------
    >>> import clvlab
    >>> base = clvlab.simulate_base(
    ...     2000, transaction=(3, 2, 0.8, 3), spend=(6, 4, 15), unit="week", seed=1, k=4
    ... )
    >>> model = clvlab.ModifiedBetaGeoErlangModel().fit(clvlab.summarize(base.log))
    >>> model.k_
    4
    """

    called: ClassVar[str] = "an MBG/CNBD-k model"
    leaving: ClassVar[str] = "after a purchase"
    chances_at_start: ClassVar[int] = 1
    parameter_meanings: ClassVar[dict[str, str]] = {
        "r": "shape of the rates of stages, k per purchase; smaller is more unequal",
        "alpha": "scale of the rates, in units of time; r / (k * alpha) is the mean purchase rate",
        "a": "shape of dropout; a / (a + b) is the mean chance to drop out after a purchase",
        "b": "shape of dropout; larger a + b is more alike",
    }
