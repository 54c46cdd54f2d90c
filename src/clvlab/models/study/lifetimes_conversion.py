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
from clvlab.models.bgnbd.bgnbd import BetaGeoModel
from clvlab.models.bgnbd.mbgnbd import ModifiedBetaGeoModel
from clvlab.models.fitting.fitted import MaximumLikelihoodModel
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.gamma_gamma.gamma_gamma import GammaGammaModel
from clvlab.models.pareto_nbd.pareto_nbd import ParetoNBDModel
from clvlab.summary.customer_summary import CustomerSummary

MODEL_OF_FITTER: dict[str, type[MaximumLikelihoodModel]] = {
    "BetaGeoFitter": BetaGeoModel,
    "ModifiedBetaGeoFitter": ModifiedBetaGeoModel,
    "ParetoNBDFitter": ParetoNBDModel,
    "GammaGammaFitter": GammaGammaModel,
}


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
) -> Any:  # noqa: ANN401 - the model that the fitter is of
    """A clvlab model at the parameters that a lifetimes fitter found.

    The likelihood is evaluated on the customers, so the model has standard errors, intervals and
    predictions like one that clvlab fitted; `converged_` says whether lifetimes stopped at the
    maximum.

    Parameters
    ----------
    fitter
        A fitted ``BetaGeoFitter``, ``ModifiedBetaGeoFitter``, ``ParetoNBDFitter`` or
        ``GammaGammaFitter``.
    customers
        The customers it was fitted to.
    unit
        Unit of a plain frame's times, and of the fitter's parameters that are times; not needed
        for Gamma-Gamma.

    Returns
    -------
    BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel or GammaGammaModel

    Raises
    ------
    InputError
        For another kind of fitter, or one that is not fitted.
    """
    kind = type(fitter).__name__
    parameters = getattr(fitter, "params_", None)
    if kind not in MODEL_OF_FITTER or parameters is None:
        *most, last = MODEL_OF_FITTER
        raise InputError(
            Problem(
                "the fitter from lifetimes",
                f"must be a fitted {', '.join(most)} or {last}",
                f"got {kind}" if parameters is not None else f"got {kind}, not fitted",
            )
        )
    model = MODEL_OF_FITTER[kind]()
    values = np.array([float(parameters[name]) for name in model.parameter_names])
    if isinstance(model, TransactionModel):
        return model.evaluate(values, customers, unit=unit)
    return GammaGammaModel().evaluate(values, customers)


def to_lifetimes(
    model: BetaGeoModel | ModifiedBetaGeoModel | ParetoNBDModel | GammaGammaModel,
) -> Any:  # noqa: ANN401
    """A lifetimes fitter with a clvlab model's parameters, ready to predict.

    Times given to a fitter of purchases must be in the model's unit.

    Raises
    ------
    InputError
        For a model that lifetimes does not have.
    """
    kind = next((name for name, known in MODEL_OF_FITTER.items() if type(model) is known), None)
    if kind is None:
        *most, last = (known.__name__ for known in MODEL_OF_FITTER.values())
        raise InputError(
            Problem(
                "the model for lifetimes",
                f"must be a fitted {', '.join(most)} or {last}",
                f"got {type(model).__name__}",
            )
        )
    model.require_fit()
    if isinstance(model, TransactionModel):
        model.require_no_covariates("lifetimes")
    with undisturbed():
        import lifetimes

        fitter: Any = getattr(lifetimes, kind)()
        fitter.params_ = pd.Series(model.params_._asdict())
    return fitter
