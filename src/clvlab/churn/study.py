"""A whole study of churn: planned, learnt, calibrated, judged, and today's customers scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from clvlab.churn.baselines import BaseRate, PurchaseModelRule, SilenceRule
from clvlab.churn.calibration import CalibratedChurn, Method, calibrated
from clvlab.churn.churn_model import PROBABILITY, ChurnModel
from clvlab.churn.classifiers import CLASSIFIERS
from clvlab.churn.comparison import ClassifierComparison, compare_classifiers
from clvlab.churn.drift import drift_table, rate_change, retraining_reasons
from clvlab.churn.explanation import reason_codes
from clvlab.churn.features import FeatureSet, churn_features
from clvlab.churn.labelled import LabelledSnapshot, label_and_describe
from clvlab.churn.profit import Campaign, expected_profit, policy_profit, profit_curve
from clvlab.churn.purchase_history import PurchaseHistory
from clvlab.churn.search import CANDIDATES, Settings, search_settings
from clvlab.churn.snapshots import (
    MOST_SNAPSHOTS,
    Eligibility,
    Snapshot,
    SnapshotPlan,
    plan_snapshots,
)
from clvlab.clock import Horizon
from clvlab.data.log import TransactionLog
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.models.fitting.whole_numbers import whole_number

More = Callable[[Snapshot, pd.Index], pd.DataFrame]
"""Further features of customers as known on the day of a snapshot, as a company's tables have."""


