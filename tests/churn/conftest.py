"""CDNOW seen from the days of the published comparison, and small logs made by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab import churn
from clvlab.data import TransactionLog

FIRST, SECOND, THIRD = (
    churn.Snapshot(date(1997, 6, 30), 91),
    churn.Snapshot(date(1997, 9, 30), 91),
    churn.Snapshot(date(1997, 12, 31), 91),
)
PLAN = churn.SnapshotPlan((FIRST,), SECOND, THIRD, churn.Snapshot(date(1998, 6, 30), 91))


def log_of(rows, **more):
    """A log of (customer, day, amount)."""
    table = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    table["date"] = pd.to_datetime(table["date"])
    table = table.sort_values(["date", "customer_id"], ignore_index=True).assign(**more)
    return TransactionLog(table, pd.DataFrame(), "by hand")


@pytest.fixture(scope="session")
def master_log():
    return clvlab.load_cdnow()


@pytest.fixture(scope="session")
def published(master_log):
    """The study of the published comparison: learnt, calibrated and tested a quarter apart."""
    return churn.fit_churn_study(master_log, horizon="13 weeks", plan=PLAN)


@pytest.fixture(scope="session")
def small(sample_log):
    """The same on one customer in ten."""
    return churn.fit_churn_study(
        sample_log, horizon="13 weeks", plan=PLAN, classifiers=["logistic"]
    )


@pytest.fixture
def rng():
    return np.random.default_rng(5)
