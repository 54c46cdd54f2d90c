"""The health report of the example company."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from clvlab.relations import load_runs, note_run
from clvlab.reports import run_report

EXAMPLE = Path(__file__).parents[2] / "data" / "example"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("health")
    facts = {"report": "clv-study", "data": "orders", "as_of": None, "seconds": 3.0}
    for day, ended in ((1, "finished"), (2, "failed")):
        note_run(out / "log.csv", started=datetime(2023, 12, day, tzinfo=UTC), ended=ended, **facts)
    parameters = {"runs": str(out / "log.csv")}
    return run_report("crm-health", data=EXAMPLE, parameters=parameters, out=out)


@pytest.fixture(scope="module")
def page(run):
    shown = run.page.read_text(encoding="utf-8").split('id="code"')[0]
    shown = re.sub(r"<pre.*?</pre>", "", shown, flags=re.DOTALL)
    return re.sub("[\u00a0\u202f\u2009]", " ", shown)


def table(run, name):
    return pd.read_parquet(run.folder / "tables" / f"{name}.parquet")


def test_two_customers_with_one_id_are_named_and_the_policy_is_counted(run):
    """The planted rows: found with their lines, and as many left out as the policy says."""
    planted = pd.read_csv(EXAMPLE / "truth" / "errors.csv")
    planted = planted[(planted["table"] == "customers") & (planted["kind"] == "same_key")]
    findings = table(run, "findings")
    same = findings[(findings["table"] == "customers") & (findings["wrong"].str.contains("key"))]
    assert same["findings"].tolist() == [len(planted)]
    assert len(re.findall(r"\d+", same["lines"].iloc[0])) == len(planted)
    applied = table(run, "policies")
    kept = applied[(applied["table"] == "customers") & (applied["policy"] == "newest")]
    assert kept["rows"].tolist() == [len(planted)]


def test_every_step_stands_on_the_page(run, page):
    assert run.warnings == ()
    for heading in ("Identify", "Differentiate", "Interact", "Customise", "win customers back"):
        assert heading in page
    assert run.results["ready_of"] == 9
    assert "Nobody made these purchases." in page


def test_small_groups_are_hidden(run, page):
    offers = table(run, "offers")
    shown = offers.dropna(subset="customers")
    assert shown["customers"].min() >= 5
    assert len(shown) < len(offers)


def test_no_raw_column_name_stands_in_a_table(page):
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", page) == []


def test_nobody_is_named(run, named_in):
    assert named_in(path for path in run.folder.rglob("*") if path.is_file()) == {}


def test_natural_churn_stands_on_the_page_with_its_limits(run, page):
    natural = run.results["natural"]
    assert 0 < natural["churn_rate_lower"] < natural["churn_rate"] < natural["churn_rate_upper"]
    assert f"In a year {natural['churn_rate'] * 100:.1f} % of" in re.sub("<[^>]+>", "", page)


def test_runs_are_shown_and_this_one_is_noted(run):
    """Without a parameter or the path of the data, which may say more than a name."""
    made = table(run, "reports")
    assert made[["runs", "failed"]].to_numpy().tolist() == [[2, 1]]
    noted = load_runs(run.index.parent / "runs.csv")
    assert noted[["report", "data", "as_of", "ended"]].to_numpy().tolist() == [
        ["crm-health", "example", "2023-12-31", "finished"]
    ]
