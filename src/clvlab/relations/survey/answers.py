"""Answers of a survey: a row for each respondent; what can't be an answer is counted, left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clvlab.data.company import Company
from clvlab.errors import InputError, Problem, Problems, name_rows
from clvlab.schema import CUSTOMER_ID, DATE

CUSTOMER, EMPLOYEE = "customer", "employee"
POLICIES = ("missing", "error")
STEPS = {
    "read": "answers read",
    "skipped": "answers that are declared codes for no answer",
    "off_scale": "answers outside their scale",
    "repeated": "further answers of the same respondent to the same question",
    "left": "answers left",
}
RowNames = Callable[[Sequence[int]], list[str]]


@dataclass(frozen=True, eq=False)
class SurveyAnswers:
    """Answers that can be counted on.

    Attributes
    ----------
    answers
        Indexed by ``respondent_id``, one column of floats for each question, missing where there
        is no answer.
    respondents
        Same index: ``role`` (``"customer"`` or ``"employee"``), ``customer_id`` and ``date``,
        missing where they are not known.
    scales
        Indexed by ``item``: ``least`` and ``most`` possible answer.
    ledger
        ``step``, ``description``, ``answers`` (how many), ``where`` (rows, named) and ``policy``;
        those read less those of the other steps are those left.
    """

    answers: pd.DataFrame
    respondents: pd.DataFrame
    scales: pd.DataFrame
    ledger: pd.DataFrame

    def of(self, role: str) -> SurveyAnswers:
        """The answers of customers or of employees alone."""
        return self.where(self.respondents["role"] == role)

    def where(self, kept: pd.Series) -> SurveyAnswers:
        """The answers of some respondents, given as truth values."""
        return replace(self, answers=self.answers[kept], respondents=self.respondents[kept])

    @property
    def items(self) -> list[str]:
        """The questions."""
        return [str(name) for name in self.answers.columns]

    @property
    def clusters(self) -> pd.Series:
        """Whose answers they are: the customer where known, else the respondent."""
        own = pd.Series(self.answers.index, self.answers.index, dtype=object)
        return self.respondents[CUSTOMER_ID].astype(object).fillna(own)

    def rescaled(self) -> pd.DataFrame:
        """Answers from 0 (least possible) to 100 (most possible)."""
        least, most = self.scales["least"], self.scales["most"]
        return 100 * (self.answers - least) / (most - least)

    def scores(self, constructs: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """The mean of each construct's questions from 0 to 100, where half of them are answered.

        Parameters
        ----------
        constructs
            Questions by construct; see `constructs_in`.
        """
        points = self.rescaled()
        out = {}
        for name, items in constructs.items():
            own = points[list(items)]
            enough = own.notna().sum(axis=1) * 2 >= len(items)
            out[name] = own.mean(axis=1).where(enough)
        return pd.DataFrame(out, index=self.answers.index)


def constructs_in(items: Sequence[str]) -> dict[str, list[str]]:
    """Questions by what they ask about: names that differ in a last number belong together.

    Examples
    --------
    >>> constructs_in(["quality_1", "quality_2", "CUSL1"])
    {'quality': ['quality_1', 'quality_2'], 'CUSL': ['CUSL1']}
    """
    found: dict[str, list[str]] = {}
    for item in items:
        found.setdefault(re.sub(r"_?\d+$", "", item) or item, []).append(item)
    return found


def survey_of(
    company: Company,
    *,
    skip_codes: Sequence[float] = (),
    reversed_items: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    off_scale: str = "missing",
) -> SurveyAnswers:
    """The survey of a company; rows are named as in its source.

    Parameters
    ----------
    company
        With the table surveys.
    skip_codes, reversed_items, scale, off_scale
        See `read_answers`.

    Raises
    ------
    NotAvailableError
        When there is no such table.
    InputError
        See `read_answers`.
    """
    rows = company.table("surveys")
    table = company.tables["surveys"]
    places = table.frame.index.to_numpy()

    def names(found: Sequence[int]) -> list[str]:
        return table.rows_at([int(places[place]) for place in found])

    return read_answers(
        rows,
        skip_codes=skip_codes,
        reversed_items=reversed_items,
        scale=scale,
        off_scale=off_scale,
        rows_at=names,
    )


def read_answers(
    rows: pd.DataFrame,
    *,
    skip_codes: Sequence[float] = (),
    reversed_items: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    off_scale: str = "missing",
    rows_at: RowNames | None = None,
) -> SurveyAnswers:
    """Gather a table with one answer a row.

    Parameters
    ----------
    rows
        ``respondent_id``, ``item``, ``answer``; ``role``, ``customer_id``, ``date`` where they
        are known (nobody with a role is taken for a customer); ``scale_least`` and ``scale_most``
        unless `scale` is given.
    skip_codes
        Numbers that stand for no answer, such as 99; none by default. They are never averaged.
    reversed_items
        Questions in which little is good; their answers are turned round.
    scale
        Least and most possible answer of every question, where the table does not say.
    off_scale
        Answers outside the scale that are no skip code: ``"missing"`` counts them and leaves them
        out, ``"error"`` refuses them.
    rows_at
        Names of rows by position, for messages; by default counted from 1.

    Returns
    -------
    SurveyAnswers

    Raises
    ------
    InputError
        When columns or scales are missing, a question has several scales, a reversed question does
        not exist, or answers are off the scale and the policy is ``"error"``.

    Examples
    --------
    >>> table = pd.DataFrame({"respondent_id": ["a", "b", "c"], "item": "q1", "answer": [5, 9, 99]})
    >>> found = read_answers(table, scale=(1, 7), skip_codes=[99])
    >>> found.ledger[["step", "answers"]].to_numpy().tolist()
    [['read', 3], ['skipped', 1], ['off_scale', 1], ['repeated', 0], ['left', 1]]
    """
    table = _with_scale(rows, scale)
    scales = _scales(table)
    _refuse(table, reversed_items, off_scale)
    answer = table["answer"].astype(np.float64)
    skipped = answer.isin(list(skip_codes))
    off = ~skipped & ((answer < table["scale_least"]) | (answer > table["scale_most"]))
    where = {"skipped": _named(table, skipped, rows_at), "off_scale": _named(table, off, rows_at)}
    if off_scale == "error" and off.any():
        found = f"{int(off.sum()):,} are not: {where['off_scale']}"
        remedy = 'Correct them, declare them in skip_codes, or pass off_scale="missing".'
        raise InputError(Problem("the answers", "must be on their scale", found, remedy))
    kept = table[~skipped & ~off & answer.notna()]
    again = kept.duplicated(["respondent_id", "item"])
    where["repeated"] = _named(kept, again, rows_at)
    kept = kept[~again]
    keyed = kept.set_index(["respondent_id", "item"])["answer"]
    wide = keyed.astype(np.float64).unstack("item")  # noqa: PD010 - nothing is aggregated
    respondents = _respondents(table)
    wide = wide.reindex(index=respondents.index, columns=scales.index)
    for item in reversed_items:
        wide[item] = scales["least"][item] + scales["most"][item] - wide[item]
    counts = (int(answer.notna().sum()), int(skipped.sum()), int(off.sum()), int(again.sum()))
    policies = ("", "declared", off_scale, "first", "")
    ledger = pd.DataFrame(
        {
            "step": list(STEPS),
            "description": list(STEPS.values()),
            "answers": [*counts, len(kept)],
            "where": [where.get(step, "") for step in STEPS],
            "policy": policies,
        }
    )
    return SurveyAnswers(wide.rename_axis(columns=None), respondents, scales, ledger)


def wide_answers(frame: pd.DataFrame, scale: tuple[float, float]) -> SurveyAnswers:
    """A table with one respondent a row and one question a column, all on one scale."""
    long = frame.rename_axis("respondent_id").reset_index()
    long = long.melt("respondent_id", var_name="item", value_name="answer")
    return read_answers(long, scale=scale)


def _with_scale(rows: pd.DataFrame, scale: tuple[float, float] | None) -> pd.DataFrame:
    needed = ["respondent_id", "item", "answer"]
    table = rows.reset_index(drop=True)
    if scale is not None:
        table = table.assign(scale_least=float(scale[0]), scale_most=float(scale[1]))
    lacking = [name for name in (*needed, "scale_least", "scale_most") if name not in table]
    if lacking:
        rule = "must have a question, an answer and its scale"
        remedy = (
            "Say the scale of all questions, as in scale=(1, 7)."
            if "scale_least" in lacking
            else ""
        )
        raise InputError(Problem("the survey", rule, f"it lacks {', '.join(lacking)}", remedy))
    return table


def _scales(table: pd.DataFrame) -> pd.DataFrame:
    found = table[["item", "scale_least", "scale_most"]].drop_duplicates()
    several = sorted(set(found.loc[found.duplicated("item"), "item"]))
    problems = Problems()
    if several:
        found_text = f"{', '.join(several[:3])} {'has' if len(several) == 1 else 'have'} several"
        problems.add("the scale of a question", "must be the same in all rows", found_text)
    bad = found[~(found["scale_most"] > found["scale_least"])]
    if len(bad):
        text = f"not so for {', '.join(bad['item'].astype(str).head(3))}"
        problems.add("the scale of a question", "must go from less to more", text)
    problems.raise_if_any()
    named = found.rename(columns={"scale_least": "least", "scale_most": "most"})
    return named.set_index(named["item"].astype(str).rename("item")).drop(columns="item")


def _refuse(table: pd.DataFrame, reversed_items: Sequence[str], off_scale: str) -> None:
    problems = Problems()
    known = set(table["item"].astype(str))
    strange = [name for name in reversed_items if name not in known]
    if strange:
        rule = "must be questions of the survey"
        problems.add("parameter 'reversed_items'", rule, f"there is no {', '.join(strange)}")
    if off_scale not in POLICIES:
        rule = f"must be one of {', '.join(POLICIES)}"
        problems.add("parameter 'off_scale'", rule, f"got {off_scale!r}")
    problems.raise_if_any()


def _named(table: pd.DataFrame, chosen: pd.Series, rows_at: RowNames | None) -> str:
    places = np.flatnonzero(chosen.to_numpy(dtype=bool))
    positions = [int(place) for place in table.index.to_numpy()[places]]
    if not positions:
        return ""
    rows = rows_at(positions) if rows_at else [str(place + 1) for place in positions]
    return name_rows([row.removeprefix("row ") for row in rows], shown=10)


def _respondents(table: pd.DataFrame) -> pd.DataFrame:
    facts = pd.DataFrame({"respondent_id": table["respondent_id"]})
    facts["role"] = table["role"].fillna(CUSTOMER) if "role" in table else CUSTOMER
    facts[CUSTOMER_ID] = table.get(CUSTOMER_ID, pd.Series(None, table.index, dtype=object))
    facts[DATE] = table.get(DATE, pd.Series(pd.NaT, table.index))
    return facts.groupby("respondent_id", sort=True).first()
