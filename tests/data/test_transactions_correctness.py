"""Small tables whose logs are worked out by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clvlab.data import load_transactions


def table_of(*rows, names=("customer_id", "date", "amount")):
    return pd.DataFrame(list(rows), columns=list(names))


def plain_rows(log):
    table = log.table.assign(date=log.table["date"].dt.strftime("%m-%d"))
    return list(table.itertuples(index=False, name=None))


def step(log, name):
    row = log.quality.set_index("step").loc[name]
    return int(row["rows"]), float(row["amount"])


def test_lines_of_a_day_are_one_purchase():
    lines = table_of(
        ("b", "2024-01-02 09:00", 10.0),
        ("a", "2024-01-02 23:59", 1.5),
        ("b", "2024-01-02 18:30", 5.25),
        ("a", "2024-01-01", 2.0),
    )
    log = load_transactions(lines)
    assert plain_rows(log) == [("a", "01-01", 2.0), ("a", "01-02", 1.5), ("b", "01-02", 15.25)]
    assert step(log, "same_day_lines") == (1, 0.0)
    assert str(log.table["date"].dtype) == "datetime64[ns]"
    assert log.table.index.equals(pd.RangeIndex(3))


def test_returns_are_set_off_against_the_latest_earlier_purchases():
    lines = table_of(
        (1, "2024-01-01", 20.0),
        (1, "2024-01-05", 30.0),
        (1, "2024-01-07", -40.0),  # uses up the 30 of January 5th and 10 of January 1st
        (2, "2024-01-06", 5.0),
        (1, "2024-01-09", 8.0),
    )
    log = load_transactions(lines)
    assert plain_rows(log) == [(1, "01-01", 10.0), (2, "01-06", 5.0), (1, "01-09", 8.0)]
    assert step(log, "returns_set_off") == (1, -40.0)
    assert step(log, "purchases_returned") == (1, 30.0)
    assert step(log, "purchases_reduced") == (1, 10.0)
    assert step(log, "returns_unmatched") == (0, 0.0)


def test_a_return_never_touches_later_purchases_or_other_customers():
    lines = table_of(
        (1, "2024-01-02", -7.0),
        (1, "2024-01-03", 7.0),
        (2, "2024-01-01", 7.0),
    )
    log = load_transactions(lines)
    assert plain_rows(log) == [(2, "01-01", 7.0), (1, "01-03", 7.0)]
    assert step(log, "returns_unmatched") == (1, -7.0)


def test_what_a_return_leaves_over_is_unmatched():
    lines = table_of((1, "2024-01-01", 10.0), (1, "2024-01-02", -25.0), (1, "2024-01-03", 4.0))
    log = load_transactions(lines)
    assert plain_rows(log) == [(1, "01-03", 4.0)]
    assert step(log, "returns_set_off") == (0, -10.0)
    assert step(log, "returns_unmatched") == (1, -15.0)
    assert step(log, "purchases_returned") == (1, 10.0)


def test_two_returns_do_not_use_the_same_purchase_twice():
    lines = table_of(
        (1, "2024-01-01", 50.0),
        (1, "2024-01-02", 10.0),
        (1, "2024-01-03", -10.0),
        (1, "2024-01-04", -20.0),
    )
    assert plain_rows(load_transactions(lines)) == [(1, "01-01", 30.0)]


def test_a_purchase_returned_on_its_day_is_no_purchase():
    lines = table_of((1, "2024-01-01", 12.5), (1, "2024-01-01", -12.5), (1, "2024-01-02", 1.0))
    log = load_transactions(lines, zero_amounts="keep")
    assert plain_rows(log) == [(1, "01-02", 1.0)]
    assert step(log, "returned_within_day")[0] == 1


def test_dropped_returns_leave_the_purchases_alone():
    lines = table_of((1, "2024-01-01", 20.0), (1, "2024-01-01", -5.0), (1, "2024-01-02", -5.0))
    log = load_transactions(lines, returns="drop")
    assert plain_rows(log) == [(1, "01-01", 20.0)]
    assert step(log, "returned_lines") == (2, -10.0)


def test_zero_days_are_dropped_or_kept():
    lines = table_of((1, "2024-01-01", 0.0), (1, "2024-01-02", 0.0), (1, "2024-01-02", 3.0))
    assert plain_rows(load_transactions(lines)) == [(1, "01-02", 3.0)]
    kept = load_transactions(lines, zero_amounts="keep")
    assert plain_rows(kept) == [(1, "01-01", 0.0), (1, "01-02", 3.0)]
    assert step(kept, "zero_lines")[0] == 2
    assert step(kept, "zero_amounts")[0] == 1


def test_blank_ids_are_counted_and_their_rows_need_nothing_else():
    lines = table_of(("0001", "2024-01-01", 3.0), (" ", "2024-01-01", 4.0), (None, "total", np.nan))
    log = load_transactions(lines)
    assert plain_rows(log) == [("0001", "01-01", 3.0)]
    assert step(log, "missing_ids") == (2, 4.0)


def test_rows_after_the_as_of_date_are_not_seen():
    lines = table_of((1, "2024-01-01", 3.0), (1, "2024-01-31", 4.0), (1, "2024-02-01", 5.0))
    log = load_transactions(lines, as_of="2024-01-31")
    assert plain_rows(log) == [(1, "01-01", 3.0), (1, "01-31", 4.0)]
    assert step(log, "after_as_of") == (1, 5.0)


def test_days_after_today_are_dropped():
    tomorrow = dt.datetime.now(tz=dt.UTC).astimezone() + dt.timedelta(days=1)
    lines = table_of((1, "2024-01-01", 3.0), (1, f"{tomorrow:%Y-%m-%d}", 4.0))
    assert step(load_transactions(lines), "future_dates") == (1, 4.0)


def test_duplicates_are_dropped_only_where_orders_tell_them_apart():
    names = ("customer_id", "date", "amount", "order_id", "line")
    lines = table_of(
        (1, "2024-01-01", 5.0, "A", 1),
        (1, "2024-01-01", 5.0, "A", 2),
        (1, "2024-01-01", 5.0, "A", 2),
        names=names,
    )
    with_orders = load_transactions(lines)
    assert plain_rows(with_orders) == [(1, "01-01", 10.0, "A")]
    assert step(with_orders, "duplicates") == (1, 5.0)
    without = load_transactions(lines.drop(columns=["order_id", "line"]))
    assert plain_rows(without) == [(1, "01-01", 15.0)]
    assert step(without, "duplicates") == (2, 10.0)
    assert plain_rows(load_transactions(lines, duplicates="keep"))[0][2] == 15.0


def test_merged_rows_sum_numbers_and_keep_the_largest_lines_text():
    names = ("customer_id", "date", "amount", "margin", "quantity", "product", "channel")
    lines = table_of(
        (1, "2024-01-01", 5.0, 0.1, 1, "pen", "web"),
        (1, "2024-01-01", 9.0, 0.2, 2, "ink", None),
        (1, "2024-01-01", 9.0, 0.4, 3, "cap", "shop"),
        (2, "2024-01-01", 1.0, np.nan, 1, None, "web"),
        names=names,
    )
    table = load_transactions(lines).table
    assert table["margin"].tolist()[0] == 0.7
    assert np.isnan(table["margin"][1])
    assert table["quantity"].tolist() == [6.0, 1.0]
    assert table["product"].tolist()[0] == "cap"  # of two lines of 9.0, the first in text order
    assert pd.isna(table["product"][1])
    assert table["channel"].tolist() == ["shop", "web"]


def test_a_return_takes_its_margin_along():
    names = ("customer_id", "date", "amount", "margin")
    lines = table_of((1, "2024-01-01", 30.0, 12.0), (1, "2024-01-03", -10.0, -4.0), names=names)
    table = load_transactions(lines).table
    assert table[["amount", "margin"]].to_numpy().tolist() == [[20.0, 8.0]]


def test_amounts_may_be_computed_from_columns():
    names = ("Kunde", "Tag", "Menge", "Preis je Stück", "Rabatt")
    lines = table_of((1, "2024-01-01", 3, 2.55, 0.65), names=names)
    columns = "customer_id=Kunde, date=Tag, amount=Menge * `Preis je Stück` - Rabatt"
    assert load_transactions(lines, columns).table["amount"].tolist() == [7.0]


def test_currencies_are_converted_by_the_rates_given():
    names = ("customer_id", "date", "amount", "currency", "margin")
    lines = table_of(
        (1, "2024-01-01", 10.0, "USD", 5.0), (1, "2024-01-02", 10.0, "EUR", 5.0), names=names
    )
    log = load_transactions(lines, currency="EUR", exchange_rates={"EUR": 1.0, "USD": 0.92})
    assert log.currency == "EUR"
    assert log.table["amount"].tolist() == [9.2, 10.0]
    assert log.table["margin"].tolist() == [4.6, 5.0]
    assert log.table["currency"].tolist() == ["EUR", "EUR"]
    assert step(log, "converted_amounts") == (1, 9.2)


def test_one_currency_needs_no_rates():
    names = ("customer_id", "date", "amount", "currency")
    log = load_transactions(table_of((1, "2024-01-01", 10.0, "CHF"), names=names))
    assert log.currency == "CHF"


@pytest.mark.parametrize(
    ("ids", "expected", "kind"),
    [
        ([7, 12], [7, 12], "i"),
        (["0007", "12"], ["0007", "12"], None),
        ([7, "07"], ["07", 7], "O"),
        ([7.0, None], [7], "i"),
    ],
)
def test_ids_keep_their_type(ids, expected, kind):
    lines = pd.DataFrame({"customer_id": ids, "date": "2024-01-01", "amount": 1.0})
    found = load_transactions(lines).table["customer_id"]
    assert found.tolist() == expected
    assert kind is None or found.dtype.kind == kind


@pytest.mark.parametrize(
    ("value", "date_format"),
    [
        ("2024-02-03", None),
        ("2024-02-03T10:11:12.5", None),
        (20240203, None),
        ("20240203", None),
        (20240203.0, None),
        (dt.date(2024, 2, 3), None),
        (dt.datetime(2024, 2, 3, 4, 5), None),  # noqa: DTZ001 - stamps without a zone are meant
        (np.datetime64("2024-02-03T23:00"), None),
        ("03/02/2024", "day-first"),
        ("3.2.2024 17:30", "day-first"),
        ("02/03/2024", "month-first"),
        ("03.02.24", "%d.%m.%y"),
        ("2024/2/3", "%Y/%m/%d"),
    ],
)
def test_dates_in_every_accepted_form(value, date_format):
    lines = pd.DataFrame({"customer_id": [1], "date": [value], "amount": [1.0]})
    log = load_transactions(lines, date_format=date_format)
    assert log.table["date"].tolist() == [pd.Timestamp("2024-02-03")]


@pytest.mark.parametrize("as_text", [False, True])
def test_moments_become_days_of_the_place_asked_for(as_text):
    moments = pd.Series(["2024-01-01T23:30:00Z", "2024-07-01T21:30:00+00:00"])
    dates = moments if as_text else pd.to_datetime(moments, utc=True)
    lines = pd.DataFrame({"customer_id": [1, 1], "date": dates, "amount": [1.0, 1.0]})
    berlin = load_transactions(lines, time_zone="Europe/Berlin").table["date"]
    assert berlin.dt.strftime("%m-%d").tolist() == ["01-02", "07-01"]
    utc = load_transactions(lines, time_zone="UTC").table["date"]
    assert utc.dt.strftime("%m-%d").tolist() == ["01-01", "07-01"]


@pytest.mark.parametrize("date_type", [pa.date32(), pa.timestamp("us"), pa.timestamp("ms", "UTC")])
def test_arrow_dates_inside_pandas(date_type):
    days = pa.array([19_727], type=pa.int32()).cast(pa.date32()).cast(date_type)
    lines = pd.DataFrame({"customer_id": [1], "amount": [1.0]})
    lines["date"] = pd.Series(pd.arrays.ArrowExtensionArray(days))
    assert plain_rows(load_transactions(lines, time_zone="UTC")) == [(1, "01-05", 1.0)]


def test_placeholder_dates_far_ahead_are_future_dates():
    lines = table_of((1, "9999-12-31", 5.0), (1, "2024-01-01", 4.0))
    assert step(load_transactions(lines), "future_dates") == (1, 5.0)
    seen = load_transactions(lines, as_of="9999-12-31")
    assert step(seen, "after_as_of") == (1, 5.0)


def test_offsets_in_a_date_format_are_understood():
    lines = table_of((1, "01.02.2024 23:30 +0000", 1.0))
    log = load_transactions(lines, date_format="%d.%m.%Y %H:%M %z", time_zone="Asia/Shanghai")
    assert plain_rows(log) == [(1, "02-02", 1.0)]


def test_written_numbers_follow_their_signs():
    lines = table_of(
        (1, "2024-01-01", "1.234,50"), (1, "2024-01-02", "-0,5"), (1, "2024-01-03", "7")
    )
    log = load_transactions(lines, decimal=",", thousands=".")
    assert plain_rows(log) == [(1, "01-01", 1234.0), (1, "01-03", 7.0)]


def test_more_than_six_decimals_are_rounded_and_counted():
    lines = table_of((1, "2024-01-01", 1.23456789), (1, "2024-01-02", 1.5))
    log = load_transactions(lines)
    assert log.table["amount"].tolist() == [1.234568, 1.5]
    assert step(log, "rounded_amounts")[0] == 1


def test_huge_amounts_are_summed_without_overflow():
    lines = table_of((1, "2024-01-01", 9e18), (1, "2024-01-01", 9e18), (1, "2024-01-02", 0.25))
    assert load_transactions(lines).table["amount"].tolist() == [1.8e19, 0.25]


def test_single_precision_amounts_keep_their_cents():
    lines = table_of((1, "2024-01-01", 12345.67)).astype({"amount": "float32"})
    assert load_transactions(lines).table["amount"].tolist() == [12345.67]
