"""Whether customers were treated as their stage asks for: contacts held against the policy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.data.company import Company
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.replay import StageHistory
from clvlab.schema import CUSTOMER_ID, DATE

Array = npt.NDArray[Any]
VERDICTS = ("under", "as intended", "over", "moved")
UNLIKE = ("under", "over")
COST = "cost"
MEASURE = "measure"


@dataclass(frozen=True)
class TreatmentCheck:
    """How customers were treated, against what is intended for their stage.

    Attributes
    ----------
    customers
        Indexed by ``customer_id``: ``stage`` at the end; ``contacts`` within the days of the
        policy; ``least_contacts`` and ``most_contacts``; ``verdict``: ``under``, ``as intended``
        or ``over``, and ``moved`` for those who were in another stage at some date within the
        days, who are not judged; ``other_measures``, how many of the contacts were of a measure
        that the policy does not name for the stage at the time.
    stages
        Indexed by ``stage``: ``customers``, ``judged``, ``under``, ``over``, ``unlike_share`` (of
        those judged), ``contacts``, ``other_measures``, with costs ``cost`` and ``cost_over``
        (of contacts beyond the most, and of other measures), and ``what_to_do`` (without numbers,
        which would tell of few).
    first_day
        First day on which contacts count; the last is the as-of date.
    """

    customers: pd.DataFrame
    stages: pd.DataFrame
    first_day: date

    def unlike(self) -> pd.DataFrame:
        """The customers who were treated unlike their stage, most contacts too many first, then
        those with too few.
        """
        table = self.customers
        found = table[table["verdict"].isin(UNLIKE) | (table["other_measures"] > 0)]
        beyond = found["contacts"] - found["most_contacts"]
        short = found["least_contacts"] - found["contacts"]
        order = pd.DataFrame({"beyond": -beyond.clip(lower=0), "short": -short.clip(lower=0)})
        return found.loc[order.sort_values(["beyond", "short"], kind="stable").index]

    def describe(self) -> dict[str, float]:
        """``judged``, ``under``, ``over`` (customers), ``unlike_share`` of those judged, and
        ``other_measures`` (contacts).
        """
        counts = self.customers["verdict"].value_counts()
        under, over, moved = (int(counts.get(name, 0)) for name in ("under", "over", "moved"))
        judged = len(self.customers) - moved
        return {
            "judged": judged,
            "under": under,
            "over": over,
            "unlike_share": (under + over) / judged if judged else np.nan,
            "other_measures": int(self.customers["other_measures"].sum()),
        }


def treatment_of(
    company: Company, history: StageHistory, policy: pd.DataFrame
) -> TreatmentCheck | None:
    """The check of a company that records its contacts; None of another."""
    if not company.has("contacts"):
        return None
    return check_treatment(history, company.table("contacts"), policy)


def treatment_in_a_sentence(check: TreatmentCheck | None) -> str:
    """What the check found, for a page.

    Examples
    --------
    >>> treatment_in_a_sentence(None)
    'Whether customers are treated as their stage asks for: not available: needs the table
    contacts.'
    """
    if check is None:
        return (
            "Whether customers are treated as their stage asks for: not available: needs the "
            "table contacts."
        )
    found = check.describe()
    judged = f"since {check.first_day}, of {found['judged']:,.0f} customers who stayed in a stage"
    return (
        f"Contacts {judged}: {found['under']:,.0f} had fewer than their stage asks for and "
        f"{found['over']:,.0f} more; {found['other_measures']:,.0f} contacts were of a measure "
        "that is not meant for the stage of the time. This is descriptive, not causal."
    )


def check_treatment(
    history: StageHistory, contacts: pd.DataFrame, policy: pd.DataFrame
) -> TreatmentCheck:
    """Hold contacts against the policy of the stages.

    A contact belongs to the stage that the customer had at the last date of the history before it
    or on it. Who changed stage within the days is not judged by number: no count would be fair.

    Parameters
    ----------
    history
        Stages of the customers; its last date is the as-of date.
    contacts
        ``customer_id`` and ``date``; ``measure`` and ``cost`` where they are known. Contacts of
        others, and after the as-of date, are left out; those without a measure fit all stages.
    policy
        What `load_stage_policy` returns for the scheme of the history.

    Raises
    ------
    InputError
        When the contacts lack a column, or the policy a stage of the history.
    """
    _refuse(history, contacts, policy)
    dates = pd.DatetimeIndex(history.labels.columns)
    as_of, days = dates[-1], int(policy["days"].iloc[0])
    begin = as_of - pd.Timedelta(days=days - 1)
    current = history.current().astype(str)
    codes = np.column_stack([history.labels[day].cat.codes.to_numpy() for day in history.labels])
    # The stage of the first day is the one of the last date that does not lie after it.
    from_date = max(int(dates.searchsorted(begin, side="right")) - 1, 0)
    moved = (codes[:, from_date:] != codes[:, -1:]).any(axis=1)
    when = pd.to_datetime(contacts[DATE])
    inside = when.between(begin, as_of) & contacts[CUSTOMER_ID].isin(current.index)
    rows = contacts[inside]
    row = history.labels.index.get_indexer(pd.Index(rows[CUSTOMER_ID]))
    column = dates.searchsorted(when[inside], side="right") - 1
    code = np.where(column >= 0, codes[row, np.maximum(column, 0)], -1)
    table = pd.DataFrame({"stage": current, "contacts": np.bincount(row, minlength=len(current))})
    for name in ("least_contacts", "most_contacts"):
        table[name] = policy[name].reindex(current).to_numpy()
    too_few = table["contacts"] < table["least_contacts"]
    too_many = table["contacts"] > table["most_contacts"]
    table["verdict"] = np.select(
        [moved, too_few, too_many], ["moved", "under", "over"], "as intended"
    )
    other = _other_measures(rows, code, history.stages, policy)
    table["other_measures"] = np.bincount(row[other], minlength=len(table))
    stages = _by_stage(table, rows, row, other, policy)
    return TreatmentCheck(table.rename_axis(CUSTOMER_ID), stages, begin.date())


def _refuse(history: StageHistory, contacts: pd.DataFrame, policy: pd.DataFrame) -> None:
    missing = [name for name in (CUSTOMER_ID, DATE) if name not in contacts]
    if missing:
        rule = f"must have the columns {CUSTOMER_ID} and {DATE}"
        raise InputError(Problem("the contacts", rule, f"lack {', '.join(missing)}"))
    absent = [name for name in history.stages if name not in policy.index]
    if absent:
        rule = "must have a row for every stage of the history"
        raise InputError(Problem("the policy", rule, f"lacks {', '.join(absent)}"))


def _other_measures(
    rows: pd.DataFrame, code: Array, stages: tuple[str, ...], policy: pd.DataFrame
) -> Array:
    """Which contacts were of a measure that is not named for the stage of the time."""
    if MEASURE not in rows:
        return np.zeros(len(rows), dtype=bool)
    fits = [policy.loc[name, "measures"] for name in stages]
    return np.array(
        [
            place >= 0 and isinstance(measure, str) and bool(measure) and bool(fits[place])
            and measure not in fits[place]
            for place, measure in zip(code, rows[MEASURE], strict=True)
        ],
        dtype=bool,
    )  # fmt: skip


def _by_stage(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    row: Array,
    other: Array,
    policy: pd.DataFrame,
) -> pd.DataFrame:
    """The check by stage; see `TreatmentCheck`."""
    grouped = table.groupby("stage")
    verdict = pd.crosstab(table["stage"], table["verdict"])
    verdict = verdict.reindex(columns=list(VERDICTS), fill_value=0)
    out = pd.DataFrame({"customers": grouped.size()})
    out["judged"] = out["customers"] - verdict["moved"]
    out["under"], out["over"] = verdict["under"], verdict["over"]
    judged = out["judged"].where(out["judged"] > 0)
    out["unlike_share"] = (out["under"] + out["over"]) / judged
    for name in ("contacts", "other_measures"):
        out[name] = grouped[name].sum()
    if COST in rows:
        place = rows.groupby(row).cumcount().to_numpy()
        judged_row = (table["verdict"] == "over").to_numpy()[row]
        beyond = judged_row & (place >= table["most_contacts"].to_numpy()[row])
        stage = table["stage"].to_numpy()[row]
        cost = rows[COST].fillna(0.0)
        out[COST] = cost.groupby(stage).sum().reindex(out.index, fill_value=0.0)
        wasted = cost.where(beyond | other, 0.0).groupby(stage).sum()
        out["cost_over"] = wasted.reindex(out.index, fill_value=0.0)
    out["what_to_do"] = [
        _what_to_do(counts, policy.to_dict("index")[str(name)])
        for name, counts in out[["under", "over", "other_measures"]].to_dict("index").items()
    ]
    return out.reindex([name for name in policy.index if name in out.index])


def _what_to_do(found: Mapping[Hashable, Any], policy: Mapping[Hashable, Any]) -> str:
    """The intended treatment, and what has to change for it."""
    said = [f"{policy['treatment_en']}."]
    if found["under"]:
        least, days = policy["least_contacts"], policy["days"]
        said.append(f"Contact those who had fewer than {least} in {days} days.")
    if found["over"]:
        said.append(f"Leave those alone who had more than {policy['most_contacts']}.")
    if found["other_measures"]:
        said.append(f"Use only {', '.join(sorted(policy['measures']))}.")
    return " ".join(said)
