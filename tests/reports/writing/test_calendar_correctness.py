"""The calendar of a run: new rows are never called late, returns included; changes always are."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from clvlab.data import load_transactions
from clvlab.reports.history.late_rows import late_rows
from clvlab.reports.writing.calendar import write_calendar

SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)
FIRST = ("z", "2026-07-01", 100.0)
"""A purchase that nobody returns, so that there always is one."""


def log_of(rows, as_of, **options):
    lines = pd.DataFrame([FIRST, *rows], columns=["customer_id", "date", "amount"])
    return load_transactions(lines, as_of=as_of, **options)


def compare(before, after, **options):
    """What the report as of October says of the rows that the one as of September was made of."""
    with TemporaryDirectory() as name:
        old, new = Path(name) / "old", Path(name) / "new"
        for folder, rows, as_of in ((old, before, SEPTEMBER), (new, after, OCTOBER)):
            folder.mkdir()
            write_calendar(log_of(rows, as_of, **options), as_of, folder)
        return late_rows(old, new)


def test_a_return_of_an_earlier_purchase_is_no_late_row():
    bought = [("a", "2026-09-10", 50.0), ("b", "2026-09-20", 30.0)]
    returned = [*bought, ("a", "2026-10-05", -50.0), ("b", "2026-10-06", -10.0)]
    net = log_of(returned, OCTOBER).table
    assert net["amount"].tolist() == [100.0, 20.0]
    assert compare(bought, returned) is None


def test_a_late_return_is_a_late_row_of_its_own_day():
    bought = [("a", "2026-08-10", 50.0)]
    (month,) = compare(bought, [*bought, ("a", "2026-09-30", -50.0)])["months"]
    assert month["month"] == "2026-09"
    assert month["amount_now"] == "-50"


def rows_between(first, last):
    return st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", None]),
            st.dates(first, last).map(str),
            st.integers(-5_000, 5_000).map(lambda cents: cents / 100),
        ),
        max_size=12,
    )


OLD_ROWS = rows_between(date(2026, 7, 1), SEPTEMBER)
NEW_ROWS = rows_between(date(2026, 10, 1), date(2026, 11, 30))
POLICIES = st.fixed_dictionaries(
    {
        "returns": st.sampled_from(["net", "drop"]),
        "duplicates": st.sampled_from(["keep", "drop"]),
        "zero_amounts": st.sampled_from(["keep", "drop"]),
    }
)


@given(OLD_ROWS, NEW_ROWS, POLICIES, st.randoms(use_true_random=False))
def test_rows_dated_after_the_earlier_day_are_never_told(before, new, policies, random):
    after = [*before, *new]
    random.shuffle(after)
    assert compare(before, after, **policies) is None
    assert compare(after, after, **policies) is None


@given(OLD_ROWS, NEW_ROWS, POLICIES, st.data())
def test_a_change_up_to_the_earlier_day_is_always_told(before, new, policies, data):
    after = list(before)
    kind = data.draw(st.sampled_from(["add", "remove", "amount", "customer"]))
    if kind == "add" or not before:
        ((who, day, amount),) = data.draw(OLD_ROWS.filter(bool).map(lambda rows: rows[:1]))
        after.append((who, day, amount))
    else:
        who, day, amount = after.pop(data.draw(st.integers(0, len(after) - 1)))
        if kind != "remove":
            other = (who, day, amount + 0.01) if kind == "amount" else ("new", day, amount)
            after.append(other)
    found = compare(before, [*after, *new], **policies)
    assert [month["month"] for month in found["months"]] == [day[:7]]


def test_the_file_is_small_sorted_and_the_same_twice(sample_log, tmp_path):
    first = write_calendar(sample_log, date(1998, 5, 31), tmp_path).read_bytes()
    assert write_calendar(replace(sample_log), date(1998, 5, 31), tmp_path).read_bytes() == first
    record = json.loads(first)
    assert (record["as_of"], record["decimals"]) == ("1998-05-31", 2)
    assert list(record["days"]) == sorted(record["days"])
    assert max(record["days"]) <= "1998-05-31"
    seen = sample_log.calendar[sample_log.calendar["date"] <= "1998-05-31"]
    assert [count for count, _, _ in record["days"].values()] == seen["rows"].tolist()
    assert [text for _, text, _ in record["days"].values()] == seen["amount"].map(str).tolist()
    assert [int(code, 16) for _, _, code in record["days"].values()] == seen["digest"].tolist()
    assert len(first) < 60 * len(record["days"])


def test_purchases_stand_in_where_the_rows_are_not_known(sample_log, tmp_path):
    alone = replace(sample_log, calendar=None)
    written = write_calendar(alone, date(1998, 6, 30), tmp_path).read_text()
    counts = [count for count, _, _ in json.loads(written)["days"].values()]
    assert sum(counts) == len(sample_log.table)
