"""How a run was made, in words: its parameters and where each came from, its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clvlab.reports.orders.parameters import Parameter
from clvlab.reports.writing.words import word

_SOURCES = {
    "catalogue": "from_catalogue",
    "command line": "from_command_line",
    "python": "from_python",
}


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter as a page shows it.

    Attributes
    ----------
    name, value, meaning
        In words.
    source
        Where the value came from; nothing when it is the notebook's own.
    """

    name: str
    value: str
    meaning: str = ""
    source: str = ""


def parameter_rows(
    manifest: Mapping[str, Any], declared: Sequence[Parameter] = ()
) -> list[ParameterRow]:
    """The parameters of a run; the data go by their name, not by their path."""
    helps = {parameter.name: parameter.help for parameter in declared}
    sources = manifest.get("parameter_sources") or {}
    data = (manifest.get("data") or {}).get("name")
    rows = []
    for name, value in (manifest.get("parameters") or {}).items():
        shown = data if name == "data" and data else value
        rows.append(
            ParameterRow(
                name.replace("_", " "),
                value_text(shown),
                helps.get(name, ""),
                _source(str(sources.get(name, ""))),
            )
        )
    return rows


def value_text(value: object) -> str:
    """A parameter's value; a dash when there is none."""
    if isinstance(value, bool):
        return word("yes" if value else "no")
    return word("missing_cell") if value is None else str(value)


def _source(source: str) -> str:
    if source in {"", "notebook"}:
        return ""
    return word(_SOURCES[source]) if source in _SOURCES else source


def limits_text(manifest: Mapping[str, Any]) -> str:
    """The limits of time and memory that the run was given; nothing when none is known."""
    limits = manifest.get("limits") or {}
    seconds, memory = limits.get("timeout_seconds"), limits.get("memory_bytes")
    parts = []
    if seconds:
        parts.append(span(seconds))
    if memory:
        parts.append(word("gigabytes", size=f"{memory / 1e9:,.1f}"))
    return ", ".join(parts)


def span(seconds: float) -> str:
    """A duration in the unit that suits it.

    Examples
    --------
    >>> [seconds.split() for seconds in (span(12.4), span(90), span(3600))]
    [['12', 'seconds'], ['90', 'seconds'], ['60', 'minutes']]
    """
    if seconds < 120:
        return word("seconds", number=f"{seconds:.0f}")
    return word("minutes", number=f"{seconds / 60:,.0f}")


_NO_OTHER_QUESTION = {"as_of", "data", "n_draws", "seed"}


def asked_alike(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two manifests are of the same question, so that their figures can be compared.

    Another horizon or margin makes another figure of the same name. The date, the data, and how
    many draws were made do not.
    """
    old, new = before.get("parameters") or {}, after.get("parameters") or {}
    names = (old.keys() & new.keys()) - _NO_OTHER_QUESTION
    return all(old[name] == new[name] for name in names)
