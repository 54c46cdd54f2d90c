"""Score a summary on disk in bounded memory, into a file on disk."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from clvlab.clock import Horizon
from clvlab.errors import InputError, Problem
from clvlab.models.fitting.fitted import check_interval
from clvlab.models.futures.futures import ESTIMATES, OUTCOMES, Assumptions
from clvlab.models.futures.limits import limits_of
from clvlab.models.scoring.customer_blocks import IDS, TableWriter, blocks_of
from clvlab.models.scoring.customer_futures import COLUMNS, CustomerFutures
from clvlab.models.scoring.customer_terms import CustomerTerms, Rate, Terms, refuse_series
from clvlab.models.scoring.history_lookup import HistoryLookup
from clvlab.models.scoring.history_scores import SIDES, DrawsOfHistories, HistoryScores
from clvlab.models.scoring.ranking import Cuts, Ranking
from clvlab.models.scoring.worth import DECILES, Worth
from clvlab.models.study.fitted_study import FittedStudy
from clvlab.models.value.value import assumptions_of
from clvlab.schema import FREQUENCY, MONETARY_VALUE
from clvlab.summary.counted_summary import CountedSummary
from clvlab.summary.counting import (
    distinct_histories_of,
    refuse_impossible_rows,
    refuse_repeated_ids,
)
from clvlab.summary.engine_session import DEFAULT_MEMORY, EngineSession, RowsAhead, engine_session
from clvlab.summary.finished_file import finished_at
from clvlab.summary.progress import Progress
from clvlab.summary.record import METADATA_KEY
from clvlab.summary.summary_file import SummaryFile

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoresOnDisk:
    """Where the scores of a base are, and what they add up to.

    Attributes
    ----------
    path
        The Parquet file with one row per customer; `score_on_disk` lists its columns.
    deciles
        Indexed by ``decile`` (1 is worth most): ``customers``, ``expected_purchases`` and ``clv``
        summed over the decile, each with ``_credible_lower`` and ``_credible_upper`` of the sum
        where an interval was asked for and with ``_predictive_`` limits where customers have
        theirs, ``share`` of the total value and ``cumulated_share``.
    total
        The same sums over everybody.
    gini
        Gini coefficient of ``clv``; missing where a value is negative or unbounded.
    quantiles
        Indexed by ``share`` of customers: the smallest ``clv`` that so many don't exceed.
    interval
        Coverage of all limits; None without.
    method
        Where the parameter draws come from; see `FittedStudy`.
    """

    path: Path
    deciles: pd.DataFrame
    total: pd.Series
    gini: float
    quantiles: pd.Series
    interval: float | None
    method: str


def score_on_disk(
    summary: str | Path,
    study: FittedStudy,
    out: str | Path,
    *,
    horizon: Horizon,
    annual_discount_rate: float,
    margin_rate: Rate,
    direct_cost: Rate = 0.0,
    interval: float | None = 0.90,
    customer_limits: bool = False,
    memory_limit: str = DEFAULT_MEMORY,
    spill_folder: str | Path | None = None,
    progress: Progress | None = None,
) -> ScoresOnDisk:
    """Score every customer of a summary on disk, without reading them into memory.

    The estimates and the deciles are those that `score_customers` gives, to the last digit. What
    can't be shared by the customers of one history takes as long as in memory and is left out
    unless `customer_limits` asks for it: credible limits of ``expected_spend`` and ``clv``, and all
    predictive limits, which need an own future of each customer. Sums over deciles and over
    everybody have credible limits either way, by all draws of the study; how far the outcome of a
    decile scatters around its expectation is not in them, and of many customers it is small beside
    them.

    The file has one row per customer in the order of the summary: ``customer_id``,
    ``probability_alive``, ``expected_purchases`` and ``probability_purchase``, each with
    ``_credible_lower`` and ``_credible_upper`` where an interval is asked for,
    ``expected_spend``, ``clv``, ``decile``, and ``holdout_frequency`` and ``holdout_amount`` where
    the summary has them; with `customer_limits` all columns of `score_customers`. It takes its
    name when it is whole; until then, and when it is stopped, an earlier file of that name stays
    as it was.

    Parameters
    ----------
    summary
        A Parquet file that `CustomerSummary.to_parquet` wrote, or a folder of such files.
    study
        Fitted models with draws, such as ``fit_study(count_summary(path))``; no covariates.
    out
        The Parquet file to write.
    horizon
        A number in the summary's unit, a span such as ``"52 weeks"``, or a last day.
    annual_discount_rate
        Effective annual rate, applied continuously.
    margin_rate
        Share of the amount that is earned, between 0 and 1: one for all customers, or the name of
        a column of the summary.
    direct_cost
        Cost of serving one purchase, in money: likewise.
    interval
        Coverage of the limits; None leaves them out, and with them most of the time.
    customer_limits
        Whether each customer gets the limits that are their own, by the same random numbers as in
        `score_customers`. Memory stays bounded; time grows with customers times draws.
    memory_limit, spill_folder, progress
        As in `count_summary`.

    Raises
    ------
    InputError
        For files that are no summary, customers who come twice, impossible histories, a study
        with covariates, business terms that are no such, and when there is no room.

    Examples
    --------
    >>> import clvlab, tempfile
    >>> summary = clvlab.summarize(clvlab.load_cdnow(sample=True), calibration_end="1997-09-30")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "summary.parquet"
    ...     summary.to_parquet(path)
    ...     study = clvlab.fit_study(clvlab.count_summary(path), "bg-nbd", seed=1)
    ...     scores = score_on_disk(
    ...         path,
    ...         study,
    ...         Path(folder) / "scores.parquet",
    ...         horizon="52 weeks",
    ...         annual_discount_rate=0.10,
    ...         margin_rate=0.30,
    ...     )
    >>> scores.deciles["share"].head(3).round(3).tolist()
    [0.568, 0.145, 0.068]
    """
    if interval is not None:
        check_interval(interval)
    elif customer_limits:
        rule, found = "needs a coverage of the limits", "parameter 'interval' is None"
        raise InputError(Problem("parameter 'customer_limits'", rule, found))
    study.model.require_no_covariates("scores on disk")
    files = SummaryFile.open(summary)
    files.window.horizon_days(horizon)
    refuse_series(margin_rate=margin_rate, direct_cost=direct_cost)
    terms = CustomerTerms(margin_rate, direct_cost)
    assumptions = assumptions_of(
        pd.DataFrame(),
        study.model,
        files.window,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        margin_rate=terms.for_all[0],
        direct_cost=terms.for_all[1],
    )
    with (
        engine_session(
            files, memory_limit=memory_limit, spill_folder=spill_folder, progress=progress
        ) as session,
        finished_at(Path(out)) as unfinished,
    ):
        wanted = _Wanted(assumptions, terms, interval, customer_limits)
        return _scored(session, study, wanted, Path(out), unfinished)


class _Wanted(NamedTuple):
    """What scores rest on, and which limits are wanted."""

    assumptions: Assumptions
    terms: CustomerTerms
    interval: float | None
    customer_limits: bool


def _scored(
    session: EngineSession, study: FittedStudy, wanted: _Wanted, out: Path, unfinished: Path
) -> ScoresOnDisk:
    assumptions, terms, interval, _ = wanted
    refuse_impossible_rows(session.table)
    refuse_repeated_ids(session)
    files = session.files
    histories = distinct_histories_of(session.table, "true")
    counted = CountedSummary(histories, pd.DataFrame(), files.window, files.n_customers)
    spend = tuple(float(value) for value in study.spend.params_)
    scores = HistoryScores.of(counted, study.model, spend, assumptions)
    lookup = HistoryLookup.of(histories)
    ranking = _ranked(session, scores, lookup, terms)
    worth, cuts = ranking.worth(), ranking.cuts()
    gini, quantiles = ranking.gini(), ranking.quantiles()
    session.run("DROP TABLE ranked")
    sums: dict[str, list[Array]] = {}
    if interval is not None:
        draws = DrawsOfHistories.of(counted, study.model, study.draws, assumptions, worth)
        credible, expected = draws.all(interval=interval, progress=session.progress)
        sums["credible"] = _limits_of_sums(expected, interval)
        if wanted.customer_limits:
            futures = CustomerFutures(session, draws, terms.differ)
            _gather(session, futures, scores, lookup, terms, cuts)
            simulated = futures.run(interval=interval, rng=study.random())
            sums["predictive"] = _limits_of_sums(simulated, interval)
        scores = scores.with_limits(credible)
    limits = session.rows("SELECT * FROM limits") if "predictive" in sums else None
    _write(session, scores, lookup, terms, cuts, limits, unfinished)
    deciles, total = _tables(worth, scores, sums)
    return ScoresOnDisk(out, deciles, total, gini, quantiles, interval, study.method)


def _ranked(
    session: EngineSession, scores: HistoryScores, lookup: HistoryLookup, terms: CustomerTerms
) -> Ranking:
    largest_cost = terms.check(session)
    largest = session.table(
        f"SELECT max({MONETARY_VALUE}) AS most FROM summary WHERE {FREQUENCY} > 0"  # noqa: S608
    )["most"].iloc[0]
    ranking = Ranking(session, terms, float(np.nan_to_num(largest)), largest_cost)
    files = session.files
    session.progress.begin("values", files.n_customers)
    for block in blocks_of(files, lookup, terms.columns):
        spend = scores.spend_of(block.history, block.monetary_value)
        bought = scores.frequency[block.history] > 0
        amount = np.where(bought, block.monetary_value, 0.0)
        own = terms.of(block.columns)
        clv = scores.value(block.history, spend, own)
        ranking.add(clv, block.first, block.history, amount, own)
        session.progress.reach(block.first + len(block))
    ranking.sort()
    return ranking


def _gather(
    session: EngineSession,
    futures: CustomerFutures,
    scores: HistoryScores,
    lookup: HistoryLookup,
    terms: CustomerTerms,
    cuts: Cuts,
) -> None:
    """Put everybody where futures are drawn from."""
    futures.start()
    for block in blocks_of(session.files, lookup, terms.columns):
        spend = scores.spend_of(block.history, block.monetary_value)
        own = terms.of(block.columns)
        decile = cuts.decile(scores.value(block.history, spend, own), block.first)
        amount = np.where(scores.frequency[block.history] > 0, block.monetary_value, 0.0)
        futures.add(block.first, block.history, decile, amount, own)


def _write(
    session: EngineSession,
    scores: HistoryScores,
    lookup: HistoryLookup,
    terms: CustomerTerms,
    cuts: Cuts,
    limits: RowsAhead | None,
    path: Path,
) -> None:
    files = session.files
    others = tuple(dict.fromkeys((*IDS, *files.holdout_columns, *terms.columns)))
    session.progress.begin("scores", files.n_customers)
    record = replace(files.record, quality=None).to_json().encode()
    with TableWriter(path, {METADATA_KEY: record}) as writer:
        for block in blocks_of(files, lookup, others):
            spend = scores.spend_of(block.history, block.monetary_value)
            clv = scores.value(block.history, spend, terms.of(block.columns))
            estimates = {name: one[block.history] for name, one in scores.estimates.items()}
            own = None if limits is None else limits.take(len(block))
            writer.write(
                {
                    **{name: block.columns[name] for name in IDS},
                    **_in_order({**estimates, "expected_spend": spend, "clv": clv}, own),
                    "decile": cuts.decile(clv, block.first),
                    **{name: block.columns[name] for name in files.holdout_columns},
                }
            )
            session.progress.reach(block.first + len(block))


def _in_order(estimates: dict[str, Array], limits: pa.Table | None) -> dict[str, Array]:
    """Each estimate with its limits behind it, those of customers among them."""
    known = dict(estimates)
    if limits is not None:
        known |= {name: limits.column(name).to_numpy() for name in COLUMNS}
    behind = [f"_{kind}_{side}" for kind in ("credible", "predictive") for side in SIDES]
    names = [f"{name}{end}" for name in ESTIMATES for end in ("", *behind)]
    return {name: known[name] for name in names if name in known}


def _limits_of_sums(draws: Array, interval: float) -> list[Array]:
    """Limits of each outcome's sum over each tenth and over everybody, (2, 11) each."""
    return [limits_of(np.vstack([one, one.sum(axis=0)]), interval) for one in draws]


