"""Contracts, where leaving has a date: how long they last, who ends one, and what goes with it.

Contracts that still run on the last day seen are censored: they lasted that long and are not over.
Their end is neither that day nor never.
"""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from clvlab.churn.snapshots import CHURNED, Snapshot
from clvlab.clock import days_since
from clvlab.errors import InputError, NotFittedError, Problem, Problems
from clvlab.schema import CUSTOMER_ID

Array = npt.NDArray[np.float64]
START, END = "start", "end"


def contract_durations(contracts: pd.DataFrame, last_day: date) -> pd.DataFrame:
    """How long each contract lasted by a day, and whether it was over then.

    Parameters
    ----------
    contracts
        Columns ``customer_id``, ``start`` and ``end`` (last day that it runs; missing while it
        does), one row per contract.
    last_day
        Last day seen (inclusive); contracts that start later are left out, and ends after it are
        not known.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``: ``days`` from start to end or last day, and ``ended``.

    Raises
    ------
    InputError
        When a column is missing, a start is missing, or an end lies before its start.

    Examples
    --------
    >>> made = pd.DataFrame({"customer_id": ["a", "b"], "start": ["2024-01-01"] * 2,
    ...                      "end": ["2024-01-11", None]})
    >>> contract_durations(made, date(2024, 1, 31)).values.tolist()
    [[10, True], [30, False]]
    """
    known = _checked(contracts)
    seen = pd.Timestamp(last_day)
    known = known[known[START] <= seen]
    ended = known[END] <= seen
    last = known[END].where(ended, seen)
    return pd.DataFrame({"days": days_since(last, known[START]), "ended": ended})


def label_contracts(contracts: pd.DataFrame, snapshot: Snapshot, last_day: date) -> pd.Series:
    """Whose contract, running on the day of a snapshot, ended in its label window.

    Parameters
    ----------
    contracts, last_day
        As in `contract_durations`; the window must be over by `last_day`.
    snapshot
        The view. A contract that ended in the gap is left out: nobody could act on it.

    Returns
    -------
    pandas.Series
        Named ``churned``, indexed by ``customer_id``.

    Raises
    ------
    InputError
        When the window is not over, or for what `contract_durations` refuses.
    """
    if snapshot.label_last > last_day:
        rule = f"must end by the last day seen, {last_day}"
        where = f"the label window of the snapshot {snapshot.as_of}"
        raise InputError(Problem(where, rule, f"it ends on {snapshot.label_last}"))
    known = _checked(contracts)
    running = (known[START] <= pd.Timestamp(snapshot.as_of)) & ~(
        known[END] < pd.Timestamp(snapshot.label_first)
    )
    ends = known.loc[running, END]
    return (ends <= pd.Timestamp(snapshot.label_last)).rename(CHURNED)


def survival_curve(
    days: pd.Series, ended: pd.Series, *, by: pd.Series | None = None, interval: float = 0.90
) -> pd.DataFrame:
    """Share of contracts still running by age (Kaplan and Meier 1958), with pointwise limits.

    Parameters
    ----------
    days
        Ages at the end, or when last seen; any unit of time, at least 0.
    ended
        Whether the contract ended.
    by
        Groups, one curve each.
    interval
        Coverage of the limits: Greenwood's variance on the scale of log(-log).

    Returns
    -------
    pandas.DataFrame
        ``group`` (with `by`), ``age``, ``survival``, ``lower`` and ``upper`` (missing where nothing
        is known of the variance).

    Examples
    --------
    >>> curve = survival_curve(pd.Series([1, 2, 2, 3]), pd.Series([True, True, False, False]))
    >>> curve[["age", "survival"]].values.tolist()
    [[1.0, 0.75], [2.0, 0.5], [3.0, 0.5]]
    """
    _refuse_negative(days)
    if by is None:
        return _curve(days, ended, interval)
    parts = [
        _curve(days[by == name], ended[by == name], interval).assign(group=name)
        for name in sorted(by.dropna().unique())
    ]
    return pd.concat(parts, ignore_index=True)


def survival_at(curve: pd.DataFrame, age: float) -> float:
    """The share still running at an age, from a curve of one group."""
    before = curve.loc[curve["age"] <= age, "survival"]
    return float(before.iloc[-1]) if len(before) else 1.0


