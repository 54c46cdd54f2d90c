"""Customers with a label each, the rule behind every label, and the days that it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID
from clvlab.summary.period import Period

SEGMENT = "segment"
CHINESE: Mapping[str, str] = {
    "A": "A类客户",
    "B": "B类客户",
    "C": "C类客户",
    "treasure": "大量忠诚",
    "rising star": "小量忠诚",
    "dangerous": "大量不忠",
    "little": "小量不忠",
    "main": "主力客户",
    "ordinary": "一般客户",
    "scattered": "零散客户",
    "government": "政府机构",
    "special": "特殊公司",
    "company": "普通公司",
    "individual": "个人",
    "partner": "交易伙伴",
}
"""What a class is called in Chinese, where it has such a name."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What a scheme made of the customers.

    Attributes
    ----------
    scheme
        What customers were cut by, in words.
    labels
        Each customer's segment, an ordered category named ``segment``, indexed by
        ``customer_id``. Nobody is without one: `left_out` counts those whom the scheme has no
        segment for.
    rules
        The rule of each segment, written out.
    cut_in
        The days whose purchases decided. None where no purchase did, as with a region: only then
        may the segments be compared in any period.
    left_out
        Customers without a segment.
    why_left_out
        Why they have none, in words.
    """

    scheme: str
    labels: pd.Series
    rules: Mapping[str, str]
    cut_in: Period | None
    left_out: int = 0
    why_left_out: str = ""

    def table(self) -> pd.DataFrame:
        """The segments and their rules.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``segment``: ``rule``, ``customers``, ``share`` of the customers.
        """
        counts = self.labels.value_counts(sort=False)
        names = self.labels.cat.categories
        return pd.DataFrame(
            {
                "rule": [self.rules[name] for name in names],
                "customers": counts.reindex(names).to_numpy(),
                "share": (counts / counts.sum()).reindex(names).to_numpy(),
            },
            index=pd.Index(names.astype(str), name=SEGMENT),
        )


def segmentation_of(
    labels: pd.Series,
    *,
    scheme: str,
    rules: Mapping[str, str],
    cut_in: Period | None,
    why_left_out: str = "",
) -> Segmentation:
    """Gather labels into a segmentation; segments stand in the order of their rules.

    Parameters
    ----------
    labels
        One per customer id, missing where the scheme has none.
    scheme, rules, cut_in, why_left_out
        As in `Segmentation`. A rule whose segment is empty is left out.

    Raises
    ------
    InputError
        When an id stands there twice, a label has no rule, or nobody has a label.

    Examples
    --------
    >>> labels = pd.Series(["north", "south", None], index=["a", "b", "c"])
    >>> rules = {"north": "region is north", "south": "region is south"}
    >>> found = segmentation_of(labels, scheme="region", rules=rules, cut_in=None)
    >>> found.left_out, found.table()["customers"].to_dict()
    (1, {'north': 1, 'south': 1})
    """
    if not labels.index.is_unique:
        twice = labels.index[labels.index.duplicated()]
        rule = "must have each customer once"
        raise InputError(Problem("the labels", rule, f"{len(twice):,} stand there again"))
    known = labels.dropna()
    if not len(known):
        found = f"none of {len(labels):,} customers has one"
        remedy = why_left_out and f"Left out are {why_left_out}."
        raise InputError(Problem("the labels", "must put customers into segments", found, remedy))
    unknown = sorted(set(known.unique()) - set(rules), key=str)
    if unknown:
        found = f"'{unknown[0]}' has none"
        raise InputError(Problem("the labels", "must each have a rule", found))
    there = set(known.unique())
    order = [name for name in rules if name in there]
    values = pd.Categorical(known, categories=order, ordered=True)
    index = known.index.rename(CUSTOMER_ID)
    return Segmentation(
        scheme,
        pd.Series(values, index=index, name=SEGMENT),
        {name: rules[name] for name in order},
        cut_in,
        len(labels) - len(known),
        why_left_out,
    )
