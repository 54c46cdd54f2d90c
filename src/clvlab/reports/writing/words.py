"""The words that the engine itself puts on a page, read from one file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def page_words() -> dict[str, str]:
    """Every word of `words.toml` by its key."""
    text = files("clvlab.reports.writing").joinpath("words.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))


def word(key: str, **values: object) -> str:
    """One entry with its `{names}` filled.

    Examples
    --------
    >>> word("sort_hint", column="amount")
    'Sort by amount'
    """
    return page_words()[key].format(**values)
