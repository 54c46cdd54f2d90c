"""Does each segment need a model of its own, or does one model of all say as much?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from scipy.special import chdtrc

from clvlab.errors import InputError, Problem
from clvlab.models import BetaGeoModel
from clvlab.models.checking.accuracy import difference_with_error
from clvlab.models.checking.holdout import check_holdout
from clvlab.segments.segmentation import SEGMENT, Segmentation
from clvlab.summary.customer_summary import CustomerSummary


@dataclass(frozen=True)
class OwnModels:
    """One BG/NBD model of all against one for each segment.

    Attributes
    ----------
    table
        Indexed by ``segment``: ``customers``; ``observed`` purchases in the holdout, ``pooled``
        and ``own``, what the model of all and that of the segment expected; ``score_gain``, the
        mean gain in the log score of a customer by the segment's own model.
    statistic, degrees, p_value
        Likelihood-ratio test of the hypothesis that one model holds for all.
    score_gain, score_error
        Mean gain in the log score of a customer's holdout, and its standard error.
    converged
        Whether all fits reached a maximum; the test means little where one did not.
    circular
        Whether the segments were cut by the purchases that the models were fitted to. Then the
        test rejects one model even where one holds, and only the holdout can be asked.
    """

    table: pd.DataFrame
    statistic: float
    degrees: int
    p_value: float
    score_gain: float
    score_error: float
    converged: bool
    circular: bool

    @property
    def verdict(self) -> str:
        """Whether own models forecast better, in words.

        A gain counts when it is more than twice its standard error: the test alone rejects one
        model in every large base.
        """
        if self.score_gain > 2 * self.score_error:
            return "models of their own forecast the later period better"
        if self.score_gain < -2 * self.score_error:
            return "models of their own forecast the later period worse than one model of all"
        return "models of their own forecast the later period no better than one model of all"


def models_by_segment(
    summary: CustomerSummary, segmentation: Segmentation, *, fewest: int = 20
) -> OwnModels:
    """Fit one model to all and one to each segment, and compare them where neither was fitted.

    Parameters
    ----------
    summary
        The customers, with a holdout after the segments were cut.
    segmentation
        The segments; customers without one and segments of fewer than `fewest` are left out of
        all fits alike.

    Raises
    ------
    InputError
        When there is no holdout, or fewer than two segments are left.
    """
    ids = segmentation.labels.index.intersection(summary.table.index, sort=False)
    labels = segmentation.labels.astype(str).reindex(ids)
    sizes = labels.value_counts()
    labels = labels[labels.isin(sizes.index[sizes >= fewest])]
    names = [name for name in map(str, segmentation.rules) if (labels == name).any()]
    if len(names) < 2:
        rule = f"must be two or more with {fewest} customers"
        raise InputError(Problem("the segments", rule, f"{len(names)} are"))
    everybody = replace(summary, table=summary.table.loc[labels.index])
    pooled = BetaGeoModel().fit(everybody)
    of_all = check_holdout(everybody, pooled)
    rows, own_scores, likelihood, converged = [], [], 0.0, bool(pooled.converged_)
    for name in names:
        some = replace(summary, table=summary.table.loc[labels.index[labels == name]])
        model = BetaGeoModel().fit(some)
        check, alike = check_holdout(some, model), check_holdout(some, pooled)
        likelihood += model.log_likelihood_
        converged &= bool(model.converged_)
        own_scores.append(check.log_scores)
        gain = check.log_score - alike.log_score
        rows.append((name, len(some), check.observed, alike.expected, check.expected, gain))
    columns = [SEGMENT, "customers", "observed", "pooled", "own", "score_gain"]
    table = pd.DataFrame(rows, columns=columns).set_index(SEGMENT)
    statistic = max(2 * (likelihood - pooled.log_likelihood_), 0.0)
    degrees = (len(names) - 1) * pooled.n_parameters
    own = pd.concat(own_scores).reindex(of_all.log_scores.index)
    gain, error = difference_with_error(own.to_numpy(), of_all.log_scores.to_numpy())
    p_value = float(chdtrc(degrees, statistic))
    end = summary.window.calibration_end
    cut = segmentation.cut_in
    circular = cut is not None and (end is None or cut.first <= end)
    return OwnModels(table, statistic, degrees, p_value, gain, error, converged, circular)
