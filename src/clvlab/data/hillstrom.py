"""Hillstrom's e-mail test: 64,000 past customers, three arms drawn by lot, two weeks of outcomes.

The file is not part of clvlab; `clvlab fetch hillstrom` brings it into the folder that
CLVLAB_DATA_DIR names, from which it is read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID

DATA_FOLDER = "CLVLAB_DATA_DIR"
ARMS = {"No E-Mail": "none", "Mens E-Mail": "mens", "Womens E-Mail": "womens"}
_COLUMNS = ("recency", "history", "mens", "womens", "newbie", "visit", "conversion", "spend")


def hillstrom_file() -> Path | None:
    """Where the file is, or None."""
    folder = os.environ.get(DATA_FOLDER, "").strip()
    for name in ("hillstrom.csv", "hillstrom.csv.gz"):
        path = Path(folder) / "hillstrom" / name
        if folder and path.is_file():
            return path
    return None


def load_hillstrom() -> pd.DataFrame:
    """The test, one row per customer.

    Returns
    -------
    pandas.DataFrame
        ``customer_id`` (the place in the file), ``arm`` (``"none"``, ``"mens"``, ``"womens"``),
        known before: ``recency`` (months since the last purchase), ``history`` (spent in the past
        year), ``mens``, ``womens`` and ``newbie`` (0 or 1), ``zip_code``, ``channel``; outcomes
        of two weeks: ``visit`` and ``conversion`` (0 or 1), ``spend``.

    Raises
    ------
    InputError
        When the file is not there, or is not that file.
    """
    path = hillstrom_file()
    if path is None:
        raise InputError(
            Problem(
                "the data set hillstrom",
                f"must be in the folder that {DATA_FOLDER} names, as hillstrom/hillstrom.csv",
                "it is not there",
                "Fetch it with: clvlab fetch hillstrom",
            )
        )
    table = pd.read_csv(path)
    lacking = [name for name in ("segment", *_COLUMNS) if name not in table]
    if lacking or set(table["segment"]) != set(ARMS):
        found = f"it lacks {', '.join(lacking)}" if lacking else "its arms are others"
        raise InputError(Problem(f"the file {path.name}", "must be Hillstrom's test", found))
    table.insert(0, "arm", table["segment"].map(ARMS))
    table.insert(0, CUSTOMER_ID, range(len(table)))
    return table.drop(columns="segment")
