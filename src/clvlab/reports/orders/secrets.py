"""Secrets stay where they are: named by environment variable, never written into a run.

A parameter's value ``env:NAME`` stands for what the variable NAME holds. Manifests and notebooks
keep the name. Should the value turn up in an output all the same, in a traceback for example, the
name is put in its place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from clvlab.errors import Problems

_NAMED = re.compile(r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_PASSWORD = re.compile(r"\w://[^/\s:@]*:[^/\s@]+@")
_SHORTEST = 4
"""Replacing shorter texts wherever they occur would hit ordinary words and numbers."""


def refuse_written_secrets(parameters: Mapping[str, object], problems: Problems) -> None:
    """Add a problem for each value with a password in it, or with a variable that is not set."""
    for name, value in parameters.items():
        if not isinstance(value, str):
            continue
        if _PASSWORD.search(value):
            problems.add(
                f"parameter '{name}'",
                "can't hold a password",
                "it has one between ':' and '@'",
                "Put the address into an environment variable and name it: env:CRM_DATABASE.",
            )
        named = _NAMED.fullmatch(value)
        if named and named["name"] not in os.environ:
            problems.add(
                f"parameter '{name}'",
                "must name an environment variable that is set",
                f"{named['name']} is not",
            )


def named_secrets(parameters: Mapping[str, object]) -> dict[str, str]:
    """What the named variables hold, and the text to be shown instead.

    Of an address with a password the password is an entry of its own: messages quote it alone.
    """
    found: dict[str, str] = {}
    for value in parameters.values():
        named = _NAMED.fullmatch(value) if isinstance(value, str) else None
        held = os.environ.get(named["name"], "") if named else ""
        for secret in (held, *_passwords(held)):
            if len(secret) >= _SHORTEST:
                found[secret] = str(value)
    return found


def _passwords(address: str) -> list[str]:
    try:
        password = urlsplit(address).password or ""
    except ValueError:
        return []
    return [password, unquote(password)]


def without_secrets(content: Any, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - as given
    """Text, or texts in lists and dictionaries, with every secret replaced by its name.

    Examples
    --------
    >>> without_secrets({"error": "no host at db://me:s3cret@crm"}, {"s3cret": "env:CRM"})
    {'error': 'no host at db://me:env:CRM@crm'}
    """
    if not secrets:
        return content
    if isinstance(content, str):
        for secret in sorted(secrets, key=len, reverse=True):
            content = content.replace(secret, secrets[secret])
        return content
    if isinstance(content, dict):  # a notebook's own kind of dictionary stays one
        return type(content)(
            {key: without_secrets(value, secrets) for key, value in content.items()}
        )
    if isinstance(content, (list, tuple)):
        return type(content)(without_secrets(item, secrets) for item in content)
    return content
