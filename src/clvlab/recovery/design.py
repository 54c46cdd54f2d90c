"""Plan a test before money is spent: how many customers, drawn how, to see what.

Two sizes stand side by side, because they are far apart: the one that shows an effect on the
return rate, and the one that shows a net value above zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from clvlab.errors import InputError, Problem, Problems
from clvlab.schema import CUSTOMER_ID

ARM = "arm"


def customers_per_arm(
    return_treated: float, return_control: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Customers in each arm for an effect on the return rate to be seen.

    ``(z_(1 - level/2) + z_power)^2 (p1 q1 + p0 q0) / (p1 - p0)^2``, rounded up.

    Examples
    --------
    >>> customers_per_arm(0.12, 0.08)
    880
    """
    variance = _variance_of_share(return_treated) + _variance_of_share(return_control)
    return _size(return_treated - return_control, variance, power, level)


def customers_per_arm_for_value(
    net_value: float, variance: float, *, power: float = 0.8, level: float = 0.05
) -> int:
    """Customers in each arm for a net value per customer to be seen to differ from zero.

    Parameters
    ----------
    net_value
        Of contacting one customer, fixed costs' part included.
    variance
        `variance_of_net_value`.
    power, level
        Chance to see it, and of seeing what is not there (two-sided).

    Examples
    --------
    >>> v = variance_of_net_value(0.12, 0.08, value=150, value_deviation=0, incentive=10)
    >>> customers_per_arm_for_value(2.3, v)
    5528
    """
    return _size(net_value, variance, power, level)


def variance_of_net_value(
    return_treated: float,
    return_control: float,
    *,
    value: float,
    value_deviation: float,
    incentive: float,
) -> float:
    """Variance of a treated customer's net outcome plus that of a control customer.

    A return brings ``value``, which varies with ``value_deviation`` from customer to customer,
    and costs ``incentive`` in the treated arm.
    """
    return sum(
        share * (gain**2 + value_deviation**2) - (share * gain) ** 2
        for share, gain in ((return_treated, value - incentive), (return_control, value))
    )


def power_of_test(effect: float, variance: float, per_arm: float, *, level: float = 0.05) -> float:
    """Chance that a two-sided test sees an effect.

    Parameters
    ----------
    effect
        True difference of the means of two arms.
    variance
        Of one customer in the one arm plus of one in the other.
    per_arm
        Customers in each.
    level
        Of the test.

    Examples
    --------
    >>> round(power_of_test(0.04, 0.12 * 0.88 + 0.08 * 0.92, 880), 3)
    0.8
    """
    if variance == 0:
        return float(effect != 0)
    shift = abs(effect) / math.sqrt(variance / per_arm)
    z = float(ndtri(1 - level / 2))
    return float(ndtr(shift - z) + ndtr(-shift - z))


def smallest_effect(variance: float, per_arm: float, *, power: float = 0.8) -> float:
    """Smallest effect that a two-sided test at 5 % sees with such power.

    Examples
    --------
    >>> round(smallest_effect(0.12 * 0.88 + 0.08 * 0.92, 880), 4)
    0.04
    """
    return float(ndtri(0.975) + ndtri(power)) * math.sqrt(variance / per_arm)


def assign_arms(
    customers: pd.DataFrame,
    arms: Mapping[str, float],
    *,
    strata: Sequence[str] = (),
    seed: int,
) -> pd.DataFrame:
    """Draw an arm for each customer, in equal parts within every stratum.

    Parameters
    ----------
    customers
        Indexed by ``customer_id``, with the columns of `strata`.
    arms
        Share of each arm, summing to one.
    strata
        Columns within whose combinations the shares are kept, to the nearest customer.
    seed
        Of the draw: the same customers, in any order, with the same seed get the same arms.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id`` in the order given: ``arm``, and ``probability`` of that arm.

    Raises
    ------
    InputError
        For shares that do not sum to one, unknown strata, or ids that come twice.

    Examples
    --------
    >>> who = pd.DataFrame({"class": ["A", "A", "B", "B"]})
    >>> drawn = assign_arms(who, {"control": 0.5, "call": 0.5}, strata=["class"], seed=1)
    >>> drawn.groupby([who["class"], "arm"]).size().tolist()
    [1, 1, 1, 1]
    """
    _check_assignment(customers, arms, strata)
    ids = np.sort(customers.index.to_numpy())
    rng = np.random.default_rng(seed)
    # Places are drawn over sorted ids, so that the order of the table never changes an arm.
    places = pd.Series(rng.permutation(len(ids)), index=ids)
    order = pd.Series(places.reindex(customers.index).to_numpy())
    keys = [customers[name].to_numpy() for name in strata] or [np.zeros(len(ids))]
    shares = np.array(list(arms.values()), dtype=np.float64)
    chosen = np.zeros(len(ids), dtype=np.int64)
    for _, rows in order.groupby(keys, dropna=False, sort=True, observed=True):
        chosen[rows.sort_values().index.to_numpy()] = _sequence(len(rows), shares, rng)
    names = np.array(list(arms), dtype=object)
    out = pd.DataFrame({ARM: names[chosen], "probability": shares[chosen]}, index=customers.index)
    return out.rename_axis(CUSTOMER_ID)


def _sequence(n: int, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Arms of a stratum: its whole parts for sure, what is left by lot."""
    counts = np.floor(n * shares + 1e-9).astype(np.int64)
    rest = n - int(counts.sum())
    if rest:
        left = np.maximum(n * shares - counts, 0.0)
        counts += rng.multinomial(rest, left / left.sum())
    places: np.ndarray = np.repeat(np.arange(len(shares)), counts)
    return places


def _check_assignment(
    customers: pd.DataFrame, arms: Mapping[str, float], strata: Sequence[str]
) -> None:
    problems = Problems()
    if len(arms) < 2 or any(not share > 0 for share in arms.values()):
        problems.add("the arms", "must be two or more, each with a share above 0", f"got {arms}")
    elif not math.isclose(sum(arms.values()), 1.0, abs_tol=1e-9):
        problems.add("the arms", "must have shares that sum to 1", f"got {sum(arms.values()):g}")
    for name in strata:
        if name not in customers:
            found = f"got {name!r}; there are {', '.join(map(str, customers.columns))}"
            problems.add("parameter 'strata'", "must name columns of the customers", found)
    if not customers.index.is_unique:
        found = f"{int(customers.index.duplicated().sum())} ids come again"
        problems.add("the customers", "must come once each", found)
    problems.raise_if_any()


def _variance_of_share(share: float) -> float:
    if not 0 <= share <= 1:
        raise InputError(Problem("a return rate", "must be between 0 and 1", f"got {share!r}"))
    return share * (1 - share)


def _size(effect: float, variance: float, power: float, level: float) -> int:
    if not 0 < power < 1 or not 0 < level < 1:
        found = f"got power {power!r} and level {level!r}"
        raise InputError(Problem("power and level", "must be above 0 and below 1", found))
    if effect == 0:
        rule = "must differ from zero for a size that shows it to exist"
        raise InputError(Problem("the effect", rule, "it is zero"))
    reach = float(ndtri(1 - level / 2) + ndtri(power))
    return math.ceil(reach**2 * variance / effect**2)
