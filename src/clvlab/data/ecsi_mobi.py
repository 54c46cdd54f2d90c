"""The European satisfaction index for mobile phones: 250 customers, 24 questions from 1 to 10.

The file is not part of clvlab; it is read from the folder that CLVLAB_DATA_DIR names.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from clvlab.data.hillstrom import DATA_FOLDER
from clvlab.errors import InputError, Problem

SCALE = (1.0, 10.0)
CONSTRUCTS = {
    "IMAG": "image",
    "CUEX": "expectations",
    "PERQ": "perceived quality",
    "PERV": "perceived value",
    "CUSA": "satisfaction",
    "CUSCO": "complaints",
    "CUSL": "loyalty",
}
"""What the letters before a question's number stand for (Tenenhaus and others 2005)."""


def ecsi_mobi_file() -> Path | None:
    """Where the file is, or None."""
    folder = os.environ.get(DATA_FOLDER, "").strip()
    path = Path(folder) / "ecsi_mobi" / "mobi.csv"
    return path if folder and path.is_file() else None


def load_ecsi_mobi() -> pd.DataFrame:
    """The answers, one row for each customer and one column for each question.

    Raises
    ------
    InputError
        When the file is not there, or is not that file.
    """
    path = ecsi_mobi_file()
    if path is None:
        rule = f"must be in the folder that {DATA_FOLDER} names, as ecsi_mobi/mobi.csv"
        raise InputError(Problem("the data set ecsi-mobi", rule, "it is not there"))
    table = pd.read_csv(path)
    strange = [name for name in table if str(name).rstrip("0123456789") not in CONSTRUCTS]
    if strange or not len(table):
        found = f"it has {', '.join(map(str, strange[:3])) or 'no row'}"
        raise InputError(Problem(f"the file {path.name}", "must be the survey of mobi", found))
    table.index = pd.Index([f"M{place:03d}" for place in range(1, len(table) + 1)])
    return table.rename_axis("respondent_id")
