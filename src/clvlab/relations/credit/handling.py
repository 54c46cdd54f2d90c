"""How each customer's credit is handled: a small table of lights that people edit."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem, Problems

DEFAULT: Final = Path(__file__).with_name("credit_policy.csv")
BOUNDS: Final = {
    "most_late_chance": "late_chance",
    "most_mean_delay": "mean_delay",
    "most_disputed_share": "disputed_share",
    "most_utilisation": "utilisation",
}
"""Columns of a policy with the number of a customer that each bounds; empty bounds nothing."""
REASONS: Final = {
    "late_chance": "often late",
    "mean_delay": "late for long",
    "disputed_share": "often disputed",
    "utilisation": "beyond the limit",
}
WORDS: Final = ("light", "light_en", "light_zh", "handling_en", "handling_zh")


def load_credit_policy(path: str | Path | None = None) -> pd.DataFrame:
    """Read the lights, the best first.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with ``light``, ``light_en``, ``light_zh``, the `BOUNDS`,
        ``handling_en``, ``handling_zh``; None takes clvlab's own, which is one to start from. A
        customer has the first light none of whose bounds are exceeded, so the last row must have
        none.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``light``: the other columns, bounds as floats, infinite where there is none.

    Raises
    ------
    InputError
        Telling everything that is wrong at once: no such file, missing columns, repeated lights,
        bounds that are no numbers, negative or tighter than in the row before, and a last row
        with bounds.

    Examples
    --------
    >>> load_credit_policy()["most_late_chance"].tolist()
    [0.25, 0.5, inf]
    """
    path = Path(DEFAULT if path is None else path)
    problems, where = Problems(), f"the policy '{path.name}'"
    columns = [*WORDS[:3], *BOUNDS, *WORDS[3:]]
    if not path.is_file():
        problems.add(where, "must be a file", "there is none", f"Columns: {', '.join(columns)}.")
        problems.raise_if_any()
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in columns if name not in table]
    if missing or table.empty:
        found = f"lacks {', '.join(missing)}" if missing else "it has no row"
        problems.add(where, f"must have the columns {', '.join(columns)}", found)
        problems.raise_if_any()
    table = table[columns].apply(lambda column: column.str.strip())
    for row in table.index[table.duplicated("light")]:
        problems.add(f"{where}, row {row + 2}", "must not repeat a light", table["light"][row])
    for name in BOUNDS:
        table[name] = _bounds(table[name], f"{where}, {name}", problems)
    problems.raise_if_any()
    policy: pd.DataFrame = table.set_index("light")
    return policy


def _bounds(text: pd.Series, where: str, problems: Problems) -> pd.Series:
    empty = text == ""
    numbers = pd.to_numeric(text.mask(empty), errors="coerce")
    for row in text.index[~empty & ~(numbers >= 0)]:
        problems.add(
            f"{where}, row {row + 2}", "must be a number of at least 0", f"got {text[row]!r}"
        )
    whole = numbers.mask(empty, np.inf).astype(float)
    if (whole.diff() < 0).any():
        problems.add(where, "must not become tighter from row to row", f"got {', '.join(text)}")
    if whole.iloc[-1] != np.inf:
        problems.add(
            f"{where}, last row",
            "must be empty, so that everybody has a light",
            f"got {text.iloc[-1]}",
        )
    return whole


def credit_lights(measures: pd.DataFrame, policy: pd.DataFrame) -> pd.DataFrame:
    """The light of each customer and why it is no better one.

    Parameters
    ----------
    measures
        Indexed by ``customer_id``: ``late_chance``, ``mean_delay``, ``disputed_share`` and
        ``utilisation``; what is missing exceeds nothing, and is told.
    policy
        `load_credit_policy`.

    Returns
    -------
    pandas.DataFrame
        Indexed like `measures`: ``light``, ``because`` (what exceeds the bounds of the light
        before, in words), ``not_known`` (measures that are missing, in words), ``handling_en``,
        ``handling_zh``.

    Raises
    ------
    InputError
        When a measure is missing altogether.
    """
    lacking = [name for name in BOUNDS.values() if name not in measures]
    if lacking:
        rule = f"must have {', '.join(BOUNDS.values())}"
        raise InputError(Problem("the measures", rule, f"lack {', '.join(lacking)}"))
    values = measures[list(BOUNDS.values())].to_numpy(np.float64)
    bounds = policy[list(BOUNDS)].to_numpy(np.float64)
    beyond = values[:, None, :] > bounds[None, :, :]
    place = np.argmin(beyond.any(axis=2), axis=1)
    before = beyond[np.arange(len(values)), np.maximum(place - 1, 0)] & (place > 0)[:, None]
    names = list(REASONS.values())
    out = pd.DataFrame({"light": policy.index.to_numpy()[place]}, index=measures.index)
    out["because"] = [", ".join(np.array(names)[row]) for row in before]
    unknown = ["chance to be late", "delay", "disputes", "use of the limit"]
    out["not_known"] = [", ".join(np.array(unknown)[row]) for row in np.isnan(values)]
    for name in ("handling_en", "handling_zh"):
        out[name] = policy[name].to_numpy()[place]
    return out
