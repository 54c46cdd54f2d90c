"""What a report leaves that was refused on the night: a folder like that of a failed run."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from clvlab.errors import ClvlabError
from clvlab.reports.orders.job import Job
from clvlab.reports.orders.order import Order
from clvlab.reports.places.workplace import workplace
from clvlab.reports.running.failures import record_failure
from clvlab.reports.running.faults import Fault


def record_refusal(order: Order, said: str, started: datetime) -> Path | None:
    """Describe a refused order beside the runs of its report; an earlier one is not touched.

    Parameters
    ----------
    order
        What was asked for, with its report and its variant.
    said
        Why it was refused.
    started
        When it was tried.

    Returns
    -------
    Path or None
        The folder; None when nothing can be written there.
    """
    with suppress(ClvlabError, OSError), workplace(Path(order.out).resolve()) as place:
        return record_failure(_job(order), place, Fault("refused", said), started)
    return None


def _job(order: Order) -> Job:
    """Where the order's runs belong; of its parameters only the day, since others may be secret."""
    days = [values["as_of"] for _, values in order.layers if "as_of" in values]
    day = order.as_of or next(reversed(days), None)
    return Job(order, Path(order.notebook), (), {"as_of": day} if day else {}, {}, {})
