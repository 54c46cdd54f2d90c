"""Fitted models as JSON: what they know, in numbers and words that last."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.models.fitting.fitted import MaximumLikelihoodModel, covariance_of
from clvlab.models.fitting.transaction_model import TransactionModel

Array = npt.NDArray[np.float64]

FORMAT = 1
"""Number of the layout of files; it rises when an older version could misread them."""
MODEL = "model"
HOME_OF_MODEL = {
    "BetaGeoModel": "bgnbd.bgnbd",
    "ModifiedBetaGeoModel": "bgnbd.mbgnbd",
    "BetaGeoErlangModel": "bgcnbd.bgcnbd",
    "ModifiedBetaGeoErlangModel": "bgcnbd.mbgcnbd",
    "ParetoNBDModel": "pareto_nbd.pareto_nbd",
    "NBDModel": "nbd.nbd",
    "BetaGeoBetaBinomModel": "bgbb.bgbb",
    "ShiftedBetaGeometricModel": "shifted_beta_geometric.shifted_beta_geometric",
    "GammaGammaModel": "gamma_gamma.gamma_gamma",
    "FrequencyGammaGammaModel": "gamma_gamma.frequency_gamma_gamma",
}
CORE = {
    "params_": None,
    "covariance_": None,
    "_log_parameters": None,
    "_information": None,
    "log_likelihood_": "log_likelihood",
    "n_customers_": "customers",
    "unit_": "unit",
    "converged_": "converged",
    "n_iterations_": "iterations",
    "diagnosis_": "diagnosis",
    "_promise": "promise",
}
"""Attributes of a fitted model, and the keys of those that are one plain value in a file."""


def save_model(model: MaximumLikelihoodModel, path: str | Path) -> None:
    """Write a fitted model into a JSON file.

    The file holds the parameters with all their digits, the observed information of their
    logarithms, the covariance, the unit of time, how columns of covariates are read, what the fit
    said about itself and the version that wrote it; never the customers.

    Parameters
    ----------
    model
        Any fitted model.
    path
        Where to; an existing file is replaced.

    Examples
    --------
    >>> import clvlab, tempfile
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> model = clvlab.BetaGeoModel().fit(summary)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, f"{folder}/model.json")
    ...     load_model(f"{folder}/model.json").params_ == model.params_
    True
    """
    model.require_fit()
    write_record(MODEL, record_of(model), path)


def load_model(path: str | Path) -> Any:  # noqa: ANN401 - the model that the file holds
    """Read back the model that `save_model` wrote, in this version or an earlier one.

    Raises
    ------
    InputError
        For a file that is no model, is damaged, or was written in a newer format.
    """
    return read_record(MODEL, path, model_of)


def record_of(model: MaximumLikelihoodModel) -> dict[str, Any]:
    """A fitted model as plain values."""
    name = type(model).__name__
    if name not in HOME_OF_MODEL:
        rule = f"must be one of {', '.join(HOME_OF_MODEL)}"
        raise InputError(Problem("the model to save", rule, f"got {name}"))
    known = vars(model)
    plain = {key: known[one] for one, key in CORE.items() if key is not None and one in known}
    others = {one: value for one, value in known.items() if one.endswith("_") and one not in CORE}
    effects = model.covariate_effects if isinstance(model, TransactionModel) else None
    if effects is not None:
        plain["covariates"] = effects.to_json()
        plain["coefficients"] = known["_coefficients"].tolist()
    return {
        "name": name,
        "settings": model.get_params(),
        "parameters": dict(known["params_"]._asdict()),
        "log_parameters": known["_log_parameters"].tolist(),
        "information": _numbers(known["_information"]),
        "covariance": _numbers(known["covariance_"].to_numpy()),
        **plain,
        "further": others,
    }


def model_of(record: Mapping[str, Any]) -> MaximumLikelihoodModel:
    """The fitted model that `record_of` described; what earlier versions left out has a default."""
    name = record["name"]
    if name not in HOME_OF_MODEL:
        hint = did_you_mean(str(name), list(HOME_OF_MODEL))
        rule = "must be known to this version"
        raise InputError(Problem("the model's name", rule, f"got {name!r}", hint))
    kind = getattr(import_module(f"clvlab.models.{HOME_OF_MODEL[name]}"), name)
    model: MaximumLikelihoodModel = kind(**record.get("settings", {}))
    if isinstance(model, TransactionModel):
        model.recall_covariates(record.get("covariates"))
    values, names = record["parameters"], list(kind.parameter_names)
    points = np.array([float(values[one]) for one in names])
    if not np.all(np.isfinite(points) & (points > 0)):
        raise ValueError("parameters must be positive")
    logs, all_names = record.get("log_parameters"), [*names, *model.coefficient_names_]
    square, n_effects = (len(all_names), len(all_names)), len(model.coefficient_names_)
    information = _array(record["information"], square)
    with_covariance = record.get("covariance")
    if with_covariance:
        covariance = _array(with_covariance, square)
    else:
        covariance = covariance_of(information) * np.outer(points, points)
    fitted = {
        "params_": _named(model, points),
        "covariance_": pd.DataFrame(covariance, index=all_names, columns=all_names),
        "_log_parameters": np.log(points) if logs is None else _array(logs, (len(names),)),
        "_coefficients": _array(record.get("coefficients", []), (n_effects,)),
        "_information": information,
        "log_likelihood_": float(record["log_likelihood"]),
        "n_customers_": int(record["customers"]),
        "converged_": bool(record.get("converged", True)),
        "n_iterations_": int(record.get("iterations", 0)),
        "diagnosis_": list(record.get("diagnosis", [])),
        "_promise": float(record.get("promise", 0.0)),
        **{one: _frozen(value) for one, value in record.get("further", {}).items()},
    }
    if "unit" in record:
        fitted["unit_"] = TimeUnit.parse(record["unit"])
    for one, value in fitted.items():
        setattr(model, one, value)
    return model


def _named(model: Any, points: Array) -> Any:  # noqa: ANN401 - each model has its own names
    """The parameters as the model's own named tuple."""
    if hasattr(model, "process"):
        return model.process.parameters(points)
    return get_type_hints(type(model))["params_"](*points.tolist())


