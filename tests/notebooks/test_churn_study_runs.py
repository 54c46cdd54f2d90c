"""The churn study as a report."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from clvlab.reports import run_report


@pytest.fixture(scope="module")
def churn_study(tmp_path_factory):
    return run_report(
        "churn-study",
        data="cdnow-sample",
        parameters={"n_draws": 20, "tests": 2},
        out=tmp_path_factory.mktemp("churn"),
    )


def test_the_churn_study_says_first_whether_it_is_worth_having(churn_study):
    page = churn_study.page.read_text(encoding="utf-8")
    answer = page.split('class="clv-answer"')[1].split("</div>")[0]
    assert answer.index(churn_study.results["verdict"].split(":")[0]) < answer.index("expected")
    assert "Descriptive, not causal" in page
    assert churn_study.warnings == ()


def test_the_churn_studys_numbers_belong_together(churn_study):
    results, tables = churn_study.results, churn_study.folder / "tables"
    listed = pd.read_parquet(tables / "customers-at-risk.parquet")
    assert len(listed) == results["customers"] == 2357
    assert listed["churn_probability"].sum() == pytest.approx(results["expected"])
    assert listed["value_at_risk"].is_monotonic_decreasing
    assert listed["value_at_risk"].sum() == pytest.approx(results["at_risk"])
    assert listed["contact"].sum() == results["contact"]
    assert (listed["churn_probability_lower"] < listed["churn_probability"]).all()
    assert (listed["churn_probability"] < listed["churn_probability_upper"]).all()
    assert listed["reasons"].str.len().gt(0).all()
    ahead = results["auc"]["logistic"] - results["auc"]["silence rule"]
    assert results["advantage"]["difference"] == pytest.approx(ahead)


def test_no_raw_name_of_a_column_stands_on_the_churn_page(churn_study):
    page = churn_study.page.read_text(encoding="utf-8")
    shown = re.findall(r"<t[hd][^>]*>(?:<[^>]+>)*([^<]+)<", page)
    assert "chance of churn" in shown
    assert not [text for text in shown if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)]
