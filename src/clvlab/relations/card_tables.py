"""The parts of a customer card that models and classes say: stages, classes, values, credit."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clvlab.clock import Horizon
from clvlab.data.company import CONTRACTS, Company
from clvlab.lifecycle.replay import replay_stages
from clvlab.lifecycle.stages import SCHEMES as STAGE_SCHEMES
from clvlab.lifecycle.stages import StageParameters, rules_in_words, stages_at
from clvlab.lifecycle.standing import PurchaseDays, standing_at
from clvlab.models import FittedStudy
from clvlab.relations.card_records import rows_of
from clvlab.schema import AMOUNT, CUSTOMER_ID
from clvlab.segments.chosen import cut_customers
from clvlab.segments.records import Records
from clvlab.summary.period import Period

VALUES = {
    "probability_alive": "chance to be alive",
    "probability_purchase": "chance of a purchase",
    "expected_purchases": "expected purchases",
    "expected_spend": "expected spend a purchase",
    "clv": "lifetime value",
}
CLASS_SCHEMES = {
    "abc": "ABC by revenue",
    "loyalty-volume": "volume and loyalty",
    "main-ordinary-scattered": "size and length",
}


def number_or_none(value: object) -> float | None:
    """A number that is known, else None."""
    return float(value) if isinstance(value, float) and not np.isnan(value) else None


def stages_of_customer(
    company: Company,
    customer: object,
    study: FittedStudy,
    as_of: date,
    look_ahead: Horizon,
    terms: StageParameters | None,
) -> pd.DataFrame:
    """The customer's stage in each scheme; that of the relationship is replayed with its memory.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``scheme``: ``stage``, ``rule`` in words.
    """
    log, rows = company.purchases(), []
    standing = standing_at(
        PurchaseDays.of(log, as_of), as_of, model=study.model, horizon=look_ahead
    )
    history = replay_stages(
        log, "relationship", study.model, as_of=as_of, horizon=look_ahead, parameters=terms
    )
    own = standing.loc[[customer]]
    for scheme in STAGE_SCHEMES:
        stage = str(
            history.current().loc[pd.Index([customer])].iloc[0]
            if scheme == "relationship"
            else stages_at(own, scheme, terms).iloc[0]
        )
        words = rules_in_words(scheme, terms or StageParameters())
        rows.append((scheme, stage, words["rule"].get(stage, "")))
    return pd.DataFrame(rows, columns=["scheme", "stage", "rule"]).set_index("scheme")


def classes_of_customer(company: Company, customer: object, year: Period) -> pd.DataFrame:
    """The customer's class in each scheme, and what the customer file says.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``scheme`` (in words): ``class`` (``"none"`` where the scheme has none for the
        customer), ``rule``.
    """
    log, rows = company.purchases(), []
    nobody = pd.DataFrame(index=pd.Index([], name=CUSTOMER_ID))
    records = Records(log, nobody, log.table)
    for scheme, words in CLASS_SCHEMES.items():
        cut = cut_customers(records, year, scheme)
        label = cut.labels.astype(str).get(customer)
        rule = cut.why_left_out if label is None else cut.rules[label]
        rows.append((words, label or "none", rule))
    entry = rows_of(company, "customers", customer)
    for column in ("customer_type", "region", "industry"):
        if column in entry and entry[column].notna().any():
            what = CONTRACTS["customers"].columns[column].en
            rows.append((what, str(entry[column].iloc[0]).replace("_", " "), "customer file"))
    return pd.DataFrame(rows, columns=["scheme", "class", "rule"]).set_index("scheme")


def values_of_customer(scores: pd.Series, near: pd.Series) -> pd.DataFrame:
    """What is to be expected of a customer.

    Parameters
    ----------
    scores, near
        A row of customer scores over the horizon, and over the look ahead, from which the chance
        of a purchase is taken.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``what``: ``estimate``, ``lower``, ``upper``, ``possible_lower``,
        ``possible_upper``.
    """
    rows = []
    for name, words in VALUES.items():
        of = near if name == "probability_purchase" else scores
        limits = [
            float(of.get(f"{name}_{kind}_{side}", np.nan))
            for kind in ("credible", "predictive")
            for side in ("lower", "upper")
        ]
        rows.append((words, float(of[name]), *limits))
    names = ["what", "estimate", "lower", "upper", "possible_lower", "possible_upper"]
    return pd.DataFrame(rows, columns=names).set_index("what")


def credit_of_customer(entry: pd.DataFrame, invoices: pd.DataFrame) -> dict[str, float | None]:
    """``terms`` (days), ``limit``, ``exposure``, ``overdue`` and ``headroom``; None where unknown.

    Parameters
    ----------
    entry
        The customer's row of the table customers, or none.
    invoices
        What `open_invoices` returns.
    """

    def noted(name: str) -> float | None:
        return number_or_none(entry[name].iloc[0]) if len(entry) and name in entry else None

    exposure = float(invoices[AMOUNT].sum()) if len(invoices) else 0.0
    late = invoices["days_late"].notna() if len(invoices) else pd.Series(dtype=bool)
    limit = noted("credit_limit")
    return {
        "terms": noted("payment_terms_days"),
        "limit": limit,
        "exposure": exposure,
        "overdue": float(invoices.loc[late, AMOUNT].sum()) if len(invoices) else 0.0,
        "headroom": None if limit is None else limit - exposure,
    }
