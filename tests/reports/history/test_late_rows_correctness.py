"""Rows that came late are told, always and only then."""

import inspect
import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.data import TransactionLog, load_transactions
from clvlab.reports import Page
from clvlab.reports.history.late_rows import READING, late_rows
from clvlab.reports.writing.calendar import write_calendar

EARLIER, LATER = date(1998, 5, 17), date(1998, 6, 30)
ROWS = [
    ("a", "1998-03-01", "10.50"),
    ("b", "1998-03-31", "20"),
    ("a", "1998-05-16", "0.10"),
    ("b", "1998-05-17", "0.20"),
]
NEW = [("c", "1998-05-18", "99.99"), ("a", "1998-06-01", "5")]


def log_of(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    table["date"] = pd.to_datetime(table["date"])
    table["amount"] = table["amount"].astype(float)
    table = table.sort_values(["date", "customer_id"], key=_text, kind="stable")
    return TransactionLog(table.reset_index(drop=True), pd.DataFrame(), "Shop")


def _text(column):
    return column.astype(str) if column.dtype == object else column


def compare(before, after, *told, earlier=EARLIER, later=LATER):
    with TemporaryDirectory() as name:
        old, new = Path(name) / "old", Path(name) / "new"
        for folder, rows, as_of in ((old, before, earlier), (new, after, later)):
            folder.mkdir()
            write_calendar(log_of(rows), as_of, folder)
        return late_rows(old, new, *told)


DOUBLED = [(who, day, str(2 * float(amount))) for who, day, amount in ROWS]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ({"columns": "amount=price"}, {"columns": "amount=2*price"}, ["columns"]),
        ({"columns": {"amount": "a"}, "horizon": 1}, {"columns": {"amount": "b"}}, ["columns"]),
        ({"decimal": "."}, {"decimal": ",", "thousands": "."}, ["decimal", "thousands"]),
    ],
)
def test_rows_that_were_read_differently_are_not_called_late(before, after, names):
    found = compare(ROWS, DOUBLED, before, after)
    assert found == {"since": "1998-05-17", "read_differently": names}
    assert compare(ROWS, ROWS + NEW, before, after) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"as_of": "1998-05-17", "horizon": "26 weeks"}, {"as_of": LATER, "horizon": "52 weeks"}),
        ({"data": "may.csv", "exchange_rates": None}, {"data": "june.csv"}),
        ({"decimal": "."}, {}),
        ({"columns": {"date": "1998-01-01"}}, {"columns": {"date": date(1998, 1, 1)}}),
    ],
)
def test_parameters_that_do_not_say_how_to_read_hide_no_late_rows(before, after):
    assert len(compare(ROWS, DOUBLED, before, after)["months"]) == 2


def test_every_option_of_reading_is_compared():
    options = inspect.signature(load_transactions).parameters
    given = {name: each.default for name, each in options.items() if name != "source"}
    policies = {"returns", "zero_amounts", "missing_ids", "future_dates", "duplicates"}
    assert given.keys() - READING.keys() == {"as_of", "name"} | policies
    assert {name: given[name] for name in READING} == READING


def test_new_days_are_no_change():
    assert compare(ROWS + NEW, ROWS + NEW) is None
    assert compare(ROWS, ROWS + NEW) is None


def test_late_row_is_told_in_its_month():
    late = ("z", "1998-03-15", "2.005")
    assert compare(ROWS, [*ROWS, late, *NEW]) == {
        "since": "1998-05-17",
        "months": [
            {
                "month": "1998-03",
                "rows_before": 2,
                "rows_now": 3,
                "amount_before": "30.500",
                "amount_now": "32.505",
            }
        ],
    }


def test_last_month_counts_up_to_the_earlier_end_only():
    changed = [*ROWS[:3], ("b", "1998-05-17", "0.30"), *NEW]
    (month,) = compare(ROWS, changed)["months"]
    assert (month["month"], month["rows_before"], month["rows_now"]) == ("1998-05", 2, 2)
    assert (month["amount_before"], month["amount_now"]) == ("0.30", "0.40")


