"""Credit card holders in Taiwan, 2005: six months of payments, and who defaulted in the next.

The file is not part of clvlab; it is read from the folder that CLVLAB_DATA_DIR names.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from clvlab.data.hillstrom import DATA_FOLDER
from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID

OUTCOME = "defaulted"
_STATUS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")


def credit_default_file() -> Path | None:
    """Where the file is, or None."""
    folder = os.environ.get(DATA_FOLDER, "").strip()
    for name in ("UCI_Credit_Card.csv.gz", "UCI_Credit_Card.csv"):
        path = Path(folder) / "credit_default" / name
        if folder and path.is_file():
            return path
    return None


def load_credit_default() -> pd.DataFrame:
    """The card holders, one row each, indexed by ``customer_id``.

    Returns
    -------
    pandas.DataFrame
        Known before: ``limit_bal``, ``age``, and for six months, the latest first, the status of
        payment (``pay_0``, ``pay_2`` to ``pay_6``: months late; 0 or less in time), the bill
        (``bill_amt1`` to ``bill_amt6``) and what was paid (``pay_amt1`` to ``pay_amt6``), in
        Taiwan dollars. Outcome of the next month: ``defaulted``. Sex, education and marriage are
        left out: they are no business of a credit decision.

    Raises
    ------
    InputError
        When the file is not there, or is not that file.
    """
    path = credit_default_file()
    if path is None:
        rule = f"must be in the folder that {DATA_FOLDER} names, under credit_default"
        raise InputError(Problem("the data set credit-default", rule, "it is not there"))
    table = pd.read_csv(path)
    lacking = [name for name in ("ID", "class", "LIMIT_BAL", *_STATUS) if name not in table]
    if lacking:
        found = f"it lacks {', '.join(lacking)}"
        raise InputError(Problem(f"the file {path.name}", "must be that of card holders", found))
    table = table.drop(columns=["SEX", "EDUCATION", "MARRIAGE"], errors="ignore")
    table = table.rename(columns={"ID": CUSTOMER_ID, "class": OUTCOME}).set_index(CUSTOMER_ID)
    table[OUTCOME] = table[OUTCOME].astype(bool)
    return table.rename(columns=str.lower).astype({OUTCOME: bool})
