"""Text from a command line turned into the value that a parameter's type asks for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime

KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date such as 1998-06-30",
    "any": "text, a number or true or false",
}
"""The types of parameters, and what each is called in messages."""

_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_NOTHING = {"none", "null", ""}


def convert_value(
    value: object, kind: str, *, optional: bool = False, choices: Sequence[object] = ()
) -> object:
    """The value as its type asks for it.

    Raises
    ------
    ValueError
        When it is not of that type.

    Examples
    --------
    >>> convert_value("1e-3", "float"), convert_value("yes", "bool"), convert_value("52", "int")
    (0.001, True, 52)
    """
    nothing = value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING)
    if optional and nothing:
        return None
    if value is None:
        raise ValueError(kind)
    if kind == "choice":
        return _choice(value, choices)
    return _CONVERTERS[kind](value)


def _choice(value: object, choices: Sequence[object]) -> object:
    for choice in choices:
        if value == choice or (isinstance(value, str) and value.strip() == str(choice)):
            return choice
    raise ValueError(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - the caller knows one kind of refusal
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(value)  # noqa: TRY004
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _whole(value: object) -> int:
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        return int(value)
    number = _number(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


def _day(value: object) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return date.fromisoformat(_text(value).strip()).isoformat()


def _anything(value: object) -> object:
    if not isinstance(value, (str, int, float, bool)):
        raise ValueError(value)  # noqa: TRY004
    return value


_CONVERTERS: dict[str, Callable[[object], object]] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "date": _day,
    "any": _anything,
}
