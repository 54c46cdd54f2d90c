"""Customers by what they may be worth: key customers of the future, and those who cost more.

Both are statements about the outcome of one customer, so both come with how sure they are: the
share of simulated futures in which they hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.clock import Horizon
from clvlab.errors import InputError, Problem
from clvlab.models import FittedStudy
from clvlab.models.customers.histories import histories_of
from clvlab.models.customers.history_table import HistoryTable
from clvlab.models.futures.futures import Assumptions, Block, Streams, expectations, outcomes
from clvlab.models.futures.history_order import blocks_by_history
from clvlab.models.futures.if_alive_under_draws import IfAlive
from clvlab.models.gamma_gamma.spending import spend_of
from clvlab.models.study.score_table import estimates_of
from clvlab.models.value.value import assumptions_of
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.customer_summary import CustomerSummary

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ahead:
    """What lies ahead of each customer.

    Attributes
    ----------
    table
        Indexed by ``customer_id``: ``probability_purchase`` within the horizon, ``clv``.
    futures
        Earned value in one simulated future per draw, (customers, draws).
    """

    table: pd.DataFrame
    futures: Array


def customer_futures(
    study: FittedStudy,
    summary: CustomerSummary,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: float,
    most: int = 200,
) -> Ahead:
    """The expected value of every customer, and what it is in simulated futures.

    Parameters
    ----------
    study, summary
        The study, and the customers to be asked of.
    horizon, annual_discount_rate, margin_rate
        As in `score_customers`.
    most
        Draws at most; a chance is known to within about one over their root.

    Raises
    ------
    InputError
        When the study's model has covariates, which futures are not drawn with here.
    """
    model = study.model
    if model.coefficient_names_:
        rule = "must be one without covariates"
        found = f"it has {', '.join(model.coefficient_names_)}"
        raise InputError(Problem("the model of the study", rule, found))
    terms: Assumptions = assumptions_of(
        summary,
        model,
        summary.window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=margin_rate,
    )
    histories, amounts = histories_of(summary), spend_of(summary)[1]
    table = HistoryTable.of(histories, model.unit_, memoryless=model.process.memoryless)
    draws, streams = study.draws, Streams.of(study.random())
    draws = replace(draws, transaction=draws.transaction[:most], spend=draws.spend[:most])
    alive = model.process.alive_under_draws(draws.transaction, table)
    if_alive = IfAlive.of(draws.of_process, table, terms.horizon, terms.log_discount)
    out = np.empty((len(histories), len(draws)))
    for rows in blocks_by_history(table):
        block, own = Block.of(table, amounts, rows), terms.of(rows)
        expected = expectations(block, alive(rows), if_alive.at(block.pair), draws, own)
        out[rows] = outcomes(block, expected[2], draws, own, streams)[1]
    table_of_all = estimates_of(summary, model, study.spend, terms)
    return Ahead(table_of_all[["probability_purchase", "clv"]], out)


def key_customers(summary: CustomerSummary, ahead: Ahead, *, chance: float = 0.5) -> pd.DataFrame:
    """Customers to look after for the future: worth much, or likely to be among the best tenth.

    Parameters
    ----------
    summary
        The customers.
    ahead
        `customer_futures` of the same customers.
    chance
        Chance of being in the top tenth from which on a customer is a key one.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the largest expected value first: ``clv``, ``top_chance``
        (share of futures in which the customer is in the tenth that is worth most), ``spent`` (so
        far) and ``because``: ``large now and ahead``, ``rising`` (key though not in the tenth
        that has spent most) or ``uncertain`` (in the tenth by expectation, with a chance below
        `chance`).
    """
    clv, futures = ahead.table["clv"], ahead.futures
    n = len(clv)
    many = max(n // 10, 1)
    # Futures in which many are worth nothing have ties at the edge, which take part by chance.
    edge = np.partition(futures, n - many, axis=0)[n - many]
    above = futures > edge
    tied = futures == edge
    room = (many - above.sum(axis=0)) / np.maximum(tied.sum(axis=0), 1)
    top = (above + tied * room).mean(axis=1)
    spent = summary.table["total_amount"].reindex(clv.index)
    out = pd.DataFrame({"clv": clv, "top_chance": top, "spent": spent})
    best = clv.rank(ascending=False, method="first") <= many
    spent_most = spent.rank(ascending=False, method="first") <= many
    likely = out["top_chance"] >= chance
    out["because"] = np.select(
        [likely & ~spent_most, likely, best], ["rising", "large now and ahead", "uncertain"], ""
    )
    kept = out[out["because"] != ""]
    return kept.sort_values("clv", ascending=False, kind="stable").rename_axis(CUSTOMER_ID)


def value_if_they_stay(ahead: Ahead) -> tuple[pd.Series, pd.Series]:
    """What each customer is worth if they buy again at all, and the chance that they do not.

    The expected value is the one times the chance of the other not happening, so a stress test of
    both loses what was expected and nothing twice.
    """
    chance = ahead.table["probability_purchase"]
    worth = (ahead.table["clv"] / chance.where(chance > 0)).fillna(0.0).clip(lower=0.0)
    return worth, 1 - chance


def negative_net_value(
    ahead: Ahead, cost_to_serve: pd.Series, *, sure: float = 0.9, interval: float = 0.90
) -> pd.DataFrame:
    """Customers who are expected to cost more than they bring.

    Parameters
    ----------
    ahead
        `customer_futures`.
    cost_to_serve
        What serving each costs over the same horizon, with the same ids.
    sure
        Share of futures with a loss from which on the statement is called sure.
    interval
        Share of futures between the limits, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, the largest loss first: ``clv``, ``cost``, ``net_value`` (below
        zero) with ``net_lower`` and ``net_upper`` (of what may happen), ``loss_chance`` (share of
        futures in which the cost exceeds the margin) and ``sure``, whether it is at least as asked
        for.

    Raises
    ------
    InputError
        When ids differ, a cost is negative or missing, or the interval is none.

    Examples
    --------
    >>> ids = pd.Index(["a", "b"], name="customer_id")
    >>> ahead = Ahead(pd.DataFrame({"clv": [4.5, 0.0]}, ids), np.array([[0.0, 9.0], [0.0, 0.0]]))
    >>> found = negative_net_value(ahead, pd.Series([1.0, 1.0], ids))
    >>> found[["net_value", "loss_chance", "sure"]].to_numpy().tolist()
    [[-1.0, 1.0, True]]
    """
    clv, futures = ahead.table["clv"], ahead.futures
    if not clv.index.equals(cost_to_serve.index) or not (cost_to_serve >= 0).all():
        rule = "must be known of every customer and not negative"
        found = f"{int((~(cost_to_serve >= 0)).sum()):,} are not, of {len(clv):,} customers"
        raise InputError(Problem("the cost to serve", rule, found))
    if not 0 < interval < 1:
        rule = "must be between 0 and 1"
        raise InputError(Problem("parameter 'interval'", rule, f"got {interval!r}"))
    cost = cost_to_serve.to_numpy(dtype=np.float64)
    out = pd.DataFrame({"clv": clv, "cost": cost_to_serve, "net_value": clv - cost})
    tails = [(1 - interval) / 2, (1 + interval) / 2]
    lower, upper = np.quantile(futures, tails, axis=1) if len(clv) else (cost, cost)
    out["net_lower"], out["net_upper"] = lower - cost, upper - cost
    out["loss_chance"] = (futures < cost[:, None]).mean(axis=1)
    out["sure"] = out["loss_chance"] >= sure
    below = out[out["net_value"] < 0]
    return below.sort_values("net_value", kind="stable").rename_axis(CUSTOMER_ID)
