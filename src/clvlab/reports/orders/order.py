"""One report as it is asked for, in a form that can be handed to another process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

Layer = tuple[str, dict[str, Any]]
"""Where parameters come from, and their values."""

DEFAULT_TIMEOUT_SECONDS = 3600.0
DEFAULT_CHANGE_THRESHOLD = 0.05


@dataclass(frozen=True, slots=True)
class Order:
    """One report as it is asked for.

    Attributes
    ----------
    notebook
        A notebook's name, or the path of an .ipynb file.
    out
        The folder of all reports.
    report
        The report's name, which its folder has; the notebook's own when empty.
    variant
        Which of several runs of this report on the same day; that of the data when empty.
    as_of
        The last day seen, as an ISO date; None leaves it to the notebook.
    layers
        Parameters and where they come from; of two values for one parameter the later counts.
    data_folder
        The folder that relative paths of data start from; the current one when empty.
    timeout_seconds
        How long the notebook may take; must be positive.
    memory_bytes
        How much memory its process may hold; 0 means four fifths of the machine's,
        shared among the reports that are made at a time.
    change_threshold
        Relative change of a result against the run before from which on the page lists it.
    pdf
        Whether the page is printed to report.pdf as well.
    force
        Whether to run even when a run with the same fingerprint is there.

    Examples
    --------
    >>> order = Order("clv-study", "reports", layers=(("command line", {"n_draws": "100"}),))
    >>> Order.from_json(order.to_json()) == order
    True
    """

    notebook: str
    out: str
    report: str = ""
    variant: str = ""
    as_of: str | None = None
    layers: tuple[Layer, ...] = ()
    data_folder: str = ""
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    memory_bytes: int = 0
    change_threshold: float = DEFAULT_CHANGE_THRESHOLD
    pdf: bool = False
    force: bool = False

    def to_json(self) -> str:
        """The order on one line; dates among the parameters become ISO text."""
        return json.dumps(asdict(self), default=str, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Order:
        """The order that `to_json` wrote."""
        record = json.loads(text)
        layers = tuple((source, values) for source, values in record.pop("layers"))
        return cls(**record, layers=layers)
