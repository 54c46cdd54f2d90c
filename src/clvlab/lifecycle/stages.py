"""Which stage of its life a customer is in: named schemes, each a partition of the base.

A scheme is a table of rules over how customers stand on a day (`standing_at`), read from top to
bottom: the first rule that holds gives the stage, and the last one always holds, so that every
customer has exactly one stage. Every number in a rule is a parameter with a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.summary.period import ORDERS

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StageParameters:
    """The numbers that the rules of all schemes are made of.

    Attributes
    ----------
    new_days
        Days after the first purchase during which a customer is new.
    loyal_orders
        Purchase days that make a customer loyal, with a chance of `active` of another.
    active
        Chance of a purchase within the horizon from which a customer is taken for active.
    gone
        Chance of a purchase within the horizon below which the relationship is taken for ended.
    silent
        Silence is unusual beyond this many of the customer's own gaps between purchases.
    stable_orders
        Purchase days from which a relationship can be stable.
    surprise
        A rate is called rising or falling when chance alone would show as much this rarely.
    """

    new_days: int = 90
    loyal_orders: int = 3
    active: float = 0.25
    gone: float = 0.05
    silent: float = 3.0
    stable_orders: int = 3
    surprise: float = 0.10

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not value > 0:
                raise InputError(
                    Problem(f"parameter '{one.name}'", "must be above 0", f"{value!r}")
                )
        if self.gone >= self.active:
            found = f"got gone={self.gone} and active={self.active}"
            raise InputError(Problem("parameter 'gone'", "must be below 'active'", found))


Rule = Callable[[pd.DataFrame, StageParameters], "pd.Series[bool]"]


@dataclass(frozen=True)
class Stage:
    """One stage of a scheme.

    Attributes
    ----------
    name
        The code.
    en, zh
        What it is called where people read it.
    rule
        When a customer who is in none of the stages before is in it; None for the stages of those
        who have never bought, whom no log shows.
    why
        The rule in words; names of parameters in braces.
    """

    name: str
    en: str
    zh: str
    why: str
    rule: Rule | None = None


def _everybody(standing: pd.DataFrame, _: StageParameters) -> pd.Series:
    return pd.Series(data=True, index=standing.index)


def _is_new(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    return s["age_days"] < p.new_days


def _is_gone(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    return s["probability_purchase"] < p.gone


def _is_loyal(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    return (s[ORDERS] >= p.loyal_orders) & (s["probability_purchase"] >= p.active)


def _explores(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    return (s[ORDERS] == 1) & (s["age_days"] < p.new_days)


def _declines(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    too_silent = s["silence_days"] > p.silent * s["own_gap_days"]
    return too_silent | (s["probability_purchase"] < p.active) | (s["falling"] < p.surprise)


def _forms(s: pd.DataFrame, p: StageParameters) -> pd.Series:
    return (s[ORDERS] < p.stable_orders) | (s["rising"] < p.surprise)


SCHEMES: Mapping[str, tuple[Stage, ...]] = {
    "acquaintance": (
        Stage("potential", "potential", "潜在客户", "known, and has not bought yet"),
        Stage("new", "new", "新客户", "first purchase within {new_days} days", _is_new),
        Stage(
            "loyal",
            "loyal",
            "忠诚客户",
            "at least {loyal_orders} purchase days, and a chance of {active} of another",
            _is_loyal,
        ),
        Stage("lapsed", "lapsed", "已流失", "a chance below {gone} of another purchase", _is_gone),
        Stage("occasional", "occasional", "一般客户", "none of the others", _everybody),
    ),
    "relationship": (
        Stage(
            "exploration",
            "exploration",
            "考察期",
            "one purchase day, within {new_days} days",
            _explores,
        ),
        Stage(
            "termination",
            "termination",
            "解约期",
            "a chance below {gone} of another purchase",
            _is_gone,
        ),
        Stage("recovery", "recovery", "恢复期", "bought again after termination"),
        Stage(
            "decline",
            "decline",
            "退化期",
            "silent for {silent} own gaps, or a chance below {active}, or a falling rate",
            _declines,
        ),
        Stage(
            "formation",
            "formation",
            "形成期",
            "fewer than {stable_orders} purchase days, or a rising rate",
            _forms,
        ),
        Stage("stability", "stability", "稳定期", "none of the others", _everybody),
    ),
    "time": (
        Stage("potential", "potential", "潜在客户", "known, and has not bought yet"),
        Stage("new", "new", "新客户", "first purchase within {new_days} days", _is_new),
        Stage("old", "old", "老客户", "first purchase earlier", _everybody),
    ),
    "process": (
        Stage("upcoming", "upcoming", "即将交易", "known, and has not bought yet"),
        Stage("past", "past", "曾经交易", "a chance below {gone} of another purchase", _is_gone),
        Stage("current", "current", "正在交易", "a chance of {gone} or more", _everybody),
    ),
}
"""Schemes by name; the stages of each in the order of their rules."""


def stages_at(
    standing: pd.DataFrame, scheme: str, parameters: StageParameters | None = None
) -> pd.Series:
    """The stage of each customer by the rules of a scheme, without any memory.

    Parameters
    ----------
    standing
        What `standing_at` returns, with ``probability_purchase``.
    scheme
        ``"acquaintance"``, ``"relationship"``, ``"time"`` or ``"process"``.
    parameters
        The numbers in the rules; the defaults where none are given.

    Returns
    -------
    pandas.Series
        Named ``stage``, categorical with all stages of the scheme, indexed like `standing`.

    Raises
    ------
    InputError
        For an unknown scheme, or a standing without what its rules ask for.
    """
    chosen, numbers = stages_of(scheme), parameters or StageParameters()
    if "probability_purchase" not in standing and scheme != "time":
        rule = "must have probability_purchase for this scheme"
        raise InputError(Problem("the standing", rule, "it was made without a model"))
    codes = np.full(len(standing), -1)
    for code, stage in enumerate(chosen):
        if stage.rule is not None:
            holds = stage.rule(standing, numbers).to_numpy(dtype=bool)
            codes[(codes < 0) & holds] = code
    names = pd.CategoricalDtype([stage.name for stage in chosen])
    return pd.Series(pd.Categorical.from_codes(codes, dtype=names), standing.index, name="stage")


def stages_of(scheme: str) -> tuple[Stage, ...]:
    """The stages of a scheme.

    Raises
    ------
    InputError
        When there is no such scheme.
    """
    if scheme not in SCHEMES:
        hint = did_you_mean(str(scheme), list(SCHEMES))
        raise InputError(Problem("parameter 'scheme'", "must be a scheme", f"got {scheme!r}", hint))
    return SCHEMES[scheme]


def rules_in_words(scheme: str, parameters: StageParameters | None = None) -> pd.DataFrame:
    """The table of rules as people read it.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``stage``: ``en``, ``zh``, ``rule``.

    Examples
    --------
    >>> rules_in_words("time").loc["new", "rule"]
    'first purchase within 90 days'
    """
    numbers = vars(parameters or StageParameters())
    rows = [(s.name, s.en, s.zh, s.why.format(**numbers)) for s in stages_of(scheme)]
    return pd.DataFrame(rows, columns=["stage", "en", "zh", "rule"]).set_index("stage")
