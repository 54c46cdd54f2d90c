"""Invoices that can be counted on: what can't be is named, handled by a policy and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import days_since, parse_date
from clvlab.data.company import Company
from clvlab.data.exact_money import to_minor_units, total
from clvlab.errors import InputError, Problem, Problems, name_rows
from clvlab.relations.credit_notes import left_to_pay, open_on
from clvlab.schema import AMOUNT, CUSTOMER_ID

POLICIES = ("drop", "unpaid", "error")
STEPS = {
    "read": "invoices and credit notes read",
    "credit_notes": "credit notes, which are no invoices; open ones reduce what is owed",
    "paid_before_issued": "invoices that were paid before they were issued",
    "due_before_issued": "invoices that were due before they were issued",
    "no_due_day": "invoices without a due day, which can't be late",
    "left": "invoices left",
}
NEEDED = ("invoice_id", CUSTOMER_ID, "issued_on", AMOUNT)
RowNames = Callable[[Sequence[int]], list[str]]


@dataclass(frozen=True, eq=False)
class Receivables:
    """Invoices as they were known on a day.

    Attributes
    ----------
    invoices
        One row each, by day of issue: ``invoice_id``, ``customer_id``, ``issued_on``, ``due_on``
        and ``paid_on`` (missing where not known), ``amount`` above 0, ``disputed``,
        ``terms_days`` from issue to due day, ``days_to_pay`` and ``days_late`` (of those paid; not
        below 0), ``resolved`` (was due before `as_of`, so it is known whether it was late) and
        ``late`` (resolved and not paid by its due day).
    credit_notes
        ``customer_id``, ``issued_on``, ``paid_on``, ``amount`` below 0.
    as_of
        Last day seen (inclusive).
    ledger
        ``step``, ``description``, ``invoices`` (how many), ``amount``, ``where`` (rows, named) and
        ``policy``.
    """

    invoices: pd.DataFrame
    credit_notes: pd.DataFrame
    as_of: pd.Timestamp
    ledger: pd.DataFrame

    def owed(self) -> pd.DataFrame:
        """What was open on the last day: `invoices` that are not paid, with ``days_overdue``
        (0 where not due yet, missing without a due day).

        Open credit notes are set off (see `left_to_pay`): ``amount`` is what is left to pay and
        ``set_off`` what is not; an invoice of which nothing is left is not there.
        """
        rows = self.invoices[self.invoices["paid_on"].isna()].copy()
        left = left_to_pay(rows, open_on(self.credit_notes, self.as_of))
        rows["set_off"] = rows[AMOUNT] - left
        rows[AMOUNT] = left
        rows = rows[rows[AMOUNT] > 0]
        rows["days_overdue"] = _overdue(rows, self.as_of)
        return rows

    def set_off(self) -> dict[str, float]:
        """Open credit notes: how many ``notes``, their ``credit``, what of it is ``set_off``
        against open invoices of the same customers, and what is ``left_over``.
        """
        notes = open_on(self.credit_notes, self.as_of)
        waiting = self.invoices[self.invoices["paid_on"].isna()]
        credit = -exact_sum(notes[AMOUNT])
        used = exact_sum(pd.concat([waiting[AMOUNT], -left_to_pay(waiting, notes)]))
        left_over = exact_sum(pd.Series([credit, -used]))
        return {"notes": len(notes), "credit": credit, "set_off": used, "left_over": left_over}

    def resolved(self) -> pd.DataFrame:
        """The invoices of which it is known whether they were paid in time.

        Those due later are left out even where they are paid already: of them only the punctual
        ones would be known.
        """
        return self.invoices[self.invoices["resolved"]]


def receivables_of(
    company: Company, *, as_of: date | str | None = None, paid_before_issued: str = "drop"
) -> Receivables:
    """The invoices of a company; rows are named as in its source.

    Raises
    ------
    NotAvailableError
        When there is no table of invoices, or it has no due or payment days.
    InputError
        See `read_receivables`.
    """
    rows = company.table("invoices", "due_on", "paid_on")
    table = company.tables["invoices"]
    places = table.frame.index.to_numpy()

    def names(found: Sequence[int]) -> list[str]:
        return table.rows_at([int(places[place]) for place in found])

    return read_receivables(rows, as_of=as_of, paid_before_issued=paid_before_issued, rows_at=names)


def read_receivables(
    rows: pd.DataFrame,
    *,
    as_of: date | str | None = None,
    paid_before_issued: str = "drop",
    rows_at: RowNames | None = None,
) -> Receivables:
    """Prepare a table of invoices.

    Parameters
    ----------
    rows
        The contract's columns: ``invoice_id``, ``customer_id``, ``issued_on``, ``due_on``,
        ``paid_on``, ``amount``, and ``disputed`` where it is known. Negative amounts are credit
        notes.
    as_of
        Last day seen (inclusive); later invoices are left out and later payments not known. By
        default the last day on which anything was issued or paid.
    paid_before_issued
        Invoices paid before they were issued: ``"drop"`` leaves them out, ``"unpaid"`` takes the
        payment for not known, ``"error"`` refuses them. Those due before they were issued are
        left out in any case but the last.
    rows_at
        Names of rows by position, for messages; by default counted from 1.

    Raises
    ------
    InputError
        When columns are missing, the policy is unknown, no invoice is left, or rows are wrong and
        the policy is ``"error"``.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-01-05"])
    >>> table = pd.DataFrame({"invoice_id": ["1", "2"], "customer_id": "a", "issued_on": days,
    ...     "due_on": pd.Timestamp("2024-01-31"), "paid_on": pd.Timestamp("2024-01-03"),
    ...     "amount": 10.0})
    >>> read_receivables(table, as_of="2024-02-29").ledger["where"].tolist()
    ['', '', 'row 2', '', '', '']
    """
    _refuse(rows, paid_before_issued)
    last = rows[["issued_on", "paid_on"]].max().max()
    end = last if as_of is None else pd.Timestamp(parse_date(as_of, "as_of"))
    table = rows.reset_index(drop=True)
    table = table[table["issued_on"] <= end].copy()
    early = table["paid_on"] < table["issued_on"]
    hasty = ~early & (table["due_on"] < table["issued_on"])
    if paid_before_issued == "error" and (early | hasty).any():
        found = f"not so: {_named(table, early | hasty, rows_at)}"
        remedy = 'Correct them, or pass paid_before_issued="drop" or "unpaid".'
        rule = "must be paid and due on the day of issue or later"
        raise InputError(Problem("invoices", rule, found, remedy))
    if paid_before_issued == "unpaid":
        table["paid_on"] = table["paid_on"].mask(early)
    out = hasty if paid_before_issued == "unpaid" else early | hasty
    credit = ~out & (table[AMOUNT] < 0)
    undated = ~out & ~credit & table["due_on"].isna()
    steps = {
        "read": pd.Series(data=True, index=table.index),
        "credit_notes": credit,
        "paid_before_issued": early,
        "due_before_issued": hasty,
        "no_due_day": undated,
        "left": ~out & ~credit,
    }
    policy = {"paid_before_issued": paid_before_issued, "due_before_issued": "drop"}
    ledger = pd.DataFrame(
        [
            {
                "step": step,
                "description": STEPS[step],
                "invoices": int(chosen.sum()),
                "amount": exact_sum(table.loc[chosen, AMOUNT]),
                "where": _named(table, chosen, rows_at) if step in policy else "",
                "policy": policy.get(step, ""),
            }
            for step, chosen in steps.items()
        ]
    )
    kept = table[~out]
    if not (kept[AMOUNT] > 0).any():
        rule = "must hold an amount above 0"
        raise InputError(Problem("the invoices", rule, f"none of {len(rows):,} does"))
    notes = kept.loc[kept[AMOUNT] < 0, [CUSTOMER_ID, "issued_on", "paid_on", AMOUNT]]
    return Receivables(
        _described(kept[kept[AMOUNT] > 0], end), notes.reset_index(drop=True), end, ledger
    )


def exact_sum(amounts: pd.Series) -> float:
    """The sum of amounts of money, rounded once."""
    money = to_minor_units(amounts.to_numpy(np.float64))
    return total(money.units, money.decimals)


def _described(rows: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    out = rows.copy()
    out["paid_on"] = out["paid_on"].mask(out["paid_on"] > end)
    if "disputed" not in out:
        out["disputed"] = pd.Series(pd.NA, out.index, dtype="boolean")
    out["terms_days"] = days_since(out["due_on"], out["issued_on"])
    out["days_to_pay"] = days_since(out["paid_on"], out["issued_on"])
    out["days_late"] = days_since(out["paid_on"], out["due_on"]).clip(lower=0)
    out["resolved"] = (out["due_on"] < end).fillna(value=False)
    in_time = (out["paid_on"] <= out["due_on"]).fillna(value=False)
    out["late"] = out["resolved"] & ~in_time
    return out.sort_values(["issued_on", "invoice_id"], kind="stable", ignore_index=True)


def _overdue(rows: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    return (-days_since(rows["due_on"], end)).clip(lower=0)


def _named(table: pd.DataFrame, chosen: pd.Series, rows_at: RowNames | None) -> str:
    positions = [int(place) for place in table.index.to_numpy()[chosen.to_numpy(dtype=bool)]]
    if not positions:
        return ""
    rows = rows_at(positions) if rows_at else [str(place + 1) for place in positions]
    return name_rows([row.removeprefix("row ") for row in rows], shown=10)


def _refuse(rows: pd.DataFrame, policy: str) -> None:
    problems = Problems()
    lacking = [name for name in (*NEEDED, "due_on", "paid_on") if name not in rows]
    if lacking:
        problems.add("the invoices", "must have due and payment days", f"lack {', '.join(lacking)}")
    if policy not in POLICIES:
        rule = f"must be one of {', '.join(POLICIES)}"
        problems.add("parameter 'paid_before_issued'", rule, f"got {policy!r}")
    if not lacking:
        bad = int((~np.isfinite(rows[AMOUNT].to_numpy(np.float64))).sum())
        if bad:
            problems.add("column 'amount'", "must hold finite numbers", f"{bad:,} rows do not")
    problems.raise_if_any()
