"""Who uses the customer files: cards that were opened, and files used too little or too much."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.errors import Problems
from clvlab.relations.appended_log import add_line
from clvlab.relations.edited_table import read_edited_table
from clvlab.schema import CUSTOMER_ID, DATE

USAGE_FILE = "usage.csv"
COLUMNS = {
    "opened": "moment (UTC) at which a card was opened",
    CUSTOMER_ID: "whose card, by the id that reports show",
    "owner": "who looks after the customer",
    "identified": "yes where a page with the customer's name was asked for, else no",
}
"""The columns of the log and what they hold."""


def note_opening(
    path: Path, customer_id: str, *, owner: str, identified: bool, moment: datetime | None = None
) -> None:
    """Add a line to the log; see `clvlab.relations.appended_log.add_line`."""
    opened = (moment or datetime.now(tz=UTC)).isoformat(timespec="seconds")
    add_line(path, COLUMNS, [opened, customer_id, owner, "yes" if identified else "no"])


def load_usage(path: str | Path | None) -> pd.DataFrame:
    """Read the log.

    Returns
    -------
    pandas.DataFrame
        With the `COLUMNS`, ``opened`` as a day; empty where there is no file yet.

    Raises
    ------
    InputError
        Telling everything that is wrong at once: missing columns, and moments that are none.
    """
    if path is None or not Path(path).exists():
        empty = pd.DataFrame(columns=list(COLUMNS), dtype=str)
        return empty.astype({"opened": "datetime64[ns]"})
    table, where = read_edited_table(path, COLUMNS, "the log of cards")
    moments = pd.to_datetime(table["opened"], format="ISO8601", utc=True, errors="coerce")
    problems = Problems()
    for row in table.index[moments.isna()]:
        found = f"got {table['opened'][row]!r}"
        problems.add(f"{where}, row {row + 2}, opened", "must be a moment in ISO form", found)
    problems.raise_if_any()
    return table.assign(opened=moments.dt.tz_localize(None).dt.normalize())


def use_of_files(
    customers: pd.DataFrame,
    contacts: pd.DataFrame,
    usage: pd.DataFrame,
    classes: pd.Series,
    *,
    as_of: date,
    days: int,
) -> pd.DataFrame:
    """How each customer's file was used, and whether that fits what the customer is worth.

    A file is used when a card is opened, a contact is noted, or the entry is updated, each day
    once. A file of class A that was not used at all in the days is used too little; one of the
    lowest class, or of none, that was used more often than nine in ten files of class A is used
    too much.

    Parameters
    ----------
    customers
        The table ``customers``: ``customer_id``; ``owner`` and ``updated_on`` where they are kept.
    contacts
        The table ``contacts``: ``customer_id``, ``date``; may be empty.
    usage
        What `load_usage` returns.
    classes
        The ABC class of customers, indexed by ``customer_id``; those who have none are not there.
    as_of
        Last day seen (inclusive).
    days
        Days up to it that count.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``owner`` (``"nobody"`` where none is noted), ``class``,
        ``cards``, ``contacts`` and ``updates`` in the days, ``uses`` (their sum), ``verdict``:
        ``"too little"``, ``"too much"`` or ``"as intended"``.
    """
    begin, end = pd.Timestamp(as_of - timedelta(days=days - 1)), pd.Timestamp(as_of)
    ids = pd.Index(customers[CUSTOMER_ID].unique(), name=CUSTOMER_ID)
    known = customers.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID)
    out = pd.DataFrame(index=ids)
    out["owner"] = known["owner"].fillna("nobody") if "owner" in known else "nobody"
    out["class"] = classes.astype(str).reindex(ids).fillna("none")
    opened = usage[usage["opened"].between(begin, end)].drop_duplicates(["opened", CUSTOMER_ID])
    out["cards"] = opened[CUSTOMER_ID].value_counts().reindex(ids.map(str), fill_value=0).to_numpy()
    out["contacts"] = 0
    if len(contacts):
        inside = contacts[contacts[DATE].between(begin, end)]
        each = inside.drop_duplicates([DATE, CUSTOMER_ID])[CUSTOMER_ID].value_counts()
        out["contacts"] = each.reindex(ids, fill_value=0)
    out["updates"] = 0
    if "updated_on" in known:
        out["updates"] = known["updated_on"].between(begin, end).astype(int)
    out["uses"] = out[["cards", "contacts", "updates"]].sum(axis=1)
    best = out.loc[out["class"] == "A", "uses"]
    usual = float(best.quantile(0.9)) if len(best) else np.inf
    low = ~out["class"].isin(["A", "B"]) & (out["uses"] > usual)
    idle = (out["class"] == "A") & (out["uses"] == 0)
    out["verdict"] = np.select([idle, low], ["too little", "too much"], "as intended")
    return out


def use_by_owner(files: pd.DataFrame) -> pd.DataFrame:
    """Use of the customer files by who looks after them.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``owner``: ``customers``, ``cards``, ``contacts``, ``updates``, and how many
        files are used ``too_little`` and ``too_much``; those with most idle files first.
    """
    grouped = files.groupby("owner")
    out = pd.DataFrame({"customers": grouped.size()})
    out[["cards", "contacts", "updates"]] = grouped[["cards", "contacts", "updates"]].sum()
    for name in ("too little", "too much"):
        out[name.replace(" ", "_")] = (files["verdict"] == name).groupby(files["owner"]).sum()
    found: pd.DataFrame = out.sort_values(
        ["too_little", "too_much"], ascending=False, kind="stable"
    )
    return found
