"""Schemes that put customers into classes: each a pure function with its rules written out.

Loyalty with volume stands in `loyalty_volume`, recency with frequency and money in `rfm`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from string import ascii_uppercase

import numpy as np
import pandas as pd

from clvlab.errors import InputError, Problem, Problems, did_you_mean
from clvlab.segments.cumulative_share import CUTS, classes_by_share
from clvlab.segments.segmentation import Segmentation, segmentation_of
from clvlab.summary.period import Period

NATURES = ("government", "special", "company", "individual", "partner")


def abc(
    values: pd.Series,
    cuts: Sequence[float] = CUTS,
    *,
    basis: str = "amount",
    cut_in: Period | None,
) -> Segmentation:
    """ABC classes: the few customers who bring most of the value, and so on down.

    Customers are ranked from the largest value down, ties in the order of ids. A customer is in
    class A while those before them hold less than the first cut of the total: the customer whose
    value crosses a cut is in the upper class. Values of zero and less have no class.

    Parameters
    ----------
    values
        Revenue, margin or lifetime value, one per customer id.
    cuts
        Cumulative shares at which classes end, rising, above 0 and below 1. In use are .80 and
        .95, and .55 and .85; two cuts make three classes.
    basis
        What the values are, for the rules.
    cut_in
        The days that the values come from; a lifetime value comes from all days up to its date.

    Raises
    ------
    InputError
        For cuts that don't rise between 0 and 1, missing values, and values that are all zero.

    Examples
    --------
    >>> values = pd.Series([50.0, 30.0, 10.0, 6.0, 4.0, 0.0], index=list("abcdef"))
    >>> abc(values, cut_in=None).labels.astype(str).to_dict()
    {'a': 'A', 'b': 'A', 'c': 'B', 'd': 'B', 'e': 'C'}
    """
    labels = classes_by_share(values, cuts)
    names = list(ascii_uppercase[: len(cuts) + 1])
    edges = pairwise([0.0, *cuts, 1.0])
    rules = {
        name: f"ranked by {basis}, those before hold {low:.0%} or more, below {high:.0%}"
        for name, (low, high) in zip(names, edges, strict=True)
    }
    rules[names[0]] = f"ranked by {basis}, those before hold less than {cuts[0]:.0%}"
    rules[names[-1]] = f"ranked by {basis}, those before hold {cuts[-1]:.0%} or more"
    why = f"customers with no positive {basis}"
    return segmentation_of(
        labels, scheme=f"ABC by {basis}", rules=rules, cut_in=cut_in, why_left_out=why
    )


def main_ordinary_scattered(
    behaviour: pd.DataFrame,
    *,
    long_days: int,
    large: float,
    cut_in: Period | None,
) -> Segmentation:
    """Main customers (long and large), scattered ones (neither), ordinary ones between.

    Parameters
    ----------
    behaviour
        With ``tenure_days`` and ``amount``; see `behaviour_in`.
    long_days
        Days since the first purchase from which on a relationship is long.
    large
        Share of customers, by amount, above which an amount is large: .80 makes a fifth large.
    cut_in
        The days that the amounts come from.

    Raises
    ------
    InputError
        For a share that is not between 0 and 1, or days that are negative.
    """
    problems = Problems()
    if not 0 < large < 1:
        problems.add("parameter 'large'", "must be above 0 and below 1", f"got {large!r}")
    if long_days < 0:
        problems.add("parameter 'long_days'", "must be at least 0", f"got {long_days!r}")
    problems.raise_if_any()
    cut = float(behaviour["amount"].quantile(large, interpolation="lower"))
    is_long, is_large = behaviour["tenure_days"] >= long_days, behaviour["amount"] > cut
    both, none = is_long & is_large, ~is_long & ~is_large
    labels = pd.Series(
        np.select([both, none], ["main", "scattered"], default="ordinary"), behaviour.index
    )
    known, more = f"customer for {long_days} days or more", f"amount above {cut:,.2f}"
    rules = {
        "main": f"{known}, and {more}",
        "ordinary": f"either {known}, or {more}",
        "scattered": f"neither {known} nor {more}",
    }
    return segmentation_of(labels, scheme="time and volume", rules=rules, cut_in=cut_in)


def by_column(customers: pd.DataFrame, column: str, *, cut_in: Period | None) -> Segmentation:
    """Segments are the values of a column; customers without one are left out.

    Parameters
    ----------
    customers
        Indexed by customer id.
    column
        The column; a category keeps its order, text is sorted.
    cut_in
        None where the column comes from no purchase (a region, an age), else the days of the
        purchases that it comes from.

    Raises
    ------
    InputError
        When there is no such column, or it has a value for nobody.

    Examples
    --------
    >>> customers = pd.DataFrame({"region": ["south", "north", None]}, index=["a", "b", "c"])
    >>> by_column(customers, "region", cut_in=None).table()["customers"].to_dict()
    {'north': 1, 'south': 1}
    """
    if column not in customers:
        hint = did_you_mean(column, [str(name) for name in customers.columns])
        rule = "must be a column of the customers"
        raise InputError(Problem("parameter 'column'", rule, f"got {column!r}", hint))
    values = customers[column]
    known = values.dropna()
    if isinstance(values.dtype, pd.CategoricalDtype):
        names = [str(name) for name in values.cat.categories]
    else:
        names = [str(name) for name in sorted(known.unique())]
    labels = known.astype(str).reindex(customers.index)
    word = column.replace("_", " ")
    return segmentation_of(
        labels,
        scheme=word,
        rules={name: f"{word} is {name}" for name in names},
        cut_in=cut_in,
        why_left_out=f"customers whose {word} is not known",
    )


def by_nature(natures: pd.Series, meanings: Mapping[str, str]) -> Segmentation:
    """Segments by what a customer is: authority, special or ordinary company, person, partner.

    Parameters
    ----------
    natures
        What the company calls each customer, such as a legal form, one per customer id.
    meanings
        Which of ``government``, ``special``, ``company``, ``individual`` and ``partner`` each of
        these words means. Nothing is guessed.

    Raises
    ------
    InputError
        When a word that occurs has no meaning, or a meaning is none of the five.

    Examples
    --------
    >>> forms = pd.Series(["authority", "limited"], index=["a", "b"])
    >>> meanings = {"authority": "government", "limited": "company"}
    >>> by_nature(forms, meanings).labels.astype(str).tolist()
    ['government', 'company']
    """
    problems = Problems()
    for word in sorted(set(natures.dropna().astype(str)) - set(meanings)):
        rule = "must have a meaning"
        problems.add(f"the nature '{word}'", rule, "it has none", f"Say one of {_listed()}.")
    for word, meaning in meanings.items():
        if meaning not in NATURES:
            hint = did_you_mean(meaning, NATURES)
            problems.add(f"the meaning of '{word}'", f"must be one of {_listed()}",
                         f"got {meaning!r}", hint)  # fmt: skip
    problems.raise_if_any()
    words = {nature: [w for w, meaning in meanings.items() if meaning == nature]
             for nature in NATURES}  # fmt: skip
    labels = natures.astype(object).map(dict(meanings), na_action="ignore")
    rules = {nature: f"noted as {', '.join(found)}" for nature, found in words.items() if found}
    why = "customers whose nature is not noted"
    return segmentation_of(labels, scheme="nature", rules=rules, cut_in=None, why_left_out=why)


def _listed() -> str:
    return ", ".join(NATURES)


def by_function(
    behaviour: pd.DataFrame,
    function: Callable[[pd.DataFrame], pd.Series],
    rules: Mapping[str, str],
    *,
    scheme: str,
    cut_in: Period | None,
) -> Segmentation:
    """Segments by a function of the user's.

    Parameters
    ----------
    behaviour
        What the function looks at, indexed by customer id.
    function
        Gives each customer a label; missing where there is none.
    rules
        What each label means.
    scheme, cut_in
        As in `Segmentation`: the days that `behaviour` comes from must be said.

    Raises
    ------
    InputError
        When the function gives no series with the same ids, or a label without a rule.
    """
    labels = function(behaviour)
    if not isinstance(labels, pd.Series) or not labels.index.equals(behaviour.index):
        rule = "must give a series with the ids that it was given"
        raise InputError(Problem("the function", rule, f"got {type(labels).__name__}"))
    why = "customers to whom the function gave no label"
    return segmentation_of(labels, scheme=scheme, rules=rules, cut_in=cut_in, why_left_out=why)
