"""Lost customers as the company notes them: with a reason or none, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clvlab.simulate.company.draws import picked
from clvlab.simulate.company.parameters import CompanyParameters
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import PUSHED_INTENTIONALLY, Relationships
from clvlab.simulate.company.traits import Traits

UNKNOWN = "unknown"


def draw_losses(
    rng: np.random.Generator,
    traits: Traits,
    past: Relationships,
    rates: CompanyParameters,
    period: Period,
    words: Mapping[str, Any],
) -> pd.DataFrame:
    """Every loss, whether noted or not, by day.

    The reason is unknown with one probability for all, save where the company itself pushed the
    customer away: that it knows.

    Returns
    -------
    DataFrame
        The contract's columns, ``true_reason`` and ``recorded``.
    """
    section, losses = rates.losses, past.losses
    month = np.concatenate([np.full(len(one.customers), one.month) for one in losses])
    place = np.concatenate([one.customers for one in losses]).astype(np.int64)
    true = np.concatenate([one.reasons for one in losses])
    n = len(place)
    hidden = rng.random(n) < section["unknown_probability"]
    reason = np.where(hidden & (true != PUSHED_INTENTIONALLY), UNKNOWN, true)
    evidence = np.full(n, "", dtype=object)
    for name, texts in words["evidence"].items():
        some = np.flatnonzero(reason == name)
        evidence[some] = picked(rng, texts, len(some))
    silent = rng.random(n) < section["no_evidence_probability"]
    day = period.days_in(rng, month)
    noted = np.minimum(day + rng.integers(0, section["days_to_record"], n), period.last)
    table = pd.DataFrame(
        {
            "customer_id": traits.ids[place],
            "lost_on": day.astype("datetime64[ns]"),
            "reason": reason,
            "evidence": pd.Series(evidence).mask(silent),
            "recorded_on": noted.astype("datetime64[ns]"),
            "true_reason": true,
            "recorded": np.concatenate([one.recorded for one in losses]),
        }
    )
    return table.sort_values(["lost_on", "customer_id"]).reset_index(drop=True)
