"""The lifecycle study as a report: on purchases, on a company, on a month."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from clvlab.reports import run_report


@pytest.fixture(scope="module")
def lifecycle_study(tmp_path_factory):
    return run_report(
        "lifecycle-study",
        data="cdnow-sample",
        parameters={"n_draws": 50},
        out=tmp_path_factory.mktemp("lifecycle"),
    )


def test_the_lifecycle_study_says_what_the_data_cannot_show(lifecycle_study):
    page = lifecycle_study.page.read_text(encoding="utf-8")
    assert "Nobody new came after 1997-03-" in page
    assert "not available: needs the table contacts" in page
    assert lifecycle_study.warnings == ()


def test_the_lifecycle_study_says_that_there_are_no_leads_and_products(lifecycle_study):
    page = lifecycle_study.page.read_text(encoding="utf-8")
    assert "Not available: needs the table leads." in page
    assert "Not available: needs the column product of purchases." in page


EXAMPLE = Path(__file__).parents[2] / "data" / "example"
COMPANY_AS_OF = "2023-06-30"


@pytest.fixture(scope="module")
def company_study(tmp_path_factory):
    """The example as of a day half a year before its tables end."""
    return run_report(
        "lifecycle-study",
        data=str(EXAMPLE),
        as_of=COMPANY_AS_OF,
        parameters={"n_draws": 50},
        out=tmp_path_factory.mktemp("company"),
    )


def test_the_lifecycle_study_of_a_company_follows_its_leads_to_an_as_of_day(company_study):
    found, tables = company_study.results["leads"], company_study.folder / "tables"
    steps = pd.read_csv(company_study.folder / "figures" / "funnel.csv").set_index("step")["leads"]
    asked = pd.read_csv(EXAMPLE / "leads.csv").drop_duplicates("lead_id")
    assert found["leads"] == steps["lead"] == (asked["date"] <= COMPANY_AS_OF).sum() < len(asked)
    assert found["potential_value"] == pytest.approx(
        found["conversion"] * company_study.results["newcomer"]["estimate"]
    )
    products = pd.read_parquet(tables / "first-products.parquet")
    assert products["customers"].sum() == company_study.results["base"]["customers"]
    visible = company_study.page.read_text(encoding="utf-8").split('id="code"')[0]
    assert re.findall(r"<th[^>]*>(\w+_\w+)<", visible) == []
    assert company_study.warnings == ()


def test_nobody_of_the_company_is_named(company_study, named_in):
    outputs = [path for path in company_study.folder.rglob("*") if path.is_file()]
    kinds = {path.suffix for path in outputs}
    assert {".html", ".ipynb", ".json", ".csv", ".parquet", ".png", ".svg", ".xlsx"} <= kinds
    assert named_in([*outputs, company_study.index]) == {}


def test_the_page_says_that_the_company_is_simulated(company_study):
    page = company_study.page.read_text(encoding="utf-8")
    assert "Nobody made these purchases." in page


def test_the_lifecycle_studys_numbers_belong_together(lifecycle_study):
    results, tables = lifecycle_study.results, lifecycle_study.folder / "tables"
    base = results["base"]
    assert base["customers"] == sum(results["stage"].values()) == 2357
    assert sum(results["share"].values()) == pytest.approx(1.0)
    stages = pd.read_parquet(tables / "stages.parquet").set_index("stage")
    assert stages["customers"].sum() == 2357
    assert stages["customers"].to_dict() == {
        name: count for name, count in results["stage"].items() if count
    }
    bridge = pd.read_csv(lifecycle_study.folder / "figures" / "bridge.csv")
    assert bridge["change"].sum() == pytest.approx(results["change"]["change"])
    warned = pd.read_parquet(tables / "early-warnings.parquet")
    assert warned["value_at_risk"].sum() == pytest.approx(results["at_risk"])
    assert results["at_risk_lower"] < results["at_risk"] < results["at_risk_upper"]
    each = pd.read_parquet(tables / "customer-stages.parquet")
    sums = each.groupby("stage")["value"].sum()
    assert stages["value"].to_dict() == pytest.approx(sums.to_dict())
    restated = pd.read_parquet(tables / "restated.parquet")
    assert restated["customers"].sum() == results["restated"]["labels"]
    forecast = pd.read_csv(lifecycle_study.folder / "figures" / "forecast.csv")
    assert forecast.groupby("date")["customers"].sum().to_numpy() == pytest.approx(2357)
    assert len(warned) == results["silent"]


def test_the_lifecycle_studys_page_shows_no_raw_column_name(lifecycle_study):
    visible = lifecycle_study.page.read_text(encoding="utf-8").split('id="code"')[0]
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", visible) == []


def test_a_log_of_a_month_gets_a_lifecycle_study_too(tmp_path):
    rows = [
        f"{who},2024-01-{day:02d},{10 + who}"
        for who in range(1, 31)
        for day in {1 + who % 9, 10 + who % 13, 31 - who % 3}
    ]
    data = tmp_path / "month.csv"
    data.write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n")
    run = run_report(
        "lifecycle-study",
        data=str(data),
        parameters={"n_draws": 50, "step": "7 days"},
        out=tmp_path / "r",
    )
    page = run.page.read_text(encoding="utf-8")
    assert "Not available: needs two whole periods." in page
