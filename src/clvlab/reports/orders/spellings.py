"""How one text is spelt in HTML, JSON, Python, CSV and addresses, and where it is found as such."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus

import markupsafe


@dataclass(frozen=True, slots=True)
class Spellings:
    """A text in all its spellings; made by `Spellings.of`.

    Every character may be spelt in its own way, and in one way inside of another: an error message
    in a notebook is Python's spelling in HTML in JSON.

    Attributes
    ----------
    in_text, in_bytes
        What matches it in text, and in UTF-8.
    longest
        Bytes of its longest spelling.
    core
        Its longest part that is spelt the same everywhere; empty without one.
    """

    in_text: re.Pattern[str]
    in_bytes: re.Pattern[bytes]
    longest: int
    core: str

    @classmethod
    def of(cls, text: str) -> Spellings:
        """The spellings of a text."""
        return _spellings_of(text)

    def replaced(self, text: str, other: str) -> str:
        r"""The text with another in its place, wherever it is found.

        Examples
        --------
        >>> Spellings.of('a"b').replaced('{"a\\"b": "a&#34;b"}', "…")
        '{"…": "…"}'
        """
        if self.core not in text:
            return text
        return self.in_text.sub(lambda _: other, text)

    def found_in(self, content: bytes) -> bool:
        """Whether it is somewhere in these bytes."""
        return self.core.encode() in content and self.in_bytes.search(content) is not None


@lru_cache(maxsize=64)
def _spellings_of(text: str) -> Spellings:
    alternatives = [sorted(_of_mark(mark), key=len, reverse=True) for mark in text]
    pattern = "".join(
        f"(?:{'|'.join(re.escape(spelling) for spelling in each)})" for each in alternatives
    )
    encoded = [[_utf8(spelling) for spelling in each] for each in alternatives]
    return Spellings(
        re.compile(pattern),
        re.compile(_utf8(pattern)),
        sum(max(len(spelling) for spelling in each) for each in encoded),
        max(re.findall("[A-Za-z0-9]+", text), key=len, default=""),
    )


def _utf8(text: str) -> bytes:
    # an environment variable may hold bytes that are no text
    return text.encode("utf-8", "surrogateescape")


def _of_mark(mark: str) -> set[str]:
    """The spellings of one character, up to two ways inside of each other."""
    once = _encoded(mark)
    return once.union(*(_encoded(spelling) for spelling in once))


def _encoded(text: str) -> set[str]:
    in_address = quote(text, safe="", errors="surrogateescape")
    return {
        text,
        html.escape(text),
        html.escape(text, quote=False),
        html.escape(text, quote=False).replace('"', "&quot;"),
        str(markupsafe.escape(text)),
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        repr(text)[1:-1],
        text.replace("\\", r"\\").replace("'", r"\'"),
        ascii(text)[1:-1],
        repr(_utf8(text))[2:-1],
        text.replace('"', '""'),
        in_address,
        quote(text, errors="surrogateescape"),
        quote_plus(text, errors="surrogateescape"),
        re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), in_address),
    }
