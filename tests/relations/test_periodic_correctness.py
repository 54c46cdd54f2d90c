"""The pack: alerts, expenses, and actions that are carried from run to run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from clvlab.data.company import load_company
from clvlab.errors import InputError
from clvlab.relations import (
    against_budget,
    carry_actions,
    load_actions,
    load_budget,
    make_periodic_pack,
    open_actions,
    planned_in,
    save_actions,
    unusual_claims,
)
from clvlab.summary import Period

JUNE = Period.of("2024-06-01", "2024-06-30")


@pytest.fixture
def costs():
    rng = np.random.default_rng(2)
    days = pd.date_range("2024-01-01", "2024-06-30", periods=200).normalize()
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(200)],
            "date": days,
            "category": "travel",
            "amount": np.exp(rng.normal(4, 0.3, 200)).round(2),
        }
    )
    extra = [("x", "2024-06-10", 900.0), ("y", "2024-06-11", 55.0), ("y", "2024-06-19", 55.0)]
    more = pd.DataFrame(extra, columns=["customer_id", "date", "amount"])
    more = more.assign(date=pd.to_datetime(more["date"]), category="travel")
    return pd.concat([table, more], ignore_index=True)


def test_a_claim_far_above_its_category_and_one_made_twice_are_found(costs):
    found = unusual_claims(costs, JUNE, false_alarms=0.1)
    assert found["customer_id"].tolist() == ["x", "y"]
    assert found["why"].tolist() == ["far above its category", "claimed twice"]


def test_a_budget_counts_by_the_days_that_lie_in_the_period(costs, tmp_path):
    path = tmp_path / "budget.csv"
    path.write_text(
        "first_day,last_day,category,budget\n2024-04-01,2024-06-30,travel,9100\n"
        "2024-06-01,2024-06-30,gifts,50\n"
    )
    found = against_budget(costs, JUNE, load_budget(path, JUNE))
    assert found.loc["travel", "budget"] == pytest.approx(3000)
    assert found.loc["gifts", ["claims", "spent", "left"]].tolist() == [0, 0, 50]
    assert found.loc["total", "spent"] == pytest.approx(found["spent"].iloc[:-1].sum())


def test_a_wrong_budget_is_told_in_one_go(tmp_path):
    path = tmp_path / "budget.csv"
    path.write_text("first_day,last_day,category,budget\n2024-13-01,2024-06-30,a,5\n"
                    "2024-06-30,2024-06-01,b,-3\n")  # fmt: skip
    with pytest.raises(InputError) as error:
        load_budget(path, JUNE)
    assert "row 2, first_day" in str(error.value)
    assert "row 3, last_day" in str(error.value)
    assert "row 3, budget" in str(error.value)


def test_actions_are_carried_until_somebody_says_they_are_done(tmp_path):
    path, found = tmp_path / "actions.csv", {"revenue": ("ask why", "below")}
    first = carry_actions(load_actions(path), found, as_of=date(2024, 5, 31), due_days=14)
    assert save_actions(first, path)
    assert not save_actions(first, path)
    edited = load_actions(path)
    edited.loc[0, "owner"] = "Wang"
    edited.to_csv(path, index=False)
    later = carry_actions(load_actions(path), found, as_of=date(2024, 6, 30), due_days=14)
    assert later["owner"].tolist() == ["Wang"]
    assert open_actions(later, date(2024, 6, 30))["days_late"].tolist() == [16]
    later.loc[0, "status"] = "done"
    again = carry_actions(later, found, as_of=date(2024, 7, 31), due_days=14)
    assert again["action"].tolist() == ["A0001", "A0002"]
    assert open_actions(again, date(2024, 7, 31)).index.tolist() == ["A0002"]


def test_a_list_with_mistakes_is_told_with_its_rows(tmp_path):
    path = tmp_path / "actions.csv"
    columns = "action,opened_on,about,what,reason,owner,due,status,note\n"
    path.write_text(columns + "A1,2024-01-01,a,b,c,d,soon,open,\nA1,2024,a,b,c,d,,maybe,\n")
    with pytest.raises(InputError) as error:
        load_actions(path)
    for told in ("row 2, due", "row 3, action", "row 3, opened_on", "row 3, status"):
        assert told in str(error.value)


def test_the_same_run_twice_gives_the_same_list(example, last_day, tmp_path):
    path = tmp_path / "actions.csv"
    make_periodic_pack(example, as_of=last_day, actions=path)
    once = path.read_bytes()
    pack = make_periodic_pack(example, as_of=last_day, actions=path)
    assert path.read_bytes() == once
    assert len(pack.actions) == len(pack.outstanding())


def test_a_collapse_of_revenue_is_an_alert_and_an_action(example, last_day):
    from dataclasses import replace

    log = example.purchases()
    table = log.table.copy()
    last = table["date"] >= "2023-12-01"
    table.loc[last, "amount"] = (table.loc[last, "amount"] / 5).round(2)
    pack = make_periodic_pack(
        replace(example, log=replace(log, table=table)), as_of=last_day, period="month"
    )
    assert pack.alerts.loc["revenue", "said"] == "below, not welcome"
    assert "revenue" in set(pack.actions["about"])


def test_the_known_overruns_of_the_example_are_found_and_no_others(example_folder):
    """The planted duplicates of claims are left out, as somebody would who has seen them."""
    company = load_company(example_folder)
    costs, budgets = company.table("costs").drop_duplicates(), company.table("budgets")
    known = pd.read_csv(example_folder / "truth" / "overruns.csv")
    found = set()
    for first, last in budgets[["first_day", "last_day"]].drop_duplicates().to_numpy():
        month = Period(pd.Timestamp(first).date(), pd.Timestamp(last).date())
        table = against_budget(costs, month, planned_in(budgets, month, "budgets")).drop("total")
        over = table.index[table["left"] < 0]
        found |= {(str(month.first), name) for name in over}
    assert found == set(known[["first_day", "category"]].itertuples(index=False, name=None))
    assert len(found) > 10


def test_the_pack_tells_the_overrun_of_its_month(example, example_folder, last_day):
    pack = make_periodic_pack(example, as_of=last_day)
    known = pd.read_csv(example_folder / "truth" / "overruns.csv")
    names = known.loc[known["first_day"] == str(pack.span.first), "category"]
    assert pack.no_budget == ""
    assert pack.overruns().index.tolist() == names.tolist()
    assert all(f"**{name}** (+" in pack.overruns_in_words() for name in names)
    assert f"budget {names.iloc[0]}" in set(pack.actions["about"])


def test_a_company_without_budgets_is_told_so(example, last_day):
    tables = {name: table for name, table in example.tables.items() if name != "budgets"}
    pack = make_periodic_pack(replace(example, tables=tables), as_of=last_day)
    assert pack.no_budget == "not available: needs the table budgets"
    assert pack.overruns().empty


def test_who_is_above_the_cap_is_found_and_nobody_else(example, last_day):
    costs = example.table("costs")
    costs = costs[(costs["amount"] >= 0) & (costs["date"] > "2022-12-31")]
    spent = costs.groupby("customer_id")["amount"].sum()
    cap = float(spent.nlargest(4).iloc[-1]) - 0.01
    pack = make_periodic_pack(example, as_of=last_day, cap=cap)
    assert pack.above_cap["spent"].to_dict() == pytest.approx(spent.nlargest(4).to_dict())
    assert (pack.above_cap["above"] > 0).all()
    assert pack.describe()["above_cap"] == 4
    assert make_periodic_pack(example, as_of=last_day).above_cap is None
    with pytest.raises(InputError, match="cap"):
        make_periodic_pack(example, as_of=last_day, cap=0.0)
