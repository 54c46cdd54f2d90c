"""Priors that are none are refused, in words."""

from __future__ import annotations

import pytest

from clvlab.errors import InputError
from clvlab.models.posterior.default_priors import beta_geo_prior
from clvlab.models.posterior.priors import Prior, Quantity


def test_quantities_that_leave_a_parameter_open_are_refused():
    with pytest.raises(InputError, match="must be as many as the 2 parameters"):
        Prior(("a", "b"), (Quantity({"a": 1}, 1.0, 1.0),))


def test_quantities_that_depend_on_each_other_are_refused():
    twice = (Quantity({"a": 1, "b": -1}, 1.0, 1.0), Quantity({"a": 2, "b": -2}, 1.0, 1.0))
    with pytest.raises(InputError, match="independent of each other; got a / b, a\\^2 / b\\^2"):
        Prior(("a", "b"), twice)


def test_a_prior_of_nothing_is_refused():
    with pytest.raises(InputError, match="got none"):
        Prior(("a",), ())


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        Prior(("a", "b"), (Quantity({"a": 1}, -1.0, 0.0), Quantity({"c": 1}, 1.0, 1.0)))
    assert len(caught.value.problems) == 3
    assert "can't use the parameter 'c'; the model has a, b" in str(caught.value)
    assert "must have a positive, finite log_sd; got 0.0" in str(caught.value)


@pytest.mark.parametrize("median", [float("nan"), float("inf"), 0.0])
def test_a_median_must_be_a_positive_number(median):
    with pytest.raises(InputError, match="positive, finite median"):
        beta_geo_prior(30.0).adjusted("r", median=median)


def test_a_misspelt_quantity_is_recognised():
    with pytest.raises(InputError, match="Did you mean 'r / alpha'"):
        beta_geo_prior(30.0).adjusted("r/alpha", median=1.0)
