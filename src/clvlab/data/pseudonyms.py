"""Keyed pseudonyms for customer ids that name a person, such as an e-mail address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

import pandas as pd

from clvlab.errors import InputError, Problem

KEY_VARIABLE = "CLVLAB_PSEUDONYM_KEY"
"""The environment variable that holds the key; the key itself is never stored or shown."""
FEWEST_SIGNS = 16
_BYTES = 10


def pseudonym_key() -> bytes:
    """The key of the environment.

    Raises
    ------
    InputError
        When there is none, or one that could be guessed.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) >= FEWEST_SIGNS:
        return key.encode()
    found = f"it has {len(key)} characters" if key else "it is not set"
    raise InputError(
        Problem(
            f"the environment variable {KEY_VARIABLE}",
            f"must hold a key of at least {FEWEST_SIGNS} characters where ids are personal",
            found,
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))', and keep "
            "it: another key gives other pseudonyms.",
        )
    )


def pseudonyms_of(ids: pd.Series, key: bytes) -> pd.Series:
    """A pseudonym for each id; the same id and key give the same one.

    Parameters
    ----------
    ids
        Ids; numbers and their text, 7 and ``"7"``, have the same pseudonym. Missing ones stay so.
    key
        The secret. Without it nobody can tell whose a pseudonym is, not even by trying all ids
        there are: HMAC with SHA-256 (RFC 2104), of which 80 bits are kept.

    Returns
    -------
    Series
        Text such as ``p-mzxw6ytboi4dcobq``, with the ids' index.

    Examples
    --------
    >>> key = b"a key for an example only"
    >>> found = pseudonyms_of(pd.Series([7, 8]), key)
    >>> found[0] == pseudonyms_of(pd.Series(["7"]), key)[0], found[0] == found[1], len(found[0])
    (True, False, 18)
    """

    def one(value: object) -> str:
        digest = hmac.digest(key, str(value).encode(), hashlib.sha256)
        return "p-" + base64.b32encode(digest[:_BYTES]).decode().lower()

    codes, distinct = pd.factorize(ids)
    names = pd.Series([one(value) for value in distinct], dtype=object)
    found = names.reindex(codes).set_axis(ids.index)
    return found.astype(pd.Series(["text"]).dtype)
