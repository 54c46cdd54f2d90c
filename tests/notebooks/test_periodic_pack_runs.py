"""The periodic pack of the example company, with a budget and a list of actions."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from clvlab.relations import load_actions
from clvlab.reports import run_report

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
ACTION = (
    "action,opened_on,about,what,reason,owner,due,status,note\n"
    "A0007,2023-10-31,prices,compare prices,a customer asked,sales 04,2023-11-30,open,\n"
)
BUDGET = "first_day,last_day,category,budget\n2023-01-01,2023-12-31,travel,100\n"


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    (folder / "actions.csv").write_text(ACTION)
    (folder / "budget.csv").write_text(BUDGET)
    return folder


@pytest.fixture(scope="module")
def run(lists, tmp_path_factory):
    files = {name: str(lists / f"{name}.csv") for name in ("actions", "budget")} | {"cap": 3000}
    out = tmp_path_factory.mktemp("pack")
    return run_report("periodic-pack", data=EXAMPLE, parameters=files, out=out)


@pytest.fixture(scope="module")
def page(run):
    shown = run.page.read_text(encoding="utf-8").split('id="code"')[0]
    shown = re.sub(r"<pre.*?</pre>", "", shown, flags=re.DOTALL)
    return re.sub("[\u00a0\u202f\u2009]", " ", shown)


def test_the_page_is_about_the_last_whole_month(run, page):
    assert run.warnings == ()
    assert run.results["first_day"] == "2023-12-01"
    log = pd.read_csv(EXAMPLE / "purchases.csv")
    assert f"{run.results['orders']:,.0f} orders brought" in page
    assert run.results["customers"] <= log["customer_id"].nunique()


def test_what_is_late_stands_first_and_the_list_goes_on(run, page, lists):
    open_ones = pd.read_parquet(run.folder / "tables" / "open-actions.parquet")
    assert open_ones["action"].iloc[0] == "A0007"
    assert open_ones["days_late"].iloc[0] == 31
    carried = load_actions(lists / "actions.csv")
    assert carried["action"].tolist()[0] == "A0007"
    assert "budget travel" in set(carried["about"])
    assert "compare prices" in page


def test_the_figures_stand_beside_their_ranges(run):
    counts = pd.read_parquet(run.folder / "tables" / "figures-count.parquet").set_index("label")
    assert {"new customers", "customers who lapsed", "orders"} <= set(counts.index)
    judged = counts[counts["lower"].notna()]
    inside = judged["value"].between(judged["lower"], judged["upper"])
    assert judged.loc[inside, "said"].eq("as expected").all()


def test_who_is_above_the_cap_stands_on_the_page(run, page):
    above = pd.read_parquet(run.folder / "tables" / "above-cap.parquet")
    assert len(above) == run.results["above_cap"] > 0
    assert (above["spent"] > run.results["cap"]).all()
    assert "more than is allowed for one customer" in page


def test_no_raw_column_name_stands_in_a_table(page):
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", page) == []


def test_nobody_is_named(run, named_in):
    assert named_in(path for path in run.folder.rglob("*") if path.is_file()) == {}
