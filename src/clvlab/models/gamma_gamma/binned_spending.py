r"""Repeat buyers by bins of their amounts, for a likelihood whose cost does not grow with them.

Apart from exact sums the likelihood needs sums of a smooth function of :math:`y = \log m` over
the buyers of each frequency. In a bin with mean :math:`\mu` and standard deviation :math:`\sigma`
of :math:`y` two points at :math:`\mu \pm \sigma`, of half the buyers each, have the bin's first two
moments, so that the error is of fourth order in the width of the bin; the mean alone would leave
one of second order, :math:`f''(\mu) \sigma^2 / 2` a buyer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clvlab.models.gamma_gamma.likelihood import Spending
from clvlab.schema import FREQUENCY
from clvlab.summary.counted_summary import CUSTOMERS, MEAN_LOG, SPREAD_LOG, CountedSummary

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BinnedSpending(Spending):
    """What the likelihood needs to know of the repeat buyers, by bins of their amounts.

    Attributes
    ----------
    buyers
        Number of buyers that each of the points in `total` stands for.
    purchases
        Number of repeat purchases of each point.

    See `Spending` for the other attributes.
    """

    buyers: Array
    purchases: Array

    def __len__(self) -> int:
        return round(float(self.customers.sum()))

    @property
    def weights(self) -> Array:
        """Number of buyers that each point stands for."""
        return self.buyers

    @property
    def frequency(self) -> Array:
        """Number of repeat purchases of each point."""
        return self.purchases

    @classmethod
    def of_bins(cls, summary: CountedSummary) -> BinnedSpending:
        """Two points for each bin of a summary's amounts."""
        bins = summary.spend
        x, n, mean, spread = (
            bins[name].to_numpy(np.float64) for name in (FREQUENCY, CUSTOMERS, MEAN_LOG, SPREAD_LOG)
        )
        distinct, group = np.unique(x, return_inverse=True)
        customers = np.bincount(group, weights=n).astype(np.float64)
        log_mean = np.bincount(group, weights=n * mean)
        log_points = np.stack([mean - spread, mean + spread], axis=1)
        return cls(
            total=(x[:, None] * np.exp(log_points)).ravel(),
            distinct=distinct,
            customers=customers,
            fixed=(
                float(log_mean.sum()),
                float(distinct @ log_mean),
                float(customers @ (distinct * np.log(distinct))),
            ),
            buyers=np.repeat(n / 2, 2),
            purchases=np.repeat(x, 2),
        )
