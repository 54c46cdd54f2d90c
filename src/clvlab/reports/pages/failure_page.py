"""The page of a run that failed: what happened, where, and what is still in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from clvlab.reports.history.made import ParameterRow, span, value_text
from clvlab.reports.history.run_folder import Run
from clvlab.reports.pages.code import highlight
from clvlab.reports.pages.rendering import join, render
from clvlab.reports.writing.words import word

_REASONS = {
    "cell": "reason_cell",
    "timeout": "reason_timeout",
    "memory": "reason_memory",
    "kernel": "reason_kernel",
    "output": "reason_output",
    "stopped": "reason_stopped",
    "refused": "reason_refused",
}


def render_failure(failure: Mapping[str, Any], previous: Run | None = None) -> str:
    """The page of a failed run.

    Parameters
    ----------
    failure
        What `failure.json` holds; what it does not say is left out.
    previous
        The latest good run of the same report and variant, which is still in place.

    Returns
    -------
    str
        One file that needs nothing else; its links lead to the files beside it.
    """
    source, trace = _text(failure, "source"), _text(failure, "traceback")
    log = _text(failure, "log")
    parts = {
        "cell": word("failing_cell"),
        "traceback": word("traceback"),
        "log": word("log"),
        "parameters": word("parameters"),
    }
    told = {"cell": source, "traceback": trace, "log": log, "parameters": failure.get("parameters")}
    return render(
        "failure.html.j2",
        title=word("failed_title", report=_text(failure, "title") or _text(failure, "report")),
        report=_text(failure, "report"),
        facts=_facts(failure),
        reason=word(_REASONS.get(_text(failure, "reason"), "reason_unknown")),
        message=_message(failure),
        place=_place(failure),
        heading=_text(failure, "heading"),
        source=join([highlight(source, word("failing_cell"))]) if source else Markup(""),
        trace=trace,
        log=log,
        contents=[(name, text) for name, text in parts.items() if told[name]],
        shown_parameters=_parameters(failure),
        earlier=_earlier(previous),
    )


def _text(failure: Mapping[str, Any], name: str) -> str:
    """A text of the record; a list of lines is joined."""
    value = failure.get(name)
    lines = value if isinstance(value, (list, tuple)) else [value]
    return "\n".join(str(line) for line in lines if line is not None).strip()


def _facts(failure: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands under the title: word and value."""
    started = _text(failure, "started").replace("T", " ").removesuffix("+00:00")
    seconds = failure.get("seconds")
    facts = [
        (word("as_of"), _text(failure, "as_of")),
        (word("variant"), _text(failure, "variant")),
        (word("started"), word("universal_time", time=started) if started else ""),
        (word("failed_after"), span(seconds) if isinstance(seconds, (int, float)) else ""),
    ]
    return [(name, value) for name, value in facts if value]


def _message(failure: Mapping[str, Any]) -> list[str]:
    message = _text(failure, "message") or _text(failure, "line")
    return [line for line in message.splitlines() if line.strip()]


def _place(failure: Mapping[str, Any]) -> str:
    cell, cells = failure.get("cell"), failure.get("cells")
    if not cell:
        return ""
    return word("cell_of", cell=cell, cells=cells) if cells else word("cell_number", cell=cell)


def _parameters(failure: Mapping[str, Any]) -> list[ParameterRow]:
    given = failure.get("parameters")
    rows = given.items() if isinstance(given, Mapping) else []
    return [ParameterRow(str(name).replace("_", " "), value_text(value)) for name, value in rows]


def _earlier(previous: Run | None) -> tuple[str, str] | None:
    """Address and day of the earlier run, which lies beside the failed one."""
    if previous is None:
        return None
    return f"../{previous.folder.name}/{previous.page.name}", previous.as_of.isoformat()
