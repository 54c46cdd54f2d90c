"""Segments by the name of a scheme, as reports ask for them."""

from __future__ import annotations

from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.segments.behaviour import behaviour_in, value_column
from clvlab.segments.loyalty_volume import loyalty_by_volume
from clvlab.segments.records import Records
from clvlab.segments.rfm import rfm
from clvlab.segments.schemes import abc, by_column, main_ordinary_scattered
from clvlab.segments.segmentation import Segmentation
from clvlab.summary.period import Period

SCHEMES = ("column", "abc", "loyalty-volume", "main-ordinary-scattered", "rfm")


def cut_customers(
    records: Records,
    period: Period,
    scheme: str,
    *,
    column: str = "",
    basis: str = "amount",
    cuts: tuple[float, ...] = (0.80, 0.95),
    long_days: int = 180,
    large: float = 0.80,
) -> Segmentation:
    """Put the customers who came by a period's end into segments.

    Parameters
    ----------
    records
        The purchases, and what is known of customers.
    period
        The days whose purchases are looked at. A column of the customers is taken for one that no
        purchase decides.
    scheme
        One of `SCHEMES`.
    column
        For ``"column"``: of the customers.
    basis, cuts
        For ``"abc"``; see `abc`.
    long_days, large
        For ``"main-ordinary-scattered"``; see there.

    Raises
    ------
    InputError
        For an unknown scheme, or a column that there is not; otherwise see the schemes.

    Examples
    --------
    >>> from clvlab.segments.records import open_records
    >>> records = open_records("cdnow-sample")
    >>> period = Period.of("1997-01-01", "1997-09-30")
    >>> cut_customers(records, period, "abc").table()["customers"].to_dict()
    {'A': 900, 'B': 800, 'C': 649}
    """
    if scheme not in SCHEMES:
        hint = did_you_mean(scheme, SCHEMES)
        raise InputError(Problem("parameter 'scheme'", "must be known", f"got {scheme!r}", hint))
    behaviour = behaviour_in(records.log, period)
    if scheme == "column":
        if records.missing("customers"):
            rule = "needs the table customers"
            remedy = "Choose a scheme by value: abc, loyalty-volume, main-ordinary-scattered, rfm."
            raise InputError(Problem("the scheme 'column'", rule, "there is none", remedy))
        return by_column(records.customers.reindex(behaviour.index), column, cut_in=None)
    if scheme == "abc":
        return abc(value_column(behaviour, basis), cuts, basis=basis, cut_in=period)
    if scheme == "rfm":
        return rfm(behaviour, cut_in=period)
    if scheme == "loyalty-volume":
        volume, loyalty = behaviour["amount"], behaviour["regularity"]
        measure = "share of months with a purchase"
        return loyalty_by_volume(volume, loyalty, measure=measure, cut_in=period)
    return main_ordinary_scattered(behaviour, long_days=long_days, large=large, cut_in=period)
