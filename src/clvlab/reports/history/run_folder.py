"""One run as its folder keeps it, given back to whoever asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clvlab.clock import parse_date
from clvlab.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

FAILED = ".failed"
"""What the folder of a failed run ends in."""

FILES_BESIDE = (("report.pdf", "pdf"), ("tables.xlsx", "workbook"))
"""Files that may lie beside a page, and the key of the word for each."""


@dataclass(frozen=True)
class Run:
    """A finished run as its folder keeps it; made by `load_run` and `find_runs`.

    Attributes
    ----------
    folder
        The run folder.
    manifest
        What `manifest.json` holds: parameters, data, versions, durations.
    results
        What `result.json` holds: every number that the report's prose quotes.

    Examples
    --------
    >>> run = load_run("reports/clv-study/cdnow/1998-06-30")  # doctest: +SKIP
    >>> run.results["total"]["clv"]  # doctest: +SKIP
    20666.31386
    >>> run.tables["deciles"]["clv"].sum()  # doctest: +SKIP
    20666.31386
    """

    folder: Path
    manifest: Mapping[str, Any]
    results: Mapping[str, Any]

    @property
    def report(self) -> str:
        """The report's name."""
        return str(self.manifest.get("report") or self.folder.parent.parent.name)

    @property
    def variant(self) -> str:
        """The variant's name."""
        return str(self.manifest.get("variant") or self.folder.parent.name)

    @property
    def as_of(self) -> date:
        """The last day seen."""
        return parse_date(_day_of(self.folder, self.manifest, self.results), "as_of")

    @property
    def title(self) -> str:
        """The question that the report answers."""
        return str(self.manifest.get("title") or self.report)

    @property
    def started(self) -> str:
        """When the run began: ISO date and time in UTC, or nothing when that is not known."""
        return str(self.manifest.get("started") or "")

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the page says of itself: kind, data, cards and stamps."""
        facts = self.manifest.get("page")
        return facts if isinstance(facts, dict) else {}

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The key figures as they are shown."""
        return readable_cards(self.facts)

    @property
    def page(self) -> Path:
        """The report's page."""
        return self.folder / "report.html"

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name; each is read from its Parquet file when it is asked for."""
        return _Tables(self.folder / "tables")

    @property
    def figures(self) -> Mapping[str, Path]:
        """The drawings (SVG) by name; a PNG of the same name lies beside each."""
        return {path.stem: path for path in sorted((self.folder / "figures").glob("*.svg"))}


class _Tables(Mapping[str, "pd.DataFrame"]):
    """Tables of a folder, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}

    def __getitem__(self, name: str) -> pd.DataFrame:
        import pandas as pd

        if name not in self._paths:
            remedy = did_you_mean(name, list(self._paths)) if self._paths else "It has none."
            raise InputError(
                Problem(f"table '{name}'", "must be one of the run's", "it is not", remedy)
            )
        return pd.read_parquet(self._paths[name])

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __repr__(self) -> str:
        return f"<tables: {', '.join(self._paths)}>"


@dataclass(frozen=True)
class Failure:
    """A run that failed, as its folder records it.

    Attributes
    ----------
    folder
        The folder AS_OF.failed.
    facts
        What `failure.json` holds.
    """

    folder: Path
    facts: Mapping[str, Any]

    @property
    def report(self) -> str:
        """The report's name."""
        return str(self.facts.get("report") or self.folder.parent.parent.name)

    @property
    def variant(self) -> str:
        """The variant's name."""
        return str(self.facts.get("variant") or self.folder.parent.name)

    @property
    def as_of(self) -> date | None:
        """The last day that was to be seen; None when the run ended before that was known."""
        text = str(self.facts.get("as_of") or self.folder.name.removesuffix(FAILED))
        return parse_date(text, "as_of") if _is_day(text) else None

    @property
    def title(self) -> str:
        """The question that the report would have answered."""
        return str(self.facts.get("title") or self.report)

    @property
    def started(self) -> str:
        """When the run began: ISO date and time in UTC, or nothing when that is not known."""
        return str(self.facts.get("started") or "")

    @property
    def line(self) -> str:
        """What happened, in one line."""
        return str(self.facts.get("line") or self.facts.get("message") or "")

    @property
    def page(self) -> Path:
        """The page that tells more."""
        return self.folder / "failure.html"


def readable_cards(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cards among a page's facts, whichever version wrote them."""
    cards = facts.get("cards")
    found = cards if isinstance(cards, list) else []
    return [card for card in found if isinstance(card, dict) and {"label", "value"} <= set(card)]


def load_run(folder: Path | str) -> Run:
    """The tables and results of a finished run.

    Parameters
    ----------
    folder
        A run folder: REPORTS/report/variant/date, or a copy of one.

    Raises
    ------
    InputError
        When it is no run folder, or not a whole one.
    """
    path = Path(folder).expanduser().resolve()
    if not (path / "manifest.json").is_file():
        raise _no_run(path)
    manifest, results = _read_json(path / "manifest.json"), _read_json(path / "result.json")
    for name, content in (("manifest.json", manifest), ("result.json", results)):
        if content is None:
            problem = f"its {name} is missing or can't be read"
            raise InputError(Problem(f"folder {path.name}", "must be a whole run folder", problem))
    manifest, results = manifest or {}, results or {}
    if manifest.get("status", "complete") != "complete":
        found = f"its status is {manifest['status']!r}"
        raise InputError(Problem(f"folder {path.name}", "must hold a finished run", found))
    if not _is_day(_day_of(path, manifest, results)):
        found = "it does not say as of when"
        raise InputError(Problem(f"folder {path.name}", "must be a whole run folder", found))
    return Run(path, manifest, results)


def _no_run(path: Path) -> InputError:
    remedy = "A run folder is REPORTS/report/variant/date."
    found = "there is no such folder"
    if (path / "failure.json").is_file():
        found, remedy = "the run in it failed", "Its failure.html says why."
    elif path.is_dir():
        found = "it has no manifest.json"
        inside = sorted(path.glob("[!.]*/**/manifest.json"))
        if inside:
            remedy += f" Below it is {inside[-1].parent.relative_to(path)}, for one."
    return InputError(Problem(f"folder {path.name}", "must be a run folder", found, remedy))


def _day_of(folder: Path, manifest: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """As of when: what the manifest says, else the results, else the folder's name."""
    return str(manifest.get("as_of") or results.get("as_of") or folder.name)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read_json(path: Path) -> dict[str, Any] | None:
    """The content of a file; None when it is missing, half written or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def load_failure(folder: Path) -> Failure | None:
    """The record of a failed run; None when there is none that can be read."""
    facts = _read_json(folder / "failure.json")
    return None if facts is None else Failure(folder, facts)
