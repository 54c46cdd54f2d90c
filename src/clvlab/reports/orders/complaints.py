"""What the cells of an executed notebook complained of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^\S+:\d+: (\w*Warning: .*)(\n  .*)?$", re.MULTILINE)


def shown_warnings(notebook: NotebookNode) -> list[str]:
    """What the cells wrote to their error stream, one entry a line, each once.

    Of a Python warning its category and message are kept; the place in a temporary file and the
    line of code below it say nothing to a reader.
    """
    lines: dict[str, None] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                lines.update(dict.fromkeys(_plain_lines(output.text)))
    return list(lines)


def _plain_lines(text: str) -> list[str]:
    text = _WARNING.sub(r"\1", _COLOUR.sub("", text))
    return [line.strip() for line in text.splitlines() if line.strip()]