def _tables(
    worth: Worth, scores: HistoryScores, sums: dict[str, list[Array]]
) -> tuple[pd.DataFrame, pd.Series]:
    """The deciles and the total, with limits of the sums, two of them for each outcome."""
    customers = worth.totals(np.ones(len(worth.history)))
    purchases = scores.estimates["expected_purchases"][worth.history]
    spend = scores.spend_of(worth.history, worth.mean_amount)
    own = Terms(np.ravel(worth.margin_rate), np.ravel(worth.direct_cost))
    value = scores.value(worth.history, spend, own)
    present = np.flatnonzero(customers)
    table = {"customers": np.append(customers, customers.sum()).astype(np.int64)}
    for k, (name, each) in enumerate(zip(OUTCOMES, (purchases, value), strict=True)):
        tenths = worth.totals(each)
        table[name] = np.append(tenths, math.fsum(tenths))
        for kind, limits in sums.items():
            for side, values in zip(SIDES, limits[k], strict=True):
                table[f"{name}_{kind}_{side}"] = values
    everything = pd.DataFrame(table)
    deciles = everything.iloc[present].set_axis(pd.Index(present + 1, name="decile"))
    total = everything.iloc[DECILES].rename("total")
    with np.errstate(invalid="ignore"):
        deciles["share"] = deciles["clv"] / total["clv"]
    deciles["cumulated_share"] = deciles["share"].cumsum()
    return deciles, total
