"""Who differs, by how much, and does it matter: segments compared in days that did not make them.

Customers who were put into segments by what they spent differ in what they spent: that says
nothing. So segments are cut in one period and compared in a later one, in which everybody was
seen for the same days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from clvlab.errors import InputError, Problem, Problems
from clvlab.segments.effect_sizes import delta_in_words
from clvlab.segments.one_metric import MetricResult, compare_metric
from clvlab.segments.outcomes import Outcomes
from clvlab.segments.segmentation import SEGMENT, Segmentation
from clvlab.summary.period import Period

METRIC = "metric"
FEWEST = 2
"""Below two customers nothing is known of how far a mean may be off."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Segments compared.

    Attributes
    ----------
    by_segment
        Indexed by ``metric`` and ``segment``: ``customers``; ``mean`` with ``lower`` and
        ``upper``; ``median`` with ``median_lower`` and ``median_upper``, missing for rates;
        ``relative``, the mean over that of all customers compared, less one, with
        ``relative_lower`` and ``relative_upper`` (the limits of the mean on that scale).
    pairs
        Indexed by ``metric``, ``segment`` and ``other``, all pairs, without metrics in which all
        customers did the same (unless all are such): ``difference`` of the means,
        ``ratio`` (missing where a mean is not positive) and ``delta`` (Cliff's), each with
        limits; ``p_value`` of a permutation test of this pair alone; ``p_adjusted``, corrected
        over all pairs and metrics; ``false_discovery`` (Benjamini and Hochberg's), the share of
        false ones among all differences that are at least as clear; ``effect``, the size of the
        delta in a word; ``differs``, whether `p_adjusted` is at most the level.
    explained
        Indexed by ``metric``: ``explained``, the share of the differences between customers that
        segments account for, and ``overall``, the mean of all customers compared.
    small
        Segments that were not compared, with their ``customers``: fewer than `fewest`.
    cut_in, period
        The days that made the segments (None where no purchase did), and those compared.
    circular
        Whether these share days. Then the differences are partly what the segments were cut by.
    interval, level, resamples, fewest
        As asked for.
    """

    by_segment: pd.DataFrame
    pairs: pd.DataFrame
    explained: pd.DataFrame
    small: pd.Series
    cut_in: Period | None
    period: Period
    circular: bool
    interval: float
    level: float
    resamples: int
    fewest: int
    rules: pd.DataFrame = field(repr=False)

    def different(self) -> pd.DataFrame:
        """The pairs that differ after correction, the largest effects first."""
        return _by_effect(self.pairs[self.pairs["differs"]])

    def not_told_apart(self) -> pd.DataFrame:
        """The pairs that these data can't tell apart, and how large a difference they leave open.

        Those nearest to being told apart stand first.

        Returns
        -------
        pandas.DataFrame
            Indexed like `pairs`: ``difference``, ``lower``, ``upper``, ``p_adjusted``.
        """
        rest = self.pairs[~self.pairs["differs"]].sort_values("p_adjusted", kind="stable")
        return rest[["difference", "lower", "upper", "p_adjusted"]]

    def forest(self) -> pd.DataFrame:
        """The main figure's table.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``metric`` and ``segment``: ``relative``, ``relative_lower`` and
            ``relative_upper`` of `by_segment`, and ``differs``, whether the segment differs from
            at least one other in that metric. Metrics as in `pairs`.
        """
        clear = self.pairs[self.pairs["differs"]].reset_index()
        those = {
            (metric, segment)
            for name in (SEGMENT, "other")
            for metric, segment in zip(clear[METRIC], clear[name], strict=True)
        }
        tested = self.pairs.index.unique(METRIC)
        shown = self.by_segment[self.by_segment.index.get_level_values(METRIC).isin(tested)]
        table = shown[["relative", "relative_lower", "relative_upper"]].copy()
        table["differs"] = [key in those for key in table.index]
        return table

    def describe(self) -> dict[str, Any]:
        """The comparison in numbers and words.

        ``segments``, ``customers`` (compared), ``metrics`` (tested), ``tests``, ``different``,
        ``not_different``, ``circular``; and of the clearest difference ``metric``, ``segment``,
        ``other``, ``ratio`` and ``delta``, where there is one; ``most_explained`` and its
        ``most_explained_metric``.
        """
        metrics = self.explained.index
        rows = self.by_segment.loc[metrics[0]]
        found = self.different()
        best = self.explained["explained"]
        out: dict[str, Any] = {
            "segments": len(rows),
            "customers": int(self.by_segment["customers"].groupby(METRIC).sum().max()),
            "metrics": len(self.pairs.index.unique(METRIC)),
            "tests": len(self.pairs),
            "different": len(found),
            "not_different": len(self.pairs) - len(found),
            "circular": self.circular,
            "most_explained": float(best.max()) if best.notna().any() else float("nan"),
            "most_explained_metric": str(best.idxmax()) if best.notna().any() else "",
        }
        if len(found):
            metric, segment, other = found.index[0]
            first = {"metric": str(metric), "segment": str(segment), "other": str(other)}
            out |= first | {name: float(found.iloc[0][name]) for name in ("ratio", "delta")}
        return out


def compare_segments(
    segmentation: Segmentation,
    outcomes: Outcomes,
    *,
    fewest: int = 20,
    interval: float = 0.90,
    level: float = 0.05,
    resamples: int = 2000,
    seed: int = 0,
    allow_circular: bool = False,
) -> Comparison:
    """Compare segments by every metric of a period after the one that they were cut in.

    Customers are what is resampled: all that one customer did stays together. Limits of means and
    differences are of the bootstrap, bias-corrected and accelerated, those of rates of their
    Jeffreys posterior, those of medians its percentiles. Tests are permutations of the labels
    over all customers, corrected by the step-down method of Westfall and Young over the pairs of
    a metric and by Bonferroni's inequality over metrics.

    Parameters
    ----------
    segmentation
        The segments.
    outcomes
        What the customers did afterwards.
    fewest
        Segments with fewer customers in a metric are not compared, at least 2.
    interval
        Coverage of all limits, each on its own.
    level
        Chance that any difference at all is reported where none exists.
    resamples
        Bootstrap samples and permutations, each. No corrected p-value is below the number of
        metrics over one more than this.
    seed
        Seed of both.
    allow_circular
        Compare days with themselves. The result is marked.

    Raises
    ------
    InputError
        When the periods share a day and that is not allowed, the later one comes first, fewer
        than two segments are large enough, or `resamples` can't reach the level.

    Examples
    --------
    >>> import clvlab
    >>> from clvlab.segments import abc, behaviour_in, outcomes_in
    >>> log = clvlab.load_cdnow(sample=True)
    >>> before = Period.of("1997-01-01", "1997-09-30")
    >>> classes = abc(behaviour_in(log, before)["amount"], cut_in=before)
    >>> later = Period.of("1997-10-01", "1998-06-30")
    >>> found = compare_segments(classes, outcomes_in(log, later, classes.labels.index))
    >>> found.by_segment.loc["retained", "mean"].round(3).to_dict()
    {'A': 0.473, 'B': 0.224, 'C': 0.122}
    >>> found.describe()["different"], found.describe()["tests"]
    (12, 12)
    """
    circular = _check_periods(segmentation, outcomes, allow_circular=allow_circular)
    _check_parameters(fewest, interval, level, resamples, outcomes.metrics.shape[1])
    values = outcomes.metrics.reindex(segmentation.labels.index)
    names = [str(name) for name in segmentation.labels.cat.categories]
    codes = segmentation.labels.cat.codes.to_numpy(dtype=np.int64)
    sizes = np.bincount(codes, minlength=len(names))
    kept = np.flatnonzero(sizes >= fewest)
    if len(kept) < 2:
        found = f"{len(kept)} of {len(names)} have {fewest} customers or more"
        remedy = "Choose a scheme with fewer segments, or lower 'fewest'."
        raise InputError(Problem("the segments", "must be two or more", found, remedy))
    small = pd.Series(sizes[sizes < fewest], np.array(names)[sizes < fewest], name="customers")
    rng = np.random.default_rng(seed)
    results = {}
    for metric in values.columns:
        known = values[metric].notna().to_numpy() & np.isin(codes, kept)
        some = np.bincount(codes[known], minlength=len(names))
        there = np.flatnonzero(some >= fewest)
        known &= np.isin(codes, there)
        if len(there) < 2:
            continue
        place = np.searchsorted(there, codes[known])
        result = compare_metric(
            values[metric].to_numpy(dtype=np.float64)[known],
            place,
            len(there),
            outcomes.kinds[metric],
            interval=interval,
            resamples=resamples,
            rng=rng,
        )
        results[str(metric)] = [names[g] for g in there], result
    if not results:
        rule = "must be known of two segments or more"
        found = f"in no metric of {values.shape[1]} are {fewest} customers of two segments known"
        raise InputError(Problem("the outcomes", rule, found))
    return Comparison(
        _by_segment(results),
        _pairs(results, level),
        _explained(results),
        small.rename_axis(SEGMENT),
        segmentation.cut_in,
        outcomes.period,
        circular,
        interval,
        level,
        resamples,
        fewest,
        segmentation.table(),
    )


def _check_periods(segmentation: Segmentation, outcomes: Outcomes, *, allow_circular: bool) -> bool:
    """Whether the comparison is circular; refuses it unless it is asked for."""
    cut, period = segmentation.cut_in, outcomes.period
    if cut is None or period.first > cut.last:
        return False
    if allow_circular:
        return True
    found = f"they were cut in {cut} and are to be compared in {period}"
    remedy = (
        f"Compare them from {cut.last + timedelta(days=1)} on, or pass allow_circular=True: the "
        "result is then marked as circular."
    )
    rule = "can't be compared in days that made them, where they differ by construction"
    raise InputError(Problem("the segments", rule, found, remedy))


def _check_parameters(
    fewest: int, interval: float, level: float, resamples: int, metrics: int
) -> None:
    problems = Problems()
    for name, value in (("interval", interval), ("level", level)):
        if not 0 < value < 1:
            problems.add(f"parameter '{name}'", "must be above 0 and below 1", f"got {value!r}")
    if fewest < FEWEST:
        problems.add("parameter 'fewest'", f"must be at least {FEWEST}", f"got {fewest!r}")
    needed = int(np.ceil(metrics / level)) if 0 < level < 1 else 1
    if resamples < needed:
        rule = f"must be at least {needed:,} for {metrics} metrics to reach the level {level:g}"
        problems.add("parameter 'resamples'", rule, f"got {resamples!r}")
    problems.raise_if_any()


Results = dict[str, tuple[list[str], MetricResult]]


def _by_segment(results: Results) -> pd.DataFrame:
    rows = []
    for metric, (names, result) in results.items():
        total = sum(row["customers"] for row in result.by_group)
        overall = sum(row["customers"] * row["mean"] for row in result.by_group) / total
        for name, row in zip(names, result.by_group, strict=True):
            relative = {
                f"relative{limit}": row[column] / overall - 1 if overall else np.nan
                for limit, column in (("", "mean"), ("_lower", "lower"), ("_upper", "upper"))
            }
            rows.append({METRIC: metric, SEGMENT: name} | row | relative)
    return pd.DataFrame(rows).set_index([METRIC, SEGMENT])


def _pairs(results: Results, level: float) -> pd.DataFrame:
    # Where everybody did the same there is nothing to test, however labels are dealt out.
    tested = {metric: found for metric, found in results.items() if not found[1].constant}
    rows = [
        {METRIC: metric, SEGMENT: names[row["one"]]} | row | {"other": names[row["other"]]}
        for metric, (names, result) in (tested or results).items()
        for row in result.pairs
    ]
    table = pd.DataFrame(rows).drop(columns="one")
    table["p_adjusted"] = np.minimum(table.pop("p_of_metric") * max(len(tested), 1), 1.0)
    table["false_discovery"] = false_discovery_control(table["p_value"])
    table["effect"] = [delta_in_words(delta) for delta in table["delta"]]
    table["differs"] = table["p_adjusted"] <= level
    return table.set_index([METRIC, SEGMENT, "other"])


def _explained(results: Results) -> pd.DataFrame:
    rows = []
    for metric, (_, result) in results.items():
        total = sum(row["customers"] for row in result.by_group)
        overall = sum(row["customers"] * row["mean"] for row in result.by_group) / total
        rows.append({METRIC: metric, "explained": result.explained, "overall": overall})
    return pd.DataFrame(rows).set_index(METRIC)


def _by_effect(table: pd.DataFrame) -> pd.DataFrame:
    order = np.argsort(-table["delta"].abs().to_numpy(), kind="stable")
    return table.iloc[order]
