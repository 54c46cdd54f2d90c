"""What a file of customers says of itself besides its table: window, name, currency, origin."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.parquet as pq

from clvlab.clock import StudyWindow
from clvlab.errors import InputError, Problem

METADATA_KEY: Final = b"clvlab"


@dataclass(frozen=True)
class SummaryRecord:
    """The part of a customer summary that is no column.

    Attributes
    ----------
    window
        Unit, first day, calibration end and holdout end.
    name, currency, simulated
        As `CustomerSummary` has them.
    quality
        The data-quality table of the log that the summary was made of, when it was kept.
    """

    window: StudyWindow
    name: str = "transactions"
    currency: str | None = None
    simulated: bool = False
    quality: pd.DataFrame | None = None

    def to_json(self) -> str:
        """The record as text."""
        record: dict[str, Any] = {
            "window": self.window.to_json(),
            "name": self.name,
            "currency": self.currency,
            "simulated": self.simulated,
        }
        if self.quality is not None:
            record["quality"] = self.quality.to_dict("records")
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> SummaryRecord:
        """The record that `to_json` wrote."""
        record = json.loads(text)
        quality = record.get("quality")
        return cls(
            StudyWindow.from_json(record["window"]),
            record["name"],
            record["currency"],
            record["simulated"],
            None if quality is None else pd.DataFrame(quality),
        )


def parquet_files(path: str | Path) -> list[Path]:
    """The Parquet files of a folder by name, or the one file."""
    place = Path(path)
    return sorted(place.glob("*.parquet")) if place.is_dir() else [place]


def read_record(path: str | Path) -> SummaryRecord:
    """The record of a summary in one Parquet file, or in a folder of them, which all carry it.

    Raises
    ------
    InputError
        When there is none.
    """
    files = parquet_files(path)
    metadata = (pq.read_metadata(files[0]).metadata or {}) if files else {}
    if b"window" not in metadata.get(METADATA_KEY, b""):
        kind, lacks = ("file", "its metadata have none")
        if not files:
            kind, lacks = ("folder", "it holds no Parquet file")
        raise InputError(
            Problem(
                f"the {kind} {Path(path).name}",
                "must be a customer summary with its window",
                lacks,
                "Write it with CustomerSummary.to_parquet.",
            )
        )
    return SummaryRecord.from_json(metadata[METADATA_KEY])
