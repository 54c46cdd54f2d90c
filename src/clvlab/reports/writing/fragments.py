"""The HTML of the pieces that carry words: title, cards, stamps, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from clvlab.reports.writing.numbers import NO_BREAK_SPACE
from clvlab.reports.writing.words import word


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure.

    Attributes
    ----------
    label
        What it is, in a few words.
    value
        The figure, as a template: ``"{clv_total:money}"``.
    interval
        Its interval as a template, when it is an estimate.
    note
        What it is compared with or counts, as a template.
    """

    label: str
    value: str
    interval: str = ""
    note: str = ""


def meta_html(as_of: str, data: str, note: str) -> str:
    """The line under the title: as of when, from which data."""
    parts = []
    if as_of:
        parts.append(f"{escape(word('as_of'))} <b>{escape(as_of)}</b>")
    if data:
        parts.append(f"{escape(word('data'))} <b>{escape(data)}</b>")
    if note:
        parts.append(escape(note))
    dot = '<span class="clv-dot" aria-hidden="true">·</span>'
    return dot.join(f"<span>{part}</span>" for part in parts)


def kind_html(kind: str) -> str:
    """The sort of report; its question is the notebook's own heading."""
    return f'<p class="clv-kind">{escape(kind)}</p>' if kind else ""


def cards_html(cards: Sequence[Card], more: Sequence[str] = ()) -> str:
    """Filled cards side by side; `dl` so that a label stays with its figure when read aloud.

    Parameters
    ----------
    cards
        Cards whose templates are filled; their texts are escaped here.
    more
        HTML to stand at the foot of each card.
    """
    feet = [*more, *[""] * (len(cards) - len(more))]
    filled = "".join(_card_html(card, foot) for card, foot in zip(cards, feet, strict=True))
    return f'<dl class="clv-cards">{filled}</dl>'


def _card_html(card: Card, foot: str) -> str:
    below = "".join(
        f'<span class="{kind}">{escape(text)}</span>'
        for kind, text in (("clv-interval", card.interval), ("clv-note", card.note))
        if text
    )
    return (
        f'<div class="clv-card"><dt>{escape(card.label)}</dt>'
        f'<dd class="clv-value">{_figure_html(card.value)}</dd>'
        f'<dd class="clv-below">{below}{foot}</dd></div>'
    )


def filled_card(facts: Mapping[str, Any]) -> Card:
    """A card from the facts of a page, whichever version wrote them."""
    parts = {part: str(facts.get(part) or "") for part in ("label", "value", "interval", "note")}
    return Card(**parts)


def _figure_html(text: str) -> str:
    """A card's figure, with a currency code behind it set small."""
    figure, space, unit = escape(text).rpartition(NO_BREAK_SPACE)
    if not (space and unit.isalpha()):  # a sentence, or a percent sign
        return escape(text)
    # Where both do not fit into the card, the code goes below the number.
    return f'{figure}\u202f<wbr><span class="clv-unit">{unit}</span>'


def stamp_html(lead: str, html: str) -> str:
    """A warning that nobody should miss, its leading word in bold."""
    bold = f"<b>{escape(lead)}</b> " if lead else ""
    return f'<p class="clv-stamp" role="note">{bold}{html}</p>'


def limits_html(items: Sequence[str]) -> str:
    """The box of what the report can't say."""
    points = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="clv-limits">{points}</ul>'
