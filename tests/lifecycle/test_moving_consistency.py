"""Moves are counted and purchases looked up as a plain reading of the labels and days does it."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlab.data import load_transactions
from clvlab.lifecycle.replay import StageHistory
from clvlab.lifecycle.standing import PurchaseDays
from clvlab.lifecycle.transitions import transitions_of

STAGES = ("new", "loyal", "lapsed")
LABELS = st.lists(st.tuples(*[st.integers(-1, 2)] * 4), min_size=1, max_size=30)
START = date(2024, 1, 1)


def history_of(rows):
    kind = pd.CategoricalDtype(list(STAGES))
    days = pd.date_range(START, periods=4, freq="ME")
    columns = np.array(rows).T
    labels = {
        day: pd.Categorical.from_codes(one, dtype=kind)
        for day, one in zip(days, columns, strict=True)
    }
    return StageHistory("acquaintance", STAGES, pd.DataFrame(labels), 0.0)


@given(LABELS)
@settings(max_examples=30)
def test_counts_are_those_of_looking_at_one_customer_after_the_other(rows):
    counts, triples = np.zeros((3, 3, 3), int), np.zeros((3, 3, 3), int)
    for row in rows:
        for t in range(3):
            if min(row[t : t + 2]) >= 0:
                counts[t, row[t], row[t + 1]] += 1
            if t < 2 and min(row[t : t + 3]) >= 0:
                triples[row[t], row[t + 1], row[t + 2]] += 1
    history = history_of(rows)
    as_text = history.labels.astype(object)
    for labels in (history.labels, as_text.where(as_text.notna(), None)):
        found = transitions_of(labels, STAGES)
        assert (found.counts == counts).all()
        assert (found.triples == triples).all()


@given(LABELS)
@settings(max_examples=30)
def test_moves_between_dates_are_the_customers_who_were_there_at_both(rows):
    moves = history_of(rows).moves_between(dates=2, apart=2)
    plain = pd.Series([row[1::2] for row in rows if min(row[1::2]) >= 0]).value_counts()
    named = {
        (STAGES.index(row.from_stage), STAGES.index(row.to_stage)): row.customers
        for row in moves.itertuples()
    }
    assert named == plain.to_dict()


@given(
    st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True), min_size=1),
    st.integers(0, 60),
)
@settings(max_examples=30)
def test_purchase_days_by_a_day_are_counted_one_by_one(days, day):
    rows = [(who, START + timedelta(days=one), 1.0) for who, own in enumerate(days) for one in own]
    log = load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    purchases = PurchaseDays.of(log)
    now = day - min(map(min, days))
    plain = [sum(one <= day for one in own) for own in days]
    assert purchases.bought_by(now).tolist() == plain
    everywhere = np.full(len(days), max(now, 0), dtype=np.int64)
    if now >= 0:
        assert purchases.bought_by(everywhere).tolist() == plain
