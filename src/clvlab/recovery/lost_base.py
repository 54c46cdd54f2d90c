"""The analysis step in one place: who is lost, what each was and is worth, who comes back alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clvlab.clock import Horizon
from clvlab.data.exact_money import sum_by
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem
from clvlab.models import BetaGeoModel, GammaGammaModel, customer_lifetime_value
from clvlab.recovery.losses import lost_by_silence, standing, whole_days
from clvlab.recovery.reasons import UNKNOWN, read_reasons, with_reasons
from clvlab.recovery.regained import expected_return, lapse_groups, natural_return, returns_after
from clvlab.recovery.second_life import SecondLives, second_life_values
from clvlab.recovery.valuation import abc_class, compare_valuations
from clvlab.schema import CUSTOMER_ID, DATE
from clvlab.summary import summarize

VALUATIONS = ("amount", "margin", "lifetime")


@dataclass(frozen=True, eq=False)
class LostBase:
    """Lost customers as of an offer, and what they did in the window after it.

    Attributes
    ----------
    lost
        Indexed by ``customer_id``: the columns of `lost_by_silence`, ``margin`` (earned so far),
        ``lifetime`` (expected profit of the first life's model from here on), ``class`` (ABC by
        ``lifetime``), ``repeated`` (whether they had ever bought again), ``lapse`` (how long they
        have been silent, in words), ``expected`` (chance of a purchase in the window by that
        model); then those of `returns_after` without their amount, and ``observed``,
        ``extrapolated`` and ``value`` of the second life.
    lives
        Second lives of the whole log.
    offered_on
        Last day that was known when the offer was made (inclusive).
    spent
        What they spent in the window.
    """

    lost: pd.DataFrame
    lives: SecondLives
    offered_on: date
    spent: pd.Series

    @classmethod
    def of(
        cls,
        log: TransactionLog,
        *,
        silent: str,
        window: str,
        least_rate: float,
        horizon: Horizon,
        margin_rate: float,
        annual_discount_rate: float,
        n_draws: int,
        seed: int,
        offered_on: date | None = None,
        members: pd.Index | None = None,
    ) -> LostBase:
        """Analyse the losses of a log.

        Parameters
        ----------
        log
            Purchases.
        silent, window, least_rate
            As in `lost_by_silence` and `returns_after`.
        horizon
            How far beyond the window second lives are extrapolated.
        margin_rate, annual_discount_rate
            Share of an amount that is earned, where the log has no margins; effective rate a year.
        n_draws, seed
            Draws of the second lives' models.
        offered_on
            Day of the offer; purchases after its window are not looked at. By default the window
            is the last of the log.
        members
            Who counts as lost, as in a recorded campaign; by default whoever was silent.

        Raises
        ------
        InputError
            When nobody is lost, nobody came back to learn from, or a member had never bought.
        """
        days = timedelta(days=whole_days(window, "window"))
        if offered_on is None:
            offered_on = log.table[DATE].max().date() - days
        else:
            log = _cut(log, offered_on + days)
        if members is None:
            lost = lost_by_silence(log, as_of=offered_on, silent=silent)
        else:
            lost = _members(log, offered_on, members)
        if not len(lost):
            rule = "must have lost customers to win back"
            found = f"nobody was silent for {silent} as of {offered_on}"
            raise InputError(Problem("the log", rule, found))
        summary = summarize(log, calibration_end=offered_on, unit="week")
        model, spend = BetaGeoModel().fit(summary), GammaGammaModel().fit(summary)
        lifetime = customer_lifetime_value(
            summary,
            model,
            spend,
            horizon=horizon,
            margin_rate=margin_rate,
            annual_discount_rate=annual_discount_rate,
        )
        lost["margin"] = _earned(log, lost, offered_on, margin_rate)
        lost["lifetime"] = lifetime.reindex(lost.index)
        lost["class"] = abc_class(lost["lifetime"])
        bought = {True: "bought repeatedly", False: "bought once"}
        lost["repeated"] = (lost["purchases"] > 1).map(bought)
        lost["lapse"] = lapse_groups(lost)
        lost["expected"] = expected_return(summary, model, lost, window=window)
        returns = returns_after(
            log, lost, offered_on=offered_on, window=window, least_rate=least_rate
        )
        lives = SecondLives.of(log, silent=silent, n_draws=n_draws, seed=seed)
        values = second_life_values(
            lives,
            returns,
            log,
            offered_on=pd.Timestamp(offered_on),
            horizon=horizon,
            margin_rate=margin_rate,
            annual_discount_rate=annual_discount_rate,
        )
        spent = returns["amount"].rename("spent")
        table = lost.join(returns.drop(columns="amount")).join(values)
        return cls(table, lives, offered_on, spent)

    def among(self, customers: pd.Index) -> LostBase:
        """The same of some of the customers, such as those whom nobody asked back."""
        return replace(self, lost=self.lost.loc[customers], spent=self.spent.loc[customers])

    def natural(self, *, interval: float) -> pd.DataFrame:
        """Natural return by purchases before and by length of silence; see `natural_return`."""
        parts = []
        for by in ("repeated", "lapse"):
            table = natural_return(
                self.lost,
                self.lost.assign(amount=self.spent),
                self.lost[by],
                interval=interval,
                expected=self.lost["expected"],
            )
            order = self.lost["silent_days"].groupby(self.lost[by]).mean().sort_values()
            parts.append(table.loc[[*order.index, *(["all"] if by == "lapse" else [])]])
        return pd.concat(parts)

    def agreement(self) -> pd.DataFrame:
        """How far the three valuations agree; see `compare_valuations`."""
        return compare_valuations(self.lost[list(VALUATIONS)])

    def describe(self) -> dict[str, float]:
        """The base in numbers."""
        back = self.lost["returned"] == 1
        return {
            "customers": len(self.lost),
            "amount": float(sum_by(self.lost["amount"], np.zeros(len(self.lost))).sum()),
            "returned": int(back.sum()),
            "return_rate": float(back.mean()),
            "regained_rate": float(self.lost["regained"].mean()),
            "expected_rate": float(self.lost["expected"].mean()),
            "observed_value": float(self.lost.loc[back, "observed"].mean()),
            "extrapolated_value": float(self.lost.loc[back, "extrapolated"].mean()),
            "value": float(self.lost.loc[back, "value"].mean()),
        }

    def with_recorded_reasons(self, losses: pd.DataFrame) -> pd.DataFrame:
        """The lost customers with the reasons of the company's table of losses."""
        return with_reasons(self.lost, losses, read_reasons())


