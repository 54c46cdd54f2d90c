"""The recovery notebooks as reports: simulated, recorded, and beside a real test."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clvlab.data.hillstrom import hillstrom_file
from clvlab.reports import run_report

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
FEW = {"n_draws": 200}
ASKED_FOR = {
    "retention_cost": 80.0,
    "communication_benefit": 150.0,
    "benefits_basis": "the survey of 2021",
    "overhead": 1200.0,
    "overhead_key": "hours",
    "overhead_own": 50.0,
    "overhead_total": 600.0,
}
RECORDED = {
    **FEW,
    "campaign": "winback-2021-10",
    "incentive_arms": "discount",
    "incentive": 100.0,
    "acquisition_cost": 500.0,
    "new_customer_value": 1000.0,
}


@pytest.fixture(scope="module")
def roi(tmp_path_factory):
    beside = "nothing" if hillstrom_file() is None else "hillstrom"
    return run_report(
        "recovery-roi",
        data="cdnow-sample",
        parameters={**FEW, "beside": beside},
        out=tmp_path_factory.mktemp("roi"),
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return run_report(
        "recovery-roi",
        data=EXAMPLE,
        parameters={**RECORDED, **ASKED_FOR},
        out=tmp_path_factory.mktemp("recorded"),
    )


@pytest.fixture(scope="module")
def uncontrolled(tmp_path_factory):
    """The recorded campaign without what its control group did, other benefits and overhead."""
    folder = tmp_path_factory.mktemp("company")
    for path in EXAMPLE.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    rows = pd.read_csv(folder / "contacts.csv", dtype=str, keep_default_na=False)
    none = (rows["campaign_id"] == RECORDED["campaign"]) & (rows["arm"] == "control")
    rows[~none].to_csv(folder / "contacts.csv", index=False)
    return run_report(
        "recovery-roi",
        data=folder,
        parameters=RECORDED,
        out=tmp_path_factory.mktemp("uncontrolled"),
    )


@pytest.fixture(scope="module")
def design(tmp_path_factory):
    return run_report(
        "recovery-design",
        data="cdnow-sample",
        parameters={**FEW, "uplift": 0.06},
        out=tmp_path_factory.mktemp("plan"),
    )


def visible(run):
    """The page as it is read: without code, and with common spaces."""
    page = run.page.read_text(encoding="utf-8").split('id="code"')[0]
    shown = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    return re.sub("[\u00a0\u202f\u2009]", " ", shown)


def test_a_simulated_campaign_is_stamped_and_a_recorded_one_is_not(roi, recorded):
    assert "Simulated campaign on real customers" in visible(roi)
    assert "Simulated campaign" not in visible(recorded)
    assert "Nobody made these purchases" in visible(recorded)
    assert "too few customers for limits to be trusted: call 19" in visible(recorded)
    assert roi.warnings == recorded.warnings == ()


def test_the_readings_stand_in_the_order_of_what_they_count(roi):
    net = roi.results["net"]
    assert net["gross"] > net["incremental"]
    assert net["seed"] > net["gross"]
    assert net["full_replacement"] > net["stock_maintaining"] > net["incremental"]
    table = pd.read_parquet(roi.folder / "tables" / "returns.parquet")
    assert (table["benefit_cost_ratio"] - table["net_return"]).round(9).eq(1).all()
    costs = pd.read_parquet(roi.folder / "tables" / "costs.parquet")
    assert costs["cost"].sum() == pytest.approx(roi.results["incremental"]["cost"])


def test_natural_return_and_power_stand_on_the_page(roi):
    page = visible(roi)
    base, power = roi.results["base"], roi.results["power"]
    assert f"{base['return_rate'] * 100:.1f} %" in page
    assert f"{power['per_arm_effect']:,.0f}" in page
    assert "per arm to show a net value" in page


def test_the_list_of_contacts_is_in_the_tables_and_within_the_budget(roi):
    listed = pd.read_parquet(roi.folder / "tables" / "contact-list.parquet")
    assert 0 < len(listed) <= roi.results["lost"]
    assert listed["customer_id"].is_unique
    funnel = pd.read_csv(roi.folder / "figures" / "funnel.csv")
    assert funnel["customers"].is_monotonic_decreasing
    assert funnel["customers"].iloc[-1] == len(listed)


def test_a_recorded_campaign_counts_natural_return_in_its_control_group_alone(recorded):
    assert recorded.results["base"]["customers"] == 13
    assert recorded.results["lost"] == 60
    assert recorded.results["true_net"] is None


def test_what_was_asked_for_stands_on_the_page_with_its_basis(recorded, roi):
    page = visible(recorded)
    assert "Overhead is allocated 100.00 of 1,200.00, by hours" in page
    assert "150.00 CNY, by the survey of 2021" in page
    rule = pd.read_parquet(recorded.folder / "tables" / "sixth-rule.parquet").set_index("ratio")
    assert rule["acquisition_cost"].loc[[3.0, 6.0, 10.0]].tolist() == [240.0, 480.0, 800.0]
    assert not (roi.folder / "tables" / "sixth-rule.parquet").exists()
    assert "there is no basis for them here" in visible(roi)


def test_the_page_has_the_structure_payback_learners_and_further_tests(recorded, roi):
    structure = pd.read_parquet(recorded.folder / "tables" / "structure.parquet")
    assert {"time", "region", "product"} <= set(structure["characteristic"])
    assert "By region: not available" in visible(roi)
    assert "contactable is who can be reached" in visible(recorded)
    assert "needs contact permissions or addresses" in visible(roi)
    paid = pd.read_parquet(roi.folder / "tables" / "payback.parquet")
    assert paid["payback_days"].fillna(np.inf).iloc[[2, 0, 1]].is_monotonic_increasing
    tenths = pd.read_parquet(roi.folder / "tables" / "uplift-by-tenth.parquet")
    assert tenths["predicted"].is_monotonic_decreasing
    further = pd.read_parquet(roi.folder / "tables" / "further.parquet")
    assert (further["worth"].diff().dropna() >= 0).all()
    lives = pd.read_parquet(roi.folder / "tables" / "second-lives.parquet")
    assert lives["second_life"].gt(0).all()
    assert len(pd.read_parquet(roi.folder / "tables" / "effects-by-class.parquet")) <= 3


def test_without_a_control_group_the_page_has_bounds_and_no_effect(uncontrolled):
    page, results = visible(uncontrolled), uncontrolled.results
    assert "Descriptive, not causal" in page
    assert "There was no control group" in page
    assert results["bounds"]["least"] == -1
    assert results["bounds"]["least"] <= results["bounds"]["compared"] <= results["bounds"]["most"]
    assert "verdict" not in results
    tables = {path.stem for path in (uncontrolled.folder / "tables").glob("*.parquet")}
    assert "bounds" in tables
    assert not {"effects", "returns", "policies", "contact-list"} & tables
    assert page.count("Not available: needs a control group.") == 3


@pytest.mark.skipif(hillstrom_file() is None, reason="Hillstrom's test is not in CLVLAB_DATA_DIR")
def test_hillstroms_test_is_stamped_for_what_it_is(roi):
    stamp = "E-mail test on past customers, not win-back; second lifetime value not available."
    assert stamp in visible(roi)
    table = pd.read_parquet(roi.folder / "tables" / "hillstrom.parquet")
    assert table["effect"].iloc[0] == pytest.approx(0.07659, abs=5e-6)


def test_the_plan_of_a_test_shows_both_sizes(design):
    plan = design.results["plan"]
    assert plan["per_arm_value"] > 5 * plan["per_arm_effect"]
    assert f"{plan['per_arm_effect']:,.0f}" in visible(design)
    arms = pd.read_parquet(design.folder / "tables" / "assignment.parquet")
    assert len(arms) == design.results["lost"]
    counts = pd.crosstab(arms["kind"], arms["arm"])
    assert (counts["contact"] - counts["control"]).abs().max() <= 1


@pytest.mark.parametrize("which", ["roi", "recorded", "uncontrolled", "design"])
def test_no_raw_column_name_or_code_stands_in_a_table(which, request):
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", visible(request.getfixturevalue(which))) == []


@pytest.mark.trust
def test_the_same_run_gives_the_same_bytes(recorded, tmp_path):
    given = {**RECORDED, **ASKED_FOR}
    again = run_report("recovery-roi", data=EXAMPLE, parameters=given, out=tmp_path)
    for name in [
        "result.json",
        *(f"tables/{one.name}" for one in (again.folder / "tables").iterdir()),
    ]:
        assert (again.folder / name).read_bytes() == (recorded.folder / name).read_bytes(), name
