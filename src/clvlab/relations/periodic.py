"""The periodic pack: one page of key figures, what changed, and who does what about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.clock import DAYS_PER_YEAR, StudyWindow, TimeUnit
from clvlab.data.company import Company
from clvlab.lifecycle.two_periods import TwoPeriods, audit_two_periods
from clvlab.relations.actions import (
    NOBODY,
    carry_actions,
    load_actions,
    open_actions,
    save_actions,
)
from clvlab.relations.budget import load_budget, planned_in
from clvlab.relations.expenses import above_cap, against_budget, unusual_claims
from clvlab.relations.key_figures import (
    FIGURES,
    TABLES,
    FigureTerms,
    KeyFigures,
    measure_key_figures,
)
from clvlab.schema import AMOUNT, DATE
from clvlab.summary.period import Period, calendar_periods

SHOWN = ["value", "said", "lower", "upper", "previous", "change", "last_year", "change_year"]


@dataclass(frozen=True, eq=False)
class PeriodicPack:
    """Everything that the page of a day, a week or a month says.

    Attributes
    ----------
    figures
        The key figures of all periods.
    span
        First and last day of the period of the page.
    table
        `KeyFigures.table` of the last period, with ``said`` (the verdict in words).
    before
        How often each figure was outside its range in earlier periods.
    change
        The period beside the one before; None where there is none.
    expenses
        Expenses by category beside the budget; None without the table costs.
    claims
        Expenses that somebody should look at; None without the table costs.
    actions
        The whole list, carried on.
    no_budget
        Why there is no budget; empty where there is one.
    above_cap
        Customers on whom more was spent in the last year than is allowed; None without a cap.
    """

    figures: KeyFigures
    span: Period
    table: pd.DataFrame
    before: pd.DataFrame
    change: TwoPeriods | None
    expenses: pd.DataFrame | None
    claims: pd.DataFrame | None
    actions: pd.DataFrame = field(repr=False)
    no_budget: str = ""
    above_cap: pd.DataFrame | None = None

    @property
    def alerts(self) -> pd.DataFrame:
        """The rows of `table` that lie outside of what was expected."""
        return self.table[self.table["alert"]]

    def rows(self, kind: str) -> pd.DataFrame:
        """The figures of one kind, as a page shows them: ``"count"``, ``"money"``, ``"share"``."""
        rows = self.table[self.table["kind"] == kind]
        return rows.set_index("label")[SHOWN]

    def outstanding(self) -> pd.DataFrame:
        """The open actions; see `open_actions`."""
        return open_actions(self.actions, self.span.last)

    def absent_in_words(self) -> str:
        """Figures that there are no data for, by what they need; empty where there are all."""
        needs: dict[str, list[str]] = {}
        for name, missing in self.figures.not_available.items():
            needs.setdefault(missing, []).append(FIGURES[name]["en"])
        said = [
            f"{', '.join(names)} ({why.removeprefix('not available: ')})"
            for why, names in needs.items()
        ]
        return f"Not available: {'; '.join(said)}." if said else ""

    def overruns(self) -> pd.DataFrame:
        """Categories on which more was spent than planned; none without a budget."""
        if self.expenses is None or "left" not in self.expenses:
            return pd.DataFrame(columns=["spent", "budget"])
        over: pd.DataFrame = self.expenses[self.expenses["left"] < 0].drop("total", errors="ignore")
        return over

    def overruns_in_words(self) -> str:
        """What stands above its budget, in a sentence."""
        over = self.overruns()
        if over.empty:
            return "No category is above its budget."
        beyond = over["used"] - 1
        listed = ", ".join(
            f"**{name}** ({'nothing was planned' if np.isnan(share) else f'{share:+.0%}'})"
            for name, share in beyond.items()
        )
        return f"Above the budget: {listed}."

    def answer(self) -> str:
        """The answer in a sentence, as a template over what `describe` gives."""
        said = (
            "In the {period} to {last_day:date} **{orders:count} orders brought {revenue:money}**"
        )
        if self.change is not None:
            said += " ({revenue_change:+.0%} on the {period} before)"
        if self.alerts.empty:
            said += "; none of {watched:count} figures is outside of what was to be expected"
        else:
            listed = [f"**{row.label}** ({row.said})" for row in self.alerts.itertuples()]
            said += "; outside of what was to be expected: " + ", ".join(listed)
        return said + ". Open actions: {open:count}, late: {late:count}."

    def describe(self) -> dict[str, float | str | date | None]:
        """What the page quotes."""
        value = self.table["value"]
        outstanding = self.outstanding()
        judged, outside = self.before["judged"].sum(), self.before["outside"].sum()
        return {
            "period": self.figures.period,
            "first_day": self.span.first,
            "last_day": self.span.last,
            "customers": value["customers"],
            "active": _known(value.get("active", np.nan)),
            "orders": value["orders"],
            "revenue": value["revenue"],
            "revenue_change": _known(self.table["change"]["revenue"]),
            "overdue": _known(value.get("overdue", np.nan)),
            "satisfaction": _known(value.get("satisfaction", np.nan)),
            "watched": int(self.table["lower"].notna().sum()),
            "alerts": len(self.alerts),
            "outside_before": _known(outside / judged) if judged else None,
            "judged_before": int(judged),
            "open": len(outstanding),
            "late": int((outstanding["state"] == "late").sum()),
            "above_cap": None if self.above_cap is None else len(self.above_cap),
            "claims": 0 if self.claims is None else len(self.claims),
        }

    def history(self, periods: int = 24) -> pd.DataFrame:
        """The last periods of the watched figures, long, for a figure.

        Returns
        -------
        pandas.DataFrame
            ``figure``, ``label``, ``kind``, ``last_day``, ``value``; ``lower`` and ``upper`` in
            the last period of each figure.
        """
        parts = []
        for name in self.figures.watched():
            column = self.figures.by_period[name].iloc[-periods:]
            part = pd.DataFrame({"last_day": column.index, "value": column.to_numpy()})
            part[["lower", "upper"]] = np.nan
            part.loc[part.index[-1], ["lower", "upper"]] = self.table.loc[
                name, ["lower", "upper"]
            ].to_numpy(dtype=float)
            part.insert(0, "figure", name)
            part.insert(1, "label", FIGURES[name]["en"])
            part.insert(2, "kind", FIGURES[name]["kind"])
            parts.append(part)
        return pd.concat(parts, ignore_index=True)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def make_periodic_pack(
    company: Company,
    *,
    as_of: date,
    period: str = "month",
    terms: FigureTerms | None = None,
    false_alarm: float = 0.20,
    budget: str | Path | None = None,
    cap: float | None = None,
    actions: str | Path | None = None,
    due_within: str = "14 days",
    owner: str = NOBODY,
) -> PeriodicPack:
    """Make the pack of the last whole period, and carry the list of actions on.

    Parameters
    ----------
    company
        With purchases, opened with the tables `TABLES` as far as there are.
    as_of
        Last day seen (inclusive).
    period
        ``"day"``, ``"week"`` or ``"month"``.
    terms
        What the figures are defined by.
    false_alarm
        Chance that a page on which nothing changed has any alert.
    budget
        File of budgets; see `load_budget`. Without one the company's table ``budgets`` counts.
    cap
        Most that may be spent on one customer in a year; see `above_cap`. None for no cap.
    actions
        File of the list of actions; see `load_actions`. New ones are added to it.
    due_within
        Time until a new action is due.
    owner
        Who does new actions.

    Raises
    ------
    NotAvailableError
        When there are no purchases.
    InputError
        When a file can't be read, or no whole period has been seen.
    """
    figures = measure_key_figures(company, as_of=as_of, period=period, terms=terms)
    span = _last_period(company, figures, period)
    table = figures.table(false_alarm)
    table["said"] = [
        _in_words(str(verdict), welcome)
        for verdict, welcome in zip(table["verdict"], table["welcome"], strict=True)
    ]
    before = calendar_periods(_first_day(company), span.last, period)[-2:]
    change = (
        audit_two_periods(company.purchases(), *before) if _comparable(company, before) else None
    )
    costs = _clean_costs(company)
    planned = None if costs is None else _planned(company, budget, span)
    expenses = None if costs is None else against_budget(costs, span, planned)
    claims = None if costs is None else unusual_claims(costs, span)
    days = int(StudyWindow(TimeUnit.DAY).horizon_days(due_within, "due_within"))
    found = _to_act_on(table, expenses, claims)
    owners = dict.fromkeys(found, owner)
    carried = carry_actions(
        load_actions(actions), found, as_of=span.last, due_days=days, owners=owners
    )
    save_actions(carried, actions)
    no_budget = ""
    if costs is None:
        no_budget = company.missing("costs")
    elif planned is None:
        no_budget = company.missing("budgets") or f"not available: no budget is for {span}"
    return PeriodicPack(
        figures,
        span,
        table,
        figures.alarms_before(false_alarm),
        change,
        expenses,
        claims,
        carried,
        no_budget,
        None if costs is None or cap is None else above_cap(costs, _year_to(span.last), cap),
    )


def _year_to(day: date) -> Period:
    """The year that ends on a day (inclusive)."""
    return Period(day - timedelta(days=int(DAYS_PER_YEAR) - 1), day)


def _planned(company: Company, budget: str | Path | None, span: Period) -> pd.DataFrame | None:
    """The budget of the period: that of a file, or else of the company's table."""
    if budget is not None:
        return load_budget(budget, span)
    if not company.has("budgets"):
        return None
    planned = company.table("budgets")
    inside = (planned["first_day"] <= pd.Timestamp(span.last)) & (
        planned["last_day"] >= pd.Timestamp(span.first)
    )
    return planned_in(planned, span, "the table budgets") if inside.any() else None


