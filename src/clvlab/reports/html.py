"""The finished page of a run: one file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from clvlab.reports.code import code_html, raw_output
from clvlab.reports.display import PIECE, template_text
from clvlab.reports.fragments import meta_html
from clvlab.reports.notebooks import tagged
from clvlab.reports.parameters import Parameter
from clvlab.reports.sentences import PageRenderer, to_html
from clvlab.reports.words import page_words, word

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

    def end_code(self) -> None:
        """Fold away the code since the last shown piece, in one."""
        if self.code:
            self.blocks.append(code_html(self.code))
            self.code = []


def page_facts(notebook: NotebookNode) -> Facts:
    """What the pieces of an executed notebook say about the page: title, date, data, cards."""
    facts: Facts = {"title": "", "kind": "", "as_of": "", "data": "", "note": ""}
    facts |= {"cards": [], "stamps": []}
    for metadata, _ in _pieces(notebook):
        facts |= {name: metadata[name] for name in facts if name in metadata and name != "cards"}
        if "cards" in metadata and not facts["cards"]:
            facts["cards"] = metadata["cards"]
        if metadata.get("stamp") and metadata["stamp"] not in facts["stamps"]:
            facts["stamps"].append(metadata["stamp"])
    return facts


def _pieces(notebook: NotebookNode) -> list[tuple[Facts, NotebookNode]]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [(output.metadata[PIECE], output) for output in outputs if _is_piece(output)]


def _is_piece(output: NotebookNode) -> bool:
    return output.output_type == "display_data" and PIECE in output.get("metadata", {})


def render_report(
    notebook: NotebookNode, manifest: Mapping[str, Any], parameters: Sequence[Parameter] = ()
) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook with its outputs.
    manifest
        What is known about the run; see `clvlab.reports.run`.
    parameters
        The declared parameters, for their help texts.
    """
    body = _Body()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _add_markdown(body, cell.source)
        elif cell.cell_type == "code":
            _add_code(body, cell)
    body.end_code()
    facts = manifest["page"]
    headings = [(name, text) for level, name, text in body.renderer.headings if level == 2]
    return render(
        "report.html.j2",
        title=manifest["title"],
        kind=facts["kind"],
        lead=_join([body.lead or ""]),
        meta=_join([meta_html(facts["as_of"], facts["data"], facts["note"])]),
        top={name: _join(parts) for name, parts in body.top.items()},
        body=_join(body.blocks),
        contents=[(name, _join([text])) for name, text in headings],
        manifest=manifest,
        shown_parameters=_shown_parameters(manifest, parameters),
        total_seconds=f"{sum(manifest['seconds'].values()):.0f}",
    )


def _join(parts: Sequence[str]) -> Markup:
    """HTML as it is: texts in it were escaped where each part was made."""
    return Markup("\n".join(parts))  # noqa: S704 - every part was escaped where it was made


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
        if not _is_piece(output):
            raw = raw_output(output)
            if raw:
                body.code.append(raw)
            continue
        _add_piece(body, output.metadata[PIECE], str(output.data.get("text/html", "")))


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


def _shown_parameters(
    manifest: Mapping[str, Any], parameters: Sequence[Parameter]
) -> list[tuple[str, str, str]]:
    helps = {parameter.name: parameter.help for parameter in parameters}
    rows = []
    for name, value in manifest["parameters"].items():
        shown = manifest["data"].get("name", value) if name == "data" else value
        text = word("missing_cell") if shown is None else str(shown)
        rows.append((name.replace("_", " "), text, helps.get(name, "")))
    return rows


def render(template: str, **values: object) -> str:
    """A template filled; texts are escaped unless they are markup already."""
    script = template_text("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template(template)
        .render(
            words=page_words(),
            word=word,
            style=Markup(template_text("page.css") + template_text("pieces.css")),  # noqa: S704
            script=Markup(script),  # noqa: S704
            script_digest=digest,
            **values,
        )
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
