"""Telephone numbers, e-mail and postal addresses in a form in which the same is the same text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_LEAST_DIGITS = 7
"""Digits that a telephone number has at least."""
_EXTENSION = re.compile(r"(?:转|ext\.?|x|分机)\s*\d+\s*$|(?<=\d{7})-\d{1,5}$", re.IGNORECASE)
_STREETS = (
    (re.compile(r"strasse\b|str\b\.?"), "str"),
    (re.compile(r"\bstreet\b"), "st"),
    (re.compile(r"\broad\b"), "rd"),
    (re.compile(r"\bavenue\b"), "ave"),
    (re.compile(r"\bboulevard\b"), "blvd"),
    (re.compile(r"大街"), "街"),
    (re.compile(r"大道"), "道"),
    (re.compile(r"马路"), "路"),
)


def plain_phones(text: str) -> list[str]:
    """The telephone numbers of a cell: digits without country code, leading zeros and extension.

    Examples
    --------
    >>> plain_phones("+86 138 0013 8000 / (010) 6275-1234 ext. 8")
    ['13800138000', '1062751234']
    """
    plain = unicodedata.normalize("NFKC", text)
    numbers = []
    for part in _single_numbers(plain):
        said = _EXTENSION.sub("", part.strip())
        international = said.startswith(("+", "00"))
        digits = re.sub(r"\D", "", said.replace("(0)", "")).lstrip("0")
        if digits.startswith("86") and (international or len(digits) == len("8613800138000")):
            digits = digits[2:].lstrip("0")
        if len(digits) >= _LEAST_DIGITS:
            numbers.append(digits)
    return numbers


def _single_numbers(text: str) -> Iterator[str]:
    """The numbers of a cell; a slash behind an area code is part of the number."""
    for part in re.split(r"\s/\s|[;,、，；|]", text):
        before, slash, after = part.partition("/")
        if slash and len(re.sub(r"\D", "", before)) >= _LEAST_DIGITS:
            yield from (before, after)
        else:
            yield part


def same_phone(one: str, other: str) -> bool:
    """Whether two numbers are one, with or without area or country code before it.

    Examples
    --------
    >>> same_phone("49301234567", "301234567"), same_phone("13800138000", "13900138000")
    (True, False)
    """
    short, long = sorted((one, other), key=len)
    return len(short) >= _LEAST_DIGITS and long.endswith(short)


def plain_email(text: str) -> str:
    """An e-mail address in small letters, without what stands around it."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.strip(" <>;,").removeprefix("mailto:")


@lru_cache(maxsize=300_000)
def plain_address(text: str) -> str:
    """An address with one word for each sort of street, and blanks between its words.

    Examples
    --------
    >>> plain_address("Hauptstraße 5, Köln"), plain_address("HAUPTSTR. 5  Koeln")
    ('hauptstr 5 koeln', 'hauptstr 5 koeln')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = plain.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    for found, usual in _STREETS:
        plain = found.sub(usual, plain)
    return " ".join(re.findall(r"\d+|[^\W\d_]+", plain))


@lru_cache(maxsize=300_000)
def numbers_of(address: str) -> frozenset[str]:
    """The numbers in a plain address: house, floor, room, post code."""
    return frozenset(number.lstrip("0") for number in re.findall(r"\d+", address))
