"""What comparisons and backtests refuse."""

from __future__ import annotations

import pytest

import clvlab
from clvlab.errors import InputError


@pytest.mark.parametrize(
    ("models", "found"),
    [
        ("bg-nbt", "got 'bg-nbt'"),
        ("bg-nbd, bg-nbd", "'bg-nbd' comes twice"),
        ([], "got none"),
        (["bg-nbd", clvlab.BetaGeoModel()], "'bg-nbd' comes twice"),
    ],
)
def test_models_are_named_once(sample, models, found):
    with pytest.raises(InputError, match=f"parameter 'models' must name models .*{found}"):
        clvlab.compare_models(sample, models)


def test_tenths_need_a_holdout(sample_log, sample_model):
    summary = clvlab.summarize(sample_log, calibration_end="1997-09-30")
    for table in (clvlab.calibration_table, clvlab.reliability_table):
        with pytest.raises(InputError, match="must have a holdout to be compared with"):
            table(summary, sample_model)
    with pytest.raises(InputError, match="must have a holdout to be compared with"):
        clvlab.compare_spend_models(summary)


def test_origins_lie_in_the_log_and_their_horizons_are_over(sample_log):
    for day in ("1996-12-31", "1998-06-01"):
        with pytest.raises(InputError, match=f"must hold days from 1997-01-01 .*got {day}"):
            clvlab.backtest(sample_log, "bg-nbd", origins=[day], horizon="13 weeks")
    with pytest.raises(InputError, match="got none"):
        clvlab.backtest(sample_log, "bg-nbd", origins=[])


@pytest.mark.parametrize(("origins", "horizon"), [(0, "13 weeks"), (3, "78 weeks"), (600, 1)])
def test_origins_must_fit_before_the_last_horizon(sample_log, origins, horizon):
    with pytest.raises(InputError, match="parameter 'origins' must be at least 1"):
        clvlab.backtest(sample_log, "bg-nbd", origins=origins, horizon=horizon)


def test_a_horizon_is_at_least_a_day(sample_log):
    with pytest.raises(InputError, match="parameter 'horizon' must be at least a day"):
        clvlab.backtest(sample_log, "bg-nbd", horizon="0 days")


def test_an_interval_is_a_coverage(sample):
    with pytest.raises(InputError, match="parameter 'interval'"):
        clvlab.compare_models(sample, "bg-nbd", interval=90)
