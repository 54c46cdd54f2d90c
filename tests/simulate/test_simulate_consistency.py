"""Simulated bases against themselves."""

from __future__ import annotations

from pandas.testing import assert_frame_equal

import clvlab

TRUTH = {"transaction": (0.8, 5.0, 0.9, 2.7), "spend": (6.0, 4.0, 15.0)}


def test_the_same_seed_gives_the_same_base():
    one, other = (clvlab.simulate_base(500, seed=4, unit="week", **TRUTH) for _ in range(2))
    assert_frame_equal(one.log.table, other.log.table, check_exact=True)
    assert_frame_equal(one.truth, other.truth, check_exact=True)


def test_another_seed_gives_another_base():
    one, other = (clvlab.simulate_base(500, seed=seed, unit="week", **TRUTH) for seed in (4, 5))
    assert not one.truth.equals(other.truth)


def test_the_unit_only_scales_alpha():
    in_weeks = clvlab.simulate_base(200, seed=4, unit="week", **TRUTH)
    in_days = clvlab.simulate_base(
        200, seed=4, unit="day", transaction=(0.8, 35.0, 0.9, 2.7), spend=TRUTH["spend"]
    )
    assert_frame_equal(in_days.truth, in_weeks.truth, rtol=1e-12)
    assert_frame_equal(in_days.log.table, in_weeks.log.table)


def test_the_log_has_one_row_per_customer_and_day_in_order():
    table = clvlab.simulate_base(500, seed=4, unit="day", **TRUTH).log.table
    assert not table.duplicated(["customer_id", "date"]).any()
    assert_frame_equal(table, table.sort_values(["date", "customer_id"]))


def test_the_log_passes_the_door_unchanged():
    table = clvlab.simulate_base(300, seed=4, unit="week", **TRUTH).log.table
    again = clvlab.load_transactions(table).table
    assert_frame_equal(again, table, check_dtype=False)


def test_amounts_are_positive_and_whole_cents():
    amounts = clvlab.simulate_base(500, seed=4, unit="week", **TRUTH).log.table["amount"]
    assert (amounts > 0).all()
    assert (amounts.round(2) == amounts).all()
