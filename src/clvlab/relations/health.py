"""Health of customer management in four steps: identify, differentiate, interact, customise.

The steps are those of Peppers and Rogers (IDIC).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from clvlab.relations.health_records import COMPLETE, TABLES, HealthRecords
from clvlab.relations.health_steps import customise, differentiate, identify, interact
from clvlab.relations.health_tables import contacts_by_class, offers_by_class, treated_by_class
from clvlab.relations.indicators import judge, load_targets
from clvlab.relations.readiness import readiness_of

STEPS = ("identify", "differentiate", "interact", "customise", "readiness")


@dataclass(frozen=True, eq=False)
class Health:
    """The report's tables.

    Attributes
    ----------
    indicators
        What `judge` returns, all steps.
    contacts
        By class: ``customers``, ``contacted`` (share), ``lower``, ``upper``, ``contacts`` each,
        ``answered`` (share), ``answer_lower``, ``answer_upper``; None without contacts.
    treatment
        By class: ``customers``, ``under``, ``over``, ``intended``; None without contacts.
    offers
        By what was offered: customers of each class whom it reached in the last year, and its
        cost; None without benefits and measures.
    """

    indicators: pd.DataFrame
    contacts: pd.DataFrame | None
    treatment: pd.DataFrame | None
    offers: pd.DataFrame | None

    def step(self, name: str) -> pd.DataFrame:
        """The indicators of one step."""
        steps = self.indicators.index.get_level_values("step")
        return self.indicators[steps == name].droplevel("step")

    def describe(self) -> dict[str, float]:
        """Numbers of indicators ``met``, ``missed``, ``open`` and ``unknown``, without those of
        the readiness list, and ``ready``, ``ready_of`` of that list.
        """
        ready = self.step("readiness")["verdict"]
        steps = self.indicators.index.get_level_values("step")
        own = self.indicators.loc[steps != "readiness", "verdict"]
        return {
            "met": int((own == "met").sum()),
            "missed": int((own == "missed").sum()),
            "unsure": int((own == "can't be told").sum()),
            "unknown": int(own.str.startswith("not available").sum()),
            "indicators": len(own),
            "ready": int((ready == "met").sum()),
            "ready_of": len(ready),
        }


def health_of(
    records: HealthRecords, *, targets: str | Path | None = None, interval: float = 0.90
) -> Health:
    """Look at the four steps and at the readiness for recovery management.

    Parameters
    ----------
    records
        What `HealthRecords.of` prepared.
    targets
        File of targets; see `load_targets`.
    interval
        Coverage of the limits.

    Raises
    ------
    InputError
        When the targets can't be read.
    """
    steps = (identify, differentiate, interact, customise)
    found = [one for step in steps for one in step(records)]
    found += readiness_of(records.company, records.check, records.complete, COMPLETE)
    return Health(
        judge(found, load_targets(targets), interval),
        contacts_by_class(records, interval),
        treated_by_class(records),
        offers_by_class(records),
    )


__all__ = ["STEPS", "TABLES", "Health", "HealthRecords", "health_of"]
