"""What a recorded result is called on a page, and how its number is written there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clvlab.errors import InputError
from clvlab.reports.history.run_folder import Run, readable_cards
from clvlab.reports.writing.numbers import NO_BREAK_SPACE, Scalar, as_amount, format_value
from clvlab.reports.writing.words import word
from clvlab.schema import FORMATS, LABELS

LIMITS = (
    ("_predictive_lower", "_predictive_upper"),
    ("_credible_lower", "_credible_upper"),
    ("_lower", "_upper"),
)
"""What the names of an estimate's limits end in; the first that a result has are shown."""

_FIELD = re.compile(r"\{([A-Za-z_][\w.]*):([a-z,+][a-z0-9.,]*|\.[0-9][a-z])\}")


@dataclass(frozen=True, slots=True)
class ResultWords:
    """Labels and formats of one report's results.

    Attributes
    ----------
    labels
        The labels of cards by the result that they show.
    formats
        The formats in which the report itself writes a result.
    currency
        What the format `money` shows.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    @property
    def quoted(self) -> set[str]:
        """The results that a card or the report's prose shows."""
        return self.labels.keys() | self.formats.keys()

    def label(self, result: str) -> str:
        """The label of the card that shows the result, otherwise words made of its name.

        Examples
        --------
        >>> ResultWords({"total.clv": "Value"}).label("total.clv")
        'Value'
        >>> ResultWords().label("top.expected_spend"), ResultWords().label("periods_inside")
        ('Top: expected spend a purchase', 'Periods inside')
        """
        if result in self.labels:
            return self.labels[result]
        words = ": ".join(_part_words(part) for part in result.split("."))
        return words[:1].upper() + words[1:]

    def spec(self, result: str) -> str:
        """The format of a result: the report's own, else that of its column; limits follow."""
        last = result.rpartition(".")[2]
        spec = self.formats.get(result) or FORMATS.get(last, "")
        estimate = estimate_of(result)
        return self.spec(estimate) if not spec and estimate else spec

    def show(self, result: str, value: Scalar) -> str:
        """The value as the report would write it; a dash when there is none."""
        if value is None:
            return word("missing_cell")
        try:
            return format_value(value, self.spec(result), self.currency)
        except InputError:  # written otherwise by another version of the report
            return format_value(value, "", self.currency)


def _part_words(part: str) -> str:
    label = LABELS.get(part, "")
    return part.replace("_", " ") if not label or estimate_of(part) else label


def estimate_of(result: str) -> str:
    """The result that this one is a limit of, or nothing.

    Examples
    --------
    >>> estimate_of("total.clv_credible_lower"), estimate_of("total.clv")
    ('total.clv', '')
    """
    for ends in LIMITS:
        for end in ends:
            if result.endswith(end):
                return result.removesuffix(end)
    return ""


def words_of(
    facts: Mapping[str, Any], sources: Iterable[str], results: Mapping[str, Scalar]
) -> ResultWords:
    """The labels and formats of a report.

    Parameters
    ----------
    facts
        The page's facts, with its cards.
    sources
        The sources of the notebook's cells, whose texts hold `{result:format}`.
    results
        Results by flat name, from which the cards' currency is told.
    """
    formats: dict[str, str] = {}
    for source in sources:
        for result, spec in _FIELD.findall(source):
            formats.setdefault(result, spec)
    cards = [card for card in readable_cards(facts) if card.get("result")]
    formats |= {card["result"]: str(card.get("format") or "") for card in cards}
    labels = {str(card["result"]): str(card["label"]) for card in cards}
    return ResultWords(labels, formats, _currency(cards, results))


def words_of_run(run: Run, results: Mapping[str, Scalar]) -> ResultWords:
    """The labels and formats of a run that is kept."""
    return words_of(run.facts, _cell_sources(run), results)


def _cell_sources(run: Run) -> Sequence[str]:
    try:
        notebook = json.loads((run.folder / "notebook.ipynb").read_text(encoding="utf-8"))
        return ["".join(cell["source"]) for cell in notebook["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _currency(cards: Sequence[Mapping[str, Any]], results: Mapping[str, Scalar]) -> str:
    """What a card of money shows beside its amount."""
    for card in cards:
        name, _, places = str(card.get("format") or "").partition(".")
        value = results.get(card["result"])
        if name == "money" and isinstance(value, (int, float)):
            amount = as_amount(abs(value), int(places) if places else None)
            before, found, after = str(card["value"]).partition(amount)
            if found:
                return before.strip(f"-−{NO_BREAK_SPACE}") or after.strip(NO_BREAK_SPACE)
    return ""
