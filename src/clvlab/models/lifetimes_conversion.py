"""To and from the lifetimes package: the only module that imports it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.models.bgnbd import BetaGeoModel
from clvlab.models.gamma_gamma import GammaGammaModel
from clvlab.summary.customer_summary import CustomerSummary


@contextmanager
def undisturbed() -> Iterator[None]:
    """Importing lifetimes changes warning filters and a pandas option for the whole process; this
    puts both back.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        option = _chained_assignment()
        try:
            yield
        finally:
            if option is not None:
                pd.set_option("mode.chained_assignment", option)


def _chained_assignment() -> Any:  # noqa: ANN401 - whatever the option holds
    try:
        return pd.get_option("mode.chained_assignment")
    except (KeyError, AttributeError):  # the option is gone from newer pandas
        return None


def from_lifetimes(
    fitter: Any,  # noqa: ANN401 - a class of a package that is imported only when needed
    customers: CustomerSummary | pd.DataFrame,
    *,
    unit: TimeUnit | str | None = None,
) -> BetaGeoModel | GammaGammaModel:
    """A clvlab model at the parameters that a lifetimes fitter found.

    The likelihood is evaluated on the customers, so the model has standard errors, intervals and
    predictions like one that clvlab fitted; `converged_` says whether lifetimes stopped at the
    maximum.

    Parameters
    ----------
    fitter
        A fitted ``BetaGeoFitter`` or ``GammaGammaFitter``.
    customers
        The customers it was fitted to.
    unit
        Unit of a plain frame's times, and of the fitter's ``alpha``; needed for BG/NBD only.

    Raises
    ------
    InputError
        For another kind of fitter, or one that is not fitted.
    """
    kind = type(fitter).__name__
    parameters = getattr(fitter, "params_", None)
    if kind not in ("BetaGeoFitter", "GammaGammaFitter") or parameters is None:
        raise InputError(
            Problem(
                "the fitter from lifetimes",
                "must be a fitted BetaGeoFitter or GammaGammaFitter",
                f"got {kind}" if parameters is not None else f"got {kind}, not fitted",
            )
        )
    names = BetaGeoModel.parameter_names if kind == "BetaGeoFitter" else ("p", "q", "v")
    values = np.array([float(parameters[name]) for name in names])
    if kind == "BetaGeoFitter":
        return BetaGeoModel().evaluate(values, customers, unit=unit)
    return GammaGammaModel().evaluate(values, customers)


def to_lifetimes(model: BetaGeoModel | GammaGammaModel) -> Any:  # noqa: ANN401
    """A lifetimes fitter with a clvlab model's parameters, ready to predict.

    Times given to a BG/NBD fitter must be in the model's unit.
    """
    model.require_fit()
    with undisturbed():
        import lifetimes

        fitter: Any = (
            lifetimes.BetaGeoFitter()
            if isinstance(model, BetaGeoModel)
            else lifetimes.GammaGammaFitter()
        )
        fitter.params_ = pd.Series(model.params_._asdict())
    return fitter
