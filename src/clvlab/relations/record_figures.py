"""Key figures from what a company keeps besides its purchases, with the cases behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import TimeUnit, days_since
from clvlab.data.company import Company
from clvlab.data.exact_money import sum_by, to_amounts, to_minor_units, total
from clvlab.lifecycle.leads import leads_of
from clvlab.relations.credit_notes import left_to_pay, open_on
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary.period import Period

Days = npt.NDArray[np.datetime64]
Array = npt.NDArray[np.float64]
Units = npt.NDArray[np.int64]

YEAR = pd.Timedelta(days=int(TimeUnit.YEAR.days))
REFERRAL = "referral"
"""The source of leads whom a customer sent."""


@dataclass(frozen=True)
class Cases:
    """A figure by period with the cases behind it.

    Attributes
    ----------
    value
        Indexed by ``last_day``; missing where there are no cases.
    of
        Number of cases; for a mean, of respondents.
    variance
        For a mean, the variance of the respondents' own means; otherwise missing.
    """

    value: pd.Series
    of: pd.Series
    variance: pd.Series


def _ends(periods: Sequence[Period]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp(one.last) for one in periods], name="last_day")


def _period_of(days: pd.Series, periods: Sequence[Period]) -> pd.Series:
    """Place of the period that each day lies in; missing outside of all."""
    starts = np.array([pd.Timestamp(one.first) for one in periods], "M8[ns]")
    place = np.searchsorted(starts, days.to_numpy("M8[ns]"), side="right") - 1.0
    inside = (place >= 0) & (days <= pd.Timestamp(periods[-1].last)).to_numpy()
    return pd.Series(np.where(inside, place, np.nan), index=days.index)


def lead_figures(company: Company, periods: Sequence[Period], within_days: int) -> pd.DataFrame:
    """Leads that came, those by referral, and how many had become customers in time.

    Parameters
    ----------
    company
        With the table ``leads``.
    periods
        In order, without gaps.
    within_days
        Days that a lead has to become a customer. It counts on the day on which they end, so
        that a later look changes nothing.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``last_day``: ``leads``, ``referrals`` (missing without a column ``source``),
        ``decided`` (leads whose days ended in the year up to the period's end) and ``conversion``
        (share of them in time).
    """
    leads = leads_of(company, periods[-1].last).table
    came = _period_of(leads[DATE], periods)
    in_time = leads["happened"] & (leads["days"] <= within_days)
    places = range(len(periods))
    out = pd.DataFrame({"leads": came.value_counts().reindex(places, fill_value=0)})
    if "source" in leads:
        by_referral = came[leads["source"] == REFERRAL]
        out["referrals"] = by_referral.value_counts().reindex(places, fill_value=0)
    ends = _ends(periods)
    out = out.astype("float64").set_axis(ends)
    decided = np.sort((leads[DATE] + pd.Timedelta(days=within_days)).to_numpy("M8[ns]"))
    gained = np.sort((leads.loc[in_time, DATE] + pd.Timedelta(days=within_days)).to_numpy("M8[ns]"))
    out["decided"] = _in_the_year(decided, ends)
    out["conversion"] = _in_the_year(gained, ends) / out["decided"].where(out["decided"] > 0)
    return out


def _in_the_year(days: Days, ends: pd.DatetimeIndex) -> Array:
    """How many of the sorted days lie in the year up to each end."""
    edges = [ends - YEAR, ends]
    before, until = (np.searchsorted(days, one.to_numpy("M8[ns]"), side="right") for one in edges)
    return (until - before).astype(np.float64)


def overdue_at(invoices: pd.DataFrame, periods: Sequence[Period]) -> pd.Series:
    """Amounts past their due day and not paid, at the end of each period.

    An invoice is overdue from the day after ``due_on`` to the day before ``paid_on``. Those
    without a due day, and those paid before they were issued, are left out: nobody knows. Credit
    notes that are open at the end are set off against the customer's oldest open invoices.
    """
    ends, credit = _ends(periods), invoices[AMOUNT] < 0
    issued, due, paid = (
        invoices.loc[~credit, name].to_numpy("M8[ns]")
        for name in ("issued_on", "due_on", "paid_on")
    )
    money = to_minor_units(invoices.loc[~credit, AMOUNT].to_numpy(dtype=np.float64))
    late = ~np.isnat(due) & ~(paid < issued) & ~(paid <= due)
    settled = late & ~np.isnat(paid)
    known = _sums_until(due[late], money.units[late], ends - pd.Timedelta(days=1))
    gone = _sums_until(paid[settled], money.units[settled], ends)
    overdue = pd.Series(to_amounts(known - gone, money.decimals), ends, name="overdue")
    return _without_set_off(overdue, invoices[~credit], invoices[credit])


def _without_set_off(overdue: pd.Series, invoices: pd.DataFrame, notes: pd.DataFrame) -> pd.Series:
    """Overdue amounts less what open credit notes take off the overdue invoices."""
    own = invoices[invoices[CUSTOMER_ID].isin(notes[CUSTOMER_ID])] if len(notes) else invoices[:0]
    out = overdue.copy()
    for end in overdue.index if len(own) else []:
        open_notes = open_on(notes, end)
        if open_notes.empty:
            continue
        open_ones = open_on(own, end)
        late = open_ones["due_on"] < end
        taken = open_ones[AMOUNT][late], -left_to_pay(open_ones, open_notes)[late]
        parts = pd.concat([pd.Series([out[end]]), -taken[0], -taken[1]])
        money = to_minor_units(parts.to_numpy(dtype=np.float64))
        out[end] = total(money.units, money.decimals)
    return out


def _sums_until(days: Days, units: Units, ends: pd.DatetimeIndex) -> Units:
    """Sums of what falls on each end or before it."""
    order = np.argsort(days, kind="stable")
    sums = np.concatenate([np.zeros(1, units.dtype), np.cumsum(units[order])])
    return sums[np.searchsorted(days[order], ends.to_numpy("M8[ns]"), side="right")]


def expenses_in(costs: pd.DataFrame, periods: Sequence[Period]) -> pd.Series:
    """Amounts of the cost ledger in each period."""
    place = _period_of(costs[DATE], periods)
    inside = place.notna()
    sums = sum_by(costs.loc[inside, AMOUNT], place[inside])
    return sums.reindex(range(len(periods))).fillna(0.0).set_axis(_ends(periods))


def survey_index(surveys: pd.DataFrame, stem: str, periods: Sequence[Period]) -> Cases | None:
    """Index of the customers' answers to the questions of a topic, over the year up to each end.

    An answer counts as its place on its scale, from 0 (lowest) to 1 (highest); one that lies
    outside its scale, as a code for "don't know" does, is left out. The index is the mean over
    respondents of their mean answers.

    Parameters
    ----------
    surveys
        The table ``surveys`` with ``role``, ``date``, ``scale_least`` and ``scale_most``.
    stem
        The topic: questions are called ``stem_1``, ``stem_2``, or the stem alone.
    periods
        In order.

    Returns
    -------
    Cases or None
        None where nobody was asked.
    """
    asked = surveys["item"].str.fullmatch(rf"{stem}(_\d+)?").fillna(value=False)
    ours = surveys[asked.astype(bool) & (surveys["role"] == "customer")]
    least, most = ours["scale_least"], ours["scale_most"]
    valid = ours["answer"].between(least, most) & (most > least)
    ours = ours[valid].assign(place=(ours["answer"] - least) / (most - least))
    if ours.empty:
        return None
    ours = ours.sort_values(DATE, kind="stable")
    days, ends = ours[DATE].to_numpy("M8[ns]"), _ends(periods)
    first, until = (
        np.searchsorted(days, one.to_numpy("M8[ns]"), side="right") for one in (ends - YEAR, ends)
    )
    spans = list(zip(first, until, strict=True))
    found = {span: _of_respondents(ours.iloc[slice(*span)]) for span in set(spans)}
    rows = [found[span] for span in spans]
    table = pd.DataFrame(rows, _ends(periods), columns=["value", "of", "variance"])
    return Cases(table["value"], table["of"], table["variance"])


def _of_respondents(answers: pd.DataFrame) -> tuple[float, float, float]:
    """Mean, number and variance of the respondents' mean answers."""
    each = answers.groupby("respondent_id")["place"].mean()
    return float(each.mean()), float(len(each)), float(each.var(ddof=1))


def share_looked_after(customers: pd.DataFrame, day: pd.Timestamp, max_age_days: float) -> float:
    """Share of the dated entries that were updated at most so many days before a day."""
    dated = customers["updated_on"].dropna()
    age = -days_since(dated, day)
    return float((age <= max_age_days).mean()) if len(dated) else np.nan


def mean_share_of_wallet(customers: pd.DataFrame) -> float:
    """Mean of what is noted as our share of a customer's purchases; shares above 1 are none."""
    noted = customers["share_of_wallet"]
    valid = noted[noted.between(0, 1)]
    return float(valid.mean()) if len(valid) else np.nan
