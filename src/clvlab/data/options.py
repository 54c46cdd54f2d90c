"""The choices that a user makes when loading transactions, checked before any file is opened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from clvlab.clock import parse_date
from clvlab.errors import InputError, Problems, did_you_mean

ALLOWED = {
    "returns": ("net", "drop", "error"),
    "zero_amounts": ("drop", "keep", "error"),
    "missing_ids": ("drop", "error"),
    "future_dates": ("drop", "error"),
    "duplicates": ("drop", "keep", "error"),
}
"""The policies and what each may be; the first is the default."""

# Later days can't be kept as datetime64 in nanoseconds.
_LAST_DAY = date(2261, 12, 31)


@dataclass(frozen=True)
class Reading:
    """How to read files, dates and numbers; None means "find out or refuse"."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | int | None = None
    date_format: str | None = None
    time_zone: str | None = None
    decimal: str = "."
    thousands: str | None = None
    table: str | None = None

    def note_problems(self, problems: Problems) -> None:
        """Add what can't be meant."""
        if self.table is not None and not (isinstance(self.table, str) and self.table.strip()):
            rule = "must be the name of a table or a query"
            problems.add("parameter 'table'", rule, f"got {self.table!r}")
        if self.time_zone is not None and zone_of(self.time_zone) is None:
            problems.add(
                "parameter 'time_zone'",
                "must be the name of a time zone",
                f"got {self.time_zone!r}",
                'Write it as in "Europe/Berlin" or "UTC".',
            )
        for name in ("delimiter", "decimal", "thousands"):
            sign = getattr(self, name)
            if sign is not None and (not isinstance(sign, str) or len(sign) != 1):
                problems.add(f"parameter '{name}'", "must be one character", f"got {sign!r}")
        if self.decimal == self.thousands:
            problems.add(
                "parameter 'thousands'",
                "can't be the decimal sign too",
                f"both are {self.decimal!r}",
            )


@dataclass(frozen=True)
class Policies:
    """What to do with rows that are not plain purchases; see `load_transactions`."""

    returns: str = "net"
    zero_amounts: str = "drop"
    missing_ids: str = "drop"
    future_dates: str = "drop"
    duplicates: str | None = None
    currency: str | None = None
    exchange_rates: Mapping[str, float] | None = None
    as_of: date | str | None = None
    personal_ids: bool = False

    def note_problems(self, problems: Problems) -> None:
        """Add every value that is not one of the allowed ones."""
        for name, allowed in ALLOWED.items():
            value = getattr(self, name)
            if value not in allowed and not (name == "duplicates" and value is None):
                rule = f"must be one of {', '.join(allowed)}"
                hint = did_you_mean(value, allowed) if isinstance(value, str) else ""
                problems.add(f"parameter '{name}'", rule, f"got {value!r}", hint)
        self._note_rates(problems)
        if self.as_of is not None:
            try:
                parse_date(self.as_of, "as_of")
            except InputError as error:
                for problem in error.problems:
                    problems.add(problem.subject, problem.rule, problem.found, problem.remedy)

    def _note_rates(self, problems: Problems) -> None:
        if self.exchange_rates is None:
            return
        subject = "parameter 'exchange_rates'"
        if self.currency is None:
            problems.add(
                subject,
                "needs the currency to convert into",
                "parameter 'currency' is not given",
                'Pass it, as in currency="EUR".',
            )
        for code, rate in self.exchange_rates.items():
            if not _is_rate(rate):
                problems.add(subject, "must hold positive numbers", f"{code!r} is {rate!r}")
            elif code == self.currency and rate != 1:
                problems.add(subject, f"must be 1 for {code} itself", f"got {rate!r}")

    def last_day(self, time_zone: str | None) -> date:
        """The last day that can be seen: the as-of date, or else today; 2261-12-31 at most."""
        if self.as_of is not None:
            return min(parse_date(self.as_of, "as_of"), _LAST_DAY)
        zone = zone_of(time_zone) if time_zone is not None else None
        return datetime.now(tz=UTC).astimezone(zone).date()


def _is_rate(rate: object) -> bool:
    if isinstance(rate, bool) or not isinstance(rate, (int, float)):
        return False
    return math.isfinite(rate) and rate > 0


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, None when there is none.

    Examples
    --------
    >>> zone_of("Europe/Berlin")
    zoneinfo.ZoneInfo(key='Europe/Berlin')
    >>> zone_of("Atlantis") is None
    True
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        return None
