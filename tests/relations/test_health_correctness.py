"""The health report finds what was planted, and names what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.data.company import Company
from clvlab.data.company.checks import check_company
from clvlab.errors import InputError
from clvlab.relations import HealthRecords, Indicator, health_of, judge, load_targets
from clvlab.relations.indicators import DEFAULT


@pytest.fixture(scope="module")
def check(example_folder, last_day):
    return check_company(example_folder, as_of=last_day)


@pytest.fixture(scope="module")
def health(example, check, last_day):
    return health_of(HealthRecords.of(example, check, None, last_day))


def test_every_target_of_the_package_has_its_indicator(health):
    targets = set(load_targets().index)
    said = set(health.indicators.index)
    assert said <= targets
    # Without a replay of the stages nothing can be said of treatment.
    assert targets - said == {("interact", "customers treated as their stage asks for")}


def test_what_was_planted_is_counted(health, example_folder):
    planted = pd.read_csv(example_folder / "truth" / "errors.csv")
    mine = planted[planted["table"] == "customers"]
    leaks = mine.loc[mine["kind"] == "personal_in_text", "row"].nunique()
    row = health.indicators.loc[("identify", "entries without personal data in text")]
    assert (1 - row["share"]) * row["of"] == pytest.approx(leaks)


def test_losses_with_a_reason_are_those_of_the_table(health, example):
    reasons = example.table("losses")["reason"]
    known = (reasons.notna() & (reasons != "unknown")).mean()
    assert health.indicators.loc[("readiness", "losses with a known reason"), "share"] == (
        pytest.approx(known)
    )


def test_contacts_by_class_are_what_counting_gives(health, example, check, last_day):
    records = HealthRecords.of(example, check, None, last_day)
    contacts = records.in_year("contacts")
    large = set(records.large())
    reached = large & set(contacts["customer_id"])
    row = health.contacts.loc["A"]
    assert row["customers"] == len(large)
    assert row["contacted"] == pytest.approx(len(reached) / len(large))
    assert row["lower"] < row["contacted"] < row["upper"]
    assert health.contacts["customers"].sum() == len(records.ids)


def test_what_is_not_kept_is_named(example, check, last_day):
    bare = Company("shop", {}, example.log)
    found = health_of(HealthRecords.of(bare, check, None, last_day))
    verdicts = found.indicators["verdict"]
    assert verdicts.loc[("interact", "contacts that got an answer")] == (
        "not available: needs the table contacts"
    )
    assert verdicts.loc[("readiness", "losses with a known reason")] == (
        "not available: needs the table losses"
    )
    assert found.contacts is None
    assert found.offers is None
    assert found.indicators.loc[("differentiate", "buyers with a value of their own"), "of"] > 0


def test_a_verdict_is_given_only_where_the_limits_allow_it():
    name = ("readiness", "losses with a known reason")
    targets = load_targets()
    verdicts = [
        judge([Indicator(*name, happened, of)], targets)["verdict"].iloc[0]
        for happened, of in ((900, 1000), (500, 1000), (7, 10), (0, 0))
    ]
    assert verdicts == ["met", "missed", "can't be told", "not available: there are no cases"]


def test_targets_that_somebody_edited_are_used_and_mistakes_are_told(tmp_path):
    table = pd.read_csv(DEFAULT)
    table.loc[0, "target"] = np.nan
    path = tmp_path / "targets.csv"
    table.to_csv(path, index=False)
    assert np.isnan(load_targets(path)["target"].iloc[0])
    table.loc[1, "target"] = 70
    table.loc[2, "indicator"] = "whatever"
    table.to_csv(path, index=False)
    with pytest.raises(InputError) as error:
        load_targets(path)
    assert "row 3, target" in str(error.value)
    assert "row 4" in str(error.value)
