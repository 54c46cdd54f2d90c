"""Small tables that people edit in a spreadsheet or a text editor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from clvlab.errors import InputError, Problem


def read_edited_table(
    path: str | Path, columns: Mapping[str, str], what: str
) -> tuple[pd.DataFrame, str]:
    """Read a table as text, and what messages call it.

    Parameters
    ----------
    path
        A CSV file in UTF-8.
    columns
        The columns that it must have, with what they hold; others are left out.
    what
        What it is, as in ``"the budget"``.

    Returns
    -------
    DataFrame
        The columns as text without spaces around; empty cells are empty text.
    str
        What messages call it.

    Raises
    ------
    InputError
        When there is no such file, it can't be read, or a column is missing.
    """
    path = Path(path)
    where = f"{what} '{path.name}'"
    if not path.is_file():
        remedy = f"Columns: {', '.join(columns)}."
        raise InputError(Problem(where, "must be a file", "there is none", remedy))
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        rule = "must be a table in CSV and UTF-8"
        found = str(error).splitlines()[0]
        raise InputError(Problem(where, rule, found)) from None
    missing = [name for name in columns if name not in table]
    if missing:
        rule = f"must have the columns {', '.join(columns)}"
        raise InputError(Problem(where, rule, f"lacks {', '.join(missing)}"))
    return table[list(columns)].apply(lambda column: column.str.strip()), where
