"""Who answered, of all who could have: response against the base, and what it may distort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import chi2_contingency

from clvlab.churn.logistic_fit import fit_logistic
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations.clustered import clustered_mean
from clvlab.relations.survey.answers import SurveyAnswers
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE

LEAST_CHANCE = 0.05
"""Chances to answer below this count as this, so that no answer outweighs twenty."""
THIRDS = ("lowest third", "middle third", "highest third")
WORDS = {"silence_days": "days of silence"}


@dataclass(frozen=True, eq=False)
class Response:
    """Response to a survey, against the customers who could have answered.

    Attributes
    ----------
    base
        Indexed by ``customer_id``: ``responded``; ``amount``, ``purchases`` and ``silence_days``
        of the days before the survey; the groups asked about.
    outside
        Respondents who are customers but did not buy in those days, so are not in the base.
    """

    base: pd.DataFrame
    outside: int

    def describe(self, interval: float = 0.90) -> dict[str, float]:
        """``customers`` in the base, ``responded``, ``rate`` with ``lower`` and ``upper``."""
        n, k = len(self.base), int(self.base["responded"].sum())
        lower, upper = wilson_limits(k, n, interval)
        rate = k / n if n else np.nan
        return {
            "customers": n,
            "responded": k,
            "rate": rate,
            "lower": float(lower),
            "upper": float(upper),
        }

    def by_group(self, *, interval: float = 0.90) -> pd.DataFrame:
        """Response of each group of the base.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``characteristic`` and ``group``, in words: ``customers``, ``responded``,
            ``response_rate`` with ``response_lower`` and ``response_upper`` (Wilson),
            ``share_base``, ``share_answers``, and ``p_value`` of the chi-square test that all
            groups of the characteristic answer alike.
        """
        rows = []
        for name, labels in self._groups().items():
            counts = pd.crosstab(labels, self.base["responded"]).reindex(
                columns=[False, True], fill_value=0
            )
            enough = len(counts) > 1 and (counts.sum() > 0).all()
            p_value = float(chi2_contingency(counts).pvalue) if enough else np.nan
            n, k = counts.sum(axis=1), counts[True]
            lower, upper = wilson_limits(k, n, interval)
            part = pd.DataFrame({"customers": n, "responded": k, "response_rate": k / n})
            part["response_lower"], part["response_upper"] = lower, upper
            part["share_base"] = n / n.sum()
            part["share_answers"] = k / max(int(k.sum()), 1)
            part["p_value"] = p_value
            part.index = part.index.astype(str).str.replace("_", " ")
            said = WORDS.get(name, name.replace("_", " "))
            rows.append(pd.concat({said: part}, names=["characteristic", "group"]))
        return pd.concat(rows)

    def weights(self) -> pd.Series:
        """How many customers each respondent stands for, by what is known of everybody.

        One over the chance to answer, by logistic regression on the logarithms of amount,
        purchases and days of silence and on the groups (Little 1986); the mean weight is 1.
        """
        base = self.base
        y = base["responded"].to_numpy(np.float64)
        x = [np.log1p(base[name].clip(lower=0)) for name in ("amount", "purchases", "silence_days")]
        for name in self._labels():
            dummies = pd.get_dummies(base[name].fillna("not known").astype(str), dtype=float)
            x += [dummies[column] for column in dummies.columns[1:]]
        columns = np.column_stack(x)
        spread = columns.std(axis=0)
        columns = (columns - columns.mean(axis=0))[:, spread > 0] / spread[spread > 0]
        design = np.column_stack([np.ones(len(base)), columns])
        if y.min() == y.max():
            chance = np.full(len(y), y.mean())
        else:
            chance = expit(design @ fit_logistic(design, y).estimates)
        inverse = pd.Series(1 / np.maximum(chance, LEAST_CHANCE), base.index)[base["responded"]]
        return (inverse / inverse.mean()).rename("weight")

    def weighted(
        self, survey: SurveyAnswers, scores: pd.DataFrame, *, interval: float = 0.90
    ) -> pd.DataFrame:
        """Means of scores as they are and weighted to the base.

        Parameters
        ----------
        survey
            Answers of one survey, one per customer.
        scores
            `SurveyAnswers.scores` of them.
        interval
            Coverage of the limits of the weighted mean.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``construct``: ``as_answered``, ``weighted``, ``weighted_lower``,
            ``weighted_upper`` and ``shift``.
        """
        weight = survey.respondents[CUSTOMER_ID].map(self.weights())
        rows = {}
        for name in scores.columns:
            own = scores[name].notna() & weight.notna()
            x, w = scores.loc[own, name], weight[own].astype(float)
            mean = float((w * x).sum() / w.sum()) if len(x) else np.nan
            # Linearization of the ratio of two sums.
            part = clustered_mean(w * (x - mean) / w.mean(), survey.clusters[own], interval)
            rows[str(name)] = {
                "as_answered": float(x.mean()),
                "weighted": mean,
                "weighted_lower": mean + part.lower,
                "weighted_upper": mean + part.upper,
                "shift": mean - float(x.mean()),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("construct")

    def _labels(self) -> list[str]:
        known = {"responded", "amount", "purchases", "silence_days"}
        return [str(name) for name in self.base if name not in known]

    def _groups(self) -> dict[str, pd.Series]:
        groups = {name: self.base[name].dropna() for name in self._labels()}
        if len(self.base) >= len(THIRDS):
            for name in ("amount", "silence_days"):
                rank = self.base[name].rank(method="first")
                groups[name] = pd.cut(rank, len(THIRDS), labels=list(THIRDS)).astype(str)
        return groups


def response_of(
    survey: SurveyAnswers,
    log: TransactionLog,
    customers: pd.DataFrame | None,
    *,
    first_day: date,
    base_days: int,
    groups: tuple[str, ...] = ("industry", "region", "customer_type"),
) -> Response:
    """Who answered one survey, of the customers who had bought not long before it.

    Who was invited is in no table, so the base are the customers with a purchase within
    `base_days` before the survey.

    Parameters
    ----------
    survey
        Answers of customers to one survey.
    log
        The purchases.
    customers
        What is known of the customers, with ``customer_id``; None where nothing is.
    first_day
        First day of the survey; what counts was bought before it.
    base_days
        How many days before.
    groups
        Columns of `customers` to compare, as far as they exist.

    Raises
    ------
    InputError
        When nobody bought in those days.
    """
    start = pd.Timestamp(first_day)
    rows = log.table[log.table[DATE] < start]
    rows = rows[rows[DATE] >= start - pd.Timedelta(days=base_days)]
    if not len(rows):
        found = f"nobody did in the {base_days:,} days before {first_day}"
        raise InputError(Problem("the base of the survey", "must hold customers who bought", found))
    answered = set(survey.respondents[CUSTOMER_ID].dropna())
    grouped = rows.groupby(CUSTOMER_ID)[DATE]
    base = pd.DataFrame(
        {
            "amount": sum_by(rows[AMOUNT], rows[CUSTOMER_ID]),
            "purchases": grouped.size(),
            "silence_days": (start - grouped.max()).dt.days,
        }
    )
    base.insert(0, "responded", base.index.isin(list(answered)))
    if customers is not None:
        known = customers.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID)
        base = base.join(known[[name for name in groups if name in known]])
    return Response(base.rename_axis(CUSTOMER_ID), len(answered - set(base.index)))
