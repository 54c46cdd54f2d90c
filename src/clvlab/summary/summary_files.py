"""Customer summaries on disk, read by an engine where they lie."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.clock import StudyWindow
from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE
from clvlab.summary.customer_summary import (
    HISTORY_COMPLETE,
    HOLDOUT_AMOUNT,
    HOLDOUT_FREQUENCY,
    RECENCY_DAYS,
    T_DAYS,
)

NEEDED = (CUSTOMER_ID, FREQUENCY, RECENCY_DAYS, T_DAYS, MONETARY_VALUE, HISTORY_COMPLETE)
SUFFIX = "*.parquet"
METADATA_KEY = b"clvlab"
FOLDER_RECORD = "_clvlab.json"
"""The record of a folder whose parts were written by many at once, and have none."""


@dataclass(frozen=True)
class SummaryFiles:
    """A summary in one Parquet file or a folder of them, not read into memory.

    Attributes
    ----------
    files
        The files, in the order of their names.
    columns
        The columns that all of them have.
    n_customers
        Rows of all files together.
    window, name, currency, simulated
        As in `CustomerSummary`, from the files' metadata.
    """

    files: tuple[Path, ...]
    columns: tuple[str, ...]
    n_customers: int
    window: StudyWindow
    name: str
    currency: str | None
    simulated: bool

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Look at the files' ends: columns, numbers of rows, and the window.

        Raises
        ------
        InputError
            For a path without Parquet files, a file that is damaged or is no summary, and files
            of one folder that differ in their window or columns.
        """
        files = _files_at(Path(path))
        ends = [_end_of(file) for file in files]
        beside = Path(path) / FOLDER_RECORD
        for_all = beside.read_bytes() if beside.is_file() else None
        record, columns = _record_of(files[0], ends[0], for_all), _names(ends[0])
        for file, end in zip(files[1:], ends[1:], strict=True):
            differs = _record_of(file, end, for_all) != record
            _refuse_differing(file, differs, "window and name")
            _refuse_differing(file, set(_names(end)) != set(columns), "columns")
        n_customers = sum(end.num_rows for end in ends)
        if n_customers == 0:
            raise InputError(
                Problem(f"the summary {path}", "must hold at least one customer", "it is empty")
            )
        return cls(
            files=files,
            columns=tuple(columns),
            n_customers=n_customers,
            window=StudyWindow.from_json(record["window"]),
            name=record["name"],
            currency=record["currency"],
            simulated=record["simulated"],
        )

    @property
    def holdout_columns(self) -> tuple[str, ...]:
        """The columns of the holdout's actuals; none without a holdout."""
        return tuple(c for c in (HOLDOUT_FREQUENCY, HOLDOUT_AMOUNT) if c in self.columns)

    @property
    def metadata(self) -> dict[bytes, bytes]:
        """Window and name as they stand in a Parquet file."""
        record = {
            "window": self.window.to_json(),
            "name": self.name,
            "currency": self.currency,
            "simulated": self.simulated,
        }
        return {METADATA_KEY: json.dumps(record).encode()}


def _files_at(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,)
    files = tuple(sorted(path.glob(SUFFIX))) if path.is_dir() else ()
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


def _names(end: pq.FileMetaData) -> list[str]:
    return list(end.schema.to_arrow_schema().names)


def _record_of(file: Path, end: pq.FileMetaData, for_all: bytes | None) -> dict[str, Any]:
    text = for_all or (end.metadata or {}).get(METADATA_KEY)
    missing = [name for name in NEEDED if name not in _names(end)]
    if text is not None and not missing:
        record: dict[str, Any] = json.loads(text)
        return record
    found = f"missing are {', '.join(missing)}" if missing else "its metadata have no window"
    raise InputError(
        Problem(
            f"the file {file.name}",
            "must be a customer summary with its window",
            found,
            "Write it with CustomerSummary.to_parquet.",
        )
    )


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
