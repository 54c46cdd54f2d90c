"""Code and printed output: there for whoever asks, folded away for everybody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from nbformat import NotebookNode

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Raw(str):
    """Printed output among the code."""

    __slots__ = ()


def raw_output(output: NotebookNode) -> Raw:
    """What a cell printed or returned beside the page's pieces, as plain text."""
    if output.output_type == "stream":
        return Raw(_COLOUR.sub("", output.text).strip())
    if output.output_type in {"display_data", "execute_result"}:
        return Raw(str(output.data.get("text/plain", "")).strip())
    return Raw("")


def code_html(sources: Sequence[str]) -> str:
    """Code cells and what they printed, folded away together."""
    parts = [_printed_html(part) if isinstance(part, Raw) else highlight(part) for part in sources]
    return (
        f'<details class="clv-code"><summary>{escape(word("code"))}</summary>'
        f"{''.join(parts)}</details>"
    )


def _printed_html(text: Raw) -> str:
    label = escape(word("printed"))
    return (
        f'<pre class="clv-printed" tabindex="0" role="group" aria-label="{label}">'
        f"{escape(text)}</pre>"
    )


def highlight(source: str, label: str = "") -> str:
    """Python source as HTML, its words classed for the style sheet.

    Parameters
    ----------
    label
        What it is, for whoever has it read aloud; "code" when not given.
    """
    from pygments import highlight as colour  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

    html = colour(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip()
    called = escape(label or word("code"))
    return (
        f'<pre class="clv-source" tabindex="0" role="group" aria-label="{called}">'
        f"<code>{html}</code></pre>"
    )
