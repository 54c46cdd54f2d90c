"""A customer summary that stays on disk, because its customers need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.clock import StudyWindow
from clvlab.data.files_together import require_agreement
from clvlab.errors import InputError, Problem, Problems
from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    RECENCY_DAYS,
    T_DAYS,
    CustomerSummary,
)
from clvlab.summary.record import METADATA_KEY, SummaryRecord

NUMBERS = (FREQUENCY, RECENCY_DAYS, T_DAYS, MONETARY_VALUE)
NEEDED = (CUSTOMER_ID, FREQUENCY, RECENCY_DAYS, T_DAYS, MONETARY_VALUE, HISTORY_COMPLETE)


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
    files
        The Parquet files, in the order of their names.
    columns
        The columns that all of them have.
    n_customers
        Rows of all files together.
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
    files: tuple[Path, ...]
    columns: tuple[str, ...]
    n_customers: int
    record: SummaryRecord

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Look at the files' ends: columns, numbers of rows, and the window.

        Raises
        ------
        InputError
            For a path without Parquet files, a file that is damaged or is no summary, and files
            of one folder that differ in their window, columns or types.
        """
        place = Path(path)
        files = _files_at(place)
        ends = [_end_of(file) for file in files]
        record, columns = _record_of(files[0], ends[0]), _names(ends[0])
        for file, end in zip(files[1:], ends[1:], strict=True):
            differs = _record_of(file, end) != record
            _refuse_differing(file, differs, "window and name")
            _refuse_differing(file, set(_names(end)) != set(columns), "columns")
        schemas = [end.schema.to_arrow_schema() for end in ends]
        require_agreement(files, schemas, f"the summary {path}")
        _refuse_other_kinds(files[0], schemas[0])
        n_customers = sum(end.num_rows for end in ends)
        if n_customers == 0:
            raise InputError(
                Problem(f"the summary {path}", "must hold at least one customer", "it is empty")
            )
        return cls(place, files, tuple(columns), n_customers, SummaryRecord.from_json(record))

    @property
    def window(self) -> StudyWindow:
        """Unit, first day, calibration end and holdout end."""
        return self.record.window

    @property
    def quality(self) -> pd.DataFrame | None:
        """The data-quality table of the log, where an engine made the summary."""
        return self.record.quality

    @property
    def holdout_columns(self) -> tuple[str, ...]:
        """The columns of the holdout's actuals; none without a holdout."""
        return tuple(c for c in (HOLDOUT_FREQUENCY, HOLDOUT_AMOUNT) if c in self.columns)

    @property
    def has_holdout(self) -> bool:
        """Whether the files hold the actuals of a holdout."""
        return HOLDOUT_FREQUENCY in self.columns

    def __len__(self) -> int:
        return self.n_customers

    def damaged(self) -> tuple[Path, str] | None:
        """The first file that can't be read to its end, and why; None when all can.

        Reads everything, some rows at a time.
        """
        for file in self.files:
            try:
                with pq.ParquetFile(file) as opened:
                    for _ in opened.iter_batches():
                        pass
            except (pa.ArrowException, OSError) as error:
                return file, str(error).splitlines()[0]
        return None

    def read(self) -> CustomerSummary:
        """All customers in memory."""
        return CustomerSummary.read_parquet(self.path)


def _files_at(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,)
    files = tuple(sorted(path.glob("*.parquet"))) if path.is_dir() else ()
    if files:
        return files
    found = "the folder has none" if path.is_dir() else "there is no such file or folder"
    remedy = "Write it with CustomerSummary.to_parquet."
    raise InputError(
        Problem(f"the summary {path}", "must be a Parquet file or a folder of them", found, remedy)
    )


def _end_of(file: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(file)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            Problem(
                f"the file {file.name}",
                "must be a whole Parquet file",
                f"it can't be read: {reason}",
                "Was it cut off while it was copied? Write it again.",
            )
        ) from None


def damaged_file(file: Path, reason: str) -> InputError:
    """That a file of a summary can't be read to its end, with what its reader says."""
    rule, remedy = (
        "must be readable to its end",
        "Was it damaged while it was copied? Write it again.",
    )
    return InputError(Problem(f"the file {file.name}", rule, reason, remedy))


def _names(end: pq.FileMetaData) -> list[str]:
    return list(end.schema.to_arrow_schema().names)


def _record_of(file: Path, end: pq.FileMetaData) -> bytes:
    text: bytes | None = (end.metadata or {}).get(METADATA_KEY)
    missing = [name for name in NEEDED if name not in _names(end)]
    if text is not None and b"window" in text and not missing:
        return text
    found = f"missing are {', '.join(missing)}" if missing else "its metadata have no window"
    raise InputError(
        Problem(
            f"the file {file.name}",
            "must be a customer summary with its window",
            found,
            "Write it with CustomerSummary.to_parquet.",
        )
    )


def _refuse_other_kinds(file: Path, schema: pa.Schema) -> None:
    """Refuse columns that hold no numbers where numbers are needed."""
    problems = Problems()
    for name in NUMBERS:
        kind = schema.field(name).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            remedy = "Write it with CustomerSummary.to_parquet."
            subject = f"column '{name}' of the file {file.name}"
            problems.add(subject, "must hold numbers", f"it holds {kind}", remedy)
    kind = schema.field(HISTORY_COMPLETE).type
    if not pa.types.is_boolean(kind):
        subject = f"column '{HISTORY_COMPLETE}' of the file {file.name}"
        problems.add(subject, "must hold true or false", f"it holds {kind}")
    problems.raise_if_any()


def _refuse_differing(file: Path, differs: bool, what: str) -> None:  # noqa: FBT001
    if differs:
        raise InputError(
            Problem(
                f"the file {file.name}",
                f"must have the same {what} as the other files of its folder",
                "they differ",
                "Keep one summary in one folder.",
            )
        )
