"""Passwords written where anybody reads them: found in parameters, and refused unrepeated."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

from clvlab.errors import Problems

NAMED = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
"""How a value names an environment variable."""

_WORDS = (
    r"pwd|password|passwd|passphrase|token|secret(?:[_-]?key)?|signature"
    r"|(?:api|access|account|private|shared)[_-]?key"
)
KEYED = re.compile(rf"(?P<key>{_WORDS})(?:\s*=(?!=)|[\"']\s*:)", re.IGNORECASE)
"""``Pwd=``, ``&token=`` or ``"password":`` before a secret; a comparison with ``==`` is none."""

_CALLED = re.compile(rf"(?:^|_)(?:{_WORDS})$", re.IGNORECASE)

_USERINFO = re.compile(
    r"\w://[^\s/?#@:]*:[^\s@]+@"  # anywhere in a text
    r"|^\s*[\w+.:-]+://[^/?#@:]*:[^@]+@"  # an address whose password has blanks
    # without a scheme; drives, times, variables and mail addresses have a colon too
    r"|^(?![A-Za-z]:[\\/]|env:|mailto:|\d|.*://)[^\s:/@\\=,]+:[^\s@]+@\S+$"
)
_REMEDY = "Put it into an environment variable and name that: env:CRM_DATABASE."


def refuse_written_secrets(
    parameters: Mapping[str, object], problems: Problems, where: str = ""
) -> dict[str, object]:
    """Add a problem for each value with a password in it, and return the other values.

    What is returned may be checked further, with messages that quote it.

    Parameters
    ----------
    parameters
        Values by name.
    problems
        Receives what is refused, each once.
    where
        The file and key, for messages.
    """
    others: dict[str, object] = {}
    for name, value in parameters.items():
        found = written_secret(value) or _named_secret(name, value)
        if not found:
            others[name] = value
            continue
        subject = ", ".join(filter(None, (where, f"parameter '{name}'")))
        if subject not in {each.subject for each in problems if each.remedy == _REMEDY}:
            problems.add(subject, "can't hold a password", found, _REMEDY)
    return others


def _named_secret(name: str, value: object) -> str:
    """What to say of a text whose parameter is called a password."""
    is_text = isinstance(value, str) and bool(value) and not NAMED.fullmatch(value)
    return "its name says that it is one" if is_text and _CALLED.search(name) else ""


def refuse_unset_variables(parameters: Mapping[str, object], problems: Problems) -> None:
    """Add a problem for each value that names an environment variable that is not set."""
    for name, value in parameters.items():
        named = NAMED.fullmatch(value) if isinstance(value, str) else None
        if named and named["name"] not in os.environ:
            problems.add(
                f"parameter '{name}'",
                "must name an environment variable that is set",
                f"{named['name']} is not",
            )


def written_secret(value: object) -> str:
    """Where in a value a password stands, in words without it; empty when there is none.

    Examples
    --------
    >>> written_secret("postgresql://me:s3cret@db/crm")
    "it has one between ':' and '@'"
    >>> written_secret("Server=db;Uid=me;Pwd=hunter22")
    "it has one after 'Pwd'"
    >>> written_secret("customer_id=client, amount=quantity*price")
    ''
    """
    if not isinstance(value, str):
        return ""
    for text in (value, unquote_plus(value)):
        if _USERINFO.search(text):
            return "it has one between ':' and '@'"
        if keyed := KEYED.search(text):
            return f"it has one after '{keyed['key']}'"
    return ""


def host_and_path(address: str) -> str:
    """An address without scheme, user, password and query, from which folders are named.

    Examples
    --------
    >>> host_and_path("postgresql://me:pa/ss?w@db.internal/crm?sslmode=require")
    'db.internal/crm'
    """
    after_scheme = address.partition("://")[2]
    # a password may hold any mark, so all before the last @ goes
    return re.split("[?#]", after_scheme.rpartition("@")[2])[0]
