"""What changed since the run before, as it stands on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

from clvlab.reports.history.changes import (
    DOWN,
    UP,
    Change,
    describe_change,
    flatten,
    listed_beyond,
    made_differently,
    notable_changes,
    threshold_text,
)
from clvlab.reports.history.result_words import ResultWords
from clvlab.reports.history.run_folder import Run
from clvlab.reports.writing.numbers import Scalar, as_amount, as_count
from clvlab.reports.writing.words import word

SHOWN_AT_ONCE = 6
"""Changes that stand open on a page; the others are folded away."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The section of a page that says what changed.

    Attributes
    ----------
    day
        As of when the run before was made.
    link
        Its page, seen from the new one's.
    first, more
        Changes of numbers: the largest of those that the report quotes, and the others.
    texts
        Changes of texts, dates and truth values.
    differently
        What was made differently: name, value before, value now.
    threshold
        The relative change beyond which numbers are listed, in words.
    """

    day: str
    link: str
    first: Sequence[Change]
    more: Sequence[Change]
    texts: Sequence[Change]
    differently: Sequence[tuple[str, str, str]]
    threshold: str

    @property
    def count(self) -> str:
        """How many numbers changed, in figures."""
        return as_count(len(self.first) + len(self.more))


def changes_since(
    previous: Run, manifest: Mapping[str, Any], results: Mapping[str, Any], words: ResultWords
) -> Changes:
    """What a page says about the run before."""
    threshold = listed_beyond(manifest)
    found = notable_changes(previous.results, results, threshold, words)
    numbers = [change for change in found if change.mark]
    numbers.sort(key=lambda change: change.result not in words.quoted)
    return Changes(
        day=previous.as_of.isoformat(),
        link=f"../{previous.folder.name}/{previous.page.name}",
        first=numbers[:SHOWN_AT_ONCE],
        more=numbers[SHOWN_AT_ONCE:],
        texts=[change for change in found if not change.mark],
        differently=made_differently(previous.manifest, manifest),
        threshold=threshold_text(threshold),
    )


def change_html(mark: str, amount: str, since: str = "") -> str:
    """A change in a few words; its mark is read aloud as a word."""
    spoken = {UP: word("rose"), DOWN: word("fell")}.get(mark, "")
    sign = f'<span aria-hidden="true">{mark}</span>' if spoken else ""
    aloud = f'<span class="spoken">{escape(spoken)}</span>' if spoken else ""
    day = f' <span class="clv-since">{escape(word("since", day=since))}</span>' if since else ""
    return f"{sign}{aloud} <b>{escape(amount)}</b>{day}".strip()


def card_changes(
    cards: Sequence[Mapping[str, Any]],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    since: date | None = None,
) -> list[str]:
    """The change of each card's figure, as HTML; nothing for a card that shows no one number.

    Parameters
    ----------
    cards
        Facts of cards, with `result` and `format` where one result is shown.
    before, after
        The results of both runs.
    since
        As of when the earlier run was made, when each card is to say so.
    """
    old, new, day = flatten(before), flatten(after), since.isoformat() if since else ""
    return [_card_change(card, old, new, day) for card in cards]


def _card_change(
    card: Mapping[str, Any], old: Mapping[str, Scalar], new: Mapping[str, Scalar], since: str
) -> str:
    result = str(card.get("result") or "")
    mark, amount = describe_change(old.get(result), new.get(result), str(card.get("format") or ""))
    if not mark:
        return ""
    return f'<span class="clv-change">{change_html(mark, amount, since)}</span>'


def late_rows_line(late: Mapping[str, Any]) -> str:
    """One sentence about the rows that an earlier run had not seen, or why nothing can be told."""
    if "months" not in late:
        names = ", ".join(str(name).replace("_", " ") for name in late["read_differently"])
        return word("late_rows_not_told", day=str(late["since"]), names=names)
    rows, amount = _late_totals(late["months"])
    day = str(late["since"])
    return word("late_rows_line", day=day, rows=rows, amount=amount)


def _late_totals(months: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    rows = sum(int(m["rows_now"]) - int(m["rows_before"]) for m in months)
    amounts = [Decimal(str(m["amount_now"])) - Decimal(str(m["amount_before"])) for m in months]
    amount = float(sum(amounts))
    return _signed(rows, as_count(abs(rows))), _signed(amount, as_amount(abs(amount)))


def _signed(value: float, size: str) -> str:
    return f"−{size}" if value < 0 else f"+{size}" if value > 0 else size


def late_rows_table(late: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Month, and for each of its numbers the number itself and as it is written."""
    rows = []
    for month in late.get("months", []):
        counts = [month["rows_before"], month["rows_now"]]
        amounts = [month["amount_before"], month["amount_now"]]
        cells = [(str(count), as_count(int(count))) for count in counts]
        cells += [(str(amount), as_amount(float(amount), 2)) for amount in amounts]
        rows.append((str(month["month"]), cells))
    return rows
