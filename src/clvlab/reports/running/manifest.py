"""What is written down about a run, and what tells two runs apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.reports.orders.complaints import shown_warnings
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.secrets import named_secrets, without_secrets
from clvlab.reports.pages.report_page import page_facts
from clvlab.reports.running.limits import memory_limit
from clvlab.reports.running.provenance import (
    code_version,
    data_fingerprint,
    installed_distributions,
    installed_versions,
    package_fingerprint,
)
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode

MANIFEST = "manifest.json"


def origin(job: Job) -> dict[str, Any]:
    """Where a run's numbers come from, known before it starts.

    Returns
    -------
    dict
        ``data``, ``versions``, ``code`` and ``fingerprint``: a digest of the notebook, its
        parameters, the data, the code and all that is installed. It is None when what the
        notebook reads can't be told apart: an address, what another variable holds, or a notebook
        that does not say what its data are.
    """
    data = data_fingerprint(job.data, job.parameters.get("table"))
    others = _other_sources(job)
    known = {
        "notebook": _digest(_sources(job)),
        "parameters": job.parameters,
        "data": data,
        "others": others,
        "installed": installed_distributions(),
        "code": package_fingerprint(),
        "page": [job.report, job.order.change_threshold, job.order.pdf],
    }
    told_apart = all(_is_known(source) for source in (data, *others.values()))
    return {
        "data": data,
        "versions": installed_versions(),
        "code": code_version(),
        "fingerprint": _digest(json.dumps(known, sort_keys=True)) if told_apart else None,
    }


def _other_sources(job: Job) -> dict[str, dict[str, object]]:
    """Further parameters that name a file or a variable, and what is there."""
    found = {}
    for name, value in job.parameters.items():
        if name == "data" or not isinstance(value, str):
            continue
        named = Path(job.order.data_folder or Path.cwd()) / value
        # "." is a decimal sign, though it would name a folder: that of everything, reports too
        names_nothing = not value.strip("./\\")
        if value.startswith("env:"):
            found[name] = data_fingerprint(value)
        elif not names_nothing and _is_there(named):
            found[name] = data_fingerprint(str(named.absolute()))
    return found


def _is_there(path: Path) -> bool:
    """Whether there is a file of that name; a long text, such as a query, can be none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_known(source: Mapping[str, object]) -> bool:
    return "sha256" in source or bool(source.get("embedded"))


def note_changed_data(job: Job, origins: Mapping[str, Any]) -> dict[str, Any]:
    """The origins after the run; without digests where the data changed while it ran."""
    data = origins["data"]
    if "sha256" not in data or data_fingerprint(job.data, job.parameters.get("table")) == data:
        return dict(origins)
    unsure = {name: data[name] for name in ("name", "files") if name in data}
    return {**origins, "data": unsure | {"changed_while_read": True}, "fingerprint": None}


def _sources(job: Job) -> str:
    from clvlab.reports.orders.notebooks import read_notebook

    return json.dumps([[c.cell_type, c.source] for c in read_notebook(job.notebook).cells])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def find_same(job: Job, fingerprint: str | None) -> Path | None:
    """The complete run of this report and variant with that fingerprint, when there is one."""
    if fingerprint is None:
        return None
    for path in sorted(job.home.glob(f"*/{MANIFEST}"), reverse=True):
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        whole = (path.parent / "report.html").exists() and (path.parent / "result.json").exists()
        if whole and manifest.get("fingerprint") == fingerprint:
            return path.parent
    return None


def make_manifest(
    job: Job, executed: NotebookNode, origins: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything about a finished run that its results do not say.

    Parameters
    ----------
    job
        What was run.
    executed
        The notebook with its outputs.
    origins
        From `origin`.
    facts
        ``as_of``, ``started``, ``seconds``, ``previous``, ``late_rows``.
    """
    page = page_facts(executed)
    order, origins = job.order, note_changed_data(job, origins)
    warnings = shown_warnings(executed)
    if origins["data"].get("changed_while_read"):
        warnings.append(word("data_changed"))
    manifest: dict[str, Any] = {
        "report": job.report,
        "variant": job.variant,
        "title": page["title"] or job.report,
        "page": page,
        "notebook": job.notebook.name,
        "parameters": job.parameters,
        "parameter_sources": job.parameter_sources,
        "change_threshold": order.change_threshold,
        "limits": {
            "timeout_seconds": order.timeout_seconds,
            "memory_bytes": memory_limit(order.memory_bytes),
        },
        "warnings": warnings,
        "status": "complete",
        **origins,
        **facts,
    }
    clean: dict[str, Any] = without_secrets(manifest, named_secrets(job.parameters))
    return clean


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write `manifest.json` into a run folder."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
