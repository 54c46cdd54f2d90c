"""Windows that can't be are refused in words."""

import pytest

from clvlab.errors import InputError
from clvlab.summary import customers_to_fit, split_days


@pytest.mark.parametrize(
    "holdout", ["soon", "0 weeks", "-3 weeks", "1998-06-30", "", "3 fortnights"]
)
def test_what_is_no_span_is_refused(sample_log, holdout):
    with pytest.raises(
        InputError, match="parameter 'holdout' must be \"half\" or a span of at least"
    ):
        split_days(sample_log, holdout=holdout)


def test_a_holdout_must_leave_a_calibration(sample_log):
    with pytest.raises(InputError, match="parameter 'holdout' must leave at least one day"):
        split_days(sample_log, holdout="78 weeks")
    assert split_days(sample_log, holdout="545 days")[0].isoformat() == "1997-01-01"


@pytest.mark.parametrize("fit_on", ["everybody", "0 days", "1997-01-01"])
def test_whom_to_fit_is_everything_or_a_span(sample, fit_on):
    with pytest.raises(InputError, match="parameter 'fit_on' must be \"everything\" or a span"):
        customers_to_fit(sample, fit_on)


def test_nobody_came_in_the_span(sample):
    with pytest.raises(InputError, match="the latest customer came on 1997-03-25"):
        customers_to_fit(sample, "4 weeks")


def test_one_day_can_not_be_split(sample_log):
    with pytest.raises(InputError, match="must span at least two days"):
        split_days(sample_log, as_of="1997-01-01", holdout="1 day")
