r"""What would be lost if large customers left: a stress test of concentration.

Each customer leaves with a probability of their own. With a common shock they leave together more
often than by chance: customer `i` leaves when

.. math:: \sqrt{\rho}\, Z + \sqrt{1 - \rho}\, e_i < \Phi^{-1}(p_i) ,

with one standard normal `Z` for all and one :math:`e_i` for each (O. Vasicek, 2002, The
Distribution of Loan Portfolio Value, Risk 15, 160-162). The expected loss does not depend on
:math:`\rho`; its spread does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from clvlab.errors import Problems
from clvlab.summary.concentration import gini, herfindahl, top_share

Array = npt.NDArray[np.float64]

NUMBERS_AT_ONCE = 4_000_000
LEVELS = (0.5, 0.9, 0.95, 0.99)


def concentration_of(values: pd.Series, tops: tuple[int, ...] = (1, 5, 10)) -> dict[str, float]:
    """How much hangs on few customers.

    Returns
    -------
    dict
        ``customers`` with a positive value, ``gini``, ``herfindahl``, ``effective`` (one over
        it), ``normalised`` (the Herfindahl index from 0 where all are alike to 1), ``top_K`` for
        each number in `tops`, the share of the K largest, ``top_tenth``, and ``above_tenth``, how
        many customers hold a tenth of the whole or more each.

    Examples
    --------
    >>> found = concentration_of(pd.Series([6.0, 2.0, 1.0, 1.0]), (1,))
    >>> found["top_1"], round(found["effective"], 2), found["above_tenth"]
    (0.6, 2.38, 4)
    """
    worth = values[values > 0].sort_values(ascending=False, kind="stable")
    n, total = len(worth), math.fsum(worth)
    index = herfindahl(worth)
    out: dict[str, float] = {
        "customers": n,
        "gini": gini(worth),
        "herfindahl": index,
        "effective": 1 / index if index else math.nan,
        "normalised": (index - 1 / n) / (1 - 1 / n) if n > 1 else math.nan,
    }
    for many in tops:
        out[f"top_{many}"] = math.fsum(worth.iloc[:many]) / total if total else math.nan
    out["top_tenth"] = top_share(worth, 0.1) if n else math.nan
    out["above_tenth"] = int((worth >= 0.1 * total).sum())
    return out


@dataclass(frozen=True)
class StressTest:
    """Simulated losses.

    Attributes
    ----------
    losses
        Value of the customers who left, in each simulated future, (draws,).
    top_losses
        Of that, the value of the `top` largest customers, (draws,).
    value
        Value of all customers.
    expected, top_expected
        Exact expectations of both.
    top
        How many customers the top ones are.
    correlation
        Of the common shock.
    """

    losses: Array
    top_losses: Array
    value: float
    expected: float
    top_expected: float
    top: int
    correlation: float

    def table(self) -> pd.DataFrame:
        """Losses that are exceeded rarely.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``level``, the share of futures with a smaller loss: ``loss`` of all
            customers, ``loss_share`` of the whole value, ``shortfall``, the mean loss of the
            futures beyond, and ``top_loss``, of the largest customers.
        """
        rows = []
        for level in LEVELS:
            loss, top = (float(np.quantile(of, level)) for of in (self.losses, self.top_losses))
            beyond = self.losses[self.losses >= loss]
            shortfall = float(beyond.mean()) if len(beyond) else math.nan
            share = loss / self.value if self.value else math.nan
            rows.append((level, loss, share, shortfall, top))
        names = ["level", "loss", "loss_share", "shortfall", "top_loss"]
        return pd.DataFrame(rows, columns=names).set_index("level")


def stress_test(
    values: pd.Series,
    churn: pd.Series,
    *,
    top: int = 10,
    correlation: float = 0.0,
    draws: int = 2000,
    seed: int = 0,
) -> StressTest:
    """Simulate who leaves, and what goes with them.

    Parameters
    ----------
    values
        Revenue or lifetime value that goes with each customer, not negative.
    churn
        Each one's probability of leaving, with the same ids.
    top
        How many of the largest customers are looked at on their own.
    correlation
        Of the common shock, from 0 (everybody leaves alone) to below 1.
    draws, seed
        Simulated futures and their seed.

    Raises
    ------
    InputError
        For probabilities outside 0 and 1, negative values, ids that differ, or a correlation out
        of range.

    Examples
    --------
    >>> values = pd.Series([100.0, 50.0], index=["a", "b"])
    >>> found = stress_test(values, pd.Series([0.5, 0.1], index=["a", "b"]), top=1, draws=100)
    >>> found.expected, found.top_expected
    (55.0, 50.0)
    """
    _check(values, churn, top, correlation, draws)
    rng = np.random.default_rng(seed)
    order = np.argsort(-values.to_numpy(), kind="stable")
    worth = values.to_numpy(dtype=np.float64)[order]
    chance = churn.to_numpy(dtype=np.float64)[order]
    shock = rng.standard_normal(draws) * math.sqrt(correlation)
    edge = ndtri(chance)
    losses, top_losses = np.zeros(draws), np.zeros(draws)
    step = max(NUMBERS_AT_ONCE // draws, 1)
    for start in range(0, len(worth), step):
        rows = slice(start, start + step)
        if correlation:
            threshold = ndtr((edge[rows, None] - shock) / math.sqrt(1 - correlation))
        else:
            threshold = chance[rows, None]
        left = rng.random((len(worth[rows]), draws)) < threshold
        losses += worth[rows] @ left
        ahead = max(min(top - start, len(worth[rows])), 0)
        top_losses += worth[rows][:ahead] @ left[:ahead]
    expected = worth * chance
    return StressTest(
        losses,
        top_losses,
        math.fsum(worth),
        math.fsum(expected),
        math.fsum(expected[:top]),
        min(top, len(worth)),
        correlation,
    )


def _check(values: pd.Series, churn: pd.Series, top: int, correlation: float, draws: int) -> None:
    problems = Problems()
    if not values.index.equals(churn.index):
        rule = "must have the same ids in the same order"
        problems.add("values and churn", rule, f"{len(values):,} and {len(churn):,} that differ")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        found = f"{int((~(values >= 0)).sum()):,} of {len(values):,} are not"
        problems.add("parameter 'values'", "must be finite and not negative", found)
    if not churn.between(0, 1).all():
        found = f"{int((~churn.between(0, 1)).sum()):,} of {len(churn):,} are not"
        problems.add("parameter 'churn'", "must hold probabilities from 0 to 1", found)
    if not 0 <= correlation < 1:
        problems.add("parameter 'correlation'", "must be from 0 to below 1", f"got {correlation!r}")
    for name, value in (("top", top), ("draws", draws)):
        if value < 1:
            problems.add(f"parameter '{name}'", "must be at least 1", f"got {value!r}")
    problems.raise_if_any()
