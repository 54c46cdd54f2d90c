"""Templates filled into files that need nothing else: style and script stand in the page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache

import jinja2
from markupsafe import Markup, escape

from clvlab.reports.writing.display import template_text
from clvlab.reports.writing.words import page_words, word

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def render(template: str, **values: object) -> str:
    """A template filled; texts are escaped unless they are markup already.

    Parameters
    ----------
    template
        Name of a file in the template folder.
    values
        What its names stand for.
    """
    script = template_text("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = template_text("pieces.css") + template_text("page.css")
    return (
        _environment()
        .get_template(template)
        .render(
            words=page_words(),
            word=word,
            style=Markup(style),  # noqa: S704 - a file of the package
            script=Markup(script),  # noqa: S704 - a file of the package
            script_digest=digest,
            **values,
        )
    )


def join(parts: Sequence[str]) -> Markup:
    """HTML as it is: texts in it were escaped where each part was made."""
    return Markup("\n".join(parts))  # noqa: S704 - every part was escaped where it was made


def days(text: str) -> Markup:
    """A text, escaped, in which no date is broken at the end of a line."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["days"] = days
    return environment
