"""Intervals of the return on a campaign, drawn from declared distributions of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.recovery.costs import CostRates
from clvlab.recovery.distributions import Distribution, Fixed
from clvlab.recovery.economics import SEED_NET_RETURNS, worth_of_a_return

Array = npt.NDArray[np.float64]
INPUTS = (
    "return_treated",
    "return_control",
    "second_lifetime_value",
    "acquisition_cost",
    "new_customer_value",
    "other_benefits",
)
"""What has to be declared; `other_benefits` are communication and information together."""
READ_WITH_CONTROL = ("gross", "incremental", "stock_maintaining", "full_replacement")


@dataclass(frozen=True)
class ReturnDraws:
    """Draws of a campaign's economics.

    Attributes
    ----------
    draws
        One row per draw, one column per reading: the net return.
    profit
        The same of the profit.
    """

    draws: pd.DataFrame
    profit: pd.DataFrame

    def table(self, interval: float = 0.95) -> pd.DataFrame:
        """Limits and chances of each reading.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``reading``: ``net_return_lower`` and ``_upper``, ``profit_lower`` and
            ``_upper`` (quantiles with equal shares outside), and the chances that the net return
            is above 0 (``chance_above_0``) and above what the seed quotes (``chance_above_41``,
            ``chance_above_102``).
        """
        low, high = 0.5 - interval / 2, 0.5 + interval / 2
        out = pd.DataFrame(index=pd.Index(self.draws.columns, name="reading"))
        for name, draws in (("net_return", self.draws), ("profit", self.profit)):
            out[f"{name}_lower"] = draws.quantile(low)
            out[f"{name}_upper"] = draws.quantile(high)
        for level in (0.0, *SEED_NET_RETURNS):
            out[f"chance_above_{level * 100:.0f}"] = (self.draws > level).mean()
        return out


def draw_returns(
    inputs: Mapping[str, Distribution],
    costs: CostRates,
    *,
    contacted: float,
    n_draws: int = 10_000,
    seed: int,
) -> ReturnDraws:
    """Net return and profit of a campaign with a control group, by Monte Carlo.

    Parameters
    ----------
    inputs
        A distribution for each of `INPUTS`; they are drawn independently, each from its own
        stream, so that a change of one leaves the others' draws alone.
    costs
        What the campaign costs.
    contacted
        Customers contacted.
    n_draws, seed
        Number and seed of the draws.

    Raises
    ------
    InputError
        When an input has no distribution.

    Examples
    --------
    >>> from clvlab.recovery.distributions import Fixed, Mean, Share
    >>> costs = CostRates(communication=2, incentive=10, hours=0, hourly_rate=0, set_up=500,
    ...     overhead=0)
    >>> draws = draw_returns(
    ...     {"return_treated": Share(120, 1000), "return_control": Share(80, 1000),
    ...      "second_lifetime_value": Mean(150, 30), "acquisition_cost": Fixed(60),
    ...      "new_customer_value": Fixed(100), "other_benefits": Fixed(0)},
    ...     costs, contacted=1000, seed=1)
    >>> round(float(draws.table().loc["incremental", "chance_above_0"]), 2)
    0.84
    """
    missing = [name for name in INPUTS if name not in inputs]
    if missing:
        raise InputError(
            Problem(
                "the declared distributions",
                f"must cover {', '.join(INPUTS)}",
                f"missing: {', '.join(missing)}",
                "Declare what is taken as known with Fixed.",
            )
        )
    streams = np.random.default_rng(seed).spawn(len(INPUTS))
    drawn = {
        name: inputs[name].draw(stream, n_draws)
        for name, stream in zip(INPUTS, streams, strict=True)
    }
    return _returns_of(drawn, costs, contacted)


def _returns_of(drawn: Mapping[str, Array], costs: CostRates, contacted: float) -> ReturnDraws:
    cost = np.asarray(costs.total(contacted, drawn["return_treated"]))
    profits, nets = {}, {}
    for reading in READ_WITH_CONTROL:
        control = 0.0 if reading == "gross" else drawn["return_control"]
        worth = worth_of_a_return(
            reading,
            drawn["second_lifetime_value"],
            acquisition_cost=drawn["acquisition_cost"],
            new_customer_value=drawn["new_customer_value"],
        )
        caused = contacted * (drawn["return_treated"] - control)
        benefit = caused * worth + drawn["other_benefits"]
        profits[reading], nets[reading] = benefit - cost, benefit / cost - 1
    return ReturnDraws(pd.DataFrame(nets), pd.DataFrame(profits))


def tornado(
    inputs: Mapping[str, Distribution],
    costs: CostRates,
    *,
    contacted: float,
    reading: str = "incremental",
    interval: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    """How far each input alone moves the net return, the others held at their means.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``input``, widest first: ``low`` and ``high`` (quantiles of the input),
        ``net_return_low`` and ``net_return_high`` (what they lead to). Inputs that are taken as
        known are left out.
    """
    means = {name: Fixed(inputs[name].mean) for name in INPUTS}
    rows = {}
    for name, low, high in _limits(inputs, interval, seed):
        ends = [
            _returns_of(
                {one: np.array([end if one == name else means[one].mean]) for one in INPUTS},
                costs,
                contacted,
            )
            .draws[reading]
            .iloc[0]
            for end in (low, high)
        ]
        rows[name] = (low, high, *ends)
    columns = ["low", "high", "net_return_low", "net_return_high"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=np.float64)
    width = (table["net_return_high"] - table["net_return_low"]).abs()
    return table.loc[width.sort_values(ascending=False, kind="stable").index].rename_axis("input")


def _limits(
    inputs: Mapping[str, Distribution], interval: float, seed: int
) -> Iterator[tuple[str, float, float]]:
    streams = np.random.default_rng(seed).spawn(len(INPUTS))
    for name, stream in zip(INPUTS, streams, strict=True):
        if not isinstance(inputs[name], Fixed):
            draws = inputs[name].draw(stream, 20_000)
            low, high = np.quantile(draws, [0.5 - interval / 2, 0.5 + interval / 2])
            yield name, float(low), float(high)
