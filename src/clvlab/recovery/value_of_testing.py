r"""What it is worth to know more before rolling a measure out.

Of the net value per customer, known as normal with mean ``m`` and standard error ``s``, a further
test of ``n`` customers in each arm would give an estimate whose variance is ``v / n``; the mean
believed after it varies with standard deviation :math:`t = s^2 / \sqrt{s^2 + v/n}`. Rolled out is
what is then above zero, so the test is worth

.. math::

    N \left( t\,\varphi(m/t) + m\,\Phi(m/t) - \max(0, m) \right)

(H. Raiffa and R. Schlaifer, 1961, Applied Statistical Decision Theory, section 5.4).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

Array = npt.NDArray[np.float64]
SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""Customers in each arm of tests that are looked at."""


def expected_gain(mean: float, deviation: npt.ArrayLike) -> Array:
    """Mean of the positive part of a normal number, above that of its mean.

    Examples
    --------
    >>> expected_gain(0.0, [0.0, 1.0]).round(4)
    array([0.    , 0.3989])
    """
    t = np.asarray(deviation, dtype=np.float64)
    # A mean that is known exactly gains nothing; the quotient is not looked at there.
    z = mean / np.where(t > 0, t, 1.0)
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    gain = t * density + mean * ndtr(z) - max(0.0, mean)
    return np.where(t > 0, np.maximum(gain, 0.0), 0.0)


def value_of_perfect_information(mean: float, standard_error: float, *, customers: float) -> float:
    """The most that any test can be worth, for a decision about so many customers."""
    return customers * float(expected_gain(mean, standard_error))


def value_of_testing(
    mean: float,
    standard_error: float,
    *,
    variance: float,
    customers: float,
    per_arm: npt.ArrayLike,
    cost_per_customer: float,
) -> pd.DataFrame:
    """Worth and cost of a further test, by its size.

    Parameters
    ----------
    mean, standard_error
        Net value of contacting one customer as it is known today, after the fixed costs' part.
    variance
        Of one customer's outcome in the treated arm plus that in the control arm.
    customers
        How many the decision is about.
    per_arm
        Sizes of an arm to be looked at.
    cost_per_customer
        What a treated customer of the test costs.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``per_arm``: ``worth`` (expected gain of deciding after the test), ``cost``,
        ``net`` (their difference).

    Examples
    --------
    >>> value_of_testing(2.3, 2.2, variance=5000, customers=20_000, per_arm=[1000, 4000],
    ...                  cost_per_customer=3.7).round(0)
              worth     cost      net
    per_arm
    1000      924.0   3700.0  -2776.0
    4000     2327.0  14800.0 -12473.0
    """
    sizes = np.asarray(per_arm, dtype=np.float64)
    moved = standard_error**2 / np.sqrt(standard_error**2 + variance / sizes)
    worth = customers * expected_gain(mean, moved)
    cost = sizes * cost_per_customer
    index = pd.Index(np.asarray(per_arm), name="per_arm")
    return pd.DataFrame({"worth": worth, "cost": cost, "net": worth - cost}, index)
