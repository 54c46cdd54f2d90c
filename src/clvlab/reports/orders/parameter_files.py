"""Parameters from a file: TOML or YAML, read without guessing."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from clvlab.errors import ParameterError, Problem, Problems

_COLUMNS = "columns"
_NAMED = re.compile(r"`[^`]*`")


def read_parameter_file(path: Path | str) -> dict[str, object]:
    """The parameters that a file sets, in its order.

    Parameters
    ----------
    path
        A `.toml`, `.yaml` or `.yml` file with one value a name. A table ``columns`` becomes the
        text that the parameter `columns` takes.

    Returns
    -------
    dict
        Text, numbers, truth values, None and dates; a time of day is dropped from dates.

    Raises
    ------
    ParameterError
        When the file can't be read, is of another form, or a value is a list or a table.
    """
    path = Path(path)
    if path.suffix.lower() == ".toml":
        return plain_values(read_toml(path), path.name)
    if path.suffix.lower() in {".yaml", ".yml"}:
        return plain_values(_read_yaml(path), path.name)
    found = f"it ends with {path.suffix!r}"
    remedy = "Give it the ending .toml, .yaml or .yml."
    raise ParameterError(Problem(f"file {path.name}", "must be TOML or YAML", found, remedy))


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises
    ------
    ParameterError
        When it can't be read; a mistake is told with its line.
    """
    try:
        # without the line's end a mistake in the last line has no line number
        return tomllib.loads(f"{_read_text(path)}\n")
    except tomllib.TOMLDecodeError as error:
        raise _not_in_form(path, "TOML", str(error)) from None


def _read_yaml(path: Path) -> Mapping[object, object]:
    from clvlab.reports.orders.plain_yaml import NotYamlError, load_yaml

    try:
        content = load_yaml(_read_text(path))
    except NotYamlError as error:
        raise _not_in_form(path, "YAML", str(error)) from None
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise _not_in_form(path, "a table of names and values", type(content).__name__)
    return content


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        found = "it is in another encoding"
        raise ParameterError(Problem(f"file {path.name}", "must be UTF-8 text", found)) from None
    except OSError as error:
        found = (error.strerror or "it can't be read").lower()
        raise ParameterError(Problem(f"file {path}", "must be a readable file", found)) from None


def _not_in_form(path: Path, form: str, found: str) -> ParameterError:
    return ParameterError(Problem(f"file {path.name}", f"must be {form}", found.rstrip(".")))


def plain_values(table: Mapping[Any, Any], where: str) -> dict[str, object]:
    """The values of a table of parameters, each checked to be a single one.

    Parameters
    ----------
    table
        What TOML or YAML gave.
    where
        The file and key, for messages.

    Raises
    ------
    ParameterError
        With every value at once that is a list, a table or a time of day.

    Examples
    --------
    >>> plain_values({"columns": {"date": "Day", "amount": "Net + Tax"}}, "company.toml")
    {'columns': 'date=Day, amount=Net + Tax'}
    """
    problems = Problems(ParameterError)
    plain: dict[str, object] = {}
    for name, value in table.items():
        if name == _COLUMNS and isinstance(value, Mapping):
            plain[_COLUMNS] = _columns_as_text(value, where, problems)
        elif isinstance(value, datetime):
            plain[str(name)] = value.date()
        elif value is None or isinstance(value, (str, bool, int, float, date)):
            plain[str(name)] = value
        else:
            remedy = "Only 'columns' may be a table." if isinstance(value, Mapping) else ""
            found = f"it is {_in_words(value)}"
            problems.add(f"{where}, key {name}", "must be one value", found, remedy)
    problems.raise_if_any()
    return plain


def _in_words(value: object) -> str:
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, (list, tuple, set)) else f"{value!r}"


def _columns_as_text(columns: Mapping[Any, Any], where: str, problems: Problems) -> str:
    """As `columns` of the command line: ``customer_id=client, amount=quantity*price``."""
    parts = []
    for name, column in columns.items():
        if column is not None and not isinstance(column, str):
            found = f"it is {_in_words(column)}"
            problems.add(f"{where}, key {_COLUMNS}.{name}", "must be a column's name", found)
            continue
        parts.append(f"{name}={_quoted(column or '')}")
    return ", ".join(parts)


def _quoted(column: str) -> str:
    """The column in backquotes where a comma outside of them would end it."""
    return f"`{column}`" if "," in _NAMED.sub("", column) and "`" not in column else column


def rebased(parameters: Mapping[str, object], start: Path, base: Path) -> dict[str, object]:
    """The parameters with a relative path of data that starts from `start` written from `base`.

    Names of data sets, addresses and full paths stay as they are.

    Examples
    --------
    >>> rebased({"data": "orders/*.csv"}, Path("/shop"), Path("/shop/reports"))
    {'data': '../orders/*.csv'}
    """
    data = parameters.get("data")
    if not isinstance(data, str) or "://" in data or data.startswith(("env:", "~")):
        return dict(parameters)
    path = Path(data)
    is_name = not path.suffix and len(path.parts) == 1 and not (start / path).exists()
    if path.is_absolute() or is_name or not data:
        return dict(parameters)
    return {**parameters, "data": _relative(start / path, base)}


def _relative(path: Path, base: Path) -> str:
    try:
        return Path(os.path.relpath(path, base)).as_posix()
    except ValueError:  # another drive
        return str(path)
