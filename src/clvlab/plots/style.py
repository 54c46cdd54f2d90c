"""One look for every figure: colours by meaning, quiet axes, type that is read on a phone.

The colours are told apart by colour-blind readers and in grey print; a band has the colour of its
line at 18 percent opacity.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import fontManager

OBSERVED: Final = "#20242a"
EXPECTED: Final = "#3b75af"
INCREMENTAL: Final = "#1b7f79"
AT_RISK: Final = "#d98e04"
LAPSED: Final = "#8c8c8c"
RETURNED: Final = "#7a4fa3"
SOFT: Final = "#5b626c"
LINE: Final = "#e3e6ea"
BAND_OPACITY: Final = 0.18

LOW_TO_HIGH: Final = LinearSegmentedColormap.from_list(
    "clvlab", ["#f7f8fa", "#bcd0e5", "#6f9cc8", "#3b75af", "#1d3f63"]
)

WIDE: Final = (6.6, 3.1)
SQUARE: Final = (6.6, 4.0)

RC: Final[dict[Any, Any]] = {
    "figure.figsize": WIDE,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans", "Noto Sans CJK SC"],
    "font.size": 10.5,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": "#3d434c",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": "#3d434c",
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "grid.color": LINE,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw with clvlab's look, and leave matplotlib as it was.

    Fonts that are not installed are left out, so that no warning reaches a report.
    """
    installed = {font.name for font in fontManager.ttflist}
    families = [name for name in RC["font.family"] if name in installed]
    with plt.rc_context({**RC, "font.family": families}):
        yield


def axes_for(ax: Axes | None, size: tuple[float, float] = WIDE) -> Axes:
    """The given axes, or those of a new figure."""
    if ax is not None:
        return ax
    return plt.subplots(figsize=size)[1]