def test_month_that_appears_or_vanishes_is_told():
    early = ("a", "1997-12-31", "1")
    assert [m["month"] for m in compare(ROWS, [early, *ROWS])["months"]] == ["1997-12"]
    (month,) = compare([early, *ROWS], ROWS)["months"]
    assert (month["rows_before"], month["rows_now"]) == (1, 0)
    assert (month["amount_before"], month["amount_now"]) == ("1.00", "0.00")


def test_same_totals_of_other_customers_or_amounts_are_told():
    other = [("b", *ROWS[0][1:]), *ROWS[1:]]
    assert [m["month"] for m in compare(ROWS, other)["months"]] == ["1998-03"]
    two = [("a", "1998-03-01", "10"), ("b", "1998-03-01", "20")]
    offset = [("a", "1998-03-01", "11"), ("b", "1998-03-01", "19")]
    (month,) = compare(two, offset)["months"]
    assert month["amount_before"] == month["amount_now"] == "30"


def test_ids_that_become_text_are_the_same_ids():
    numbers = [(number, "1998-03-01", "1") for number in (1, 2)]
    texts = [(str(number), "1998-03-01", "1") for number in (1, 2)]
    assert compare(numbers, [*texts, ("x9", "1998-06-01", "1")]) is None


rows = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.dates(date(1998, 3, 1), LATER).map(str),
        st.integers(1, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)


@given(rows, st.dates(date(1998, 3, 1), LATER), st.data())
def test_a_change_is_told_exactly_when_it_lies_within_the_earlier_days(before, earlier, data):
    after = list(before)
    kind = data.draw(st.sampled_from(["add", "remove", "amount", "customer"]))
    if kind == "add" or not after:
        day = data.draw(st.dates(date(1998, 3, 1), LATER)).isoformat()
        after.append(("new", day, "1.00"))
    else:
        number = data.draw(st.integers(0, len(after) - 1))
        who, day, amount = after.pop(number)
        if kind != "remove":
            cents = f"{float(amount) + 0.01:.2f}"
            after.append(("new", day, amount) if kind == "customer" else (who, day, cents))
    found = compare(before, after, earlier=earlier)
    if day > earlier.isoformat():
        assert found is None
    else:
        assert [month["month"] for month in found["months"]] == [day[:7]]


@given(rows, rows)
def test_what_is_told_is_what_a_plain_count_finds(before, after):
    found = compare(before, after) or {"months": []}
    told = {m["month"]: (m["rows_before"], m["rows_now"]) for m in found["months"]}
    for month in {row[1][:7] for row in before + after}:
        was, now = (
            sorted(row for row in side if row[1][:7] == month and row[1] <= str(EARLIER))
            for side in (before, after)
        )
        assert told.get(month) == ((len(was), len(now)) if was != now else None)


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"as_of": "x", "decimals": 2, "days": {}}'])
def test_run_without_a_calendar_is_not_compared(tmp_path, broken):
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    write_calendar(log_of(ROWS), EARLIER, new)
    assert late_rows(old, new) is None
    (old / "calendar.json").write_text(broken)
    assert late_rows(old, new) is None


def test_empty_calendar_is_compared_too(tmp_path):
    assert compare(NEW, ROWS + NEW)["months"][0]["rows_before"] == 0
    assert compare(NEW, NEW) is None


def test_page_keeps_the_calendar_in_a_run_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Page("Who?").watch(log_of(ROWS), as_of="1998-05-17")
    assert list(tmp_path.iterdir()) == []
    Page("Who?", folder=tmp_path).watch(log_of(ROWS), as_of="1998-05-16")
    record = json.loads((tmp_path / "calendar.json").read_text())
    assert record["as_of"] == "1998-05-16"
    assert [day[:2] for day in record["days"].values()] == [[1, "10.5"], [1, "20.0"], [1, "0.1"]]
