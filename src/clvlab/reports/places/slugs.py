"""Names of folders."""

from __future__ import annotations

import unicodedata


def slug(text: str, fallback: str = "default") -> str:
    """A folder name of letters, digits and hyphens; it can't name a parent folder.

    Examples
    --------
    >>> slug("CDNOW (master)"), slug("../../etc"), slug("  ")
    ('cdnow-master', 'etc', 'default')
    """
    normal = unicodedata.normalize("NFKC", text).lower()
    words = "".join(mark if mark.isalnum() else " " for mark in normal).split()
    return "-".join(words)[:60].strip("-") or fallback
