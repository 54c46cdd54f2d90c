"""What the audit can't answer is refused in words."""

from datetime import date

import pandas as pd
import pytest

from clvlab.data import load_transactions
from clvlab.errors import InputError
from clvlab.lifecycle.cohorts import cohorts_of
from clvlab.lifecycle.decomposition import split_change
from clvlab.lifecycle.one_period import audit_one_period
from clvlab.lifecycle.time_to_event import compare_times, kaplan_meier
from clvlab.lifecycle.two_periods import audit_two_periods
from clvlab.summary.concentration import gini, top_share
from clvlab.summary.period import Period

LOG = load_transactions(
    pd.DataFrame({"customer_id": [1, 2], "date": ["2024-01-01", "2024-01-09"], "amount": [1.0, 2]})
)
JANUARY = Period.of("2024-01-01", "2024-01-31")


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda: Period.of("2024-02-01", "2024-01-01"), "must not end before it begins"),
        (lambda: audit_one_period(LOG, Period.of("2023-01-01", "2023-01-31")), "none in 2023-01"),
        (lambda: audit_two_periods(LOG, JANUARY, JANUARY), "must begin after the first ends"),
        (lambda: split_change({"a": 1.0}, {"b": 1.0}), "the same before and after"),
        (lambda: split_change({"a": 1.0}, {"a": 0.0}), "factor 'a' must be positive"),
        (lambda: gini([1.0, -1.0]), "some are negative"),
        (lambda: gini([1.0, float("nan")]), "some are missing"),
        (lambda: top_share([1.0], 0.0), "must be above 0 and at most 1"),
        (lambda: kaplan_meier(pd.Series([-1]), pd.Series([True])), "1 of 1 are negative"),
        (
            lambda: compare_times(pd.Series([1]), pd.Series([True]), pd.Series(["a"])),
            "must have two groups or more",
        ),
        (lambda: cohorts_of(LOG, period="moon"), "must be a period of the calendar"),
        (lambda: cohorts_of(LOG, step="soon"), "parameter 'step'"),
        (
            lambda: cohorts_of(LOG, step="90 days", last_day=date(2024, 1, 31)),
            "must be shorter than the time that some cohort was seen",
        ),
    ],
)
def test_message(call, part):
    with pytest.raises(InputError, match=part):
        call()
