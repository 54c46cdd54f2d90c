"""The six reasons for leaving, and unknown: what they are called and what follows from each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd

from clvlab.errors import InputError, Problem, Problems, did_you_mean

UNKNOWN = "unknown"
REASON = "reason"
RECOVER = ("target", "high_price", "exclude")
"""Try for them; only at a high price, where the value carries it; leave them alone."""
OWN_TABLE = Path(__file__).with_name("reasons.toml")
_KEYS = ("en", "zh", "recover", "measures", "why")


def read_reasons(path: Path | None = None) -> pd.DataFrame:
    """The table of reasons: labels, recoverability and measures.

    Parameters
    ----------
    path
        An edited copy of the table that comes with clvlab; None reads that one.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``reason``: ``en``, ``zh``, ``recover`` (one of `RECOVER`), ``measures`` (tuple,
        in order of preference, ``"none"`` for nobody), ``why``.

    Raises
    ------
    InputError
        When a reason lacks an entry, or `recover` is none of the three.

    Examples
    --------
    >>> read_reasons()["zh"].tolist()
    ['有意推走', '无意推走', '被拉走', '被收买', '无意离去', '迁移', '不明']
    """
    held = tomllib.loads((path or OWN_TABLE).read_text(encoding="utf-8"))
    problems = Problems()
    for name, entry in held.items():
        lacking = [key for key in _KEYS if key not in entry]
        if lacking:
            problems.add(f"reason '{name}'", f"must have {', '.join(_KEYS)}", f"lacks {lacking}")
        elif entry["recover"] not in RECOVER:
            rule = f"must have as 'recover' one of {', '.join(RECOVER)}"
            problems.add(f"reason '{name}'", rule, f"got {entry['recover']!r}")
    if UNKNOWN not in held:
        problems.add("the reasons", f"must have '{UNKNOWN}'", "it is not there")
    problems.raise_if_any()
    table = pd.DataFrame.from_dict(held, orient="index")[list(_KEYS)]
    table["measures"] = table["measures"].map(tuple)
    return table.rename_axis(REASON)


def measures_in_words(reasons: pd.DataFrame) -> pd.Series:
    """Recoverability and measures of each reason as one text for a table.

    Examples
    --------
    >>> measures_in_words(read_reasons())["bought"]
    'high price: incentive'
    """
    words = reasons["recover"].str.replace("_", " ")
    return (words + ": " + reasons["measures"].map(", ".join)).rename("policy")


def with_reasons(lost: pd.DataFrame, recorded: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Lost customers with the reasons that were recorded; the others stay unknown.

    Nothing is imputed: a reason nobody asked for is no reason.

    Parameters
    ----------
    lost
        Indexed by ``customer_id``.
    recorded
        The company's table of losses: ``customer_id``, ``reason``; the last record counts.
    reasons
        `read_reasons`.

    Raises
    ------
    InputError
        For a recorded reason that is not in the table of reasons.
    """
    said = recorded.dropna(subset=[REASON]).drop_duplicates("customer_id", keep="last")
    other = sorted(set(said[REASON].astype(str)) - set(map(str, reasons.index)))
    if other:
        names = [str(name) for name in reasons.index]
        raise InputError(
            Problem(
                "column 'reason' of the losses",
                f"must hold {', '.join(names)}",
                f"there is also {', '.join(other)}",
                did_you_mean(other[0], names),
            )
        )
    found = said.set_index("customer_id")[REASON].astype(str).reindex(lost.index)
    return lost.assign(**{REASON: found.fillna(UNKNOWN)})