class CoxChurn:
    r"""Cox's regression of the hazard that a contract ends, :math:`h_0(t) e^{x^\top b}`.

    Fitted by statsmodels with Efron's treatment of ties (Cox 1972; Efron 1977).

    Attributes
    ----------
    hazard_ratios_
        Indexed by column: ``hazard_ratio`` for one more of it, ``lower``, ``upper``, ``p_value``.
    """

    def __init__(self, interval: float = 0.90) -> None:
        self.interval = interval

    def fit(self, columns: pd.DataFrame, days: pd.Series, ended: pd.Series) -> Self:
        """Fit to contracts.

        Parameters
        ----------
        columns
            Numbers known when the contract began, one row per contract.
        days, ended
            As in `survival_curve`, in the order of `columns`.

        Raises
        ------
        InputError
            When a number is missing, a duration negative, or nothing ended.
        """
        _refuse_negative(days)
        x = columns.to_numpy(np.float64)
        problems = Problems()
        for name, bad in zip(columns.columns, (~np.isfinite(x)).sum(axis=0), strict=True):
            if bad:
                rule = "must hold finite numbers"
                problems.add(f"the column '{name}'", rule, f"{int(bad):,} rows do not")
        if not ended.any():
            problems.add("the contracts", "must have some that ended", "none did")
        problems.raise_if_any()
        regression: Any = import_module("statsmodels.duration.hazard_regression")
        self._middle = x.mean(axis=0)
        model = regression.PHReg(
            days.to_numpy(np.float64),
            x - self._middle,
            status=ended.to_numpy(np.int64),
            ties="efron",
        )
        found = model.fit()
        self.coefficients_ = pd.Series(found.params, columns.columns)
        reach = float(ndtri(0.5 + self.interval / 2)) * np.asarray(found.bse)
        self.hazard_ratios_ = pd.DataFrame(
            {
                "hazard_ratio": np.exp(found.params),
                "lower": np.exp(found.params - reach),
                "upper": np.exp(found.params + reach),
                "p_value": found.pvalues,
            },
            index=columns.columns,
        )
        times, hazard, _ = found.baseline_cumulative_hazard[0]
        self._times, self._hazard = np.asarray(times), np.asarray(hazard)
        return self

    def churn_probability(
        self, columns: pd.DataFrame, age: npt.ArrayLike, horizon: float
    ) -> pd.Series:
        r"""Chance that a running contract ends within a horizon.

        .. math:: 1 - S(a + h) / S(a) = 1 - \exp\{-[H_0(a + h) - H_0(a)] e^{x^\top b}\}

        Parameters
        ----------
        columns
            As fitted.
        age
            Ages of the contracts, (n,), in the unit of the durations.
        horizon
            How far ahead, in the same unit. Beyond the longest duration seen nothing ends.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        if not hasattr(self, "coefficients_"):
            raise NotFittedError("Cox regression must be fitted first")
        now = np.broadcast_to(np.asarray(age, dtype=np.float64), (len(columns),))
        ahead = self._cumulative(now + horizon) - self._cumulative(now)
        x = columns[self.coefficients_.index].to_numpy(np.float64) - self._middle
        risk = np.exp(x @ self.coefficients_.to_numpy())
        return pd.Series(-np.expm1(-ahead * risk), columns.index, name="churn_probability")

    def _cumulative(self, age: Array) -> Array:
        """The baseline's cumulative hazard, a step function."""
        place = np.searchsorted(self._times, age, side="right")
        return np.asarray(np.r_[0.0, self._hazard][place])


def _checked(contracts: pd.DataFrame) -> pd.DataFrame:
    problems = Problems()
    for name in (CUSTOMER_ID, START, END):
        if name not in contracts:
            problems.add(f"column '{name}'", "must be there", f"got {', '.join(contracts.columns)}")
    problems.raise_if_any()
    ids = pd.Index(contracts[CUSTOMER_ID], name=CUSTOMER_ID)
    known = pd.DataFrame(
        {name: pd.to_datetime(contracts[name]).to_numpy() for name in (START, END)}, index=ids
    )
    missing, early = int(known[START].isna().sum()), int((known[END] < known[START]).sum())
    if missing:
        problems.add("column 'start'", "must hold a day in every row", f"{missing:,} do not")
    if early:
        problems.add("column 'end'", "can't lie before the start", f"{early:,} rows do")
    problems.raise_if_any()
    return known


def _curve(days: pd.Series, ended: pd.Series, interval: float) -> pd.DataFrame:
    from scipy.stats import CensoredData, ecdf

    times, known = days.to_numpy(dtype=np.float64), ended.to_numpy(dtype=bool)
    still = ecdf(CensoredData(uncensored=times[known], right=times[~known])).sf
    share = np.asarray(still.probabilities)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Greenwood's sum, by the ages that ended contracts.
        order = np.sort(times)
        risk = len(times) - np.searchsorted(order, still.quantiles, side="left")
        events = np.array([(times[known] == one).sum() for one in still.quantiles])
        variance = np.cumsum(events / (risk * (risk - events)))
        scale = np.sqrt(variance) / np.abs(np.log(share))
        reach = float(ndtri(0.5 + interval / 2)) * scale
        lower, upper = share ** np.exp(reach), share ** np.exp(-reach)
    open_ended = (share > 0) & (share < 1)
    return pd.DataFrame(
        {
            "age": still.quantiles,
            "survival": share,
            "lower": np.where(open_ended, lower, np.nan),
            "upper": np.where(open_ended, upper, np.nan),
        }
    )


def _refuse_negative(days: pd.Series) -> None:
    bad = int((~(days >= 0)).sum())
    if bad:
        found = f"{bad:,} of {len(days):,} are negative or missing"
        raise InputError(Problem("the durations", "must be at least 0", found))