def _cut(log: TransactionLog, last: date) -> TransactionLog:
    """The log as it was known on a day, which it has to reach."""
    end = log.table[DATE].max()
    if end < pd.Timestamp(last):
        rule = "must end within the data"
        found = f"it ends {last}, the last purchase was on {end:%Y-%m-%d}"
        raise InputError(Problem("the window of the campaign", rule, found))
    return log.until(last)


def _members(log: TransactionLog, offered_on: date, members: pd.Index) -> pd.DataFrame:
    known = standing(log, offered_on)
    strangers = members.difference(known.index)
    if len(strangers):
        rule = "must have bought before it"
        found = f"{len(strangers)} had not: {', '.join(map(str, strangers[:5]))}"
        raise InputError(Problem("the customers of the campaign", rule, found))
    out = known.loc[members].rename_axis(CUSTOMER_ID)
    out["lost_on"], out["reason"] = pd.NaT, UNKNOWN
    return out


def _earned(
    log: TransactionLog, lost: pd.DataFrame, offered_on: date, margin_rate: float
) -> pd.Series:
    """What a customer has earned the firm: by the log's own margins where it has them."""
    if "margin" not in log.table:
        return lost["amount"] * margin_rate
    rows = log.table[log.table[DATE] <= pd.Timestamp(offered_on)]
    return sum_by(rows["margin"], rows[CUSTOMER_ID]).reindex(lost.index)
