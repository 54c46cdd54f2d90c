"""The one line that a failing night leaves, for a mail or a chat."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

from clvlab.errors import InputError
from clvlab.reports.nights.night import Night
from clvlab.reports.places.whole_files import write_whole

FAILURES = "failures.txt"
_LONGEST = 200


def notice_of(night: Night, day: date) -> str:
    """What went wrong in a night, in one line; empty when all is well.

    Parameters
    ----------
    night
        What became of its orders.
    day
        The day that it was run for.

    Examples
    --------
    >>> from clvlab.reports.nights.outcome import Outcome
    >>> from clvlab.reports.orders.order import Order
    >>> failed = Outcome(Order("clv.ipynb", "reports", "clv", "north"), "failed", line="no data")
    >>> notice_of(Night((failed,)), date(2024, 6, 30))
    'clvlab 2024-06-30: 1 of 1 report failed: clv/north (no data)'
    """
    failed = [outcome for outcome in night.outcomes if outcome.has_failed]
    stopped = [outcome.name for outcome in night.outcomes if outcome.state == "stopped"]
    waiting = [outcome.name for outcome in night.outcomes if outcome.state == "not started"]
    if not (failed or stopped or waiting or night.trouble):
        return ""
    total = len(night.outcomes)
    words = []
    if failed:
        listed = "; ".join(f"{each.name} ({_short(each.line)})" for each in failed)
        words.append(f"{len(failed)} of {total} report{_s(total)} failed: {listed}")
    if night.stopped_by is not None:
        during = f" during {', '.join(stopped)}" if stopped else ""
        words.append(f"stopped by {night.stopped_by.name}{during}")
    if waiting:
        words.append(f"{len(waiting)} of {total} not started: {', '.join(waiting)}")
    if night.trouble:
        words.append(_short(night.trouble))
    return f"clvlab {day.isoformat()}: {'; '.join(words)}"


def refusal_of(error: InputError, day: date) -> str:
    """That a night's catalogue was refused, in one line with its first problem.

    Examples
    --------
    >>> from clvlab.errors import Problem
    >>> error = InputError(Problem("catalogue.toml", "must be TOML", "line 3 is not"))
    >>> refusal_of(error, date(2024, 6, 30))
    'clvlab 2024-06-30: nothing was run: catalogue.toml must be TOML; line 3 is not'
    """
    more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
    return f"clvlab {day.isoformat()}: nothing was run: {_short(str(error.problems[0]))}{more}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _short(line: str) -> str:
    """One line of at most two hundred signs, without the full stop."""
    line = " ".join(line.split()).removesuffix(".")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def leave_notice(notice: str, out: Path) -> None:
    """Write the line to OUT/failures.txt; without one, remove what an earlier night left.

    A folder that can't be written to is no further failure: the line is on the error stream too,
    and the line of an earlier night, which would tell something else, is removed if it can be.
    """
    path = out / FAILURES
    if notice:
        with suppress(OSError):
            out.mkdir(parents=True, exist_ok=True)
            write_whole(path, f"{notice}\n")
            return
    with suppress(OSError):
        path.unlink(missing_ok=True)
