"""How a piece of a page reaches the notebook: HTML for people, plain text where that fails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

PIECE = "clvlab"
"""Key of a display's metadata under which the finished page recognizes its own pieces."""


@cache
def template_text(name: str) -> str:
    """The text of a file in the template folder."""
    path = PurePosixPath("template") / name
    return files("clvlab.reports").joinpath(str(path)).read_text(encoding="utf-8")


def notebook_style() -> str:
    """The small style that makes pieces readable in JupyterLab."""
    return f"<style>{template_text('notebook.css')}{template_text('pieces.css')}</style>"


def show(piece: str, html: str, text: str, **facts: object) -> None:
    """Display one piece in the running notebook, or write its plain text outside of one.

    Parameters
    ----------
    piece
        What it is: title, meta, text, answer, cards, stamp, limits, figure or table.
    html
        The piece itself, every text from data already escaped.
    text
        What is read where HTML can't be shown.
    facts
        What the finished page and the index need to know about it; plain JSON values.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    if not InteractiveShell.initialized():
        sys.stdout.write(f"{text}\n")
        return
    bundle = {"text/html": f'<div class="clv">{html}</div>', "text/plain": text}
    display(bundle, raw=True, metadata={PIECE: {"piece": piece, **facts}})  # type: ignore[no-untyped-call]


def pieces(notebook: NotebookNode) -> Iterator[tuple[dict[str, Any], str]]:
    """What an executed notebook displayed through its page: the facts of each piece, its HTML."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            piece = piece_of(output)
            if piece is not None:
                yield piece


def piece_of(output: NotebookNode) -> tuple[dict[str, Any], str] | None:
    """The facts and the HTML of a piece of the page; None for any other output of a cell."""
    facts = output.get("metadata", {}).get(PIECE)
    if output.output_type != "display_data" or facts is None:
        return None
    return dict(facts), str(output.data.get("text/html", ""))
