"""Whether questions that are meant to ask the same do: Cronbach's alpha and what each adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import fdtri

from clvlab.errors import InputError, Problem

Array = npt.NDArray[np.float64]


def cronbach_alpha(answers: npt.ArrayLike, *, standardized: bool = False) -> float:
    r"""Cronbach's alpha (1951) of questions answered by the same people.

    .. math:: \alpha = \frac{k}{k-1}\Bigl(1 - \frac{\sum_i \sigma_i^2}{\sigma_{total}^2}\Bigr)
              \qquad \alpha_{std} = \frac{k \bar r}{1 + (k - 1) \bar r}

    Parameters
    ----------
    answers
        Complete answers, (respondents, k); k and the respondents at least 2.
    standardized
        The second formula, from the mean correlation of the questions.

    Returns
    -------
    float
        At most 1; missing where the questions do not vary.

    Raises
    ------
    InputError
        For fewer than two questions or respondents, or missing answers.

    Examples
    --------
    >>> round(cronbach_alpha([[1, 2], [2, 2], [3, 5], [4, 5]]), 4)
    0.9231
    """
    x = np.asarray(answers, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        rule = "must be complete, of two questions and two respondents at least"
        raise InputError(Problem("the answers", rule, f"got a table of shape {x.shape}"))
    k = x.shape[1]
    if standardized:
        spread = x.std(axis=0, ddof=1)
        if not (spread > 0).all():
            return float("nan")
        mean = (np.corrcoef(x, rowvar=False).sum() - k) / (k * (k - 1))
        return float(k * mean / (1 + (k - 1) * mean))
    total = float(x.sum(axis=1).var(ddof=1))
    return float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / total)) if total else float("nan")


def alpha_limits(
    alpha: float, respondents: int, items: int, interval: float
) -> tuple[float, float]:
    r"""Limits of alpha: :math:`(1 - \alpha) / (1 - \hat\alpha)` has an F distribution (Feldt 1965).

    Its degrees of freedom are n - 1 and (n - 1)(k - 1), for normal answers.
    """
    freedom = respondents - 1, (respondents - 1) * (items - 1)
    tail = (1 - interval) / 2
    lower, upper = (1 - (1 - alpha) * fdtri(*freedom, level) for level in (1 - tail, tail))
    return float(lower), float(upper)


def reliability(
    answers: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, interval: float = 0.90
) -> pd.DataFrame:
    """Alpha of every construct, from those who answered all of its questions.

    Parameters
    ----------
    answers
        One row a respondent, one column a question.
    constructs
        Questions by construct.
    interval
        Coverage of the limits of the raw alpha.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``construct``: ``items``, ``respondents``, ``alpha`` with ``alpha_lower`` and
        ``alpha_upper``, ``alpha_standardized``; missing for a single question, or fewer than
        three respondents.
    """
    rows = {}
    for name, items in constructs.items():
        own = answers[list(items)].dropna()
        row: dict[str, float] = {"items": len(items), "respondents": len(own)}
        if len(items) > 1 and len(own) > 2:
            alpha = cronbach_alpha(own)
            limits = alpha_limits(alpha, len(own), len(items), interval)
            row |= {"alpha": alpha, "alpha_lower": limits[0], "alpha_upper": limits[1]}
            row["alpha_standardized"] = cronbach_alpha(own, standardized=True)
        rows[name] = row
    columns = ["items", "respondents", "alpha", "alpha_lower", "alpha_upper", "alpha_standardized"]
    return (
        pd.DataFrame.from_dict(rows, orient="index")
        .reindex(columns=columns)
        .rename_axis("construct")
    )


def item_total(answers: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """What each question has to do with the others of its construct.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``construct`` and ``item``: ``mean``, ``spread`` (standard deviation),
        ``item_total`` (correlation with the sum of the other questions) and ``alpha_without``
        (alpha of the others; missing where fewer than two are left). Constructs with one question
        are left out.
    """
    rows = []
    for name, items in constructs.items():
        own = answers[list(items)].dropna()
        if len(items) < 2 or len(own) < 3:
            continue
        for item in items:
            others = own.drop(columns=item)
            rest = others.sum(axis=1)
            varies = own[item].std() > 0 and rest.std() > 0
            rows.append(
                {
                    "construct": name,
                    "item": item,
                    "mean": own[item].mean(),
                    "spread": own[item].std(),
                    "item_total": own[item].corr(rest) if varies else np.nan,
                    "alpha_without": cronbach_alpha(others) if others.shape[1] > 1 else np.nan,
                }
            )
    columns = ["construct", "item", "mean", "spread", "item_total", "alpha_without"]
    return pd.DataFrame(rows, columns=columns).set_index(["construct", "item"])
