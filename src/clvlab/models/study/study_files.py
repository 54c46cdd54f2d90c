"""Fitted studies as JSON: both models, their draws with all digits, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clvlab.clock import StudyWindow
from clvlab.models.fitting.fitted import MaximumLikelihoodModel
from clvlab.models.study.model_files import model_of, read_record, record_of, write_record

Array = npt.NDArray[np.float64]
STUDY = "fitted study"


def write_study(study: Mapping[str, Any], path: str | Path) -> None:
    """Write a study's attributes into one JSON file."""
    model, spend = study["model"], study["spend"]
    record = {
        "window": study["window"].to_json(),
        "seed": study["seed"],
        "method": study["method"],
        "diagnosis": list(study["diagnosis"]),
        "model": record_of(model),
        "spend": record_of(spend),
        "transaction_draws": _columns(study["transaction_draws"], _names(model)),
        "spend_draws": _columns(study["spend_draws"], _names(spend)),
        "stream": study["stream"],
    }
    write_record(STUDY, record, path)


def read_study(path: str | Path) -> dict[str, Any]:
    """A study's attributes, as `write_study` wrote them.

    Raises
    ------
    InputError
        For a file that is no study, is damaged, or was written in a newer format.
    """
    found: dict[str, Any] = read_record(STUDY, path, _attributes)
    return found


def _attributes(record: Mapping[str, Any]) -> dict[str, Any]:
    model, spend = model_of(record["model"]), model_of(record["spend"])
    transaction = _draws(record["transaction_draws"], model)
    amounts = _draws(record["spend_draws"], spend)
    if len(transaction) != len(amounts):
        raise ValueError("the draws of both models differ in number")
    seed = record["seed"]
    stream = record.get("stream")
    if stream is None:
        stream = dict(np.random.default_rng(seed).bit_generator.state)
    bits = getattr(np.random, str(stream["bit_generator"]))()
    bits.state = stream
    return {
        "model": model,
        "spend": spend,
        "transaction_draws": transaction,
        "spend_draws": amounts,
        "window": StudyWindow.from_json(record["window"]),
        "seed": seed,
        "method": str(record.get("method", "laplace")),
        "stream": stream,
        "diagnosis": tuple(record.get("diagnosis", ())),
    }


def _names(model: MaximumLikelihoodModel) -> tuple[str, ...]:
    return (*model.parameter_names, *model.coefficient_names_)


def _columns(draws: Array, names: tuple[str, ...]) -> dict[str, list[float]]:
    return dict(zip(names, draws.T.tolist(), strict=True))


def _draws(columns: Mapping[str, list[float]], model: MaximumLikelihoodModel) -> Array:
    draws = np.column_stack([np.array(columns[name], dtype=np.float64) for name in _names(model)])
    positive = draws[:, : len(model.parameter_names)]
    if not len(draws) or not np.all(np.isfinite(draws)) or not np.all(positive > 0):
        raise ValueError("draws of parameters must be positive and finite")
    return np.ascontiguousarray(draws)
