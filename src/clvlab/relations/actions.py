"""The list of actions that goes from run to run: who does what about an alert, and until when."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from clvlab.errors import Problems
from clvlab.relations.edited_table import read_edited_table

COLUMNS = {
    "action": "number of the action, as A0001",
    "opened_on": "day of the report that opened it",
    "about": "figure or subject, as revenue",
    "what": "what is to be done",
    "reason": "what was seen",
    "owner": "who does it",
    "due": "until when (inclusive)",
    "status": "open, done or dropped",
    "note": "whatever else is to be said",
}
"""The columns of the list and what they hold. Everything may be edited, rows may be added."""
STATUSES = ("open", "done", "dropped")
NOBODY = "nobody yet"


def load_actions(path: str | Path | None) -> pd.DataFrame:
    """Read the list.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the `COLUMNS`. Where there is none yet, or None, the list is
        empty.

    Returns
    -------
    pandas.DataFrame
        With the `COLUMNS` as text, in the order of the file.

    Raises
    ------
    InputError
        Telling everything that is wrong at once: missing columns, numbers that are missing or
        stand there twice, statuses that are none, and days that are none.
    """
    if path is None or not Path(path).exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype=str)
    table, where = read_edited_table(path, COLUMNS, "the list of actions")
    problems = Problems()
    days = pd.DataFrame(
        {
            name: pd.to_datetime(table[name], format="%Y-%m-%d", errors="coerce")
            for name in ("opened_on", "due")
        }
    )
    checks = (
        ("action", table["action"].eq(""), "must have a number"),
        ("action", table["action"].duplicated() & table["action"].ne(""), "must not stand twice"),
        ("status", ~table["status"].isin(STATUSES), f"must be one of {', '.join(STATUSES)}"),
        ("opened_on", days["opened_on"].isna(), "must be a day, as 2024-01-31"),
        ("due", days["due"].isna() & table["due"].ne(""), "must be a day, as 2024-01-31, or empty"),
    )
    for name, wrong, rule in checks:
        for row in table.index[wrong]:
            problems.add(f"{where}, row {row + 2}, {name}", rule, f"got {table[name][row]!r}")
    problems.raise_if_any()
    return table


def carry_actions(
    earlier: pd.DataFrame,
    found: Mapping[str, tuple[str, str]],
    *,
    as_of: date,
    due_days: int,
    owners: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """The list of this run: the earlier one, and an action for whatever is new.

    Nothing of the earlier list is changed. Something that an open action is about already, or an
    action that was opened on the same day, is not opened again: the same run twice gives the same
    list.

    Parameters
    ----------
    earlier
        What `load_actions` returned.
    found
        What is to be acted on: ``{about: (what is to be done, what was seen)}``.
    as_of
        Day of the report.
    due_days
        Days until a new action is due.
    owners
        Who does it, by subject; nobody yet where nothing is said.

    Returns
    -------
    pandas.DataFrame
        With the `COLUMNS`, the new ones last.

    Examples
    --------
    >>> from datetime import date
    >>> found = {"revenue": ("find the reason", "below what was expected")}
    >>> day = date(2024, 1, 31)
    >>> first = carry_actions(load_actions(None), found, as_of=day, due_days=14)
    >>> first.loc[0, ["action", "about", "owner", "due", "status"]].tolist()
    ['A0001', 'revenue', 'nobody yet', '2024-02-14', 'open']
    >>> carry_actions(first, found, as_of=date(2024, 2, 29), due_days=14).equals(first)
    True
    """
    taken = (earlier["status"] == "open") | (earlier["opened_on"] == as_of.isoformat())
    about = set(earlier.loc[taken, "about"])
    numbers = earlier["action"].str.extract(r"^A(\d+)$")[0].dropna().astype(int)
    number = int(numbers.max()) if len(numbers) else 0
    rows = []
    for subject, (what, reason) in found.items():
        if subject in about:
            continue
        number += 1
        rows.append(
            {
                "action": f"A{number:04d}",
                "opened_on": as_of.isoformat(),
                "about": subject,
                "what": what,
                "reason": reason,
                "owner": (owners or {}).get(subject, NOBODY),
                "due": (as_of + timedelta(days=due_days)).isoformat(),
                "status": "open",
                "note": "",
            }
        )
    return pd.concat(
        [earlier, pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)], ignore_index=True
    )


def open_actions(actions: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What is still to be done, what is late first.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``action``: ``what``, ``reason``, ``owner``, ``due``, ``state`` (``"late"``,
        ``"new"``, ``"open"``), ``days_late``.
    """
    rows = actions[actions["status"] == "open"].copy()
    due = pd.to_datetime(rows["due"], format="%Y-%m-%d", errors="coerce")
    late = (pd.Timestamp(as_of) - due).dt.days
    rows["days_late"] = late.where(late > 0)
    rows["state"] = rows["opened_on"].eq(as_of.isoformat()).map({True: "new", False: "open"})
    rows["state"] = rows["state"].mask(rows["days_late"].notna(), "late")
    rows = rows.assign(place=rows["state"].map({"late": 0, "new": 1, "open": 2}), by=due)
    names = ["action", "what", "reason", "owner", "due", "state", "days_late"]
    return rows.sort_values(["place", "by"], kind="stable")[names].set_index("action")


def save_actions(actions: pd.DataFrame, path: str | Path | None) -> bool:
    """Write the list back in one step, so that nobody sees half of it.

    Returns
    -------
    bool
        Whether the file was written: not where there is no path or nothing is new.
    """
    if path is None or (Path(path).exists() and load_actions(path).equals(actions)):
        return False
    target = Path(path)
    unfinished = target.with_name(f".{target.name}-{os.getpid()}-{uuid.uuid4().hex[:8]}")
    target.parent.mkdir(parents=True, exist_ok=True)
    actions.to_csv(unfinished, index=False, encoding="utf-8", lineterminator="\n")
    unfinished.replace(target)
    return True
