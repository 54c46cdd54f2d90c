"""Numbers and dates as people read them: the format words that sentences, cards and tables use."""

from __future__ import annotations

import math
from datetime import date

from clvlab.errors import InputError, Problem
from clvlab.reports.writing.words import word

NO_BREAK_SPACE = "\u00a0"
LEAST_P_VALUE = 0.001
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
"""Codes whose sign is clear without a country."""

Scalar = None | bool | int | float | str | date
"""What a result can be."""


def significant(value: float, digits: int = 10) -> float:
    """The number rounded to so many significant digits.

    Examples
    --------
    >>> significant(1 / 3)
    0.3333333333
    """
    return float(f"{value:.{digits}g}")


def as_count(value: float) -> str:
    """Thousands separators, no decimals.

    Examples
    --------
    >>> as_count(69659)
    '69,659'
    """
    return f"{value:z,.0f}"


def as_amount(value: float, places: int | None = None) -> str:
    """Money without its currency: two decimals below 1,000, none from there on.

    Examples
    --------
    >>> as_amount(12.5), as_amount(1234.5678), as_amount(1234.5678, 2)
    ('12.50', '1,235', '1,234.57')
    """
    if places is None:
        places = 2 if abs(round(value, 2)) < 1000 else 0
    return f"{value:z,.{places}f}"


def as_money(value: float, currency: str = "", places: int | None = None) -> str:
    """Money with its currency: a sign goes before the number, a code without one behind it.

    Examples
    --------
    >>> as_money(12.5, "$"), as_money(-12.5, "USD"), as_money(12.5)
    ('$12.50', '-$12.50', '12.50')
    """
    amount = as_amount(value, places)
    currency = currency_sign(currency)
    if not currency:
        return amount
    if len(currency) > 1:
        return f"{amount}{NO_BREAK_SPACE}{currency}"
    return f"-{currency}{amount[1:]}" if amount.startswith("-") else f"{currency}{amount}"


def currency_sign(currency: str) -> str:
    """The sign of a currency that has one of its own, else its code.

    Examples
    --------
    >>> currency_sign("EUR"), currency_sign("CNY")
    ('€', 'CNY')
    """
    return _SIGNS.get(currency, currency)


def as_percent(value: float, places: int = 1) -> str:
    """A share of one as percent with one decimal: 0.123 is 12.3 %."""
    return f"{100 * value:z,.{places}f}{NO_BREAK_SPACE}%"


def as_plain(value: float) -> str:
    """Three significant digits, without an exponent as long as that can be read.

    Examples
    --------
    >>> as_plain(4.4136020), as_plain(-9582.429), as_plain(0.00001234)
    ('4.41', '-9,580', '1.23 × 10⁻⁵')
    """
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(significant(value, 3))))
    if not -5 < exponent < 15:
        mantissa, power = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPT)}"
    return f"{significant(value, 3):,.{max(0, 2 - exponent)}f}"


def as_p_value(value: float) -> str:
    r"""A p-value with three decimals; below them it says so instead of claiming to be none.

    Examples
    --------
    >>> as_p_value(0.0312), as_p_value(1e-9)
    ('0.031', '<\xa00.001')
    """
    return f"{value:.3f}" if value >= LEAST_P_VALUE else f"<{NO_BREAK_SPACE}{LEAST_P_VALUE}"


def format_value(value: Scalar, spec: str = "", currency: str = "") -> str:
    """A result in words and figures.

    Parameters
    ----------
    value
        A number, a date, text, a truth value, or None where there is no result.
    spec
        `count`, `money`, `amount` (money without the currency), `percent`, `p` (a p-value),
        `plain`, `date`, or one of Python's own; `money.2`, `amount.0` and `percent.0` fix the
        decimals. Without one,
        whole numbers are written out, other numbers get three significant digits and dates are
        year-month-day.
    currency
        The currency that `money` shows.

    Raises
    ------
    InputError
        When the value can't be written in that way.

    Examples
    --------
    >>> format_value(1882, "count"), format_value(None), format_value(date(1998, 6, 30))
    ('1,882', 'not available', '1998-06-30')
    """
    if value is None or value != value:  # only NaN differs from itself
        return word("missing")
    try:
        if isinstance(value, bool):
            return word("yes" if value else "no")
        if isinstance(value, (int, float)):
            return _format_number(value, spec, currency)
        if isinstance(value, date):
            return value.isoformat() if spec in {"", "date"} else format(value, spec)
        return format(value, "" if spec == "date" else spec)
    except (ValueError, TypeError):
        raise InputError(
            Problem(
                f"the format '{spec}'",
                "must suit its value",
                f"got {value!r}",
                "Formats are count, money, amount, percent, p, plain, date and Python's own.",
            )
        ) from None


def _format_number(value: float, spec: str, currency: str) -> str:
    if math.isinf(value):
        return f"{'−' if value < 0 else ''}{word('unbounded')}"
    text = _named_format(value, spec, currency)
    if text is None:
        text = as_plain(value) if not spec and isinstance(value, float) else format(value, spec)
    return f"−{text[1:]}" if text.startswith("-") else text


def _named_format(value: float, spec: str, currency: str) -> str | None:
    name, _, digits = spec.partition(".")
    places = int(digits) if name in {"money", "amount", "percent"} and digits else None
    if name == "money":
        return as_money(value, currency, places)
    if name == "amount":
        return as_amount(value, places)
    if name == "percent":
        return as_percent(value, 1 if places is None else places)
    if spec == "count":
        return as_count(value)
    if spec == "p":
        return as_p_value(value)
    return as_plain(value) if spec == "plain" else None
