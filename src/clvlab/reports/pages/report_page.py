"""The finished page of a run: one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clvlab.reports.history.changes import flatten
from clvlab.reports.history.made import asked_alike, limits_text, parameter_rows
from clvlab.reports.history.result_words import words_of
from clvlab.reports.history.run_folder import FILES_BESIDE, Run, readable_cards
from clvlab.reports.orders.notebooks import tagged
from clvlab.reports.orders.parameters import Parameter
from clvlab.reports.pages.change_html import (
    card_changes,
    change_html,
    changes_since,
    late_rows_line,
    late_rows_table,
)
from clvlab.reports.pages.code import code_html, raw_output
from clvlab.reports.pages.rendering import join, render
from clvlab.reports.writing.display import piece_of, pieces
from clvlab.reports.writing.fragments import cards_html, filled_card, meta_html
from clvlab.reports.writing.sentences import PageRenderer, to_html
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode

Facts = dict[str, Any]


@dataclass(slots=True)
class _Body:
    """What the page shows, gathered while walking through the notebook's cells."""

    top: dict[str, list[str]] = field(
        default_factory=lambda: {"stamp": [], "answer": [], "cards": []}
    )
    blocks: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    renderer: PageRenderer = field(default_factory=PageRenderer)
    lead: str | None = None

    def parted(self) -> tuple[list[str], list[str]]:
        """The blocks above the first heading of a part, and the others."""
        starts = (index for index, block in enumerate(self.blocks) if "<h2 " in block)
        first = next(starts, len(self.blocks))
        return self.blocks[:first], self.blocks[first:]

    def end_code(self) -> None:
        """Fold away the code since the last shown piece, in one."""
        if self.code:
            self.blocks.append(code_html(self.code))
            self.code = []


def page_facts(notebook: NotebookNode) -> Facts:
    """What the pieces of an executed notebook say about the page: title, date, data, cards."""
    facts: Facts = {"title": "", "kind": "", "as_of": "", "data": "", "note": ""}
    facts |= {"cards": [], "stamps": []}
    for metadata, _ in pieces(notebook):
        facts |= {name: metadata[name] for name in facts if name in metadata and name != "cards"}
        if "cards" in metadata and not facts["cards"]:
            facts["cards"] = metadata["cards"]
        if metadata.get("stamp") and metadata["stamp"] not in facts["stamps"]:
            facts["stamps"].append(metadata["stamp"])
    return facts


def render_report(
    notebook: NotebookNode,
    manifest: Mapping[str, Any],
    parameters: Sequence[Parameter] = (),
    previous: Run | None = None,
    results: Mapping[str, Any] | None = None,
) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook with its outputs.
    manifest
        What is known about the run; see `clvlab.reports.running.manifest`.
    parameters
        The declared parameters, for their help texts.
    previous
        The run that this one is compared with.
    results
        The recorded results, without which nothing can be compared.
    """
    body = _walk(notebook)
    facts = manifest["page"]
    changes = None
    if previous is not None and results:
        words = words_of(facts, [cell.source for cell in notebook.cells], flatten(results))
        changes = changes_since(previous, manifest, results, words)
        if asked_alike(previous.manifest, manifest):
            _mark_cards(body, facts, previous, results)
    late = manifest.get("late_rows")
    files = manifest.get("files", [])
    lead_in, story = body.parted()
    return render(
        "report.html.j2",
        title=manifest["title"],
        kind=facts["kind"],
        as_of=facts["as_of"],
        lead=join([body.lead or ""]),
        meta=join([meta_html(facts["as_of"], facts["data"], facts["note"])]),
        top={name: join(parts) for name, parts in body.top.items()},
        lead_in=join(lead_in),
        story=join(story),
        contents=[
            (name, join([text])) for level, name, text in body.renderer.headings if level == 2
        ],
        changes=changes,
        change_html=lambda mark, amount: join([change_html(mark, amount)]),
        late=late,
        late_line=late_rows_line(late) if late else "",
        late_table=late_rows_table(late) if late else [],
        manifest=manifest,
        files=[(name, word(key)) for name, key in FILES_BESIDE if name in files],
        shown_parameters=parameter_rows(manifest, parameters),
        limits=limits_text(manifest),
        total_seconds=f"{sum(manifest['seconds'].values()):.0f}",
    )


def _walk(notebook: NotebookNode) -> _Body:
    body = _Body()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _add_markdown(body, cell.source)
        elif cell.cell_type == "code":
            _add_code(body, cell)
    body.end_code()
    return body


def _mark_cards(body: _Body, facts: Facts, previous: Run, results: Mapping[str, Any]) -> None:
    """The page's cards once more, with the change since the run before at their feet."""
    cards = readable_cards(facts)
    if not body.top["cards"] or not cards:
        return
    feet = card_changes(cards, previous.results, results, previous.as_of)
    body.top["cards"] = [cards_html([filled_card(card) for card in cards], feet)]


def _add_markdown(body: _Body, source: str) -> None:
    """Markdown where it stands; what follows the notebook's own title goes below the page's."""
    first, _, rest = source.strip().partition("\n")
    if body.lead is None and first.startswith("# "):
        body.lead = to_html(rest, body.renderer)
        return
    html = to_html(source, body.renderer)
    if html:
        body.end_code()
        body.blocks.append(f'<div class="clv-text">{html}</div>')


def _add_code(body: _Body, cell: NotebookNode) -> None:
    if cell.source.strip() and not tagged(cell, "parameters"):
        body.code.append(cell.source)
    for output in cell.get("outputs", []):
        piece = piece_of(output)
        if piece is not None:
            _add_piece(body, *piece)
        elif raw := raw_output(output):
            body.code.append(raw)


def _add_piece(body: _Body, facts: Facts, html: str) -> None:
    piece = facts["piece"]
    if piece in {"title", "meta"}:
        return
    if piece == "answer" or (piece == "stamp" and facts["stamp"] == "simulated"):
        body.top[piece].append(html)
    elif piece == "cards" and not body.top["cards"]:
        body.top["cards"].append(html)
    else:
        body.end_code()
        body.blocks.append(html)
