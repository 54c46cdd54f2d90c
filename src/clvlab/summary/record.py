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
FOLDER_RECORD: Final = "_clvlab.json"
"""The record of a folder; its underscore keeps engines from reading it as data."""


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


def read_record(path: str | Path) -> SummaryRecord:
    """The record of a summary in one Parquet file, or in a folder of them.

    A file keeps it in its metadata, a folder in a file of its own, since an engine that writes
    many parts at once can't put it into each.

    Raises
    ------
    InputError
        When there is none.
    """
    place = Path(path)
    if place.is_dir():
        beside = place / FOLDER_RECORD
        text: str | bytes | None = beside.read_bytes() if beside.is_file() else None
    else:
        metadata = pq.read_metadata(place).metadata or {}
        text = metadata.get(METADATA_KEY)
    if text is None or b"window" not in text:
        kind, lacks = ("folder", "it holds") if place.is_dir() else ("file", "its metadata have")
        raise InputError(
            Problem(
                f"the {kind} {place.name}",
                "must be a customer summary with its window",
                f"{lacks} none",
                "Write it with CustomerSummary.to_parquet.",
            )
        )
    return SummaryRecord.from_json(text)
