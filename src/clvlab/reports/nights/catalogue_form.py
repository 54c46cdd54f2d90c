"""The form of a catalogue: which keys there are and what each may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from clvlab.errors import Problems, did_you_mean
from clvlab.reports.history.retention import MONTH_ENDS, NEWEST
from clvlab.reports.nights.cadence import Cadence
from clvlab.reports.orders.quantities import read_bytes, read_seconds
from clvlab.reports.orders.written_secrets import written_secret


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _share(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        raise ValueError("must be a number of at least 0, such as 0.05")
    return float(value)


Seconds = Annotated[float, BeforeValidator(read_seconds)]
Bytes = Annotated[int, BeforeValidator(read_bytes)]
Files = Annotated[list[str], BeforeValidator(_as_list)]
Share = Annotated[float, BeforeValidator(_share)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class VariantForm(_Form):
    """One set of parameters of a report: `[reports.NAME.variants.VARIANT]`."""

    data: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    parameters_file: Files = Field(default_factory=list)


class DefaultsForm(VariantForm):
    """What holds for every report that says nothing else: `[defaults]`."""

    cadence: Cadence | None = None
    timeout: Seconds | None = None
    memory: Bytes | None = None
    change_threshold: Share | None = None
    pdf: bool | None = None
    variants: dict[str, VariantForm] | None = None


class ReportForm(DefaultsForm):
    """One report: `[reports.NAME]`."""

    notebook: str | None = None
    description: str = ""


class RetentionForm(_Form):
    """Which runs `clvlab prune` keeps of each report and variant: `[retention]`."""

    newest: Annotated[int, Field(ge=1)] = NEWEST
    month_ends: Annotated[int, Field(ge=0)] = MONTH_ENDS


class CatalogueForm(_Form):
    """A whole catalogue."""

    defaults: DefaultsForm = Field(default_factory=DefaultsForm)
    retention: RetentionForm = Field(default_factory=RetentionForm)
    reports: dict[str, ReportForm] = Field(default_factory=dict)


_KINDS = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "list_type": "must be the name of a file, or a list of names",
    "missing": "must be there",
}


def read_form(content: Mapping[str, Any], where: str, problems: Problems) -> CatalogueForm | None:
    """The content of a catalogue file in its form.

    Parameters
    ----------
    content
        What the TOML file holds.
    where
        The file's name, for messages.
    problems
        Receives everything that does not fit, with its key.

    Returns
    -------
    CatalogueForm or None
        None when something did not fit.
    """
    try:
        return CatalogueForm.model_validate(content)
    except ValidationError as error:
        for wrong in error.errors(include_url=False):
            _note(wrong, where, problems)
    return None


def _note(wrong: ErrorDetails, where: str, problems: Problems) -> None:
    path = [str(part) for part in wrong["loc"]]
    subject = f"{where}, key {'.'.join(path)}"
    if wrong["type"] == "extra_forbidden":
        known = _keys_at(path[:-1])
        problems.add(subject, "must be a key of the catalogue", "it is not", _near(path[-1], known))
    elif wrong["type"] == "literal_error":
        choices = get_args(Cadence)
        rule = f"must be one of {', '.join(choices)}"
        problems.add(subject, rule, _found(wrong), _near(str(wrong["input"]), choices))
    else:
        problems.add(subject, _rule(wrong), _found(wrong))


def _found(wrong: ErrorDetails) -> str:
    arrived = repr(wrong["input"])
    return "it holds a password" if _has_secret(wrong["input"]) else f"got {arrived}"


def _has_secret(value: object) -> bool:
    """Whether a value, or any value of a list or table, has a password in it."""
    if isinstance(value, Mapping):
        return any(_has_secret(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_secret(each) for each in value)
    return bool(written_secret(value))


def _rule(wrong: ErrorDetails) -> str:
    if wrong["type"] == "value_error":
        return str(wrong["ctx"]["error"])
    if wrong["type"] == "greater_than_equal":
        return f"must be at least {wrong['ctx']['ge']}"
    return _KINDS.get(wrong["type"], f"must fit: {wrong['msg']}")


def _near(word: str, known: tuple[str, ...] | list[str]) -> str:
    hint = did_you_mean(word, list(known))
    return hint if hint.startswith("Did") else f"Known are: {', '.join(known)}."


def _keys_at(path: list[str]) -> list[str]:
    """The keys that the table at a path may have."""
    if path[1:] and path[-2] == "variants":
        return list(VariantForm.model_fields)
    forms: dict[str, type[BaseModel]] = {
        "defaults": DefaultsForm,
        "retention": RetentionForm,
        "reports": ReportForm,
    }
    return list((forms[path[0]] if path else CatalogueForm).model_fields)
