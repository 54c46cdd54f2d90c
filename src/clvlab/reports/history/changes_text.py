"""What changed between two runs, in columns for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from clvlab.reports.history.changes import (
    Change,
    flatten,
    listed_beyond,
    made_differently,
    notable_changes,
    threshold_text,
)
from clvlab.reports.history.result_words import words_of_run
from clvlab.reports.history.run_folder import Run
from clvlab.reports.writing.words import word

_GAP = "   "


def changes_text(before: Run, after: Run, threshold: float | None = None) -> str:
    """The notable changes from one run to another as plain text.

    Parameters
    ----------
    before, after
        Two runs of one report.
    threshold
        The relative change beyond which a number is listed: 0.05 is 5 %, 0 lists every change.
        None takes that of the newer run.

    Returns
    -------
    str
        A heading; what was made differently; one line a number, with both values, their limits
        and the change; then texts and dates, on lines of their own.
    """
    if threshold is None:
        threshold = listed_beyond(max(before, after, key=lambda run: run.as_of).manifest)
    words = words_of_run(after, flatten(after.results))
    changes = notable_changes(before.results, after.results, threshold, words)
    heading = f"{after.report}, {_variants(before, after)}"
    parts = [f"{heading}: {before.as_of} → {after.as_of}"]
    differences = made_differently(before.manifest, after.manifest)
    if differences:
        said = [f"{name}: {was} → {now}" for name, was, now in differences]
        parts.append("\n".join([word("made_differently"), *said]))
    numbers = [change for change in changes if change.mark]
    if numbers:
        parts.append(_columns(numbers, before, after))
    else:
        parts.append(word("changes_none", threshold=threshold_text(threshold)))
    parts += [_sentence(change) for change in changes if not change.mark]
    return "\n\n".join(parts) + "\n"


def _variants(before: Run, after: Run) -> str:
    same = before.variant == after.variant
    return after.variant if same else f"{before.variant} → {after.variant}"


def _columns(changes: Sequence[Change], before: Run, after: Run) -> str:
    head = (word("result"), str(before.as_of), str(after.as_of), word("change"))
    rows = [
        (
            change.label,
            _with_limits(change.before, change.limits_before),
            _with_limits(change.after, change.limits_after),
            f"{change.mark} {change.amount}".strip(),
        )
        for change in changes
    ]
    widths = [max(_width(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        _GAP.join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )


def _with_limits(value: str, limits: str) -> str:
    return f"{value} ({limits})" if limits else value


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: two for a Chinese character."""
    from rich.cells import cell_len

    return cell_len(text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _sentence(change: Change) -> str:
    return f"{change.label}\n  {change.before}\n→ {change.after}"
