"""Models by name, fitted: what comparisons and backtests begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.models.checking.likelihood_ratio import SAME
from clvlab.models.customers.histories import histories_of
from clvlab.models.fitting.transaction_model import TransactionModel
from clvlab.models.posterior.posterior import PosteriorError
from clvlab.models.study.study_fitting import MODELS, PRIORS, posterior_of_purchases
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]
Models = Sequence[str | TransactionModel] | str
ALL = "all"
EVERY_MODEL = tuple(MODELS)
CALLED = {
    "nbd": "NBD",
    "bg-nbd": "BG/NBD",
    "mbg-nbd": "MBG/NBD",
    "pareto-nbd": "Pareto/NBD",
    "bg-cnbd-k": "BG/CNBD-k",
    "mbg-cnbd-k": "MBG/CNBD-k",
}
"""What models are called on a page."""
TWINS = {"bg-cnbd-k": "bg-nbd", "mbg-cnbd-k": "mbg-nbd"}
"""The model that one of regular buyers is where they are not regular, with k = 1."""


def models_by_name(models: Models) -> dict[str, TransactionModel]:
    """Models under the names of their rows.

    Parameters
    ----------
    models
        Names such as ``"bg-nbd"``, one text with commas between them, ``"all"``, or models, which
        stand under the name of their kind.

    Raises
    ------
    InputError
        For an unknown name, one that comes twice, or none at all.

    Examples
    --------
    >>> list(models_by_name("bg-nbd, pareto-nbd"))
    ['bg-nbd', 'pareto-nbd']
    """
    if models == ALL:
        models = EVERY_MODEL
    wanted = models.split(",") if isinstance(models, str) else list(models)
    kinds = {kind: name for name, kind in MODELS.items()}
    found: dict[str, TransactionModel] = {}
    for given in wanted:
        if isinstance(given, str):
            name = given.strip()
            if name not in MODELS:
                raise _error(f"got {name!r}", did_you_mean(name, list(MODELS)))
            model: TransactionModel = MODELS[name]()
        else:
            model, name = given, kinds.get(type(given), type(given).__name__)
        if name in found:
            raise _error(f"{name!r} comes twice", "Name each model once.")
        found[name] = model
    if not found:
        raise _error("got none", f"Name some of {', '.join(MODELS)}.")
    return found


def called(name: str) -> str:
    """What a model is called on a page.

    Examples
    --------
    >>> called("pareto-nbd")
    'Pareto/NBD'
    """
    return CALLED.get(name, name)


def twin_of(name: str, models: Mapping[str, TransactionModel]) -> str | None:
    """The other one of some fitted models that this one is, because its k is 1."""
    twin = TWINS.get(name)
    return twin if twin in models and getattr(models[name], "k_", None) == 1 else None


def fitted_to(model: TransactionModel, summary: CustomerSummary) -> TransactionModel:
    """The model itself if it is fitted, else a copy of it, fitted."""
    if hasattr(model, "log_likelihood_"):
        return model
    fitted: TransactionModel = model.unfitted().fit(summary)
    return fitted


def draws_of(
    model: TransactionModel, summary: CustomerSummary, n_draws: int, rng: np.random.Generator
) -> Array:
    """Draws of a fitted model's parameters, (n_draws, k).

    From the posterior where the model was fitted to these very customers, has a default prior and
    can be drawn from, else normal in the logarithms around its parameters.
    """
    known = type(model) in PRIORS and not model.coefficient_names_ and model.converged_
    if known and _was_fitted_to(model, summary):
        try:
            return posterior_of_purchases(summary, model, n_draws=n_draws, rng=rng).draws
        except PosteriorError:
            pass
    return model.draw_parameters(n_draws, rng)


def _was_fitted_to(model: TransactionModel, summary: CustomerSummary) -> bool:
    if model.unit_ is not summary.window.unit:
        return False
    seen = histories_of(summary, complete_only=True).compressed().fingerprint
    own = model.fingerprint_
    return len(own) == len(seen) and bool(np.allclose(own, seen, rtol=SAME, atol=0.0))


def _error(found: str, remedy: str) -> InputError:
    return InputError(
        Problem("parameter 'models'", "must name models of purchases, each once", found, remedy)
    )
