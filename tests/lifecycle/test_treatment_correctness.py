"""Contacts against the policy: verdicts by hand, the example company, and a file's mistakes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.errors import InputError
from clvlab.lifecycle.replay import StageHistory, replay_stages
from clvlab.lifecycle.stage_policy import DEFAULT, load_stage_policy
from clvlab.lifecycle.stages import SCHEMES
from clvlab.lifecycle.treatment import check_treatment, treatment_in_a_sentence, treatment_of

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
HEAD = (
    "scheme,stage,stage_en,stage_zh,treatment_en,treatment_zh,measures,"
    "least_contacts,most_contacts,days\n"
)
ROWS = (
    "time,potential,potential,潜在,Wait,等待,,0,1,60\n"
    "time,new,new,新,Welcome,欢迎,call,1,2,60\n"
    "time,old,old,老,Visit,拜访,call|visit,1,1,60\n"
)


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return load_stage_policy(path, "time")


@pytest.fixture
def history():
    kind = pd.CategoricalDtype(["potential", "new", "old"])
    days = pd.DatetimeIndex(["2024-01-31", "2024-02-29", "2024-03-31"])
    rows = [["new", "new", "new"], ["old", "old", "old"], ["new", "new", "old"],
            ["old", "old", "old"]]  # fmt: skip
    labels = {
        day: pd.Categorical([row[place] for row in rows], dtype=kind)
        for place, day in enumerate(days)
    }
    frame = pd.DataFrame(labels, index=pd.Index(["a", "b", "c", "d"], name="customer_id"))
    return StageHistory("time", ("potential", "new", "old"), frame, np.nan)


CONTACTS = pd.DataFrame(
    [
        ("b", "2024-03-01", "visit", 10.0),
        ("b", "2024-03-20", "call", 4.0),
        ("c", "2024-02-15", "visit", 7.0),
        ("d", "2024-03-31", None, 1.0),
        ("d", "2024-04-01", "call", 100.0),
        ("d", "2024-01-31", "call", 100.0),
        ("stranger", "2024-03-01", "call", 100.0),
    ],
    columns=["customer_id", "date", "measure", "cost"],
)


def test_verdicts_by_hand(history, policy):
    found = check_treatment(history, CONTACTS, policy)
    assert str(found.first_day) == "2024-02-01"
    assert found.customers["verdict"].to_dict() == {
        "a": "under", "b": "over", "c": "moved", "d": "as intended"
    }  # fmt: skip
    assert found.customers["contacts"].tolist() == [0, 2, 1, 1]
    # c was new when visited, and new customers are called
    assert found.customers["other_measures"].to_dict() == {"a": 0, "b": 0, "c": 1, "d": 0}
    assert found.unlike().index.tolist() == ["b", "a", "c"]
    assert found.describe() == {
        "judged": 3, "under": 1, "over": 1, "unlike_share": 2 / 3, "other_measures": 1
    }  # fmt: skip


def test_stages_and_what_to_do_by_hand(history, policy):
    stages = check_treatment(history, CONTACTS, policy).stages
    assert stages.index.tolist() == ["new", "old"]
    assert stages["judged"].tolist() == [1, 2]
    assert stages["cost"].tolist() == [0.0, 22.0]
    # beyond the one contact that is meant for b, and the visit to c
    assert stages["cost_over"].tolist() == [0.0, 4.0 + 7.0]
    assert stages.loc["new", "what_to_do"] == (
        "Welcome. Contact those who had fewer than 1 in 60 days."
    )
    assert "Leave those alone who had more than 1." in stages.loc["old", "what_to_do"]
    assert "Use only" not in stages.loc["new", "what_to_do"]


def test_contacts_without_measure_or_cost_are_counted(history, policy):
    found = check_treatment(history, CONTACTS[["customer_id", "date"]], policy)
    assert "cost" not in found.stages
    assert found.customers["other_measures"].sum() == 0
    assert found.customers["contacts"].tolist() == [0, 2, 1, 1]


def test_order_of_contacts_does_not_matter_for_verdicts(history, policy):
    one, other = (
        check_treatment(history, rows, policy).customers
        for rows in (CONTACTS, CONTACTS.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(one, other)


def test_the_example_company_is_checked_and_every_customer_has_a_verdict():
    log = clvlab.open_log(EXAMPLE)
    as_of = log.table["date"].max().date()
    today = clvlab.summarize(log, calibration_end=as_of, observed_until=as_of, unit="week")
    model = clvlab.BetaGeoModel().fit(today)
    history = replay_stages(log, "relationship", model, as_of=as_of)
    policy = load_stage_policy(EXAMPLE / "stage_policy.csv", "relationship")
    found = treatment_of(clvlab.open_company(EXAMPLE, log, tables=["contacts"]), history, policy)
    assert len(found.customers) == len(today.table)
    assert found.stages["customers"].sum() == len(today.table)
    told = found.describe()
    assert found.stages[["under", "over"]].sum().sum() == told["under"] + told["over"] > 0
    assert f"{told['under']:,} had fewer" in treatment_in_a_sentence(found)


def test_data_without_contacts_have_no_check(history, policy):
    log = clvlab.load_cdnow(sample=True)
    company = clvlab.open_company("cdnow-sample", log, tables=["contacts"])
    assert treatment_of(company, history, policy) is None


def test_the_example_file_is_what_holds_by_default():
    assert (EXAMPLE / "stage_policy.csv").read_bytes() == DEFAULT.read_bytes()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_default_policy_names_stages_as_the_schemes_do(scheme):
    policy = load_stage_policy(None, scheme)
    names = [(stage.name, stage.en, stage.zh) for stage in SCHEMES[scheme]]
    assert [(row.Index, row.stage_en, row.stage_zh) for row in policy.itertuples()] == names
    assert (policy["least_contacts"] <= policy["most_contacts"]).all()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, "must be a file"),
        ("scheme,stage\n", "must have the columns scheme, stage"),
        (HEAD + ROWS.replace("time,old", "time,odd"), "row 4 must name a stage of time; got 'odd'"),
        (HEAD + ROWS.replace("time,old", "tome,old"), "row 4 must name a scheme; got 'tome'"),
        (HEAD + ROWS.replace("time,old", "time,new"), "row 4 must not repeat a stage"),
        (HEAD + ROWS.replace("time,old", "time,new"), "lacks \\['old'\\]"),
        (HEAD + ROWS.replace("1,1,60", "x,1,60"), "least_contacts must be a whole number"),
        (HEAD + ROWS.replace("1,1,60", "1,1,0"), "row 4, days must be a whole number of at least"),
        (HEAD + ROWS.replace("1,1,60", "3,1,60"), "must not have more least_contacts"),
        (HEAD + ROWS.replace("1,1,60", "1,1,90"), "must be the same for all stages"),
    ],
)
def test_a_files_mistakes_are_told(tmp_path, text, part):
    path = tmp_path / "policy.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=part):
        load_stage_policy(path, "time")


def test_contacts_and_policies_that_do_not_fit_are_refused(history, policy):
    with pytest.raises(InputError, match="the contacts must have the columns"):
        check_treatment(history, CONTACTS[["date"]], policy)
    with pytest.raises(InputError, match="the policy must have a row for every stage"):
        check_treatment(history, CONTACTS, policy.drop("new"))
