"""Whether those who were content bought more afterwards, where answers and purchases match."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from clvlab.churn.logistic_fit import fit_logistic
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations.survey.answers import SurveyAnswers
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

BANDS = ("lowest third", "middle third", "highest third")


def later_purchases(
    survey: SurveyAnswers,
    score: pd.Series,
    log: TransactionLog,
    *,
    days: int,
    last_day: pd.Timestamp,
) -> pd.DataFrame:
    """What each respondent bought after answering.

    Parameters
    ----------
    survey
        Answers of customers.
    score
        One number for each respondent, such as satisfaction.
    log
        The purchases.
    days
        How long everybody is watched, from the day after the answer.
    last_day
        Last day that was seen; who answered later than `days` before it is left out, since the
        days after are not known.

    Returns
    -------
    pandas.DataFrame
        Indexed like the respondents that are left: ``customer_id``, ``score``, ``bought`` (at
        least once), ``orders`` and ``amount`` in those days, ``orders_before`` in as many days up
        to the answer.
    """
    who = survey.respondents[[CUSTOMER_ID, DATE]].assign(score=score).dropna()
    who = who[who[DATE] + pd.Timedelta(days=days) <= last_day]
    keyed = who.rename(columns={DATE: "answered_on"}).rename_axis("respondent_id").reset_index()
    rows = keyed.merge(log.table[[CUSTOMER_ID, DATE, AMOUNT]], on=CUSTOMER_ID)
    apart = (rows[DATE] - rows["answered_on"]).dt.days
    after, before = rows[apart.between(1, days)], rows[apart.between(1 - days, 0)]
    out = who[[CUSTOMER_ID, "score"]].copy()
    counts = after.groupby("respondent_id").size().reindex(out.index)
    out["orders"] = counts.fillna(0).astype(int)
    out["bought"] = out["orders"] > 0
    paid = sum_by(after[AMOUNT], after["respondent_id"]).reindex(out.index)
    out["amount"] = paid.fillna(0.0)
    earlier = before.groupby("respondent_id").size().reindex(out.index)
    out["orders_before"] = earlier.fillna(0).astype(int)
    return out


def later_by_score(found: pd.DataFrame, *, interval: float = 0.90) -> pd.DataFrame:
    """Later purchases by thirds of the score.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``band``: ``customers``, ``score_mean``, ``bought_share`` with ``bought_lower``
        and ``bought_upper`` (Wilson), ``orders_each``, ``amount_each``.
    """
    rank = found["score"].rank(method="first")
    band = pd.cut(rank, len(BANDS), labels=list(BANDS))
    grouped = found.groupby(band, observed=False)
    out = pd.DataFrame({"customers": grouped.size(), "score_mean": grouped["score"].mean()})
    bought = grouped["bought"].sum()
    out["bought_share"] = bought / out["customers"].where(out["customers"] > 0)
    out["bought_lower"], out["bought_upper"] = wilson_limits(bought, out["customers"], interval)
    out["orders_each"] = grouped["orders"].mean()
    out["amount_each"] = grouped["amount"].mean()
    return out.rename_axis("band")


def odds_of_buying(found: pd.DataFrame, *, interval: float = 0.90) -> dict[str, float]:
    """How the odds of a later purchase go with ten points more of the score.

    By logistic regression on the score, alone and beside the logarithm of the orders before.

    Parameters
    ----------
    found
        `later_purchases`, one row per customer.

    Returns
    -------
    dict
        ``customers``; ``odds_factor`` with ``odds_lower`` and ``odds_upper``; the same as
        ``held_factor``, ``held_lower``, ``held_upper`` at equal orders before.

    Raises
    ------
    InputError
        When everybody bought, or nobody, or there are fewer than 20.
    """
    y = found["bought"].to_numpy(np.float64)
    if len(y) < 20 or y.min() == y.max():
        text = f"{int(y.sum()):,} of {len(y):,} bought"
        raise InputError(Problem("the later purchases", "must differ among 20 or more", text))
    ten = (found["score"].to_numpy(np.float64) - found["score"].mean()) / 10
    before = np.log1p(found["orders_before"].to_numpy(np.float64))
    z = float(ndtri(0.5 + interval / 2))
    out: dict[str, float] = {"customers": len(y)}
    for name, columns in {"odds": [ten], "held": [ten, before]}.items():
        fit = fit_logistic(np.column_stack([np.ones(len(y)), *columns]), y)
        slope, error = float(fit.estimates[1]), float(fit.standard_errors[1])
        out[f"{name}_factor"] = float(np.exp(slope))
        out[f"{name}_lower"] = float(np.exp(slope - z * error))
        out[f"{name}_upper"] = float(np.exp(slope + z * error))
    return out
