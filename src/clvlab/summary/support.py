"""What a base of this size can and can't support."""

from __future__ import annotations

import math

import pandas as pd

from clvlab.summary.customer_summary import CustomerSummary

ENOUGH_PER_DECILE = 30
ENOUGH_REPEATERS = 100
ENOUGH_REPEAT_PURCHASES = 300


def supported_questions(summary: CustomerSummary) -> pd.DataFrame:
    """Which questions the number of customers and purchases can answer.

    Returns
    -------
    pandas.DataFrame
        One row per question: ``question``, ``answerable`` (yes, with care, no) and ``why``, with
        the counts that decide.

    Notes
    -----
    The thresholds follow from counting error: a total of ``n`` purchases is known to about
    ``1.64 / sqrt(n)`` either way at 90 percent, before any model error; a group of fewer than 30
    customers says little about its average; four parameters of purchasing need some hundred
    repeat buyers before their ratios settle.
    """
    customers, repeaters = len(summary), summary.repeaters
    purchases = summary.repeat_purchases
    error = 1.64 / math.sqrt(max(purchases, 1))
    per_decile = customers // 10
    window = summary.window
    days = (
        (window.calibration_end - window.first_day).days + 1
        if window.calibration_end and window.first_day
        else 0
    )
    holdout = window.holdout_days
    rows = [
        (
            "How many purchases will there be in total?",
            _verdict(purchases, ENOUGH_REPEAT_PURCHASES, 50),
            f"{purchases:,} repeat purchases: counting error alone is about {error:.0%} either way",
        ),
        (
            "How do purchase rates and dropout differ between customers?",
            _verdict(repeaters, ENOUGH_REPEATERS, 30),
            f"{repeaters:,} repeat buyers carry all that is known of dropout and of spend",
        ),
        (
            "Which tenth of the customers is worth most, and how much?",
            _verdict(per_decile, ENOUGH_PER_DECILE, 10),
            f"a tenth has {per_decile:,} customers",
        ),
        (
            "What will one customer do?",
            "no",
            "no base is large enough: see the predictive limits, which are wide for everybody",
        ),
        (
            "Can the forecast be checked?",
            "no" if holdout == 0 else ("yes" if holdout >= 0.25 * days else "with care"),
            "there is no holdout"
            if holdout == 0
            else f"the holdout has {holdout:,} days after {days:,} days of calibration",
        ),
    ]
    return pd.DataFrame(rows, columns=["question", "answerable", "why"])


def _verdict(count: int, enough: int, little: int) -> str:
    if count >= enough:
        return "yes"
    return "with care" if count >= little else "no"