def write_record(kind: str, record: Mapping[str, Any], path: str | Path) -> None:
    """Write one kind of record with the format and the version that wrote it."""
    stamped = {"clvlab": kind, "format": FORMAT, "version": _version(), **record}
    text = json.dumps(stamped, indent=1, allow_nan=False, default=_plain)
    Path(path).write_text(text + "\n", encoding="utf-8")


@dataclass(frozen=True)
class _File:
    """Errors about one file."""

    name: str

    def error(self, rule: str, found: str, remedy: str = "") -> InputError:
        return InputError(Problem(f"the file {self.name}", rule, found, remedy))


def read_record(kind: str, path: str | Path, build: Callable[[Mapping[str, Any]], Any]) -> Any:  # noqa: ANN401
    """Read one kind of record and build what it describes, or say what is wrong with the file."""
    file = _File(Path(path).name)
    again = f"Save the {kind} again."
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise file.error("must be there to be read", reason.lower()) from None
    except ValueError:
        found = "it is damaged, or something else"
        raise file.error(f"must hold a {kind} as JSON", found, again) from None
    if not isinstance(record, dict) or record.get("clvlab") != kind:
        other = record.get("clvlab") if isinstance(record, dict) else None
        found = f"it holds a {other}" if other else "it holds something else"
        raise file.error(f"must hold a {kind} that clvlab saved", found)
    number = record.get("format")
    if not isinstance(number, int) or not 1 <= number <= FORMAT:
        raise file.error(
            f"must be of format {FORMAT} or older to be read by clvlab {_version()}",
            f"it is of format {number}, written by clvlab {record.get('version', 'unknown')}",
            "Install that version or a newer one.",
        )
    try:
        return build(record)
    except InputError:
        raise
    except KeyError as error:
        raise file.error(f"must hold a whole {kind}", f"{error} is missing", again) from None
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        found = f"some of it makes no sense: {error}"
        raise file.error(f"must hold a whole {kind}", found, again) from None


def _version() -> str:
    try:
        return version("clvlab")
    except PackageNotFoundError:  # pragma: no cover - run from a folder
        return "unknown"


def _numbers(values: Array) -> list[list[float | None]]:
    """A matrix as lists; JSON has no word for what is not finite."""
    return [[value if math.isfinite(value) else None for value in row] for row in values.tolist()]


def _array(values: Any, shape: tuple[int, ...]) -> Array:  # noqa: ANN401 - as read
    """Numbers of a file as an array of the right shape, missing ones as NaN."""
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"there are {array.shape} numbers where {shape} belong")
    return array


def _frozen(value: Any) -> Any:  # noqa: ANN401 - as read
    """Lists as the tuples they were."""
    return tuple(value) if isinstance(value, list) else value


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON takes
    """Numbers of NumPy and units of time as JSON has them."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"can't write {type(value).__name__} into a file")
