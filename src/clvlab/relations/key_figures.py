"""The key figures of a period: each beside the period before, last year, and where it should be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

import numpy as np
import pandas as pd

from clvlab.clock import StudyWindow, TimeUnit, last_period_end, same_period_a_year_before
from clvlab.data.company import Company
from clvlab.errors import InputError, Problem
from clvlab.relations.expected_range import (
    Range,
    range_of_flow,
    range_of_level,
    range_of_mean,
    range_of_share,
)
from clvlab.relations.purchase_figures import purchase_figures
from clvlab.relations.record_figures import (
    Cases,
    expenses_in,
    lead_figures,
    mean_share_of_wallet,
    overdue_at,
    share_looked_after,
    survey_index,
)
from clvlab.schema import DATE
from clvlab.summary.period import Period, calendar_periods

FIGURES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (files(__package__) / "figures.toml").read_text(encoding="utf-8")
)
"""The figures by name, in the order of a page: ``kind``, ``en``, ``zh``, ``needs``, ``range``,
``good`` (which direction is welcome)."""
TABLES = ("leads", "invoices", "surveys", "customers", "costs", "budgets")
SURVEY = ("role", "date", "scale_least", "scale_most")


@dataclass(frozen=True)
class FigureTerms:
    """What the figures are defined by.

    Attributes
    ----------
    lapse
        Silence after which a customer counts as lapsed.
    convert_within
        Time that a lead has to become a customer.
    max_age
        How old an entry of the customer file may be.
    """

    lapse: str = "52 weeks"
    convert_within: str = "13 weeks"
    max_age: str = "365 days"

    def days(self, name: str) -> int:
        """One of the terms in whole days."""
        length = StudyWindow(TimeUnit.DAY).horizon_days(getattr(self, name), name)
        if length < 1:
            rule = "must be at least a day"
            raise InputError(Problem(f"parameter '{name}'", rule, f"got {getattr(self, name)!r}"))
        return int(np.ceil(length))


@dataclass(frozen=True, eq=False)
class KeyFigures:
    """Key figures by period, and what could not be said.

    Attributes
    ----------
    period
        ``"day"``, ``"week"`` or ``"month"``.
    by_period
        Indexed by ``last_day`` of every whole period, one column for each figure; missing where
        a figure can't be known.
    cases
        Of figures that are shares or means: how many cases, and their variance.
    not_available
        Figures that there are no data for, with what they need.
    """

    period: str
    by_period: pd.DataFrame
    cases: Mapping[str, Cases] = field(repr=False)
    not_available: Mapping[str, str]

    @property
    def last_day(self) -> date:
        """Last day of the period that the page is about."""
        day: date = self.by_period.index[-1].date()
        return day

    def at(self, place: int, figure: str, level: float) -> Range:
        """Where a figure was expected in a period, from what was known before it.

        Parameters
        ----------
        place
            The period, counted from the end: -1 is the last.
        figure
            One of `FIGURES`.
        level
            Chance of a false alarm.
        """
        place = place % len(self.by_period)
        day, past = self.by_period.index[place], self.by_period[figure].iloc[:place]
        how = FIGURES[figure].get("range", "")
        if how == "flow":
            count = FIGURES[figure]["kind"] == "count"
            return range_of_flow(past, day, self.period, level=level, count=count)
        if how == "level":
            return range_of_level(past, self.period, level=level)
        if how == "share":
            return _range_of_share(self.cases[figure], place, self.period, level)
        if how == "mean":
            return _range_of_mean(self.cases[figure], place, self.period, level)
        return Range.none("")

    def watched(self) -> list[str]:
        """Figures with a value in the last period that have a way to a range."""
        last = self.by_period.iloc[-1]
        return [str(name) for name in last.dropna().index if "range" in FIGURES[str(name)]]

    def ranges(self, false_alarm: float = 0.20) -> dict[str, Range]:
        r"""Where the watched figures are expected in the last period.

        Parameters
        ----------
        false_alarm
            Chance that a page on which nothing changed has any alert. With k figures watched,
            each has a chance of :math:`1 - (1 - a)^{1/k}`, which is exact for independent ones
            and cautious for others (Sidak 1967).
        """
        return {name: self.at(-1, name, self.level(false_alarm)) for name in self.watched()}

    def level(self, false_alarm: float) -> float:
        """Chance of a false alarm of a single figure."""
        if not 0 < false_alarm < 1:
            rule = "must be between 0 and 1"
            raise InputError(Problem("parameter 'false_alarm'", rule, f"got {false_alarm!r}"))
        return float(1 - (1 - false_alarm) ** (1 / max(len(self.watched()), 1)))

    def table(self, false_alarm: float = 0.20) -> pd.DataFrame:
        """The last period beside what came before.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``figure`` (its name): ``kind``, ``label``, ``value``, ``previous``,
            ``change`` (relative to it), ``last_year``, ``change_year``, ``lower`` and ``upper``
            of the expected range, ``verdict`` (``"above"``, ``"below"``, ``"as expected"``, or
            why nothing is said), ``alert`` and ``welcome`` (of an alert; missing where neither
            direction is).
        """
        ranges = self.ranges(false_alarm)
        earlier = pd.Timestamp(same_period_a_year_before(self.last_day, self.period))
        rows = [self._row(name, ranges.get(name), earlier) for name in FIGURES]
        return pd.DataFrame([row for row in rows if row]).set_index("figure")

    def _row(self, name: str, expected: Range | None, earlier: pd.Timestamp) -> dict[str, object]:
        if name not in self.by_period or self.by_period[name].notna().sum() == 0:
            return {}
        column = self.by_period[name]
        value, previous = float(column.iloc[-1]), float(column.shift().iloc[-1])
        year = float(column.get(earlier, np.nan))
        said = Range.none("not watched") if expected is None else expected
        verdict = said.verdict(value)
        alert = verdict in ("above", "below")
        good = FIGURES[name].get("good", "")
        welcome = (verdict == "above") == (good == "up") if alert and good else None
        return {
            "figure": name,
            "kind": FIGURES[name]["kind"],
            "label": FIGURES[name]["en"],
            "value": value,
            "previous": previous,
            "change": _relative(value, previous),
            "last_year": year,
            "change_year": _relative(value, year),
            "lower": said.lower,
            "upper": said.upper,
            "verdict": verdict or said.why_none or "no value",
            "alert": alert,
            "welcome": welcome,
        }

    def alarms_before(self, false_alarm: float = 0.20, periods: int = 24) -> pd.DataFrame:
        """How often each figure was outside its range in earlier periods, as this page judges.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``figure``: ``label``, ``judged`` (periods), ``outside``, ``share``.
        """
        level, rows = self.level(false_alarm), []
        for name in self.watched():
            first = max(len(self.by_period) - 1 - periods, 0)
            said = [
                self.at(place, name, level).verdict(float(self.by_period[name].iloc[place]))
                for place in range(first, len(self.by_period) - 1)
            ]
            judged = [one for one in said if one]
            outside = sum(one != "as expected" for one in judged)
            share = outside / len(judged) if judged else np.nan
            rows.append((name, FIGURES[name]["en"], len(judged), outside, share))
        names = ["figure", "label", "judged", "outside", "share"]
        return pd.DataFrame(rows, columns=names).set_index("figure")


def _relative(value: float, other: float) -> float:
    return value / other - 1 if other > 0 else np.nan


def _a_year_before(cases: Cases, place: int, period: str) -> int | None:
    """Where the same period of last year stands; None where it lies before the data."""
    earlier = same_period_a_year_before(cases.value.index[place].date(), period)
    found = int(cases.value.index.get_indexer(pd.DatetimeIndex([earlier]))[0])
    return found if found >= 0 else None


def _range_of_share(cases: Cases, place: int, period: str, level: float) -> Range:
    then = _a_year_before(cases, place, period)
    if then is None:
        return Range.none("needs cases of a year before")
    of, share = float(cases.of.iloc[then]), float(cases.value.iloc[then])
    happened = 0.0 if np.isnan(share) else round(share * of)
    return range_of_share((happened, of), float(cases.of.iloc[place]), level=level)


def _range_of_mean(cases: Cases, place: int, period: str, level: float) -> Range:
    then = _a_year_before(cases, place, period)
    if then is None:
        return Range.none("needs answers of a year before")
    both = [
        (float(cases.of.iloc[one]), float(cases.value.iloc[one]), float(cases.variance.iloc[one]))
        for one in (then, place)
    ]
    return range_of_mean(both[0], both[1], level=level)


def measure_key_figures(
    company: Company, *, as_of: date, period: str = "month", terms: FigureTerms | None = None
) -> KeyFigures:
    """The key figures of every whole period up to a day.

    Parameters
    ----------
    company
        With purchases; other tables are used where they are.
    as_of
        Last day seen (inclusive). The page is about the last period that is whole by then.
    period
        ``"day"``, ``"week"`` (Monday to Sunday) or ``"month"``.
    terms
        What the figures are defined by.

    Raises
    ------
    NotAvailableError
        When there are no purchases.
    InputError
        When no whole period lies between the first purchase and `as_of`.
    """
    log, terms = company.purchases(), terms or FigureTerms()
    first = log.table[DATE].min().date()
    last = last_period_end(as_of, period)
    periods = calendar_periods(first, last, period)
    if not periods:
        rule = f"must be the end of a whole {period} or later"
        raise InputError(Problem("parameter 'as_of'", rule, f"purchases begin on {first}"))
    values = purchase_figures(log, periods, lapse_days=terms.days("lapse"))
    cases: dict[str, Cases] = {}
    absent: dict[str, str] = {}
    for add in (_add_leads, _add_money, _add_surveys, _add_file):
        add(company, periods, terms, values, cases, absent)
    order = [name for name in FIGURES if name in values]
    return KeyFigures(period, values[order], cases, absent)


def _add_leads(
    company: Company, periods: Sequence[Period], terms: FigureTerms,
    values: pd.DataFrame, cases: dict[str, Cases], absent: dict[str, str],
) -> None:  # fmt: skip
    missing = company.missing("leads")
    if missing:
        absent |= dict.fromkeys(("leads", "referrals", "conversion"), missing)
        return
    found = lead_figures(company, periods, terms.days("convert_within"))
    values[["leads", "conversion"]] = found[["leads", "conversion"]]
    if "referrals" in found:
        values["referrals"] = found["referrals"]
    else:
        absent["referrals"] = company.missing("leads", "source")
    nothing = pd.Series(np.nan, found.index)
    cases["conversion"] = Cases(found["conversion"], found["decided"], nothing)


def _add_money(
    company: Company, periods: Sequence[Period], terms: FigureTerms,
    values: pd.DataFrame, cases: dict[str, Cases], absent: dict[str, str],
) -> None:  # fmt: skip
    del terms, cases
    missing = company.missing("invoices", "due_on", "paid_on")
    if missing:
        absent["overdue"] = missing
    else:
        values["overdue"] = overdue_at(company.table("invoices"), periods)
    if company.has("costs"):
        values["expenses"] = expenses_in(company.table("costs"), periods)
    else:
        absent["expenses"] = company.missing("costs")


def _add_surveys(
    company: Company, periods: Sequence[Period], terms: FigureTerms,
    values: pd.DataFrame, cases: dict[str, Cases], absent: dict[str, str],
) -> None:  # fmt: skip
    del terms
    missing = company.missing("surveys", *SURVEY)
    for stem in ("satisfaction", "loyalty"):
        found = None if missing else survey_index(company.table("surveys"), stem, periods)
        if found is None:
            absent[stem] = (
                missing or f"not available: needs questions {stem}_1, {stem}_2 of surveys"
            )
        else:
            cases[stem], values[stem] = found, found.value


def _add_file(
    company: Company, periods: Sequence[Period], terms: FigureTerms,
    values: pd.DataFrame, cases: dict[str, Cases], absent: dict[str, str],
) -> None:  # fmt: skip
    """What the customer file says today; what it said before was written over."""
    del cases
    day = pd.Timestamp(periods[-1].last)
    for name, column in (("freshness", "updated_on"), ("share_of_wallet", "share_of_wallet")):
        missing = company.missing("customers", column)
        if missing:
            absent[name] = missing
            continue
        table = company.table("customers")
        values[name] = np.nan
        values.loc[day, name] = (
            share_looked_after(table, day, terms.days("max_age"))
            if name == "freshness"
            else mean_share_of_wallet(table)
        )
