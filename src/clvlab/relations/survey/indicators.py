"""Satisfaction and loyalty in figures: indices, top boxes, net promoters, each with limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.relations.clustered import Clustered, clustered_mean, clustered_share
from clvlab.relations.survey.answers import SurveyAnswers
from clvlab.schema import DATE

PROMOTERS_FROM, DETRACTORS_TO = 9.0, 6.0
"""The cuts of the net promoter score (Reichheld 2003), for a question from 0 to 10."""


def latest_of_each(survey: SurveyAnswers) -> SurveyAnswers:
    """The last survey that each customer, or other respondent, took part in."""
    order = pd.DataFrame({"who": survey.clusters, "when": survey.respondents[DATE]})
    last = order.sort_values("when", kind="stable", na_position="first").groupby("who").tail(1)
    return survey.where(pd.Series(survey.answers.index.isin(last.index), survey.answers.index))


def index_scores(
    scores: pd.DataFrame, clusters: pd.Series, *, interval: float = 0.90
) -> pd.DataFrame:
    """The mean of each construct from 0 to 100: the satisfaction index, the loyalty index.

    Parameters
    ----------
    scores
        `SurveyAnswers.scores`.
    clusters
        Whose answers they are, same index.
    interval
        Coverage of the limits.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``construct``: ``respondents``, ``index_score``, ``index_lower``,
        ``index_upper``.
    """
    rows = {}
    for name in scores.columns:
        own = scores[name].dropna()
        found = clustered_mean(own, clusters[own.index], interval)
        rows[str(name)] = _row(found, "index", "index_score")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("construct")


def top_boxes(survey: SurveyAnswers, *, boxes: int = 2, interval: float = 0.90) -> pd.DataFrame:
    """Share of answers among the highest points of each question's scale.

    Parameters
    ----------
    survey
        Answers on scales of whole points.
    boxes
        How many of the highest points count: 2 for the top-two box.
    interval
        Coverage of Wilson's limits, for the number of independent customers.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``item``: ``respondents``, ``top_box``, ``top_lower``, ``top_upper``.

    Raises
    ------
    InputError
        When there are not more points than boxes.
    """
    points = survey.scales["most"] - survey.scales["least"] + 1
    if boxes < 1 or not (points > boxes).all():
        rule = "must be at least 1 and less than the points of every scale"
        raise InputError(Problem("parameter 'boxes'", rule, f"got {boxes}"))
    rows = {}
    for item in survey.items:
        own = survey.answers[item].dropna()
        high = own > survey.scales["most"][item] - boxes
        found = clustered_share(high, survey.clusters[own.index], interval)
        rows[item] = _row(found, "top", "top_box")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")


def net_promoters(
    answers: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    *,
    promoters_from: float = PROMOTERS_FROM,
    detractors_to: float = DETRACTORS_TO,
    interval: float = 0.90,
) -> Clustered:
    """Percent of promoters less percent of detractors, from -100 to 100 (Reichheld 2003).

    Parameters
    ----------
    answers
        How likely somebody is to recommend us, from 0 to 10; other scales need their own cuts.
    clusters
        Whose answers they are; by default all are of different customers.
    promoters_from, detractors_to
        Lowest answer of a promoter and highest of a detractor.
    interval
        Coverage.

    Raises
    ------
    InputError
        When somebody would be both.

    Examples
    --------
    >>> round(net_promoters([10, 9, 8, 3]).estimate, 6)
    25.0
    """
    if detractors_to >= promoters_from:
        rule = "must be below the lowest answer of a promoter"
        got = f"got {detractors_to:g} and {promoters_from:g}"
        raise InputError(Problem("parameter 'detractors_to'", rule, got))
    x = np.asarray(answers, dtype=np.float64)
    sign = 100.0 * ((x >= promoters_from).astype(float) - (x <= detractors_to))
    found = clustered_mean(sign, np.arange(len(x)) if clusters is None else clusters, interval)
    return Clustered(
        found.estimate,
        max(found.lower, -100.0),
        min(found.upper, 100.0),
        found.standard_error,
        found.rows,
        found.clusters,
    )


def promoters_of(
    survey: SurveyAnswers,
    item: str | None,
    *,
    cuts: tuple[float, float] | None = None,
    interval: float = 0.90,
) -> Clustered | str:
    """The net promoter score of a question, or why there is none as a sentence for a page.

    Parameters
    ----------
    survey
        The answers.
    item
        The question whether they would recommend us; None where nobody asked.
    cuts
        Highest answer of a detractor and lowest of a promoter; by default 6 and 9, which only
        questions up to 10 have.
    interval
        Coverage.
    """
    if item is None or item not in survey.items:
        named = "a question whether they would recommend us" if item is None else f"question {item}"
        return f"not available: needs {named}"
    most = float(survey.scales["most"][item])
    if cuts is None and most != 10:
        return f"not available: needs a question up to 10; {item} goes up to {most:g}"
    low, high = cuts or (DETRACTORS_TO, PROMOTERS_FROM)
    own = survey.answers[item].dropna()
    return net_promoters(
        own,
        survey.clusters[own.index],
        promoters_from=high,
        detractors_to=low,
        interval=interval,
    )


def waves_of(survey: SurveyAnswers, apart: int = 60) -> pd.Series:
    """The first day of the survey wave that each answer belongs to.

    Parameters
    ----------
    survey
        The answers.
    apart
        Days without any answer that end a wave.

    Returns
    -------
    pandas.Series
        Named ``wave``, indexed like the respondents; missing where the date is.
    """
    when = survey.respondents[DATE]
    days = pd.DatetimeIndex(sorted(when.dropna().unique()))
    if not len(days):
        return pd.Series(pd.NaT, when.index, name="wave")
    begins = days[np.r_[True, np.diff(days.to_numpy()) > np.timedelta64(apart, "D")]]
    place = begins.searchsorted(pd.DatetimeIndex(when), side="right") - 1
    found = pd.Series(begins[np.maximum(place, 0)], when.index, name="wave")
    return found.where(when.notna())


def trend(
    survey: SurveyAnswers,
    constructs: dict[str, list[str]],
    names: Sequence[str],
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """Index scores wave by wave.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``wave`` and ``construct``: the columns of `index_scores`.
    """
    waves = waves_of(survey)
    parts = {}
    for wave in sorted(waves.dropna().unique()):
        part = survey.where(waves == wave)
        scores = part.scores({name: constructs[name] for name in names})
        parts[wave] = index_scores(scores, part.clusters, interval=interval)
    return pd.concat(parts, names=["wave"]) if parts else pd.DataFrame()


def _row(found: Clustered, prefix: str, name: str) -> dict[str, float]:
    return {
        "respondents": found.rows,
        name: found.estimate,
        f"{prefix}_lower": found.lower,
        f"{prefix}_upper": found.upper,
    }
