"""What changed between two runs of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clvlab.reports.history.made import parameter_rows
from clvlab.reports.history.result_words import LIMITS, ResultWords, estimate_of
from clvlab.reports.orders.order import DEFAULT_CHANGE_THRESHOLD
from clvlab.reports.writing.numbers import NO_BREAK_SPACE, Scalar, as_percent
from clvlab.reports.writing.words import word

UP, DOWN, SAME = "▲", "▼", "="
"""The marks of a number that rose, fell, or stayed."""

_CORRELATIONS = {"spearman", "pearson", "correlation"}
_ALWAYS_CHANGING = {"log_likelihood"}


@dataclass(frozen=True, slots=True)
class Change:
    """One result that is not what it was, as it is shown.

    Attributes
    ----------
    result
        Its flat name.
    label
        What it is called.
    before, after
        Both values as the report writes them.
    limits_before, limits_after
        Their limits, when the result is an estimate that has some.
    mark
        Whether it rose or fell; nothing for a text, a date or a truth value.
    amount
        By how much: in percent, or in points when the result is itself a percentage.
    size
        The relative change; NaN for what is no number.
    """

    result: str
    label: str
    before: str
    after: str
    limits_before: str = ""
    limits_after: str = ""
    mark: str = ""
    amount: str = ""
    size: float = math.nan


def flatten(results: Mapping[str, Any]) -> dict[str, Scalar]:
    """Results by flat name, an entry of a dictionary as `total.clv`; infinity as a number."""
    flat: dict[str, Scalar] = {}
    for name, value in results.items():
        entries = value.items() if isinstance(value, Mapping) else [(None, value)]
        for key, entry in entries:
            infinite = isinstance(entry, str) and entry in {"Infinity", "-Infinity"}
            flat[name if key is None else f"{name}.{key}"] = float(entry) if infinite else entry
    return flat


def compare_results(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """The results of two runs side by side.

    Parameters
    ----------
    before, after
        Results as `result.json` holds them: scalars, and flat dictionaries of scalars.

    Returns
    -------
    pandas.DataFrame
        One row for each result of either run, by name: `result` (an entry of a dictionary as
        `total.clv`), `label` (in words), `before` and `after` (None where a run has no such
        result), `change` (after - before) and `relative_change` (change / |before|; infinite
        when it was zero), both NaN for what is no number.

    Examples
    --------
    >>> table = compare_results({"total": {"clv": 200.0}}, {"total": {"clv": 150.0}})
    >>> table[["result", "change", "relative_change"]]
          result  change  relative_change
    0  total.clv   -50.0            -0.25
    """
    old, new, words = flatten(before), flatten(after), ResultWords()
    rows = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        change, relative = _differences(was, now)
        rows.append((name, words.label(name), was, now, change, relative))
    columns = ["result", "label", "before", "after", "change", "relative_change"]
    table = pd.DataFrame(rows, columns=columns)
    values = {name: table[name].astype(object) for name in ("before", "after")}
    return table.assign(**values)


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _differences(before: Scalar, after: Scalar) -> tuple[float, float]:
    """The change and the relative change; NaN where one of the two is no number."""
    was, now = _number(before), _number(after)
    if was is None or now is None:
        return math.nan, math.nan
    if was == now:
        return 0.0, 0.0
    change = now - was
    if was == 0 or math.isinf(change):
        return change, math.copysign(math.inf, change)
    return change, change / abs(was)


def _number(value: Scalar) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def describe_change(before: Scalar, after: Scalar, spec: str = "") -> tuple[str, str]:
    """The mark and the amount of a number's change; both empty for what is no number.

    Examples
    --------
    >>> describe_change(0.2, 0.204, "percent"), describe_change(0, 12), describe_change(3, 3)
    (('▲', '0.4 points'), ('▲', ''), ('=', 'unchanged'))
    >>> " ".join(describe_change(200, 150)[1].split())
    '25.0 %'
    """
    change, relative = _differences(before, after)
    if math.isnan(change):
        return "", ""
    if change == 0:
        return SAME, word("unchanged")
    mark = UP if change > 0 else DOWN
    if spec.startswith("percent") and math.isfinite(change):
        return mark, _size_text(abs(100 * change), f" {word('points')}")
    if math.isinf(relative):
        return mark, ""
    return mark, _size_text(abs(100 * relative), f"{NO_BREAK_SPACE}%")


def _size_text(size: float, unit: str) -> str:
    """A size with one decimal, and said to be small where that would be zero."""
    shown = f"{size:,.1f}"
    return word("under", amount=f"0.1{unit}") if shown == "0.0" else f"{shown}{unit}"


def listed_beyond(manifest: Mapping[str, Any]) -> float:
    """The relative change beyond which a run lists a number: 0 lists every number that changed."""
    threshold = manifest.get("change_threshold")
    return DEFAULT_CHANGE_THRESHOLD if threshold is None else float(threshold)


def threshold_text(threshold: float) -> str:
    """A threshold as it is shown, with as many decimals as it needs.

    Examples
    --------
    >>> [threshold_text(share).split() for share in (0, 0.05, 0.0005)]
    [['0', '%'], ['5', '%'], ['0.05', '%']]
    """
    percent = 100 * threshold
    enough = (places for places in range(4) if math.isclose(round(percent, places), percent))
    return as_percent(threshold, next(enough, 4))


def notable_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    threshold: float = DEFAULT_CHANGE_THRESHOLD,
    words: ResultWords | None = None,
) -> list[Change]:
    """The results that changed, the largest relative change first, texts and dates last.

    Limits are shown with their estimate and not by themselves. The day as of which a run was
    made, under whatever name, and log-likelihoods are not listed: they always change. A
    correlation counts by its change on its own scale from -1 to 1, where next to nothing can
    double without meaning anything.

    Parameters
    ----------
    before, after
        Results as `result.json` holds them.
    threshold
        The relative change, over 0, beyond which a number is listed: 0.05 is 5 %.
    words
        Labels and formats; without them names are turned into words.
    """
    shown = words or ResultWords()
    old, new = flatten(before), flatten(after)
    numbers, texts = [], []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if _is_limit(name, old, new) or (was, now) == (old.get("as_of"), new.get("as_of")):
            continue
        if _last_part(name) in _ALWAYS_CHANGING:
            continue
        change, relative = _differences(was, now)
        if abs(change if _last_part(name) in _CORRELATIONS else relative) > threshold:
            numbers.append(_change(name, old, new, shown))
        elif math.isnan(relative) and was != now:
            texts.append(_change(name, old, new, shown))
    return sorted(numbers, key=lambda change: -abs(change.size)) + texts


def _is_limit(name: str, *results: Mapping[str, Scalar]) -> bool:
    return any(estimate_of(name) in each for each in results)


def _change(
    name: str, old: Mapping[str, Scalar], new: Mapping[str, Scalar], words: ResultWords
) -> Change:
    was, now = old.get(name), new.get(name)
    mark, amount = describe_change(was, now, words.spec(name))
    return Change(
        result=name,
        label=words.label(name),
        before=words.show(name, was),
        after=words.show(name, now),
        limits_before=_limits(name, old, words),
        limits_after=_limits(name, new, words),
        mark=mark,
        amount=amount,
        size=_differences(was, now)[1],
    )


def _limits(name: str, results: Mapping[str, Scalar], words: ResultWords) -> str:
    for lower, upper in LIMITS:
        ends = [f"{name}{lower}", f"{name}{upper}"]
        if all(results.get(end) is not None for end in ends):
            return " – ".join(words.show(end, results[end]) for end in ends)
    return ""


def made_differently(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Sequence[tuple[str, str, str]]:
    """What two manifests differ in beside the data: parameters, then versions of packages.

    Returns
    -------
    list of tuple
        Name in words, value before, value after; a dash where a manifest has none.
    """
    found = []
    for facts_of in (_parameters, _versions):
        old, new = facts_of(before), facts_of(after)
        for name in sorted(old.keys() | new.keys()):
            was, now = (facts.get(name, word("missing_cell")) for facts in (old, new))
            if was != now:
                found.append((name, was, now))
    return found


def _parameters(manifest: Mapping[str, Any]) -> dict[str, str]:
    rows = parameter_rows(manifest)
    return {row.name: row.value for row in rows if row.name != "as of"}


def _versions(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(number) for name, number in (manifest.get("versions") or {}).items()}
