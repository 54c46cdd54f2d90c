r"""Elasticities of a discounted value: what a percent more of each driver changes.

Retention acts on time as the discount rate does. Let every customer's chance to stay through a
year rise by the factor :math:`1 + \epsilon`, so that a purchase ``t`` years ahead becomes
:math:`(1 + \epsilon)^t` times as likely. The value is then that at the discount rate :math:`\delta
- \ln(1 + \epsilon)`, whatever the model, and

.. math::

    \frac{\partial \ln V}{\partial \ln \text{retention}} = -\frac{\partial \ln V}{\partial \delta},
    \qquad
    \frac{\partial \ln V}{\partial \ln d} = \frac{d}{1 + d} \frac{\partial \ln V}{\partial \delta}:

the mean time at which the value comes in, in years, and the same times :math:`-d / (1 + d)`. For
a constant retention rate these are the elasticities of Gupta, Lehmann and Stuart (2004, Valuing
Customers, Journal of Marketing Research 41(1), 7-18).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Stencil = tuple[tuple[int, float], ...]

STEP = 5e-3
SHORT_STEP = 1e-4
"""Steps in the discount rate, times how far ahead the value lies: the error of the formula and
that of rounding are both below 1e-9 of the derivative."""
CENTRAL: Stencil = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))
SHORT: Stencil = ((-1, -0.5), (1, 0.5))
FORWARD: Stencil = ((0, -25 / 12), (1, 4.0), (2, -3.0), (3, 4 / 3), (4, -0.25))
TERMS = 14


def slope(
    value: Callable[[float], Array], discount: float, horizon: float, *, accurate: bool
) -> tuple[Array, Array]:
    """A value at a discount rate and its derivative there, by differences.

    Parameters
    ----------
    value
        From a continuous discount rate to numbers.
    discount
        Where; not negative, and above 0 if the horizon is infinite.
    horizon
        How far ahead the value lies, in the unit of time of the rate.
    accurate
        Whether to spend four evaluations on it instead of two.
    """
    here = value(discount)
    if horizon == 0:
        return here, np.zeros_like(here)
    ahead = 1 / discount if math.isinf(horizon) else horizon
    step, stencil = (STEP, CENTRAL) if accurate else (SHORT_STEP, SHORT)
    width = step / ahead
    if discount < 2 * width:
        width, stencil = STEP / ahead, FORWARD
    with np.errstate(invalid="ignore"):
        change = sum(share * (value(discount + k * width) if k else here) for k, share in stencil)
    return here, np.asarray(change / width)


def arrivals(discount: float, years: float) -> float:
    """One arrival per year for some years, discounted to today: (1 - exp(-delta Y)) / delta.

    Examples
    --------
    >>> arrivals(0.0, 3.0), round(arrivals(0.1, math.inf), 12)
    (3.0, 10.0)
    """
    if years == 0:
        return 0.0
    if discount == 0:
        return years
    return -math.expm1(-discount * years) / discount


def arrivals_slope(discount: float, years: float) -> float:
    """The derivative of `arrivals` in the discount rate."""
    if years == 0:
        return 0.0
    if math.isinf(years):
        return -math.inf if discount == 0 else -1 / discount**2
    x = discount * years
    if x < 0.5:
        series = sum((-x) ** k / (math.factorial(k) * (k + 2)) for k in range(TERMS))
        return -(years**2) * series
    return years**2 * (x * math.exp(-x) + math.expm1(-x)) / x**2


def elasticities_of(
    equity: Array,
    *,
    retention: Array,
    margin: Array,
    direct_cost: Array,
    discount: Array,
    annual_log_discount: float,
    new_customers: Array,
    acquisition_cost: Array,
) -> dict[str, Array]:
    """Elasticities from derivatives in the logarithm of each driver, (draws,) each.

    `discount` is the derivative in the continuous annual rate. Missing where the equity is not
    positive or not finite.
    """
    known = np.isfinite(equity) & (equity > 0)
    base = np.where(known, equity, np.nan)
    # d = exp(delta) - 1, so d ln V / d ln d = d / (1 + d) times the derivative in delta.
    share = -math.expm1(-annual_log_discount)
    changes = {
        "retention": retention,
        "margin": margin,
        "direct_cost": direct_cost,
        "discount_rate": share * discount,
        "new_customers": new_customers,
        "acquisition_cost": acquisition_cost,
    }
    with np.errstate(invalid="ignore"):
        return {name: np.where(known, change / base, np.nan) for name, change in changes.items()}
