"""Indicators: a share with its limits beside a target that people edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clvlab.errors import Problems
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.relations.edited_table import read_edited_table

DEFAULT = Path(__file__).with_name("health_targets.csv")
COLUMNS = {
    "step": "identify, differentiate, interact, customise or readiness",
    "indicator": "what is looked at, in the words of the report",
    "target": "share that should be reached, from 0 to 1; empty where none is set",
}
"""The columns of a file of targets and what they hold."""
MET, MISSED, OPEN, NO_TARGET = "met", "missed", "can't be told", "no target"
UNKNOWN = "not available"


@dataclass(frozen=True)
class Indicator:
    """How many of how many.

    Attributes
    ----------
    step
        The step of customer management that it belongs to.
    name
        What it is called, as in the file of targets.
    happened, of
        Cases, or amounts of money where `sampled` is false.
    missing
        Why it can't be told, as ``"not available: needs the table X"``; empty where it can.
    sampled
        Whether the cases stand for others, so that a share of few is uncertain. Sums of money and
        fields of a file are all there are, and have no limits.
    """

    step: str
    name: str
    happened: float = 0.0
    of: float = 0.0
    missing: str = ""
    sampled: bool = True


def load_targets(path: str | Path | None = None) -> pd.DataFrame:
    """Read the targets.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the `COLUMNS`; by default that of the package.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``step`` and ``indicator``: ``target`` (float64, missing where none is set).

    Raises
    ------
    InputError
        Telling everything that is wrong at once: no such file, missing columns, indicators and
        steps that there are not, rows that repeat one, targets that are no share.
    """
    table, where = read_edited_table(DEFAULT if path is None else path, COLUMNS, "the targets")
    target = pd.to_numeric(table["target"], errors="coerce")
    problems = Problems()
    keys = list(zip(table["step"], table["indicator"], strict=True))
    wrong = (target.isna() & table["target"].ne("")) | (target < 0) | (target > 1)
    for row in table.index[wrong]:
        found = f"got {table['target'][row]!r}"
        problems.add(f"{where}, row {row + 2}, target", "must be from 0 to 1, or empty", found)
    for row in table.index[table.duplicated(["step", "indicator"])]:
        found = f"{keys[row][1]!r} stands there before"
        problems.add(f"{where}, row {row + 2}", "must not repeat an indicator", found)
    if path is not None:
        known = set(load_targets().index)
        for row, key in enumerate(keys):
            if key not in known:
                rule = "must name an indicator of the report and its step"
                problems.add(f"{where}, row {row + 2}", rule, f"got {key[0]!r}, {key[1]!r}")
    problems.raise_if_any()
    index = pd.MultiIndex.from_tuples(keys, names=["step", "indicator"])
    return pd.DataFrame({"target": target.to_numpy(dtype=np.float64)}, index=index)


def judge(
    indicators: Sequence[Indicator], targets: pd.DataFrame, interval: float = 0.90
) -> pd.DataFrame:
    """Hold indicators against their targets.

    A target is met where even the lower limit reaches it, missed where not even the upper limit
    does; between them it can't be told. Limits are Wilson's; what is no sample has none, and is
    judged by its value.

    Parameters
    ----------
    indicators
        In the order of the table.
    targets
        What `load_targets` returns.
    interval
        Coverage of the limits.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``step`` and ``indicator``: ``share``, ``lower``, ``upper``, ``of``,
        ``target``, ``verdict`` (``"met"``, ``"missed"``, ``"can't be told"``, ``"no target"``, or
        why there is no share).

    Examples
    --------
    >>> found = judge([Indicator("readiness", "losses with a known reason", 90, 100)],
    ...               load_targets())
    >>> found["verdict"].tolist()
    ['met']
    """
    rows = []
    for one in indicators:
        target = float(targets["target"].get((one.step, one.name), np.nan))
        rows.append((one.step, one.name, *_judged(one, target, interval)))
    names = ["step", "indicator", "share", "lower", "upper", "of", "target", "verdict"]
    return pd.DataFrame(rows, columns=names).set_index(["step", "indicator"])


def _judged(
    one: Indicator, target: float, interval: float
) -> tuple[float, float, float, float, float, str]:
    if one.missing or not one.of > 0:
        why = one.missing or f"{UNKNOWN}: there are no cases"
        return np.nan, np.nan, np.nan, np.nan, target, why
    share = one.happened / one.of
    lower = upper = share
    if one.sampled:
        limits = wilson_limits([one.happened], [one.of], interval)
        lower, upper = (float(side[0]) for side in limits)
        # Where all cases agree, Wilson's limit does not reach the edge that was seen.
        lower, upper = min(lower, share), max(upper, share)
    if np.isnan(target):
        verdict = NO_TARGET
    elif share >= target and (lower >= target or share == 1.0):
        verdict = MET
    else:
        verdict = MISSED if upper < target else OPEN
    shown = (lower, upper) if one.sampled else (np.nan, np.nan)
    return share, *shown, one.of, target, verdict
