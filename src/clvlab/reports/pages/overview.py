"""What the index shows of each report: its variants, their key figures over time, failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from clvlab.reports.history.changes import flatten
from clvlab.reports.history.made import asked_alike
from clvlab.reports.history.result_words import words_of
from clvlab.reports.history.run_folder import FILES_BESIDE, Failure, Run
from clvlab.reports.history.runs import unmended
from clvlab.reports.pages.change_html import card_changes
from clvlab.reports.pages.rendering import join
from clvlab.reports.pages.sparkline import Point, sparkline_html
from clvlab.reports.writing.fragments import cards_html, filled_card
from clvlab.reports.writing.numbers import Scalar

RUNS_OPEN = 6
"""Runs up to which their list stands open."""


@dataclass(frozen=True)
class Series:
    """The runs of one report and variant, the newest first, and its failures."""

    variant: str
    runs: Sequence[Run]
    failures: Sequence[Failure]

    @property
    def latest(self) -> Run:
        """The newest run; only asked for where there is one."""
        return self.runs[0]

    @property
    def failing(self) -> bool:
        """Whether something failed that no run has made up for."""
        return bool(unmended(self.failures, self.runs))

    @property
    def before(self) -> Run | None:
        """The run before the newest."""
        return self.runs[1] if len(self.runs) > 1 else None

    @property
    def lines(self) -> list[Markup]:
        """What stands below each figure in a table: its change, and its line over time."""
        return self._feet(None)

    def _feet(self, since: date | None) -> list[Markup]:
        cards, changes = self.latest.cards, [""] * len(self.latest.cards)
        if self.before is not None and asked_alike(self.before.manifest, self.latest.manifest):
            changes = card_changes(cards, self.before.results, self.latest.results, since)
        lines = [self._line(card) for card in cards]
        return [join([change, line]) for change, line in zip(changes, lines, strict=True)]

    def _line(self, card: dict[str, Any]) -> str:
        result = str(card.get("result") or "")
        words = words_of(self.latest.facts, [], self._flat[0])
        points = [
            point
            for run, results in zip(self.runs, self._flat, strict=True)
            if (point := _point(run.as_of, results.get(result))) is not None
        ]
        label = str(card["label"])
        return sparkline_html(points[::-1], label, lambda value: words.show(result, value))

    @cached_property
    def _flat(self) -> list[dict[str, Scalar]]:
        return [flatten(run.results) for run in self.runs]

    @property
    def cards(self) -> Markup:
        """The key figures of the newest run."""
        cards = [filled_card(card) for card in self.latest.cards]
        feet = self._feet(self.before.as_of if self.before else None)
        return join([cards_html(cards, feet)]) if cards else Markup("")


def _point(day: date, value: Scalar) -> Point | None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (day, float(value)) if number else None  # type: ignore[arg-type]


@dataclass(frozen=True)
class Listed:
    """One report of the index.

    Attributes
    ----------
    out
        The folder that links are seen from.
    name
        Its name.
    series
        Its variants, by name.
    """

    out: Path
    name: str
    series: Sequence[Series]

    @property
    def done(self) -> list[Series]:
        """The variants that have a run."""
        return [series for series in self.series if series.runs]

    @property
    def failures(self) -> list[Failure]:
        """Every failure, the newest first."""
        found = [failure for series in self.series for failure in series.failures]
        return sorted(found, key=lambda failure: failure.started, reverse=True)

    @property
    def runs(self) -> list[Run]:
        """Every run, the newest day first, then by variant."""
        found = [run for series in self.series for run in series.runs]
        return sorted(found, key=lambda run: (-run.as_of.toordinal(), run.variant))

    @property
    def latest(self) -> Run | None:
        """The newest run of any variant."""
        return max(self.runs, key=lambda run: (run.as_of, run.started), default=None)

    @property
    def title(self) -> str:
        """The question that the report answers."""
        return (self.latest or self.failures[0]).title

    @property
    def failing(self) -> bool:
        """Whether a variant's newest run failed."""
        return any(series.failing for series in self.series)

    @property
    def long(self) -> bool:
        """Whether the list of runs is folded away."""
        return len(self.runs) > RUNS_OPEN

    def link(self, path: Path) -> str:
        """The address of a file, seen from the index."""
        return path.relative_to(self.out).as_posix()

    def files(self, run: Run) -> list[tuple[str, str]]:
        """Addresses of what lies beside a run's page, and the key of the word for each."""
        paths = ((run.folder / name, key) for name, key in FILES_BESIDE)
        return [(self.link(path), key) for path, key in paths if path.is_file()]


def list_reports(out: Path, runs: Sequence[Run], failures: Sequence[Failure]) -> list[Listed]:
    """Runs and failures below a folder, gathered by report and variant."""
    gathered: dict[str, dict[str, tuple[list[Run], list[Failure]]]] = {}
    for run in runs:
        gathered.setdefault(run.report, {}).setdefault(run.variant, ([], []))[0].append(run)
    for failure in failures:
        of_report = gathered.setdefault(failure.report, {})
        of_report.setdefault(failure.variant, ([], []))[1].append(failure)
    return [
        Listed(out, name, [Series(variant, *_sorted(*of[variant])) for variant in sorted(of)])
        for name, of in sorted(gathered.items())
    ]


def _sorted(runs: list[Run], failures: list[Failure]) -> tuple[list[Run], list[Failure]]:
    """Both with the newest first."""
    runs.sort(key=lambda run: (run.as_of, run.started), reverse=True)
    failures.sort(key=lambda failure: failure.started, reverse=True)
    return runs, failures
