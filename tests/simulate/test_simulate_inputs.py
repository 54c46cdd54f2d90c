"""A base that can't be drawn is refused in words."""

from __future__ import annotations

import pytest

import clvlab
from clvlab.errors import InputError

GOOD = {"transaction": (0.8, 5.0, 0.9, 2.7), "spend": (6.0, 4.0, 15.0), "unit": "week", "seed": 1}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            {"transaction": (0.8, 5.0, -0.9, 2.7)},
            "parameter 'transaction' must hold r, alpha, a, b, all positive; got [0.8, 5.0, -0.9",
        ),
        (
            {"spend": (6.0, 4.0)},
            "parameter 'spend' must hold p, q, v, all positive; got [6.0, 4.0].",
        ),
        ({"unit": "moon"}, "parameter 'unit' must be a unit of time; got 'moon'."),
        (
            {"observed_days": 30},
            "must be at least 1 and at most observed_days; got 365 with observed_days 30.",
        ),
    ],
)
def test_parameters_that_make_no_base(wrong, expected):
    with pytest.raises(InputError) as caught:
        clvlab.simulate_base(10, **{**GOOD, **wrong})
    assert expected in str(caught.value)


def test_a_base_of_nobody():
    with pytest.raises(InputError) as caught:
        clvlab.simulate_base(0, **GOOD)
    assert str(caught.value) == "parameter 'n_customers' must be at least 1; got 0."
