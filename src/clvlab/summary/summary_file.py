"""A customer summary that stays on disk, because its customers need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from clvlab.clock import StudyWindow
from clvlab.summary.customer_summary import HOLDOUT_FREQUENCY, CustomerSummary
from clvlab.summary.record import SummaryRecord, parquet_files, read_record


@dataclass(frozen=True)
class SummaryFile:
    """A customer summary in one Parquet file, or in a folder of them that each carry its window.

    It has the columns of `CustomerSummary.table` and the ids in ``customer_id``; any engine reads
    it by `files`. Rows of one file stand in the order of first purchases, then ids; those of a
    folder in no order.

    Attributes
    ----------
    path
        The file or folder.
    record
        What is no column: window, name, currency, whether simulated, data-quality table.

    Examples
    --------
    >>> import clvlab, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "base.parquet"
    >>> clvlab.summarize(clvlab.load_cdnow(sample=True)).to_parquet(path)
    >>> kept = SummaryFile.open(path)
    >>> len(kept), kept.window.calibration_end.isoformat(), len(kept.read())
    (2357, '1998-06-30', 2357)
    """

    path: Path
    record: SummaryRecord

    @classmethod
    def open(cls, path: str | Path) -> SummaryFile:
        """The summary that `CustomerSummary.to_parquet` or an engine wrote.

        Raises
        ------
        InputError
            When it has no window.
        """
        return cls(Path(path), read_record(path))

    @property
    def window(self) -> StudyWindow:
        """Unit, first day, calibration end and holdout end."""
        return self.record.window

    @property
    def quality(self) -> pd.DataFrame | None:
        """The data-quality table of the log, where an engine made the summary."""
        return self.record.quality

    @property
    def files(self) -> list[Path]:
        """The Parquet files, sorted by name."""
        return parquet_files(self.path)

    @property
    def has_holdout(self) -> bool:
        """Whether the files hold the actuals of a holdout."""
        return HOLDOUT_FREQUENCY in pq.read_schema(self.files[0]).names

    def __len__(self) -> int:
        return sum(pq.read_metadata(file).num_rows for file in self.files)

    def read(self) -> CustomerSummary:
        """All customers in memory."""
        return CustomerSummary.read_parquet(self.path)
