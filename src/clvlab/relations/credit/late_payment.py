"""The chance that an invoice is paid late: learnt, calibrated and tested in the order of time.

The learning and the calibration are those of churn: an invoice paid late stands where a customer
who does not buy stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from clvlab.churn import (
    CLASSIFIERS,
    BaseRate,
    CalibratedChurn,
    ChurnModel,
    ClassifierComparison,
    LabelledSnapshot,
    Snapshot,
    calibrated,
    calibration_curve,
    calibration_summary,
    compare_classifiers,
)
from clvlab.errors import InputError, Problem, did_you_mean
from clvlab.relations.credit.known_at_issue import feature_label, features_at_issue
from clvlab.relations.credit.ledger import Receivables
from clvlab.schema import CUSTOMER_ID

Array = npt.NDArray[np.float64]
OWN_RECORD: Final = "own record"
LEAST_INVOICES: Final = 50
"""In each of the three parts; with fewer nothing can be learnt, mended or judged."""


class OwnRecord(ChurnModel):
    """How often the customer was late before, and nothing else: what a model has to beat."""

    name = OWN_RECORD

    def _fit(self, snapshots: Sequence[LabelledSnapshot]) -> None:
        """There is nothing to learn; calibration mends the level."""

    def _probability(self, features: pd.DataFrame) -> Array:
        return np.asarray(expit(features["late_log_odds"].to_numpy(np.float64)))


@dataclass(frozen=True, eq=False)
class LatePaymentStudy:
    """A model of late payment and how it did on later invoices.

    Attributes
    ----------
    models
        Calibrated models by name: the base rate, the customer's own record, and the classifier.
    chosen
        Name of the classifier.
    features
        Of every invoice; see `features_at_issue`.
    receivables
        The invoices.
    parts
        One row for ``learnt``, ``calibrated``, ``tested``: ``invoices``, ``customers``,
        ``late_share``, ``issued_from``, ``issued_to``. Each part's outcomes were known before the
        first invoice of the next one was issued.
    tested
        Places of the tested invoices in ``receivables.invoices``.
    """

    models: Mapping[str, CalibratedChurn]
    chosen: str
    features: pd.DataFrame = field(repr=False)
    receivables: Receivables = field(repr=False)
    parts: pd.DataFrame
    tested: pd.Index = field(repr=False)

    def probabilities(self) -> dict[str, pd.Series]:
        """Chances of the tested invoices by every model."""
        own = self.features.loc[self.tested]
        return {name: model.churn_probability(own) for name, model in self.models.items()}

    def outcomes(self) -> pd.Series:
        """Whether the tested invoices were late."""
        late: pd.Series = self.receivables.invoices.loc[self.tested, "late"].astype(bool)
        return late

    def compare(self, *, interval: float = 0.90, seed: int = 0) -> ClassifierComparison:
        """All models on the tested invoices; limits draw customers, not invoices."""
        customers = self.receivables.invoices.loc[self.tested, CUSTOMER_ID]
        return compare_classifiers(
            self.outcomes(),
            self.probabilities(),
            customers=customers,
            interval=interval,
            seed=seed,
        )

    def calibration(self, interval: float = 0.90) -> pd.DataFrame:
        """See `clvlab.churn.calibration_summary`."""
        return calibration_summary(self.outcomes(), self.probabilities(), interval)

    def curve(self, *, bins: int = 5, interval: float = 0.90) -> pd.DataFrame:
        """Expected and observed shares of late payment by bins of the chance."""
        chance = self.probabilities()[self.chosen]
        found = calibration_curve(self.outcomes(), chance, bins=bins, interval=interval)
        return found.rename(columns={"customers": "invoices"})

    def effects(self) -> pd.Series:
        """Log odds for one standard deviation of each feature, by its label, the largest first;
        empty where the classifier has none.
        """
        found = getattr(self.models[self.chosen].model, "effects_", None)
        if found is None:
            return pd.Series(dtype=float)
        named: pd.Series = found.rename(index=feature_label)
        return named.loc[named.abs().sort_values(ascending=False, kind="stable").index]

    def open_invoices(self, *, interval: float = 0.90) -> pd.DataFrame:
        """The chance of every invoice that is not due yet to be paid late.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``invoice_id``, the largest expected late amount first: ``customer_id``,
            ``due_on``, ``amount``, ``late_chance`` with ``late_lower`` and ``late_upper`` (of the
            chance; missing for classifiers without standard errors) and ``late_amount`` (chance
            times amount).
        """
        rows = self.receivables.invoices
        waiting = rows[~rows["resolved"] & rows["paid_on"].isna() & rows["due_on"].notna()]
        own, model = self.features.loc[waiting.index], self.models[self.chosen]
        limits = model.churn_interval(own, interval)
        out = waiting[["invoice_id", CUSTOMER_ID, "due_on", "amount"]].copy()
        out["late_chance"] = model.churn_probability(own)
        out["late_lower"] = limits["churn_probability_lower"]
        out["late_upper"] = limits["churn_probability_upper"]
        out["late_amount"] = out["late_chance"] * out["amount"]
        out = out.sort_values(["late_amount", "invoice_id"], ascending=[False, True])
        return out.set_index("invoice_id")


def fit_late_payment(
    receivables: Receivables,
    characteristics: pd.DataFrame | None = None,
    *,
    classifier: str = "logistic",
    calibrate_from: date | None = None,
    test_from: date | None = None,
) -> LatePaymentStudy:
    """Learn who pays late from invoices whose outcome was known, and test on later ones.

    Parameters
    ----------
    receivables
        The invoices; only those count whose due day has passed.
    characteristics
        See `features_at_issue`.
    classifier
        ``"logistic"``, ``"boosting"`` or ``"lightgbm"``.
    calibrate_from, test_from
        First day of issue of the invoices to calibrate and to test on; by default those after
        three and after four fifths of the invoices. Learnt from are invoices due before
        `calibrate_from`; calibrated on are those due before `test_from`.

    Raises
    ------
    InputError
        When a part has fewer than 50 invoices, days are in the wrong order, or the classifier is
        unknown.
    """
    if classifier not in CLASSIFIERS:
        rule = f"must be one of {', '.join(CLASSIFIERS)}"
        hint = did_you_mean(classifier, list(CLASSIFIERS))
        raise InputError(Problem("parameter 'classifier'", rule, f"got {classifier!r}", hint))
    rows = receivables.resolved()
    issued = rows["issued_on"]
    first, second = _cuts(issued, calibrate_from, test_from)
    parts = {
        "learnt": rows.index[rows["due_on"] < first],
        "calibrated": rows.index[(issued >= first) & (rows["due_on"] < second)],
        "tested": rows.index[issued >= second],
    }
    few = [
        f"{len(places):,} {name}" for name, places in parts.items() if len(places) < LEAST_INVOICES
    ]
    if few:
        rule = f"must leave {LEAST_INVOICES} invoices to be learnt from, calibrated and tested on"
        raise InputError(Problem("the invoices", rule, f"got {' and '.join(few)}"))
    features = features_at_issue(receivables, characteristics)
    labelled = {name: _labelled(rows, features, places) for name, places in parts.items()}
    made: list[ChurnModel] = [BaseRate(), OwnRecord(), CLASSIFIERS[classifier]()]
    models = {
        one.name: calibrated(one.fit([labelled["learnt"]]), labelled["calibrated"], _method(one))
        for one in made
    }
    return LatePaymentStudy(
        models, made[-1].name, features, receivables, _described(rows, parts), parts["tested"]
    )


def _method(model: ChurnModel) -> Literal["offset", "platt"]:
    return "offset" if isinstance(model, BaseRate) else "platt"


def _cuts(
    issued: pd.Series, calibrate_from: date | None, test_from: date | None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    by_day = issued.sort_values(kind="stable").reset_index(drop=True)
    days = [
        by_day.iloc[min(int(share * len(by_day)), len(by_day) - 1)] if day is None
        else pd.Timestamp(day)
        for day, share in ((calibrate_from, 0.6), (test_from, 0.8))
    ]  # fmt: skip
    if not days[0] < days[1]:
        rule = "must be after calibrate_from"
        found = f"got {days[1]:%Y-%m-%d} and {days[0]:%Y-%m-%d}"
        raise InputError(Problem("parameter 'test_from'", rule, found))
    return days[0], days[1]


def _labelled(rows: pd.DataFrame, features: pd.DataFrame, places: pd.Index) -> LabelledSnapshot:
    """Invoices as the models of churn take them, with the customers that they belong to."""
    own = rows.loc[places]
    customers = pd.Index(own[CUSTOMER_ID], name=CUSTOMER_ID)
    late = pd.Series(own["late"].to_numpy(dtype=bool), customers, name="churned")
    seen = own["issued_on"].max().date()
    days = int((own["due_on"].max() - own["issued_on"].max()).days)
    described = features.loc[places].set_index(customers)
    return LabelledSnapshot(Snapshot(seen, max(days, 1)), described, late)


def _described(rows: pd.DataFrame, parts: Mapping[str, pd.Index]) -> pd.DataFrame:
    out = {}
    for name, places in parts.items():
        own = rows.loc[places]
        out[name] = {
            "invoices": len(own),
            "customers": own[CUSTOMER_ID].nunique(),
            "late_share": float(own["late"].mean()),
            "issued_from": own["issued_on"].min(),
            "issued_to": own["issued_on"].max(),
        }
    return pd.DataFrame.from_dict(out, orient="index").rename_axis("part")
