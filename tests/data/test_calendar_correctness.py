"""The calendar of a log: its rows as they were read, by the day that each bears."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clvlab.data import calendar, load_transactions, open_log
from clvlab.data.calendar import calendar_of_purchases, make_calendar
from clvlab.data.exact_money import to_minor_units

ROWS = [
    ("a", "2024-01-05", 20.0),
    ("a", "2024-01-05", 5.25),
    ("b", "2024-01-07", 9.0),
    ("b", "2024-01-07", 9.0),
    ("c", "2024-01-07", 0.0),
    (None, "2024-01-09", 3.0),
    (None, "no day", 3.0),
    (None, None, 3.0),
    (None, "0001-01-01", 3.0),
    (None, "2999-12-31", 3.0),
    (None, "2024-01-09", np.nan),
    ("a", "2024-02-01", -24.0),
    ("d", "2024-02-03", 7.5),
]


def frame_of(rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def calendar_of(rows, **options):
    return load_transactions(frame_of(rows), **options).calendar


def counts_of(found):
    return [
        (f"{day:%m-%d}", rows, str(amount))
        for day, rows, amount in zip(found["date"], found["rows"], found["amount"], strict=True)
    ]


EXPECTED = [
    ("01-05", 2, "25.25"),
    ("01-07", 3, "18.00"),
    ("01-09", 2, "3.00"),
    ("02-01", 1, "-24.00"),
    ("02-03", 1, "7.50"),
]


def test_rows_count_on_their_own_day_whatever_becomes_of_them():
    assert counts_of(calendar_of(ROWS)) == EXPECTED


@pytest.mark.parametrize(
    "policies", [{"returns": "drop"}, {"duplicates": "drop"}, {"zero_amounts": "keep"}]
)
def test_policies_do_not_touch_it(policies):
    pd.testing.assert_frame_equal(calendar_of(ROWS, **policies), calendar_of(ROWS))


def test_days_after_the_as_of_day_are_not_in_it():
    assert counts_of(calendar_of(ROWS, as_of="2024-02-02")) == EXPECTED[:-1]
    assert counts_of(calendar_of(ROWS, as_of="2024-01-09")) == EXPECTED[:3]


def test_its_columns_are_typed():
    types = calendar_of(ROWS).dtypes.map(str).to_dict()
    assert types == {
        "date": "datetime64[ns]",
        "rows": "int64",
        "amount": "object",
        "digest": "uint64",
    }


def test_a_day_of_a_zone_is_that_of_the_place():
    moments = pd.to_datetime(["2024-01-05 23:30Z", "2024-01-06 12:00Z", "2024-01-06 23:30Z"])
    lines = pd.DataFrame({"customer_id": ["a", "b", None], "date": moments, "amount": 1.0})
    found = load_transactions(lines, time_zone="Europe/Berlin").calendar
    assert counts_of(found) == [("01-06", 2, "2"), ("01-07", 1, "1")]


def test_amounts_are_converted():
    lines = frame_of(ROWS[:3]).assign(currency=["EUR", "USD", "USD"])
    rates = {"USD": 0.5}
    found = load_transactions(lines, currency="EUR", exchange_rates=rates).calendar
    assert counts_of(found) == [("01-05", 2, "22.625"), ("01-07", 1, "4.500")]


@pytest.mark.parametrize(
    "other",
    [
        [("b", "2024-01-05", 20.0), *ROWS[1:]],
        [("a", "2024-01-05", 5.25), ("b", "2024-01-05", 20.0), *ROWS[2:]],
        [(None, "2024-01-05", 20.0), *ROWS[1:]],
        [("a", "2024-01-05", 20.01), ("a", "2024-01-05", 5.24), *ROWS[2:]],
    ],
)
def test_the_digest_tells_rows_of_equal_number_and_amount_apart(other):
    before, after = calendar_of(ROWS), calendar_of(other)
    assert counts_of(before) == counts_of(after)
    assert (before["digest"] != after["digest"]).tolist() == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("ids", "with_letters"),
    [([1, 2], ["1", "2", "x"]), ([1.0, 2.0], [1.0, 2.0, 2.5]), (["1.0", "2.0"], ["1", "2", "x"])],
)
def test_the_digest_does_not_depend_on_the_type_of_ids(ids, with_letters):
    days, amounts = ["2024-01-05", "2024-01-06", "2024-02-01"], [1.0, 2.0, 3.001]
    one, other = (
        load_transactions(
            pd.DataFrame({"customer_id": some, "date": days[: len(some)]}).assign(
                amount=amounts[: len(some)]
            )
        ).calendar
        for some in (ids, with_letters)
    )
    assert one["digest"].tolist() == other["digest"].tolist()[:2]
    assert one["amount"].tolist() == other["amount"].tolist()[:2]


def test_amounts_beyond_64_bits_are_summed_exactly():
    huge = [("a", "2024-01-05", 9.0e15), ("b", "2024-01-05", 9.0e15), ("c", "2024-01-05", 0.125)]
    many = calendar_of(huge * 1000, duplicates="keep")
    assert many["amount"].tolist() == [Decimal("18000000000000000125.000")]


def test_no_row_makes_an_empty_calendar():
    none = np.empty(0, dtype=np.int64)
    found = make_calendar(none, none, pd.Series([], dtype=object), to_minor_units(np.empty(0)))
    assert list(found.columns) == ["date", "rows", "amount", "digest"]
    assert len(found) == 0


LINES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-03-31").date()).map(str),
        st.integers(-5_000, 5_000).map(lambda cents: cents / 100),
    ),
    max_size=30,
).map(lambda rows: [("z", "2024-01-01", 1.0), *rows])


@settings(max_examples=60)
@given(LINES, st.randoms(use_true_random=False), st.integers(1, 7))
def test_neither_order_nor_blocks_matter_and_a_plain_count_agrees(rows, random, block):
    found = calendar_of(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calendar, "_BLOCK", block)
        pd.testing.assert_frame_equal(calendar_of(shuffled), found)
    plain = frame_of(rows).groupby("date")["amount"].agg(["size", "sum"])
    assert [str(day.date()) for day in found["date"]] == plain.index.tolist()
    assert found["rows"].tolist() == plain["size"].tolist()
    assert [float(amount) for amount in found["amount"]] == plain["sum"].round(2).tolist()


@settings(max_examples=60)
@given(LINES, st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-03-31").date()))
def test_an_earlier_as_of_day_gives_the_first_days_of_the_same_calendar(rows, as_of):
    early, whole = calendar_of(rows, as_of=as_of), calendar_of(rows)
    first = whole[whole["date"] <= pd.Timestamp(as_of)].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, first)


def test_embedded_data_have_every_row_in_it(sample_log):
    read = sample_log.quality.set_index("step").loc["rows_read"]
    assert sample_log.calendar["rows"].sum() == read["rows"] == 6919
    assert float(sum(sample_log.calendar["amount"])) == read["amount"]


def test_it_goes_along_when_a_log_is_named_anew(sample_log, monkeypatch):
    monkeypatch.setenv("SHOP", "cdnow-sample")
    pd.testing.assert_frame_equal(open_log("env:SHOP").calendar, sample_log.calendar)
    assert replace(sample_log, name="x").calendar is sample_log.calendar


def test_purchases_stand_in_for_the_rows_of_a_log_without_any(sample_log):
    found = calendar_of_purchases(sample_log.table)
    assert found["rows"].sum() == len(sample_log.table)
    assert found["date"].tolist() == sorted(sample_log.table["date"].unique())