def _first_day(company: Company) -> date:
    first: date = company.purchases().table[DATE].min().date()
    return first


def _last_period(company: Company, figures: KeyFigures, period: str) -> Period:
    return calendar_periods(_first_day(company), figures.last_day, period)[-1]


def _comparable(company: Company, periods: list[Period]) -> bool:
    """Whether something was bought in both of two periods."""
    days = company.purchases().table[DATE]
    return len(periods) == 2 and all(
        days.between(pd.Timestamp(one.first), pd.Timestamp(one.last)).any() for one in periods
    )


def _clean_costs(company: Company) -> pd.DataFrame | None:
    """The ledger; amounts below 0 are no expenses, and are left out."""
    if not company.has("costs"):
        return None
    costs = company.table("costs")
    return costs[costs[AMOUNT] >= 0]


def _in_words(verdict: str, welcome: object) -> str:
    if verdict not in ("above", "below") or welcome is None:
        return verdict
    return f"{verdict}, {'welcome' if welcome else 'not welcome'}"


def _to_act_on(
    table: pd.DataFrame, expenses: pd.DataFrame | None, claims: pd.DataFrame | None
) -> Mapping[str, tuple[str, str]]:
    """What there is to act on, by subject: what to do, and what was seen."""
    found = {
        str(name): (f"find out why: {row['label']}", f"{row['said']} of what was expected")
        for name, row in table[table["alert"]].iterrows()
    }
    if expenses is not None and "left" in expenses:
        over = expenses[(expenses["left"] < 0) & (expenses.index != "total")]
        for category in over.index:
            found[f"budget {category}"] = (f"explain expenses: {category}", "above the budget")
    if claims is not None and len(claims):
        reasons = claims["why"].value_counts().sort_index()
        seen = ", ".join(f"{count} {why}" for why, count in reasons.items())
        found["claims"] = ("look at the claims that are listed", seen)
    return found


__all__ = ["TABLES", "PeriodicPack", "make_periodic_pack"]
