"""The page that lists every report and run of an output folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from clvlab.reports.fragments import Card, cards_html
from clvlab.reports.html import render


@dataclass(frozen=True, slots=True)
class _Run:
    """One run folder as the index shows it."""

    link: str
    as_of: str
    variant: str
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Report:
    """A report with its runs, the newest first."""

    name: str
    runs: Sequence[_Run]

    @property
    def latest(self) -> _Run:
        return self.runs[0]

    @property
    def cards(self) -> Markup:
        """The key figures of the newest run."""
        cards = [Card(**card) for card in self.latest.manifest["page"]["cards"]]
        return Markup(cards_html(cards)) if cards else Markup("")  # noqa: S704


def write_index(out: Path | str) -> Path:
    """Write OUT/index.html from the manifests below OUT, in one step.

    Folders without a readable manifest are left out, so a run that is being moved does no harm.

    Returns
    -------
    Path
        The index page.
    """
    out = Path(out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    html = render("index.html.j2", reports=_find_reports(out))
    handle, unfinished = tempfile.mkstemp(prefix=".index-", dir=out)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(html)
    path = out / "index.html"
    Path(unfinished).chmod(0o644)
    Path(unfinished).replace(path)
    return path


def _find_reports(out: Path) -> list[_Report]:
    runs: dict[str, list[_Run]] = {}
    for path in out.glob("[!.]*/*/*/manifest.json"):
        manifest = _read_manifest(path)
        if manifest is not None:
            report, variant, as_of = path.relative_to(out).parts[:3]
            link = f"{report}/{variant}/{as_of}/report.html"
            runs.setdefault(report, []).append(_Run(link, as_of, variant, manifest))
    ordered = [_Report(name, sorted(found, key=_age, reverse=True)) for name, found in runs.items()]
    return sorted(ordered, key=lambda report: report.name)


def _age(run: _Run) -> tuple[str, str, str]:
    return run.as_of, str(run.manifest["started"]), run.variant


def _read_manifest(path: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        whole = {"title", "page", "started", "status"} <= set(manifest)
    except (OSError, ValueError, TypeError):
        return None
    return manifest if whole else None