@dataclass(frozen=True, eq=False)
class ChurnStudy:
    """What `fit_churn_study` made.

    Attributes
    ----------
    history
        The purchases, arranged.
    plan
        The days.
    feature_set
        Which features all snapshots have.
    train, calibrate, test
        Snapshots with features and outcomes.
    now
        Features of the customers on the last day seen.
    models
        Calibrated models by name, baselines first; none has seen the test.
    settings
        What `search_settings` chose for a classifier, by name.
    method
        How probabilities were calibrated.
    """

    history: PurchaseHistory
    plan: SnapshotPlan
    feature_set: FeatureSet
    train: Sequence[LabelledSnapshot]
    calibrate: LabelledSnapshot
    test: LabelledSnapshot
    now: pd.DataFrame
    models: Mapping[str, CalibratedChurn]
    settings: Mapping[str, Settings]
    method: Method

    def probabilities(self) -> dict[str, pd.Series]:
        """Every model's probabilities of churn on the test snapshot."""
        known = self.test.features
        return {name: model.churn_probability(known) for name, model in self.models.items()}

    def compare(
        self,
        value: pd.Series | None = None,
        campaign: Campaign | None = None,
        *,
        interval: float = 0.90,
        n_draws: int = 200,
        seed: int = 0,
    ) -> ClassifierComparison:
        """The models on the test snapshot; see `compare_classifiers`."""
        worth = None if value is None else value.reindex(self.test.features.index)
        return compare_classifiers(
            self.test.churned,
            self.probabilities(),
            value=worth,
            campaign=campaign,
            interval=interval,
            n_draws=n_draws,
            seed=seed,
        )

    def final(self, name: str = "logistic") -> CalibratedChurn:
        """The same classifier learnt anew for today, one snapshot later throughout.

        It learns from all snapshots up to that of calibration and is calibrated on the test, so
        nothing is left to judge it by: what is known of its quality is that of `models`.
        """
        make = maker_of(name)(**self.settings.get(name, {}))
        return calibrated(make.fit([*self.train, self.calibrate]), self.test, self.method)

    def profit_curves(
        self, value: pd.Series, campaign: Campaign, name: str = "logistic"
    ) -> dict[str, pd.DataFrame]:
        """`profit_curve` on the test, by what customers are ordered by.

        By the chance of churn alone, and by what a contact is expected to bring, for the model and
        for the silence rule.
        """
        worth = value.reindex(self.test.features.index).fillna(0.0).to_numpy(np.float64)
        given = self.probabilities()
        scores = {"chance of churn": given[name]}
        for one, called in ((name, "chance and value"), ("silence rule", "silence and value")):
            profit = expected_profit(given[one], value=worth, campaign=campaign)
            scores[called] = pd.Series(profit, index=given[one].index)
        return {
            called: profit_curve(self.test.churned, score, value=worth, campaign=campaign)
            for called, score in scores.items()
        }

    def policies(
        self, value: pd.Series, campaign: Campaign, name: str = "logistic", interval: float = 0.90
    ) -> pd.DataFrame:
        """What campaigns on the day of the test would have brought, by whom they contact.

        A model contacts those for whom that was expected to pay.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``policy``: the model, the silence rule, and everybody; ``customers``
            contacted, ``profit`` in total, ``lower`` and ``upper``; see `policy_profit`.
        """
        worth = value.reindex(self.test.features.index).fillna(0.0).to_numpy(np.float64)
        rows, given = {}, self.probabilities()
        chosen = {
            one: expected_profit(given[one], value=worth, campaign=campaign) > 0
            for one in (name, "silence rule")
        }
        chosen["everybody"] = np.ones(len(worth), dtype=bool)
        for policy, contacted in chosen.items():
            rows[policy] = policy_profit(
                self.test.churned, contacted, value=worth, campaign=campaign, interval=interval
            )
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("policy")

    def drift(self, name: str = "logistic") -> pd.DataFrame:
        """How far features and score moved since the snapshot of calibration; see `drift_table`."""
        model, before = self.models[name], self.calibrate.features
        return drift_table(
            before.assign(**{PROBABILITY: model.churn_probability(before)}),
            self.now.assign(**{PROBABILITY: model.churn_probability(self.now)}),
        )

    def retraining_reasons(
        self, trust: pd.Series, moved: pd.DataFrame, *, beaten: bool
    ) -> list[str]:
        """Why to learn anew, in words.

        Parameters
        ----------
        trust
            The model's row of `calibration_summary`.
        moved
            What `drift` returned.
        beaten
            Whether the silence rule is not beaten beyond the interval.
        """
        earlier, later = self.calibrate.churned, self.test.churned
        return retraining_reasons(
            score_psi=float(moved["psi"].to_dict()[PROBABILITY]),
            ece=float(trust["ece"]),
            ece_by_chance=float(trust["ece_by_chance"]),
            rate=rate_change(
                (float(earlier.mean()), len(earlier)), (float(later.mean()), len(later))
            ),
            beaten=beaten,
        )

    def list_customers(
        self,
        model: CalibratedChurn,
        value: pd.Series,
        campaign: Campaign,
        *,
        interval: float = 0.90,
        reasons: int = 3,
    ) -> pd.DataFrame:
        """Today's customers, those with most value at risk first.

        Parameters
        ----------
        model
            What `final` returned.
        value
            Lifetime value on the last day seen, by customer.
        campaign
            Whom to contact is judged by its costs.
        interval
            Coverage of the limits of the probability.
        reasons
            How many reasons at most.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``customer_id``: ``silence_days``, ``frequency``, ``churn_probability`` with
            ``_lower`` and ``_upper``, ``clv``, ``value_at_risk`` (probability times value),
            ``contact_profit`` (what contacting is expected to bring), ``contact`` (whether that
            is above 0) and ``reasons``, against a usual customer who bought again in the test.
        """
        p = model.churn_probability(self.now)
        worth = value.reindex(self.now.index).fillna(0.0)
        table = self.now[["silence_days", "frequency"]].copy()
        table[PROBABILITY] = p
        table = table.join(model.churn_interval(self.now, interval))
        table["clv"] = worth
        table["value_at_risk"] = p * worth
        table["contact_profit"] = expected_profit(p, value=worth, campaign=campaign)
        table["contact"] = table["contact_profit"] > 0
        bought = self.test.features[~self.test.churned.to_numpy()]
        table["reasons"] = reason_codes(model, self.now, bought, most=reasons)
        return table.sort_values("value_at_risk", ascending=False, kind="stable")


