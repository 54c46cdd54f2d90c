"""What segments are expected to be worth, with limits, for their sums and for a customer."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clvlab.models import FittedStudy
from clvlab.segments.segmentation import SEGMENT, Segmentation
from clvlab.summary.customer_summary import CustomerSummary


def expected_by_segment(
    study: FittedStudy,
    summary: CustomerSummary,
    segmentation: Segmentation,
    **terms: Any,  # noqa: ANN401 - those of FittedStudy.groups
) -> pd.DataFrame:
    """Expected purchases and value of each segment.

    The model of all customers is asked; segments themselves are not in it, so what differs here
    differs because of what customers did, and no test of the segments follows from it.

    Parameters
    ----------
    study, summary
        The study, and the customers as of today.
    segmentation
        The segments; customers without one are left out.
    **terms
        ``horizon``, ``annual_discount_rate``, ``margin_rate``, ``interval``; see
        `FittedStudy.groups`.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``segment``: ``customers``; ``purchases_each`` and ``clv_each``, per customer,
        the value with ``clv_each_lower`` and ``clv_each_upper`` (credible: of the expectation);
        ``clv``, the sum, with ``clv_predictive_lower`` and ``clv_predictive_upper`` (of the
        outcome).
    """
    labels = segmentation.labels.astype(str)
    sums = study.groups(summary, labels, **terms)
    names = [str(name) for name in segmentation.labels.cat.categories]
    sums = sums.reindex(names).rename_axis(SEGMENT)
    many = sums["customers"]
    return pd.DataFrame(
        {
            "customers": many,
            "purchases_each": sums["expected_purchases"] / many,
            "clv_each": sums["clv"] / many,
            "clv_each_lower": sums["clv_credible_lower"] / many,
            "clv_each_upper": sums["clv_credible_upper"] / many,
            "clv": sums["clv"],
            "clv_predictive_lower": sums["clv_predictive_lower"],
            "clv_predictive_upper": sums["clv_predictive_upper"],
        }
    )
