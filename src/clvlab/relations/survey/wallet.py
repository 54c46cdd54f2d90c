"""Whether those who are content buy more of what they need from us: the share of wallet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clvlab.relations.clustered import clustered_mean
from clvlab.relations.survey.answers import SurveyAnswers
from clvlab.relations.survey.later_purchases import BANDS
from clvlab.schema import CUSTOMER_ID

WALLET = "share_of_wallet"


@dataclass(frozen=True, eq=False)
class WalletShares:
    """Share of wallet by what customers answered.

    Attributes
    ----------
    table
        Indexed by ``band`` (thirds of the score): ``customers``, ``score_mean``, ``wallet_share``
        with ``wallet_lower`` and ``wallet_upper``.
    not_known
        Respondents whose share is not on file.
    beyond_limits
        Respondents whose share on file is below 0 or above 1, and who are left out.
    """

    table: pd.DataFrame
    not_known: int
    beyond_limits: int


def share_of_wallet(
    survey: SurveyAnswers, score: pd.Series, customers: pd.DataFrame, *, interval: float = 0.90
) -> WalletShares:
    """Share of their purchases that respondents make with us, by thirds of a score.

    Parameters
    ----------
    survey
        One answer of each customer.
    score
        A number for each respondent, such as satisfaction.
    customers
        ``customer_id`` and ``share_of_wallet``, as a share of 1.
    interval
        Coverage of the limits of the mean.
    """
    known = customers.drop_duplicates(CUSTOMER_ID).set_index(CUSTOMER_ID)[WALLET]
    who = survey.respondents[CUSTOMER_ID]
    share = who.map(known).astype(float)
    wrong = (share < 0) | (share > 1)
    found = pd.DataFrame({"score": score, "share": share.mask(wrong), "who": who}).dropna()
    band = np.minimum(
        (found["score"].rank(method="first") - 1) * len(BANDS) // max(len(found), 1), len(BANDS) - 1
    )
    rows = {}
    for place, name in enumerate(BANDS):
        own = found[band == place]
        mean = clustered_mean(own["share"], own["who"], interval)
        rows[name] = {
            "customers": mean.clusters,
            "score_mean": own["score"].mean(),
            "wallet_share": mean.estimate,
            "wallet_lower": max(mean.lower, 0.0),
            "wallet_upper": min(mean.upper, 1.0),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("band")
    return WalletShares(table, int(share.isna().sum()), int(wrong.sum()))
