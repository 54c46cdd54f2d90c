"""Secrets stay where they are: named by environment variable, never written into a run.

A parameter's value ``env:NAME`` stands for what the variable NAME holds. Manifests and notebooks
keep the name. Should the value turn up in an output all the same, in a traceback for example, the
name is put in its place, however the value is spelt there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import unquote, unquote_plus

from clvlab.reports.orders.spellings import Spellings
from clvlab.reports.orders.written_secrets import KEYED, NAMED

_SHORTEST = 6
"""Replacing shorter texts wherever they occur would hit ordinary words and numbers."""

_USERINFO = re.compile(r"://[^/?#@:]*:(?P<password>.+)@", re.DOTALL)
_VALUE = re.compile(r"\s*(?:\{([^}]*)\}|\"([^\"]*)\"|'([^']*)'|([^;&,\s\"'{]+))")
"""What follows a key: in braces as ODBC has it, in quotes, or up to the next separator."""


def named_secrets(parameters: Mapping[str, object]) -> dict[str, str]:
    """What the named variables hold, and the text to be shown instead.

    Of an address with a password the password is an entry of its own: messages quote it alone.
    Not hunted for are texts of fewer than six characters, numbers, dates and the names of embedded
    data sets, which stand in many places for other reasons.
    """
    found: dict[str, str] = {}
    for value in parameters.values():
        named = NAMED.fullmatch(value) if isinstance(value, str) else None
        held = os.environ.get(named["name"], "") if named else ""
        for secret in (held, held.strip(), *_passwords(held)):
            if _can_be_hunted(secret):
                found[secret] = str(value)
    return found


def _passwords(held: str) -> list[str]:
    found = [match["password"] for match in [_USERINFO.search(held)] if match]
    for text in {held, unquote_plus(held)}:
        for key in KEYED.finditer(text):
            value = _VALUE.match(text, key.end())
            found.extend(filter(None, value.groups() if value else ()))
    return [spelling for each in found for spelling in (each, unquote(each))]


def _can_be_hunted(secret: str) -> bool:
    if len(secret) < _SHORTEST or secret.isdigit():
        return False
    with suppress(ValueError):
        float(secret)
        return False
    with suppress(ValueError):
        date.fromisoformat(secret)
        return False
    from clvlab.data.opening import EMBEDDED

    return secret not in EMBEDDED


def without_secrets(content: Any, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - as given
    """Text, or texts in lists and dictionaries, with every secret replaced by its name.

    A secret is found as it is and as HTML, JSON, Python, CSV and addresses spell it, in values and
    in keys. Numbers, truth values and dates stay; a file of JSON is to be parsed first, for in its
    text a number is no different from words.

    Parameters
    ----------
    content
        Text, a list, a tuple or a dictionary of such, or anything else, which is given back.
    secrets
        From `named_secrets`.

    Examples
    --------
    >>> without_secrets({"error": "no host at db://me:s3cret@crm", "n": 1}, {"s3cret": "env:CRM"})
    {'error': 'no host at db://me:env:CRM@crm', 'n': 1}
    >>> without_secrets("<b>p&amp;ss&quot;word</b>", {'p&ss"word': "env:CRM"})
    '<b>env:CRM</b>'
    """
    longest_first = sorted(secrets, key=len, reverse=True)
    return _clean(content, [(Spellings.of(each), secrets[each]) for each in longest_first])


def _clean(content: Any, secrets: list[tuple[Spellings, str]]) -> Any:  # noqa: ANN401 - as given
    if not secrets:
        return content
    if isinstance(content, str):
        for secret, shown in secrets:
            content = secret.replaced(content, shown)
        return content
    if isinstance(content, dict):  # a notebook's own kind of dictionary stays one
        return type(content)(
            {_clean(key, secrets): _clean(value, secrets) for key, value in content.items()}
        )
    if isinstance(content, (list, tuple)):
        return type(content)(_clean(item, secrets) for item in content)
    return content
