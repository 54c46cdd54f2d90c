"""Figures: drawn once as PNG and SVG, shown with number, caption and words for the blind."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clvlab.errors import InputError, Problem
from clvlab.reports.writing.words import word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INLINE_SVG_LIMIT = 150_000
"""Bytes up to which a drawing goes into the page; a larger one goes in as a picture."""

_DOTS_PER_INCH = 160
_WIDTH = re.compile(rb'width="([0-9.]+)pt"')
_COMMENT = re.compile(rb"\s*<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure in both of its file formats."""

    svg: bytes
    png: bytes

    def save(self, folder: Path, name: str) -> None:
        """Write NAME.svg and NAME.png into a folder, which is made when missing."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.svg").write_bytes(self.svg)
        (folder / f"{name}.png").write_bytes(self.png)

    @property
    def width(self) -> int:
        """Width in the pixels of a page, at which its text has the size it was drawn with."""
        found = _WIDTH.search(self.svg)
        return round(float(found[1]) * 96 / 72) if found else 0

    @property
    def address(self) -> str:
        """A data address of the drawing, or of the picture when the drawing is too large.

        As an image a drawing can neither run scripts nor clash with the ids of another.
        """
        small = len(self.svg) <= INLINE_SVG_LIMIT
        kind, content = ("svg+xml", self.svg) if small else ("png", self.png)
        return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def figure_of(drawing: object) -> Figure:
    """The figure of a figure, of its axes, or of an array of axes.

    Raises
    ------
    InputError
        When it is none of them.
    """
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    first = drawing.flat[0] if isinstance(drawing, np.ndarray) and drawing.size else drawing
    if isinstance(first, Axes):
        first = first.get_figure(root=True)
    if isinstance(first, Figure):
        return first
    raise InputError(
        Problem("page.figure", "must get a figure or its axes", f"got {type(drawing).__name__}")
    )


def draw(figure: Figure) -> Picture:
    """Render a figure; the same figure always gives the same bytes.  It is closed afterwards."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    svg, png = io.BytesIO(), io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "clvlab", "svg.fonttype": "path"}):
        figure.savefig(
            svg, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
        )
        figure.savefig(
            png,
            format="png",
            bbox_inches="tight",
            dpi=_DOTS_PER_INCH,
            metadata={"Software": None},
        )
    plt.close(figure)
    return Picture(_COMMENT.sub(b"", svg.getvalue()), png.getvalue())


def figure_html(
    picture: Picture, *, name: str, number: int, caption: str, alt: str, data: bool
) -> str:
    """The figure with its caption; `caption` is HTML, `alt` is text.

    Parameters
    ----------
    data
        Whether the run folder holds the figure's table, which is then linked.
    """
    link = f' <a href="figures/{name}.csv">{escape(word("data_file"))}</a>' if data else ""
    return (
        f'<figure class="clv-figure" id="figure-{name}">'
        f'<img src="{picture.address}" width="{picture.width}" alt="{escape(alt)}">'
        f"<figcaption><b>{escape(word('figure'))} {number}.</b> {caption}{link}</figcaption>"
        "</figure>"
    )
