"""What a notebook writes with: sentences, cards, figures and tables of one report.

In a run the environment variable CLVLAB_RUN_FOLDER names the folder that results, tables and
figures are written to. Without it, as in JupyterLab, everything is displayed and nothing written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from clvlab.clock import parse_date
from clvlab.errors import InputError, Problem
from clvlab.reports.writing.calendar import write_calendar
from clvlab.reports.writing.display import notebook_style, show
from clvlab.reports.writing.figures import draw, figure_html, figure_of
from clvlab.reports.writing.fragments import (
    Card,
    cards_html,
    kind_html,
    limits_html,
    meta_html,
    stamp_html,
)
from clvlab.reports.writing.results import Results
from clvlab.reports.writing.sentences import (
    escape_markdown,
    fill,
    only_field,
    to_html,
    to_inline_html,
    to_text,
)
from clvlab.reports.writing.table_html import column_label, column_spec, table_html
from clvlab.reports.writing.tables import flat_table, write_csv, write_table
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from clvlab.data import TransactionLog

RUN_FOLDER = "CLVLAB_RUN_FOLDER"
"""Environment variable that names the folder of the run, set by the runner."""

StampKind = Literal["caution", "simulated", "descriptive"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Page:
    """One report as its notebook writes it; made by `Page.open`.

    Examples
    --------
    >>> page = Page("Who will buy again?")
    >>> page.record(expected=1653.4, actual=1882)
    >>> page.say("The model expects **{expected:count}** purchases; {actual:count} happened.")
    The model expects 1,653 purchases; 1,882 happened.
    """

    def __init__(self, title: str, *, folder: Path | None = None, currency: str = "") -> None:
        self.title = title
        self._folder = folder
        self._currency = currency
        self._results = Results(folder)
        self._numbers: dict[str, list[str]] = {"figure": [], "table": []}

    @classmethod
    def open(cls, title: str, kind: str = "", *, currency: str = "") -> Page:
        """Begin a page.

        Parameters
        ----------
        title
            The question that the report answers.
        kind
            What sort of report it is, shown above the title.
        currency
            What the format `money` shows: a sign such as ``"$"``, a code such as ``"CNY"``, or
            nothing.
        """
        folder = os.environ.get(RUN_FOLDER)
        page = cls(title, folder=Path(folder) if folder else None, currency=currency)
        show("title", notebook_style() + kind_html(kind), title, title=title, kind=kind)
        return page

    def record(self, **results: object) -> None:
        """Keep results under their names and write them to `result.json`.

        Parameters
        ----------
        results
            Numbers, text, dates, truth values, None, or flat dictionaries of them. Floats are
            kept at ten significant digits, NaN as None.

        Raises
        ------
        InputError
            When a value is something else, or a name is recorded twice with different values.
        """
        self._results.record(results)

    def meta(
        self, *, as_of: date | str, data: str, note: str = "", currency: str | None = None
    ) -> None:
        """The line under the title.

        Parameters
        ----------
        as_of
            The last day seen; also recorded as the result `as_of`.
        data
            The data in a few words, as a template: ``"CDNOW, {purchases:count} purchases"``.
        note
            More that belongs under the title, as a template.
        currency
            The currency from here on, when it is only known after the data were read.
        """
        if currency is not None:
            self._currency = currency
        day = parse_date(as_of, "as_of")
        self.record(as_of=day)
        facts = {"as_of": day.isoformat(), "data": self._text(data), "note": self._text(note)}
        html = f'<p class="clv-meta">{meta_html(**facts)}</p>'
        show("meta", html, " · ".join(fact for fact in facts.values() if fact), **facts)

    def say(self, template: str) -> None:
        """A paragraph of Markdown whose `{names}` are recorded results."""
        html = to_html(self._markdown(template))
        show("text", f'<div class="clv-text">{html}</div>', to_text(html))

    def answer(self, template: str) -> None:
        """The answer to the title's question; it stands first on the finished page."""
        html = to_html(self._markdown(template))
        show("answer", f'<div class="clv-answer">{html}</div>', to_text(html))

    def stamp(self, template: str, kind: StampKind = "caution") -> None:
        """A warning that nobody should miss; `simulated` stands at the top of the page."""
        html = stamp_html(word(kind), to_inline_html(self._markdown(template)))
        show("stamp", html, to_text(html), stamp=kind)

    def limits(self, templates: Sequence[str]) -> None:
        """The box of what this report can't say, one sentence each."""
        html = limits_html([to_inline_html(self._markdown(template)) for template in templates])
        show("limits", html, "\n".join(self._text(template) for template in templates))

    def cards(self, cards: Sequence[Card]) -> None:
        """Key figures; the first row of them stands below the answer and in the index.

        A card whose value is exactly one result, such as ``"{total.clv:money}"``, is compared
        with the same result of the run before.
        """
        filled = [
            Card(**{part: self._text(text) for part, text in asdict(card).items()})
            for card in cards
        ]
        plain = "\n".join(" ".join(filter(None, asdict(card).values())) for card in filled)
        facts = []
        for card, shown in zip(cards, filled, strict=True):
            result, spec = only_field(card.value)
            facts.append(asdict(shown) | {"result": result, "format": spec})
        show("cards", cards_html(filled), plain, cards=facts, currency=self._currency)

    def watch(self, log: TransactionLog, *, as_of: date | str) -> None:
        """Keep the calendar of the rows up to `as_of`, for the next run to compare with.

        Rows that arrive late or change later are then told on the next run's page. A row counts
        on the day that it bears, a return too, so new rows are never taken for late ones.

        Parameters
        ----------
        log
            The purchases that the report rests on, with the calendar of the rows they came from.
        as_of
            The last day seen.
        """
        if self._folder is not None:
            write_calendar(log, parse_date(as_of, "as_of"), self._folder)

    def figure(
        self,
        drawing: object,
        *,
        name: str,
        caption: str,
        alt: str,
        data: pd.DataFrame | None = None,
    ) -> None:
        """A numbered figure, saved as NAME.png and NAME.svg with its table as NAME.csv.

        Parameters
        ----------
        drawing
            A figure, its axes, or an array of them; the figure is closed.
        name
            The files' name: small letters, digits, hyphens and underscores.
        caption
            What the figure shows, as a template.
        alt
            What somebody who can't see it would have to be told, as a template.
        data
            The table behind the figure.
        """
        number = self._number("figure", name)
        _require(alt, f"the alternative text of figure '{name}'")
        picture = draw(figure_of(drawing))
        saved = self._folder is not None and data is not None
        if self._folder is not None:
            picture.save(self._folder / "figures", name)
            if data is not None:
                write_csv(flat_table(data), self._folder / "figures" / f"{name}.csv")
        words, spoken = to_inline_html(self._markdown(caption)), self._text(alt)
        html = figure_html(picture, name=name, number=number, caption=words, alt=spoken, data=saved)
        show("figure", html, f"{word('figure')} {number}. {to_text(words)}\n{spoken}", name=name)

    def table(
        self,
        frame: pd.DataFrame,
        *,
        name: str,
        caption: str,
        labels: Mapping[str, str] | None = None,
        formats: Mapping[str, str] | None = None,
        rows: int | None = None,
        fewest: int | None = None,
    ) -> None:
        """A numbered, sortable table, saved complete as NAME.csv and NAME.parquet.

        Parameters
        ----------
        frame
            The table; a named index becomes its first columns.
        name
            The files' name: small letters, digits, hyphens and underscores.
        caption
            What the table shows, as a template.
        labels
            Words for columns; the others have those of `clvlab.schema.LABELS` or their own name.
        formats
            Format of a column: `count`, `money`, `amount`, `percent`, `plain`, `date`, or
            Python's own; the others have those of `clvlab.schema.FORMATS`.
        rows
            How many rows the page shows; at most 200 when not given.
        fewest
            For a table of groups with a column `customers`: groups with fewer have no numbers, on
            the page or in its files, and the caption says how many they are.
        """
        number = self._number("table", name)
        flat, hidden = flat_table(frame), 0
        if fewest is not None:
            # Brings all of clvlab.data along, which most pages have no use for.
            from clvlab.data.small_groups import hide_small_groups

            flat, hidden = hide_small_groups(flat, fewest)
        if self._folder is not None:
            write_table(flat, self._folder / "tables", name)
        words = to_inline_html(self._markdown(caption))
        if hidden:
            words = f"{words} {word('small_groups', hidden=hidden, fewest=fewest)}"
        html = table_html(
            flat,
            name=name,
            number=number,
            caption=words,
            labels=labels or {},
            formats=formats or {},
            currency=self._currency,
            rows=rows,
            linked=self._folder is not None,
        )
        said = to_text(words)
        text = f"{word('table')} {number}. {said}\n{flat.head(rows or 10).to_string()}"
        facts = {
            "labels": {column: column_label(column, labels or {}) for column in flat.columns},
            "formats": {column: column_spec(column, formats or {}) for column in flat.columns},
            "currency": self._currency,
        }
        show("table", html, text, name=name, caption=said, **facts)

    def _markdown(self, template: str) -> str:
        return fill(template, self._results, self._currency, escape_markdown)

    def _text(self, template: str) -> str:
        return fill(template, self._results, self._currency)

    def _number(self, kind: str, name: str) -> int:
        """The figure's or table's number: that of its first showing when a cell is run again."""
        if not _NAME.fullmatch(name):
            raise InputError(
                Problem(
                    f"the name of a {kind}",
                    "must be small letters, digits, hyphens and underscores",
                    f"got {name!r}",
                )
            )
        names = self._numbers[kind]
        if name in names and self._folder is not None:
            raise InputError(
                Problem(f"the name of a {kind}", "can't be used twice", f"got {name!r} again")
            )
        if name not in names:
            names.append(name)
        return names.index(name) + 1


def _require(text: str, subject: str) -> None:
    if not text.strip():
        raise InputError(Problem(subject, "must say something", "it is empty"))
