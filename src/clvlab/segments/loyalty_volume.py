"""Four kinds of customers by how much they buy and how loyal they are.

Little and disloyal: drop where serving them costs more than they bring. Large and disloyal:
dangerous, the company depends on them and they may go, or pay late. Small and loyal: rising
stars. Large and loyal: the treasure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem, Problems
from clvlab.segments.segmentation import Segmentation, segmentation_of
from clvlab.summary.period import Period

ORDER = ("treasure", "rising star", "dangerous", "little")


def loyalty_by_volume(
    volume: pd.Series,
    loyalty: pd.Series,
    *,
    volume_cut: float = 0.5,
    loyalty_cut: float = 0.5,
    measure: str = "regularity",
    cut_in: Period | None,
) -> Segmentation:
    """The four kinds.

    Parameters
    ----------
    volume
        Amount or margin, one per customer id.
    loyalty
        A number that is higher for the more loyal, with the same ids: the chance of a purchase,
        the share of months with one, the share of their purchases that we have.
    volume_cut, loyalty_cut
        Shares of customers up to which a volume is small, and who are disloyal: .5 cuts at the
        median. A customer who is exactly on a cut is below it.
    measure
        What loyalty was taken from, for the rules.
    cut_in
        The days that both come from.

    Raises
    ------
    InputError
        For cuts not between 0 and 1, different ids, or missing numbers.

    Examples
    --------
    >>> volume = pd.Series([9.0, 8.0, 1.0, 2.0], index=list("abcd"))
    >>> loyalty = pd.Series([0.9, 0.1, 0.8, 0.2], index=list("abcd"))
    >>> loyalty_by_volume(volume, loyalty, cut_in=None).labels.astype(str).tolist()
    ['treasure', 'dangerous', 'rising star', 'little']
    """
    _check(volume, loyalty, volume_cut, loyalty_cut)
    at_volume, at_loyalty = _cut(volume, volume_cut), _cut(loyalty, loyalty_cut)
    large, loyal = volume > at_volume, loyalty > at_loyalty
    labels = pd.Series(
        np.select([large & loyal, ~large & loyal, large], ORDER[:3], default=ORDER[3]),
        volume.index,
    )
    much, little = f"volume above {at_volume:,.2f}", f"volume up to {at_volume:,.2f}"
    faithful, not_so = f"{measure} above {at_loyalty:.3g}", f"{measure} up to {at_loyalty:.3g}"
    pairs = ((much, faithful), (little, faithful), (much, not_so), (little, not_so))
    rules = {name: ", ".join(pair) for name, pair in zip(ORDER, pairs, strict=True)}
    return segmentation_of(labels, scheme="loyalty and volume", rules=rules, cut_in=cut_in)


def cut_sensitivity(
    volume: pd.Series,
    loyalty: pd.Series,
    cuts: Sequence[float] = (0.3, 0.4, 0.5, 0.6, 0.7),
    *,
    against: float = 0.5,
) -> pd.DataFrame:
    """What other cuts would make of the same customers.

    Parameters
    ----------
    volume, loyalty
        As in `loyalty_by_volume`.
    cuts
        Shares to cut both at, in all combinations.
    against
        The cuts that class changes are counted against.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``volume_cut`` and ``loyalty_cut``: customers of each kind (columns
        ``treasure``, ``rising star``, ``dangerous``, ``little``), and ``changed``, the share of
        customers whose kind is another than under `against`.
    """
    usual = loyalty_by_volume(
        volume, loyalty, volume_cut=against, loyalty_cut=against, cut_in=None
    ).labels.astype(str)
    rows = []
    for one in cuts:
        for other in cuts:
            found = loyalty_by_volume(
                volume, loyalty, volume_cut=one, loyalty_cut=other, cut_in=None
            ).labels.astype(str)
            counts = found.value_counts().reindex(list(ORDER), fill_value=0)
            row = {"volume_cut": one, "loyalty_cut": other} | counts.to_dict()
            rows.append(row | {"changed": float((found != usual).mean())})
    return pd.DataFrame(rows).set_index(["volume_cut", "loyalty_cut"])


def _cut(values: pd.Series, share: float) -> float:
    return float(values.quantile(share, interpolation="lower"))


def _check(volume: pd.Series, loyalty: pd.Series, volume_cut: float, loyalty_cut: float) -> None:
    problems = Problems()
    for name, cut in (("volume_cut", volume_cut), ("loyalty_cut", loyalty_cut)):
        if not 0 < cut < 1:
            problems.add(f"parameter '{name}'", "must be above 0 and below 1", f"got {cut!r}")
    for name, values in (("volume", volume), ("loyalty", loyalty)):
        if values.isna().any():
            found = f"{int(values.isna().sum()):,} of {len(values):,} have none"
            problems.add(f"parameter '{name}'", "must be known of everybody", found)
    problems.raise_if_any()
    if not volume.index.equals(loyalty.index):
        rule = "must have the same ids in the same order"
        found = f"{len(volume):,} and {len(loyalty):,} ids that differ"
        raise InputError(Problem("volume and loyalty", rule, found))
