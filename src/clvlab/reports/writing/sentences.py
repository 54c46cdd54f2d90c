"""Sentences whose numbers come from results, and the Markdown that they are written in."""

from __future__ import annotations

import string
from collections.abc import Callable
from string import Formatter

import mistune

from clvlab.errors import InputError, Problem
from clvlab.reports.writing.numbers import format_value
from clvlab.reports.writing.results import Results

Escape = Callable[[str], str]

_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def escape_markdown(text: str) -> str:
    r"""Text that Markdown shows as it is, whatever it holds.

    Examples
    --------
    >>> print(escape_markdown("*<b>*"))
    \*\<b\>\*
    """
    return " ".join(text.split()).translate(_ESCAPED)


def fill(template: str, results: Results, currency: str = "", escape: Escape = str) -> str:
    """The template with every `{name}` or `{name:format}` replaced by that result.

    Parameters
    ----------
    template
        Text with names of results in braces; `{{` is a brace itself.
    results
        Where the names are looked up.
    currency
        What the format `money` shows.
    escape
        Applied to values that are text, since text from data may hold markup.

    Raises
    ------
    InputError
        When a name was not recorded, or braces do not match.
    """
    parts: list[str] = []
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        raise InputError(
            Problem("a text", "must have matching braces", f"{error} in {template!r}")
        ) from None
    for literal, field, spec, _ in fields:
        parts.append(literal)
        if field is not None:
            value = results.look_up(field)
            shown = format_value(value, spec or "", currency)
            parts.append(escape(shown) if isinstance(value, str) else shown)
    return "".join(parts)


def only_field(template: str) -> tuple[str, str]:
    """The name and the format of a template that is one field and nothing else, else nothing.

    Examples
    --------
    >>> only_field("{total.clv:money}"), only_field("{fit[r]}"), only_field("about {share}")
    (('total.clv', 'money'), ('fit.r', ''), ('', ''))
    """
    fields = list(Formatter().parse(template))
    if len(fields) != 1 or fields[0][0] or fields[0][1] is None:
        return "", ""
    name = fields[0][1].replace("]", "").replace("[", ".")
    return name, fields[0][2] or ""


class PageRenderer(mistune.HTMLRenderer):
    """Markdown to HTML without raw HTML and without anything fetched from elsewhere.

    Attributes
    ----------
    headings
        Level, id and HTML text of every heading rendered so far.
    """

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.headings: list[tuple[int, str, str]] = []

    def heading(self, text: str, level: int, **_attrs: object) -> str:
        """A heading with an id that is unique on the page."""
        taken = {name for _, name, _ in self.headings}
        base = name = heading_id(text)
        count = 2
        while name in taken:
            name, count = f"{base}-{count}", count + 1
        self.headings.append((level, name, text))
        return f'<h{level} id="{name}">{text}</h{level}>\n'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """An image that the page itself holds; of any other, only its words."""
        return super().image(text, url, title) if url.startswith("data:image/") else text


def heading_id(text: str) -> str:
    """The id of a heading: its letters and digits joined by hyphens.

    Examples
    --------
    >>> heading_id("Is the forecast any good?")
    's-is-the-forecast-any-good'
    """
    words = "".join(mark if mark.isalnum() else " " for mark in text.lower()).split()
    return "-".join(["s", *words])


def to_html(text: str, renderer: PageRenderer | None = None) -> str:
    """Markdown as HTML blocks."""
    markdown = mistune.create_markdown(renderer=renderer or PageRenderer(), plugins=["table"])
    return str(markdown(text)).strip()


def to_inline_html(text: str) -> str:
    """One paragraph of Markdown as HTML without the paragraph itself."""
    html = to_html(text)
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html.removeprefix("<p>").removesuffix("</p>")
    return html


def to_text(html: str) -> str:
    """HTML of ours without its tags, for places that show plain text."""
    plain, inside = [], False
    for mark in html:
        if mark in "<>":
            inside = mark == "<"
        elif not inside:
            plain.append(mark)
    text = "".join(plain)
    for entity, mark in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, mark)
    return text
