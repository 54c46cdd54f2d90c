"""What was known of each customer on a day, from the purchases up to that day and nothing later.

Amounts of a log whose returns were set off against earlier purchases already know of returns made
later; read with ``returns="drop"`` purchases stay as they were made. Either way the log keeps what
was given back by the day of the return, and that is what the features of returns count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.snapshots import OUTSIDE, Eligibility, Snapshot
from clvlab.clock import TimeUnit
from clvlab.models import BetaGeoModel
from clvlab.schema import FREQUENCY, RECENCY, T

Whole = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

FAMILIAR: Final = 3
"""A customer's own gaps count against those of everybody as if there were this many of the latter:
one short gap is not yet a rhythm."""
BREADTH_NAMES: Final = {"product": "products", "category": "categories", "channel": "channels"}


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Which features all snapshots of a study have, so that each means the same on every one.

    Attributes
    ----------
    windows
        Names and lengths in days of the windows in which purchases are counted.
    season
        Whether purchases a year before the label window are counted.
    breadth
        The columns whose different values are counted.
    returns
        Whether what was given back is looked at.
    model_based
        Whether BG/NBD is fitted for the chance of a purchase.
    """

    windows: tuple[tuple[str, int], ...]
    season: bool
    breadth: tuple[str, ...]
    returns: bool = False
    model_based: bool = True

    @classmethod
    def of(
        cls, history: PurchaseHistory, earliest: Snapshot, *, model_based: bool = True
    ) -> FeatureSet:
        """The features that the earliest snapshot of a study can have.

        Parameters
        ----------
        history
            The purchases.
        earliest
            The snapshot with the fewest days before it. Windows of a third, one and two horizons
            are counted where the log reaches back half as far again, and returns where one was
            made by then.
        model_based
            Whether to fit BG/NBD on each snapshot.
        """
        seen = history.place(earliest.as_of) + 1
        days = earliest.horizon_days
        lengths = (("third", max(days // 3, 1)), ("one", days), ("two", 2 * days))
        return cls(
            windows=tuple((name, length) for name, length in lengths if OUTSIDE * length <= seen),
            season=history.place(_season(earliest)[0]) >= 0,
            breadth=tuple(history.firsts),
            returns=history.has_returns(history.place(earliest.as_of)),
            model_based=model_based,
        )


def churn_features(
    history: PurchaseHistory,
    snapshot: Snapshot,
    feature_set: FeatureSet | None = None,
    eligibility: Eligibility | None = None,
) -> pd.DataFrame:
    """Every eligible customer as known on the day of a snapshot.

    Parameters
    ----------
    history
        The purchases; those after `Snapshot.as_of` are not looked at.
    snapshot
        The view.
    feature_set
        Which features; by default those that this snapshot can have.
    eligibility
        Who is asked about; by default everybody who had bought.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``customer_id``, sorted, without missing values; the columns are those of
        `clvlab.churn.feature_list.FEATURES` that the set has, float64.

        - rhythm: ``silence_days``, ``tenure_days``, ``frequency``, ``recency_days``;
          ``own_gap_days`` and ``gap_variation`` (coefficient of variation), both drawn towards
          what is usual (the base's median gap; 1) while gaps are few; ``silence_ratio``
        - trend: ``purchases_third``, ``purchases_one``, ``purchases_two``
        - spend, in the log's currency: ``mean_amount``, ``last_amount_ratio``
        - breadth: ``products``, ``categories``, ``channels``
        - returns: ``returned_share`` (money given back over money bought and given back),
          ``returns_per_purchase`` (lines given back for each purchase), ``return_silence_days``
          (for who never gave anything back, since before the log began)
        - calendar: ``weekend_share``, ``season_purchases``
        - model-based: ``probability_purchase`` in the label window, by BG/NBD fitted on this day

    Examples
    --------
    >>> import clvlab
    >>> history = PurchaseHistory.of(clvlab.load_cdnow(sample=True))
    >>> table = churn_features(history, Snapshot(date(1997, 12, 31), 91))
    >>> table.loc[table.index[:2], ["silence_days", "frequency", "purchases_one"]].values.tolist()
    [[19.0, 3.0, 1.0], [352.0, 1.0, 0.0]]
    """
    chosen = feature_set or FeatureSet.of(history, snapshot)
    who = (eligibility or Eligibility()).places(history, snapshot.as_of)
    table = describe_purchases(history, snapshot, chosen, who)
    if chosen.model_based:
        model = fit_purchases(table)
        table["probability_purchase"] = purchase_chance(model, table, snapshot)
    return table


def describe_purchases(
    history: PurchaseHistory, snapshot: Snapshot, feature_set: FeatureSet, who: Whole
) -> pd.DataFrame:
    """The features of some customers, by their places, without the one that is model-based."""
    now = history.place(snapshot.as_of)
    start, end = history.starts[who], history.end_of(now, who)
    columns = _rhythm(history, now, start, end)
    columns |= _trend(history, snapshot, feature_set, who, end)
    columns |= _spend(history, start, end)
    for name in feature_set.breadth:
        columns[BREADTH_NAMES[name]] = history.values_by(name, now, who)
    if feature_set.returns:
        columns |= _given_back(history, now, who, start, end)
    columns["weekend_share"] = (history.weekend[end] - history.weekend[start]) / (end - start)
    return pd.DataFrame(
        {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()},
        index=history.ids[who],
        copy=False,
    )


def fit_purchases(table: pd.DataFrame) -> BetaGeoModel:
    """BG/NBD of customers as they were known on a day."""
    return BetaGeoModel().fit(_histories(table), unit=TimeUnit.DAY)


def purchase_chance(model: BetaGeoModel, table: pd.DataFrame, snapshot: Snapshot) -> pd.Series:
    """Chance of a purchase in the label window, by a model fitted on the day of the snapshot.

    It is asked from the day of the snapshot on, for a window of the horizon's length; a gap before
    the label window is not in it.
    """
    ahead = f"{snapshot.horizon_days} days"
    return model.probability_purchase(_histories(table), horizon=ahead, unit=TimeUnit.DAY)


def alive_chance(table: pd.DataFrame) -> pd.Series:
    """Chance to be alive by BG/NBD: 1 for all who bought once, and so no score of churn."""
    return fit_purchases(table).probability_alive(_histories(table), unit=TimeUnit.DAY)


def _histories(table: pd.DataFrame) -> pd.DataFrame:
    names = {"frequency": FREQUENCY, "recency_days": RECENCY, "tenure_days": T}
    return table[list(names)].rename(columns=names)


def _rhythm(history: PurchaseHistory, now: int, start: Whole, end: Whole) -> Columns:
    first, last = history.days[start], history.days[end - 1]
    repeats = end - start - 1
    usual = history.usual_gap(now)
    # Without any second purchase there is no rhythm; a silence then counts in days of the log.
    usual = float(now + 1) if np.isnan(usual) else usual
    own = (last - first + FAMILIAR * usual) / (repeats + FAMILIAR)
    squares = history.gap_squares[end] - history.gap_squares[start + 1]
    counted = np.maximum(repeats, 1)
    mean = (last - first) / counted
    variance = np.maximum(squares / counted - mean**2, 0.0)
    variation = np.where(repeats > 0, np.sqrt(variance) / np.maximum(mean, 1.0), 1.0)
    return {
        "silence_days": now - last,
        "tenure_days": now - first,
        "frequency": repeats,
        "recency_days": last - first,
        "own_gap_days": own,
        "silence_ratio": (now - last) / np.maximum(own, 1.0),
        "gap_variation": (repeats * variation + FAMILIAR) / (repeats + FAMILIAR),
    }


def _trend(
    history: PurchaseHistory, snapshot: Snapshot, chosen: FeatureSet, who: Whole, end: Whole
) -> Columns:
    now = history.place(snapshot.as_of)
    out: Columns = {}
    for name, length in chosen.windows:
        before = history.end_of(now - length, who)
        out[f"purchases_{name}"] = end - before
    if chosen.season:
        first, last = (history.place(day) for day in _season(snapshot))
        out["season_purchases"] = history.end_of(last, who) - history.end_of(first - 1, who)
    return out


def _spend(history: PurchaseHistory, start: Whole, end: Whole) -> Columns:
    mean = history.amounts(start, end) / (end - start)
    last = history.amounts(end - 1, end)
    ratio = np.divide(last, mean, out=np.ones_like(mean), where=mean > 0)
    return {"mean_amount": mean, "last_amount_ratio": ratio}


def _given_back(
    history: PurchaseHistory, now: int, who: Whole, start: Whole, end: Whole
) -> Columns:
    lines, money, since = history.returned_by(now, who)
    both = history.amounts(start, end) + money
    return {
        "returned_share": np.divide(money, both, out=np.zeros_like(money), where=both > 0),
        "returns_per_purchase": lines / (end - start),
        "return_silence_days": since,
    }


def _season(snapshot: Snapshot) -> tuple[date, date]:
    """The label window a year before, as far as it was over by the day of the snapshot."""
    year = timedelta(days=round(TimeUnit.YEAR.days))
    first, last = snapshot.label_first - year, snapshot.label_last - year
    return first, min(last, snapshot.as_of)
