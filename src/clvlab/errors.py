"""What can go wrong, said in the user's words.

Every check collects its problems and raises them together, so that a file with three mistakes is
mended once and not three times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


class ClvlabError(Exception):
    """Base of every error that clvlab raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    Attributes
    ----------
    subject
        What is concerned, in the user's words: a column of a file, a parameter.
    rule
        What has to hold, starting with "must" or "can't".
    found
        What arrived instead, with counts and the first rows concerned.
    remedy
        What to do about it.
    """

    subject: str
    rule: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        sentence = f"{self.subject} {self.rule}; {self.found}."
        return f"{sentence} {self.remedy}" if self.remedy else sentence


class InputError(ClvlabError, ValueError):
    """Data or arguments that break one or several rules.

    Attributes
    ----------
    problems
        Every broken rule, in the order in which they were found.
    """

    def __init__(self, problems: Sequence[Problem] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ParameterError(InputError):
    """A report or catalogue parameter that is unknown, of the wrong type or out of range."""


class ReportError(ClvlabError):
    """A report that could not be completed; the earlier one, if any, is still in place.

    Attributes
    ----------
    line
        What went wrong in one line, for a list or a mail.
    folder
        Where the failure is described, when it could be recorded.
    """

    def __init__(self, message: str, *, line: str = "", folder: Path | None = None) -> None:
        super().__init__(message)
        self.line = line or " ".join(message.split())
        self.folder = folder


class NotAvailableError(ClvlabError):
    """A question to a table or column that the company does not have."""


class NotFittedError(ClvlabError, AttributeError):
    """A prediction or a result was asked of a model before `fit`."""


class Problems:
    """Collects problems and raises them together.

    Examples
    --------
    >>> problems = Problems()
    >>> problems.add("column 'amount'", "must hold numbers", "2 of 5 rows do not: rows 1 and 4")
    >>> problems.raise_if_any()
    Traceback (most recent call last):
    clvlab.errors.InputError: column 'amount' must hold numbers; 2 of 5 rows do not: rows 1 and 4.
    """

    def __init__(self, kind: type[InputError] = InputError) -> None:
        self._kind = kind
        self._found: list[Problem] = []

    def add(self, subject: str, rule: str, found: str, remedy: str = "") -> None:
        """Note one broken rule; see `Problem` for the four parts."""
        self._found.append(Problem(subject, rule, found, remedy))

    def raise_if_any(self) -> None:
        """Raise every problem noted so far in one `InputError`."""
        if self._found:
            raise self._kind(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A suggestion for a misspelt word, with the known words when none is near.

    Examples
    --------
    >>> did_you_mean("horizn_weeks", ["horizon_weeks", "unit"])
    "Did you mean 'horizon_weeks'?"
    >>> did_you_mean("x", ["day", "week"])
    'Known are: day, week.'
    """
    near = get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Known are: {', '.join(sorted(known))}."


def name_rows(rows: Sequence[object], shown: int = 5) -> str:
    """The first few rows of a long list, in words.

    Examples
    --------
    >>> name_rows([3])
    'row 3'
    >>> name_rows([1, 2, 3, 4], shown=2)
    'rows 1, 2 and 2 more'
    """
    first = ", ".join(str(row) for row in rows[:shown])
    more = f" and {len(rows) - shown:,} more" if len(rows) > shown else ""
    return f"row{'s' if len(rows) > 1 else ''} {first}{more}"
