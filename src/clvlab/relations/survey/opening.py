"""A survey by its place: a company's folder or database, or the embedded name ecsi-mobi."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from clvlab.data.company import Company
from clvlab.data.ecsi_mobi import CONSTRUCTS, SCALE, load_ecsi_mobi
from clvlab.errors import InputError, Problem
from clvlab.relations.company_source import company_at
from clvlab.relations.survey.answers import (
    CUSTOMER,
    SurveyAnswers,
    constructs_in,
    survey_of,
    wide_answers,
)
from clvlab.schema import DATE

ECSI_MOBI = "ecsi-mobi"
PUBLISHED = date(2005, 1, 1)
"""The answers of ecsi-mobi bear no days; they were published in January 2005."""


@dataclass(frozen=True, eq=False)
class OpenedSurvey:
    """A survey with the company that asked.

    Attributes
    ----------
    name
        What it is called on a page.
    answers
        Of customers and employees.
    constructs
        Questions by what they ask about, in words.
    company
        With its other tables, as far as it has them.
    as_of
        Last day seen.
    """

    name: str
    answers: SurveyAnswers
    constructs: dict[str, list[str]]
    company: Company
    as_of: date

    @property
    def customers(self) -> SurveyAnswers:
        """The answers of customers."""
        return self.answers.of(CUSTOMER)

    @property
    def words(self) -> dict[str, str]:
        """The questions as they are written on a page."""
        return {item: item.replace("_", " ") for item in self.answers.items}

    def drivers(self, outcome: str, loyalty: str, chosen: str | None = None) -> list[str]:
        """Constructs that may drive an outcome.

        Parameters
        ----------
        outcome, loyalty
            What is not a driver: the outcome, and what follows from it.
        chosen
            Names separated by commas; by default all others with two questions or more.
        """
        if chosen is not None:
            return [name.strip() for name in chosen.split(",") if name.strip()]
        rest = [name for name in self.constructs if name not in (outcome, loyalty)]
        return [name for name in rest if len(self.constructs[name]) > 1]


def open_survey(
    data: str | Path,
    *,
    as_of: date | None = None,
    skip_codes: Sequence[float] = (),
    reversed_items: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    off_scale: str = "missing",
) -> OpenedSurvey:
    """Open a survey.

    Parameters
    ----------
    data
        What `clvlab.load_company` takes, ``"env:NAME"``, ``"simulated"``, or ``"ecsi-mobi"``.
    as_of
        Last day that is seen (inclusive); by default the day of the last answer, or what the
        company's own file says.
    skip_codes, reversed_items, scale, off_scale
        See `clvlab.relations.survey.read_answers`; ecsi-mobi knows its own.

    Raises
    ------
    NotAvailableError
        When the company has no surveys.
    InputError
        When something can't be read, or no answer has a date and no day is given.
    """
    if str(data) == ECSI_MOBI:
        survey = wide_answers(load_ecsi_mobi(), SCALE)
        found = constructs_in(survey.items)
        words = {CONSTRUCTS[name]: items for name, items in found.items()}
        return OpenedSurvey(
            "ECSI mobi", survey, words, Company("ECSI mobi", {}), as_of or PUBLISHED
        )
    wanted = {"surveys", "customers", "purchases"}
    with company_at(data, tables=wanted, as_of=as_of) as (company, name):
        survey = survey_of(
            company,
            skip_codes=skip_codes,
            reversed_items=reversed_items,
            scale=scale,
            off_scale=off_scale,
        )
    last = survey.respondents[DATE].max()
    if company.log is not None:
        last = max(last, company.log.table[DATE].max(), key=lambda day: (pd.notna(day), day))
    if as_of is None and pd.isna(last):
        rule = "must be given for answers without a date"
        raise InputError(Problem("parameter 'as_of'", rule, "got none"))
    found = constructs_in(survey.items)
    words = {own.replace("_", " "): items for own, items in found.items()}
    return OpenedSurvey(name, survey, words, company, as_of or last.date())


def numbers_in(text: str | None) -> tuple[float, ...]:
    """Numbers separated by commas; none of no text.

    Examples
    --------
    >>> numbers_in("77, 99"), numbers_in(None)
    ((77.0, 99.0), ())
    """
    try:
        return tuple(float(one) for one in (text or "").split(",") if one.strip())
    except ValueError:
        rule = "must be numbers separated by commas"
        raise InputError(Problem("the numbers", rule, f"got {text!r}")) from None
