"""The answer of a recovery report in a sentence: templates of what was recorded, not numbers."""

from __future__ import annotations

import pandas as pd

from clvlab.recovery.reasons import read_reasons
from clvlab.schema import LABELS

READING_WORDS = {
    "gross": "gross",
    "incremental": "incremental",
    "stock_maintaining": "stock-maintaining",
    "full_replacement": "full replacement",
    "seed": "the seed's own",
}
_WORDS = {
    **READING_WORDS,
    "orders": "orders",
    "value": "second-life value",
    "purchases": "purchases before",
    "silent_days": "days of silence",
    "amount": "revenue so far",
    "margin": "margin so far",
    "least": "every return would have come anyway",
    "compared with natural return": "as many would have come as of those whom nobody asked",
    "most": "no return would have come anyway",
}


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose index holds words instead of codes: reasons, readings, outcomes, covariates.

    Examples
    --------
    >>> in_words(pd.DataFrame({"customers": [3]}, index=["stock_maintaining"])).index.tolist()
    ['stock-maintaining']
    """
    reasons = read_reasons()["en"]
    words = {**LABELS, **_WORDS, **dict(zip(map(str, reasons.index), reasons, strict=True))}
    return table.rename(index=words)


def verdict(table: pd.DataFrame, interval: float) -> str:
    """Whether a campaign paid, in words that fit its interval.

    Parameters
    ----------
    table
        `MeasuredReturn.table`.
    interval
        Its coverage.

    Examples
    --------
    >>> limits = pd.DataFrame({"net_return_lower": [-0.1], "net_return_upper": [0.9]},
    ...                       index=["incremental"])
    >>> verdict(limits, 0.95)
    'whether it paid is not known: the 95 % interval holds losses and gains'
    """
    low, high = (float(table[f"net_return_{end}"]["incremental"]) for end in ("lower", "upper"))
    if low > 0:
        return f"it paid: the whole {interval * 100:.0f} % interval is above zero"
    if high < 0:
        return f"it did not pay: the whole {interval * 100:.0f} % interval is below zero"
    return (
        f"whether it paid is not known: the {interval * 100:.0f} % interval holds losses and gains"
    )


def heterogeneity_in_words(test: dict[str, float], *, level: float = 0.05) -> str:
    """What the test of equal effects allows.

    Examples
    --------
    >>> heterogeneity_in_words({"p_value": 0.4})
    'Effects by reason do not differ by more than chance; choosing customers by reason may be
    choosing noise.'
    """
    if test["p_value"] < level:
        return "Effects differ between reasons by more than chance."
    return (
        "Effects by reason do not differ by more than chance; choosing customers by reason may "
        "be choosing noise."
    )


def gap_in_words(natural: pd.DataFrame) -> str:
    """How far a model was from the returns of repeat and of one-time buyers.

    Examples
    --------
    >>> table = pd.DataFrame({"expected": [0.145], "share": [0.221]}, index=["bought repeatedly"])
    >>> gap_in_words(table)
    'of those who had bought repeatedly it expected 14.5 % and 22.1 % came'
    """
    said = [
        f"of those who had {kind} it expected {expected * 100:.1f} % and {share * 100:.1f} % came"
        for kind, expected, share in natural[["expected", "share"]].itertuples()
        if kind in {"bought repeatedly", "bought once"}
    ]
    return ", ".join(said)
