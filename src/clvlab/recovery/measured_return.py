"""The return on a campaign with a control group, from its customers' outcomes themselves.

The benefit is the difference of the arms in second-life value per customer assigned. It is not the
effect on the return rate times a value per return: those whom an offer moves need not be worth
what those are who come by themselves, and the difference of the arms does not ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import Problems
from clvlab.recovery.benefits import refuse_no_basis
from clvlab.recovery.costs import CostRates, refuse_no_amount
from clvlab.recovery.distributions import Distribution
from clvlab.recovery.economics import INCREMENTAL, READINGS
from clvlab.recovery.effects import require_control
from clvlab.recovery.experiment import RETURNED, Experiment
from clvlab.recovery.monte_carlo import ReturnDraws

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Valuation:
    """What a campaign's returns are worth beyond their own purchases.

    Attributes
    ----------
    acquisition_cost, new_customer_value
        Of the customer who would replace a lost one.
    communication, information
        Worth of talk and of information in money, zero unless there is a basis for them.
    basis
        What these two rest on; needed when they are not zero.
    extrapolation
        Factor of the extrapolated part, with mean 1: how uncertain it is.

    Raises
    ------
    InputError
        For a benefit without its basis.
    """

    acquisition_cost: float
    new_customer_value: float
    extrapolation: Distribution
    communication: float = 0.0
    information: float = 0.0
    basis: str = ""

    def __post_init__(self) -> None:
        problems = Problems()
        for name in ("acquisition_cost", "communication", "information"):
            refuse_no_amount(problems, f"parameter '{name}'", getattr(self, name))
        problems.raise_if_any()
        refuse_no_basis(problems, self.other_benefits, self.basis)
        problems.raise_if_any()

    @property
    def other_benefits(self) -> float:
        """Communication and information together."""
        return self.communication + self.information


@dataclass(frozen=True, eq=False)
class MeasuredReturn:
    """A measured campaign in five readings, with intervals.

    Attributes
    ----------
    table
        Indexed by ``reading``: as from `read_returns`, with ``net_return_lower``,
        ``net_return_upper``, ``profit_lower``, ``profit_upper``, and ``chance_above_0``,
        ``chance_above_41``, ``chance_above_102``.
    draws
        What the intervals are of.
    rates
        ``return_treated``, ``return_control``, ``effect``, ``value_treated``, ``value_control``
        (second-life value per customer assigned), ``value_per_return``, and its
        ``value_per_return_lower`` and ``_upper``.
    """

    table: pd.DataFrame
    draws: ReturnDraws
    rates: pd.Series

    @property
    def recommended(self) -> bool:
        """Whether the interval of the incremental net return lies above zero."""
        return bool(self.table["net_return_lower"]["incremental"] > 0)


def measure_return(
    experiment: Experiment,
    arm: str,
    costs: CostRates,
    valuation: Valuation,
    *,
    contacted: float,
    interval: float = 0.95,
    n_draws: int = 10_000,
    seed: int,
) -> MeasuredReturn:
    """What an arm of a campaign brought in per currency unit spent.

    Parameters
    ----------
    experiment
        With a control group; its table has ``returned``, ``observed`` and ``extrapolated``, the
        two parts of the second-life value, 0 for customers who did not return.
    arm
        The arm.
    costs
        What it costs.
    valuation
        What returns are worth beyond their purchases.
    contacted
        Customers whom costs and benefits are stated for: those of the arm, or of a roll-out.
    interval
        Coverage of the limits.
    n_draws, seed
        Draws of the arms' means, jointly normal within each arm.

    Raises
    ------
    InputError
        Without a control group.
    """
    require_control(experiment)
    rng = np.random.default_rng(seed)
    treated = _means(experiment.of(arm), rng, n_draws)
    control = _means(experiment.of(str(experiment.control)), rng, n_draws)
    factor = np.concatenate([[1.0], valuation.extrapolation.draw(rng, n_draws)])
    profits, nets, benefits = {}, {}, {}
    cost = np.asarray(costs.total(contacted, treated[0]))
    value_treated, value_control = (means[1] + factor * means[2] for means in (treated, control))
    for reading in READINGS:
        counts = float(reading in INCREMENTAL)
        value = value_treated - counts * value_control
        spared = (treated[0] - counts * control[0]) * _spared(reading, valuation)
        benefits[reading] = contacted * (value + spared) + valuation.other_benefits
        profits[reading] = benefits[reading] - cost
        nets[reading] = benefits[reading] / cost - 1
    # The first entry of each is the estimate, the others are draws.
    draws = ReturnDraws(pd.DataFrame(nets).iloc[1:], pd.DataFrame(profits).iloc[1:])
    table = pd.DataFrame(
        {
            "benefit": {reading: found[0] for reading, found in benefits.items()},
            "cost": float(cost[0]),
            "profit": {reading: found[0] for reading, found in profits.items()},
            "benefit_cost_ratio": {reading: found[0] + 1 for reading, found in nets.items()},
            "net_return": {reading: found[0] for reading, found in nets.items()},
        }
    ).rename_axis("reading")
    return MeasuredReturn(
        table.join(draws.table(interval)),
        draws,
        _rates(treated, control, value_treated, value_control, interval),
    )


def _spared(reading: str, valuation: Valuation) -> float:
    if reading == "stock_maintaining":
        return valuation.acquisition_cost - valuation.new_customer_value
    return valuation.acquisition_cost if reading in {"full_replacement", "seed"} else 0.0


def _means(rows: pd.DataFrame, rng: np.random.Generator, n_draws: int) -> Array:
    """Means of return, observed and extrapolated value: first the estimate, then draws, (3, k)."""
    outcomes = rows[[RETURNED, "observed", "extrapolated"]].to_numpy(dtype=np.float64)
    mean = outcomes.mean(axis=0)
    covariance = np.cov(outcomes, rowvar=False) / len(outcomes)
    # An eigenvalue below zero is rounding: outcomes that are all alike have no spread.
    sizes, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(sizes, 0, None))
    draws = mean + rng.standard_normal((n_draws, 3)) @ root.T
    return np.column_stack([mean, draws.T])


def _rates(
    treated: Array, control: Array, value_treated: Array, value_control: Array, interval: float
) -> pd.Series:
    # A draw of a return rate next to zero would make a value per return of any size.
    per_return = value_treated / np.maximum(treated[0], 1e-12)
    low, high = np.quantile(per_return[1:], [0.5 - interval / 2, 0.5 + interval / 2])
    return pd.Series(
        {
            "return_treated": treated[0][0],
            "return_control": control[0][0],
            "effect": treated[0][0] - control[0][0],
            "value_treated": value_treated[0],
            "value_control": value_control[0],
            "value_per_return": per_return[0],
            "value_per_return_lower": low,
            "value_per_return_upper": high,
        }
    )


def net_value_of_a_contact(experiment: Experiment, arm: str, costs: CostRates) -> pd.Series:
    """Net value of contacting one customer, fixed costs left aside, with its standard error.

    Returns
    -------
    pandas.Series
        ``mean``, ``standard_error`` (Welch), ``variance`` (of one treated customer's outcome plus
        one control customer's: what sample sizes hang on).
    """
    require_control(experiment)
    one, none = experiment.of(arm), experiment.of(str(experiment.control))
    gain = one["value"] - one[RETURNED] * costs.incentive - costs.per_contact
    spread = float(gain.var(ddof=1)), float(none["value"].var(ddof=1))
    error = np.sqrt(spread[0] / len(gain) + spread[1] / len(none))
    return pd.Series(
        {
            "mean": float(gain.mean() - none["value"].mean()),
            "standard_error": float(error),
            "variance": spread[0] + spread[1],
        }
    )
