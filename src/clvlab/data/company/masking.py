"""Personal data in text: recognised, named by their kind, and taken out of what is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE)
_BEFORE = r"(?<![A-Za-z0-9_.,#/+-])"
"""What can't stand before a number that is a telephone's: it would be an order number's part."""
_AFTER = r"(?![A-Za-z0-9_]|[.,/-]\d)"
_PHONES = (
    # A Chinese mobile phone: 11 digits from 13 to 19, in groups of 3, 4 and 4 or in one.
    re.compile(rf"{_BEFORE}(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?P<s>[ -]?)\d{{4}}(?P=s)\d{{4}}{_AFTER}"),
    # A Chinese landline: area code with its zero, then 7 or 8 digits, perhaps an extension.
    re.compile(
        rf"{_BEFORE}(?:(?:\+|00)?86[ -]?)?\(?0\d{{2,3}}\)?[ -]\d{{7,8}}(?:-\d{{1,5}})?(?!\d)"
    ),
    re.compile(rf"{_BEFORE}\(0\d{{2,3}}\)\d{{7,8}}(?!\d)"),
    # An international number: a plus and 9 to 15 digits in any groups.
    re.compile(r"(?<![A-Za-z0-9_+])\+[1-9](?:[ ()/-]{0,2}\d){8,14}(?![\d.,])"),
    # A European national number: area code, then blank or slash, then 5 to 9 digits.
    re.compile(rf"{_BEFORE}\(?0[1-9]\d{{1,4}}\)?[ /]{{1,3}}\d{{5,9}}{_AFTER}"),
    # An American number with its area code in parentheses.
    re.compile(r"(?<!\w)\(\d{3}\) ?\d{3}-\d{4}(?!\d)"),
    # Any number behind a word that says what it is.
    re.compile(
        r"(?:电话|手机|座机|传真|(?<![a-z])(?:tel|phone|mobile|cell|fax|call)(?![a-z]))"
        r"[.:\s]{0,3}\+?\d(?:[ ()/-]{0,2}\d){6,14}(?![\d.,])",
        re.IGNORECASE,
    ),
)
_NUMBERED = re.compile(
    r"(?:单号|编号|订单|合同|发票|流水号|账号|(?<![a-z])(?:order|invoice|contract|ref|no|nr)\b)"
    r"[号#.:\s-]{0,3}$",
    re.IGNORECASE,
)
"""What stands before a number that is an order's, an invoice's or a contract's."""
_ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?P<year>(?:19|20)\d{2})(?:0[1-9]|1[0-2])"
    r"(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_SIGNS = "10X98765432"
MAY_BE_PERSONAL = re.compile(r"@|＠|(?:[0-9０-９][^0-9０-９]{0,4}){7}")
"""What every text has in which `personal_parts` finds something, and few others have."""


def plain_text(text: str) -> str:
    """The text with full-width signs and other variants in their usual form."""
    return unicodedata.normalize("NFKC", text)


def personal_parts(text: str) -> list[str]:
    """What personal data a text holds, by kind and in words.

    E-mail addresses, telephone numbers (Chinese mobiles and landlines, international and European
    ones) and Chinese identity card numbers (GB 11643: the last sign checks the others). Amounts,
    days and order numbers are none.

    Examples
    --------
    >>> personal_parts("asked a@b.example to call 138-0013-8000")
    ['e-mail address', 'telephone number']
    >>> personal_parts("order 13800138000 of 2024-01-05, 12500.00")
    []
    """
    if not MAY_BE_PERSONAL.search(text):
        return []
    return sorted({kind for kind, _, _ in _parts(plain_text(text))})


def masked(text: str) -> str:
    """The text without what `personal_parts` finds in it.

    Examples
    --------
    >>> masked("East (a@b.example)")
    'East ([e-mail address])'
    """
    if not MAY_BE_PERSONAL.search(text):
        return text
    plain = plain_text(text)
    parts = sorted({(first, last, kind) for kind, first, last in _parts(plain)}, reverse=True)
    if not parts:
        return text
    for first, last, kind in parts:
        plain = f"{plain[:first]}[{kind}]{plain[last:]}"
    return plain


def without_addresses(text: str) -> str:
    """An id as it is, unless it holds an e-mail address; numbers are ids and stay.

    Examples
    --------
    >>> without_addresses("13800138000"), without_addresses("a@b.example")
    ('13800138000', '[e-mail address]')
    """
    return _EMAIL.sub("[e-mail address]", text) if "@" in text else text


def holds_address(text: str) -> bool:
    """Whether a text holds an e-mail address."""
    return _EMAIL.search(plain_text(text)) is not None


def shape_of(value: str) -> str:
    """A value that could not be read, shown as it is when it can't name anyone.

    Examples
    --------
    >>> shape_of("2026-02-30"), shape_of("Ms Li, Main Street 5")
    ("'2026-02-30'", 'a text of 20 characters')
    """
    short = len(value) <= 20
    if short and not any(sign.isalpha() for sign in value) and not personal_parts(value):
        return repr(value)
    return f"a text of {len(value)} characters"


def _parts(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(text):
        yield "e-mail address", *match.span()
    for match in _ID_CARD.finditer(text):
        # Of an order number that holds its day, the year is none of the last century.
        if match["year"] < "2000" or _card_checks(match[0].upper()):
            yield "identity card number", *match.span()
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            if not _NUMBERED.search(text[: match.start()]):
                yield "telephone number", *match.span()


def _card_checks(number: str) -> bool:
    total = sum(weight * int(sign) for weight, sign in zip(_CARD_WEIGHTS, number, strict=False))
    return _CARD_SIGNS[total % 11] == number[-1]
