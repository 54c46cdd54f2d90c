r"""A change of a product split over its factors, without a remainder.

For :math:`R = \prod_k f_k` the logarithmic mean Divisia index gives factor ``k`` the part

.. math::

    \Delta_k = L(R_1, R_0) \log \frac{f_{k,1}}{f_{k,0}}, \qquad
    L(x, y) = \frac{x - y}{\log x - \log y},

and the parts sum to :math:`R_1 - R_0` exactly (B. W. Ang, 2005, The LMDI approach to
decomposition analysis: a practical guide, Energy Policy 33, 867-871, eq. 4-6).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from clvlab.errors import InputError, Problem


def split_change(before: Mapping[str, float], after: Mapping[str, float]) -> pd.DataFrame:
    """Parts of the change of a product that its factors account for.

    Parameters
    ----------
    before, after
        The factors, all positive, with the same names.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``factor``: ``before``, ``after``, ``change`` (of the factor, relative) and
        ``part`` of the change of the product, in its unit. The parts sum to the whole change.

    Raises
    ------
    InputError
        When a factor is missing on one side or not positive.

    Examples
    --------
    >>> split_change({"customers": 10, "spend": 5.0}, {"customers": 12, "spend": 5.0})["part"]
    factor
    customers    10.0
    spend         0.0
    Name: part, dtype: float64
    """
    if before.keys() != after.keys():
        found = f"{', '.join(before)} before and {', '.join(after)} after"
        raise InputError(Problem("the factors", "must be the same before and after", found))
    for name, value in (*before.items(), *after.items()):
        if not (math.isfinite(value) and value > 0):
            raise InputError(Problem(f"factor '{name}'", "must be positive", f"got {value!r}"))
    product, later = math.prod(before.values()), math.prod(after.values())
    logs = {name: math.log(after[name] / before[name]) for name in before}
    total = math.fsum(logs.values())
    # Where the product stays, the logarithmic mean of two equal numbers is that number.
    mean = (later - product) / total if total else product
    return pd.DataFrame(
        {
            "before": pd.Series(before, dtype=float),
            "after": pd.Series(after, dtype=float),
            "change": {name: math.expm1(log) for name, log in logs.items()},
            "part": {name: mean * log for name, log in logs.items()},
        }
    ).rename_axis("factor")
