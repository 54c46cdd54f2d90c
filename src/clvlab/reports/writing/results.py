"""The numbers of a report: what prose, cards and `result.json` all draw from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.reports.writing.numbers import Scalar, significant

Result = Scalar | dict[str, Scalar]
"""One recorded result: a scalar, or a flat dictionary of scalars."""


class Results:
    """Recorded results by name, in the form in which they are written.

    Parameters
    ----------
    folder
        Where `result.json` is kept up to date; None writes nothing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._values: dict[str, Result] = {}

    def record(self, values: Mapping[str, object]) -> None:
        """Keep some results and write the file anew.

        Raises
        ------
        InputError
            When a value is neither a scalar nor a flat dictionary of them, or when a run records
            a name again with another value: prose above would quote the earlier one.
        """
        for name, value in values.items():
            plain = plain_result(value, name)
            if self._folder is not None and name in self._values:
                self._refuse_change(name, plain)
            self._values[name] = plain
        if self._folder is not None:
            text = results_json(self._values)
            (self._folder / "result.json").write_text(text, encoding="utf-8")

    def _refuse_change(self, name: str, value: Result) -> None:
        earlier = self._values[name]
        if json_value(earlier) != json_value(value):
            raise InputError(
                Problem(
                    f"result '{name}'",
                    "must be recorded once in a run",
                    f"it was {earlier!r} and is now {value!r}",
                    "Give the second one a name of its own.",
                )
            )

    def look_up(self, field: str) -> Scalar:
        """The scalar called `field`, with `fit.r` or `fit[r]` for an entry of a dictionary.

        Raises
        ------
        InputError
            When nothing of that name was recorded.
        """
        name, _, key = field.replace("]", "").replace("[", ".").partition(".")
        if name not in self._values:
            raise _unknown(field, list(self._values))
        value = self._values[name]
        if isinstance(value, dict):
            if key not in value:
                raise _unknown(field, [f"{name}.{known}" for known in value])
            return value[key]
        if key:
            raise _unknown(field, list(self._values))
        return value


def _unknown(field: str, known: list[str]) -> InputError:
    remedy = did_you_mean(field, known) if known else ""
    return InputError(
        Problem(
            f"the name {{{field}}} in a text",
            "must be a recorded result",
            "nothing of that name was recorded",
            remedy or "Record it first with page.record().",
        )
    )


def plain_result(value: object, name: str) -> Result:
    """A result as plain Python: numpy and pandas scalars converted, floats at ten digits.

    Raises
    ------
    InputError
        When the value is a table, a list or something else that is not a scalar.
    """
    if isinstance(value, Mapping):
        return {str(key): plain_scalar(item, f"{name}.{key}") for key, item in value.items()}
    return plain_scalar(value, name)


def plain_scalar(value: object, name: str) -> Scalar:
    """A number, text, date, truth value or None as plain Python; NaN and NaT become None."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return None if math.isnan(value) else significant(value)
    if isinstance(value, datetime):
        midnight = value == datetime.combine(value.date(), datetime.min.time(), value.tzinfo)
        return value.date() if midnight else value.isoformat()
    if isinstance(value, (bool, int, str, date)):
        return value
    raise InputError(
        Problem(
            f"result '{name}'",
            "must be a number, text, a date, a truth value or None",
            f"got {type(value).__name__}",
            "Show tables with page.table() and record their totals.",
        )
    )


def json_value(value: Result) -> object:
    """A result as JSON has it: dates as text, infinity as the text that `float` reads back."""
    if isinstance(value, dict):
        return {key: json_value(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def results_json(values: Mapping[str, Result]) -> str:
    """The text of `result.json`: sorted keys, so that equal results are equal bytes."""
    plain = {name: json_value(value) for name, value in values.items()}
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
