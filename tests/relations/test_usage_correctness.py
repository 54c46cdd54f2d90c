"""The log of cards, and files that are used too little or too much."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.relations.usage import load_usage, note_opening, use_by_owner, use_of_files

DAY = date(2024, 6, 30)


def test_every_opening_is_noted_and_counted_once_a_day(tmp_path):
    log = tmp_path / "usage.csv"
    for hour in (8, 9):
        moment = datetime(2024, 6, 3, hour, tzinfo=UTC)
        note_opening(log, "a", owner="Wang", identified=hour == 9, moment=moment)
    usage = load_usage(log)
    assert usage["identified"].tolist() == ["no", "yes"]
    customers = pd.DataFrame({"customer_id": ["a", "b"], "owner": ["Wang", None]})
    nothing = pd.DataFrame()
    classes = pd.Series({"a": "A", "b": "A"})
    found = use_of_files(customers, nothing, usage, classes, as_of=DAY, days=90)
    assert found["cards"].tolist() == [1, 0]
    assert found["verdict"].tolist() == ["as intended", "too little"]
    by_owner = use_by_owner(found)
    assert by_owner.loc["nobody", "too_little"] == 1
    assert by_owner["customers"].sum() == 2


def test_a_small_customer_who_takes_more_time_than_large_ones_is_used_too_much():
    customers = pd.DataFrame({"customer_id": ["a", "c"]})
    days = pd.to_datetime(["2024-06-01", "2024-06-02", "2024-06-03", "2024-06-01"])
    contacts = pd.DataFrame({"customer_id": ["c", "c", "c", "a"], "date": days})
    found = use_of_files(
        customers, contacts, load_usage(None), pd.Series({"a": "A", "c": "C"}), as_of=DAY, days=90
    )
    assert found["verdict"].to_dict() == {"a": "as intended", "c": "too much"}


def test_a_log_with_mistakes_is_told_with_its_rows(tmp_path):
    log = tmp_path / "usage.csv"
    log.write_text("opened,customer_id,owner,identified\nyesterday,a,,no\n")
    with pytest.raises(InputError, match="row 2, opened"):
        load_usage(log)
