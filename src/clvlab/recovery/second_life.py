"""What a regained customer is worth: the second lifetime value, discounted to the offer.

A second life begins with the first purchase after a silence that counted as a loss. Models of
purchases take a customer who returns for one who never left, so the first life's fit can't say
what comes; here the lives that did begin again are fitted as lives of their own. What was seen
within a window and what is extrapolated beyond it stay apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clvlab.clock import Horizon, days_since, log_discount_per_day
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.lifecycle import markov_value, recency_chain
from clvlab.models import FittedStudy, customer_lifetime_value, fit_study
from clvlab.recovery.losses import whole_days
from clvlab.schema import AMOUNT, CUSTOMER_ID, DATE
from clvlab.summary import CustomerSummary, summarize

FEWEST_SECOND_LIVES = 50
"""Fewer second lives say nothing about how they go on."""
FEWEST_AT_AN_AGE = 30
SHARE_AT_AN_AGE = 0.04
"""A curve ends where fewer lives, or a smaller share of them, were followed: they would bend it."""


def second_lives(log: TransactionLog, *, silent: str) -> pd.DataFrame:
    """Every return after a silence in a log.

    Parameters
    ----------
    log
        Purchases.
    silent
        A gap of so long or longer is a loss, and the purchase after it begins a second life. A
        customer who was lost several times counts with the first return.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``returned_on``, ``silent_days`` before it.
    """
    days = whole_days(silent, "silent")
    table = log.table[[CUSTOMER_ID, DATE]].sort_values([CUSTOMER_ID, DATE], kind="stable")
    gap = table.groupby(CUSTOMER_ID)[DATE].diff().dt.days
    back = table.assign(silent_days=gap)[gap >= days].drop_duplicates(CUSTOMER_ID)
    lives: pd.DataFrame = back.set_index(CUSTOMER_ID).rename(columns={DATE: "returned_on"})
    return lives


def second_life_log(log: TransactionLog, lives: pd.DataFrame) -> TransactionLog:
    """The purchases of second lives alone, each beginning with the return."""
    began = log.table[CUSTOMER_ID].map(lives["returned_on"])
    rows = log.table[log.table[DATE] >= began].reset_index(drop=True)
    return replace(log, table=rows, name=f"{log.name}, second lives")


@dataclass(frozen=True, eq=False)
class SecondLives:
    """Second lives of a log and what was learned from them.

    Attributes
    ----------
    lives
        `second_lives`.
    log
        Their purchases.
    summary
        Their customers, each with the return as first purchase.
    study
        Models that were fitted to them.
    """

    lives: pd.DataFrame
    log: TransactionLog
    summary: CustomerSummary
    study: FittedStudy

    @classmethod
    def of(
        cls, log: TransactionLog, *, silent: str, model: str = "bg-nbd", n_draws: int, seed: int
    ) -> SecondLives:
        """Find second lives in a log and fit models to them.

        Raises
        ------
        InputError
            When there are too few to learn from.
        """
        lives = second_lives(log, silent=silent)
        if len(lives) < FEWEST_SECOND_LIVES:
            raise InputError(
                Problem(
                    "the log",
                    f"must hold {FEWEST_SECOND_LIVES} second lives or more to learn from",
                    f"{len(lives)} customers bought again after a silence of {silent}",
                    "State the second lifetime value as an assumption instead.",
                )
            )
        again = second_life_log(log, lives)
        last = log.table[DATE].max().date()
        summary = summarize(again, calibration_end=last, observed_until=last, unit="week")
        study = fit_study(summary, model, n_draws=n_draws, seed=seed)
        return cls(lives, again, summary, study)

    def value(
        self,
        *,
        horizon: Horizon,
        margin_rate: float,
        annual_discount_rate: float,
        interval: float,
    ) -> pd.Series:
        """Second lifetime value of somebody who returns, at the return.

        Returns
        -------
        pandas.Series
            ``estimate``, ``credible_lower``, ``credible_upper``: the margin of the returning
            purchase and of those that follow within `horizon`, discounted to the return.
        """
        table = self.study.new_customer(
            horizon=horizon,
            margin_rate=margin_rate,
            annual_discount_rate=annual_discount_rate,
            interval=interval,
        )
        return table.T["value"]

    def curve(self, *, step: str, margin_rate: float) -> pd.DataFrame:
        """Mean cumulative margin of a second life by its age, as it was seen.

        Each age counts only lives that were followed for so long, so that young ones are never
        taken for short ones.

        Returns
        -------
        pandas.DataFrame
            ``age_days`` (0 is the day of the return), ``customers`` followed, ``margin``.
        """
        days = whole_days(step, "step")
        last = self.log.table[DATE].max()
        followed = -days_since(self.lives["returned_on"], last)
        began = self.log.table[CUSTOMER_ID].map(self.lives["returned_on"])
        age = (self.log.table[DATE] - began).dt.days
        seen = self.log.table[CUSTOMER_ID].map(followed)
        rows = []
        for end in range(0, int(followed.max()) + 1, days):
            known = int((followed >= end).sum())
            if known < max(FEWEST_AT_AN_AGE, SHARE_AT_AN_AGE * len(followed)):
                break
            inside = (age <= end) & (seen >= end)
            spent = float(self.log.table.loc[inside, AMOUNT].sum())
            rows.append((end, known, margin_rate * spent / known))
        return pd.DataFrame(rows, columns=["age_days", "customers", "margin"])


def second_life_values(
    lives: SecondLives,
    returns: pd.DataFrame,
    log: TransactionLog,
    *,
    offered_on: pd.Timestamp,
    horizon: Horizon,
    margin_rate: float,
    annual_discount_rate: float,
) -> pd.DataFrame:
    """Second life of each customer after an offer: what was seen, and what is expected beyond.

    Parameters
    ----------
    lives
        `SecondLives` of a log that ends with the window.
    returns
        `returns_after`, whose window ends with the log.
    log
        Purchases.
    offered_on
        Day of the offer, which everything is discounted to.
    horizon
        How far beyond the window is extrapolated.
    margin_rate, annual_discount_rate
        Share of an amount that is earned; effective rate a year.

    Returns
    -------
    pandas.DataFrame
        Indexed like `returns`: ``observed`` (margin within the window), ``extrapolated`` (expected
        margin within `horizon` after it, by the customer's own second history) and ``value``,
        their sum; zero for those who did not return.
    """
    rate = log_discount_per_day(annual_discount_rate)
    table = log.table[log.table[DATE] > offered_on]
    table = table[returns.index.get_indexer(pd.Index(table[CUSTOMER_ID])) >= 0]
    weight = np.exp(-rate * days_since(table[DATE], offered_on))
    margin = (margin_rate * table[AMOUNT] * weight).groupby(table[CUSTOMER_ID]).sum()
    out = pd.DataFrame({"observed": margin.reindex(returns.index, fill_value=0.0)})
    ahead = customer_lifetime_value(
        lives.summary,
        lives.study.model,
        lives.study.spend,
        horizon=horizon,
        margin_rate=margin_rate,
        annual_discount_rate=annual_discount_rate,
    )
    waited = (log.table[DATE].max() - offered_on).days
    beyond = ahead.reindex(returns.index).where(returns["returned"] == 1, 0.0)
    out["extrapolated"] = beyond.fillna(float(ahead.mean())) * np.exp(-rate * waited)
    out["value"] = out["observed"] + out["extrapolated"]
    return out


def markov_second_life(
    lives: SecondLives, *, step: str, margin_rate: float, step_discount_rate: float, states: int
) -> float:
    """Second lifetime value by states: periods since the last purchase, without a model's shape.

    Parameters
    ----------
    lives
        Second lives.
    step
        Length of a period.
    margin_rate
        Share of an amount that is earned.
    step_discount_rate
        Effective rate of one period.
    states
        Periods since the last purchase that are told apart; whoever is silent for longer is
        taken for lost for good.

    Returns
    -------
    float
        Value of the state right after the return, the returning purchase included (P. E. Pfeifer
        and R. L. Carraway, 2000, eq. 5).
    """
    days = whole_days(step, "step")
    rows = lives.log.table
    began = rows[CUSTOMER_ID].map(lives.lives["returned_on"])
    period = ((rows[DATE] - began).dt.days // days).to_numpy()
    last = rows[DATE].max()
    followed = (-days_since(lives.lives["returned_on"], last) + 1) // days
    bought = pd.crosstab(rows[CUSTOMER_ID], period) > 0
    chances, spent = np.zeros(states), float(rows[AMOUNT].sum())
    seen, again = np.zeros(states), np.zeros(states)
    full = bought.reindex(columns=range(int(followed.max()) + 1), fill_value=False)
    matrix = full.to_numpy()
    until = followed.reindex(full.index).to_numpy()
    silent = np.zeros(len(matrix), dtype=np.int64)
    for place in range(1, matrix.shape[1]):
        watched = (until > place) & (silent < states)
        np.add.at(seen, silent[watched], 1)
        np.add.at(again, silent[watched & matrix[:, place]], 1)
        silent = np.where(matrix[:, place], 0, silent + 1)
    np.divide(again, seen, out=chances, where=seen > 0)
    contribution = margin_rate * spent / float(matrix.sum())
    P, R = recency_chain(chances.tolist(), contribution=contribution, contact_cost=0.0)
    return float(markov_value(P, R, discount_rate=step_discount_rate)[0])


def expected_second_lifetime_value(
    probability_of_return: pd.Series, value_at_return: float | pd.Series, *, wait_factor: float
) -> pd.Series:
    """Worth of a lost customer: chance of a return, times value at it, discounted to the offer.

    Examples
    --------
    >>> expected_second_lifetime_value(pd.Series([0.1]), 40.0, wait_factor=0.98).tolist()
    [3.92]
    """
    return probability_of_return * value_at_return * wait_factor
