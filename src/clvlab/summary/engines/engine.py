"""What an engine has to do: tell its columns, answer small questions, write a large answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from clvlab.summary.engines.dialect import Dialect
from clvlab.summary.progress import Progress
from clvlab.summary.record import SummaryRecord

KINDS = ("integer", "float32", "float", "decimal", "text", "date", "moment", "instant", "other")
"""What a column can hold; an instant is a moment that carries a time zone."""


@dataclass(frozen=True)
class Written:
    """What is known of the customers when they have been written.

    Attributes
    ----------
    customers
        Rows written.
    purchases
        Purchases of all customers, those after the window included.
    frame
        The customers by id, where they were kept in memory.
    """

    customers: int
    purchases: int
    frame: pd.DataFrame | None = None


RecordOf = Callable[[int], SummaryRecord]
"""The record of a summary, once the number of purchases is known."""


class Engine(Protocol):
    """A source opened where it is; statements call it `SOURCE`."""

    @property
    def dialect(self) -> Dialect:
        """How it writes SQL."""

    @property
    def label(self) -> str:
        """What the source is called in messages."""

    @property
    def name(self) -> str:
        """What the data are called on a page."""

    @property
    def simulated(self) -> bool:
        """Whether the source says that it is simulated."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """Columns of the source with the kind of each."""

    @property
    def is_text(self) -> bool:
        """Whether every value arrived as text, so that types are still to be read."""

    @property
    def absent(self) -> Mapping[str, tuple[str, ...]]:
        """Of several files, those that lack a column which others have, by column."""

    @property
    def files(self) -> list[Path]:
        """Parquet files that may be streamed past the engine; empty where there are none."""

    @property
    def room(self) -> float:
        """Bytes that this process may use beside the engine."""

    def sample(self, rows: int) -> pa.Table:
        """The first rows, for messages."""

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a small question."""

    def batches(self, sql: str, rows: int, progress: Progress) -> Iterator[pa.RecordBatch] | None:
        """A large answer, so many rows at a time; None where it had better stay in the engine."""

    def write(self, sql: str, out: Path | None, record_of: RecordOf, progress: Progress) -> Written:
        """Write what a statement of customers gives, and nothing at all if that fails.

        Without a file the customers are kept in memory.
        """