def fit_churn_study(
    log: TransactionLog,
    *,
    horizon: Horizon,
    gap: Horizon = "0 days",
    as_of: date | None = None,
    test: date | str | None = None,
    train: Sequence[date | str] | int = MOST_SNAPSHOTS,
    plan: SnapshotPlan | None = None,
    classifiers: Sequence[str] = ("logistic", "boosting"),
    budget: int = 1,
    method: Method = "platt",
    eligibility: Eligibility | None = None,
    more_features: More | None = None,
) -> ChurnStudy:
    """Plan snapshots, learn, calibrate, and describe today's customers.

    Parameters
    ----------
    log
        The purchases.
    horizon, gap, as_of, test, train
        As in `plan_snapshots`.
    plan
        The days themselves, instead of those parameters.
    classifiers
        Names of `CLASSIFIERS`; the baselines are always there.
    budget
        Settings that are tried for each classifier by `search_settings`; with 1 the usual ones.
    method
        How probabilities are calibrated; see `CalibratedChurn`.
    eligibility
        Who is asked about.
    more_features
        Makes further features; it must not look beyond the day of the snapshot.

    Raises
    ------
    InputError
        For unknown classifiers, a log that is too short, or what the parts refuse.
    NotAvailableError
        For LightGBM, when it is not installed.
    """
    makers = {name: maker_of(name) for name in classifiers}
    history = PurchaseHistory.of(log, last_day=as_of)
    days = plan or plan_snapshots(history, horizon=horizon, gap=gap, test=test, train=train)
    chosen = FeatureSet.of(history, days.train[0])
    whole = [*days.train, days.calibrate, days.test]
    labelled = label_and_describe(history, whole, chosen, eligibility)
    now = churn_features(history, days.now, chosen, eligibility)
    if more_features is not None:
        labelled = [
            one.with_features(more_features(one.snapshot, one.features.index)) for one in labelled
        ]
        now = now.join(more_features(days.now, now.index))
    *learn, calibrate, judge = labelled
    settings: dict[str, Settings] = {}
    models: dict[str, ChurnModel] = {one.name: one for one in baselines(chosen)}
    tried = whole_number("budget", budget, 1)
    for name, make in makers.items():
        if tried > 1 and make in CANDIDATES:
            settings[name], _ = search_settings(make, learn, calibrate, budget=tried)
        models[name] = make(**settings.get(name, {}))
    return ChurnStudy(
        history=history,
        plan=days,
        feature_set=chosen,
        train=learn,
        calibrate=calibrate,
        test=judge,
        now=now,
        models={
            name: calibrated(model.fit(learn), calibrate, method) for name, model in models.items()
        },
        settings=settings,
        method=method,
    )


def baselines(feature_set: FeatureSet) -> list[ChurnModel]:
    """What every classifier is compared with."""
    rules: list[ChurnModel] = [BaseRate(), SilenceRule()]
    return [*rules, PurchaseModelRule()] if feature_set.model_based else rules


def maker_of(name: str) -> Callable[..., ChurnModel]:
    """The classifier of a name.

    Raises
    ------
    InputError
        When there is none.
    """
    if name not in CLASSIFIERS:
        known = list(CLASSIFIERS)
        raise InputError(
            Problem(
                "parameter 'classifiers'",
                f"must be of {', '.join(known)}",
                f"got {name!r}",
                did_you_mean(name, known),
            )
        )
    return CLASSIFIERS[name]


def returns_in_words(log: TransactionLog, feature_set: FeatureSet) -> list[str]:
    """What a page has to say of returns: left out as features, or known before they were made.

    Returns
    -------
    list of str
        Sentences; none where returns are features and no purchase knows of a later one.
    """
    said = []
    if not feature_set.returns:
        said.append(
            "Returns are no feature: not available, the log holds none by the first snapshot."
        )
    elif _rows_of(log, "returned_lines"):
        said.append("Amounts are before returns, which are features by the day they were made.")
    rows = _rows_of(log, "returns_set_off")
    if rows:
        said.append(
            f"{rows:,} returns were set off against earlier purchases when the log was read, so "
            "amounts may know of returns that were made after a snapshot; reading with returns "
            "left out avoids it."
        )
    return said


def _rows_of(log: TransactionLog, step: str) -> int:
    steps = log.quality
    if "step" not in steps or "rows" not in steps:
        return 0
    return int(steps.loc[steps["step"] == step, "rows"].sum())
