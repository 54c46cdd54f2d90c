"""The report of credit, of the example company."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from clvlab.reports import run_report

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
SETTINGS = {"n_draws": 50}


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    return run_report(
        "credit-analysis",
        data=EXAMPLE,
        parameters=SETTINGS,
        out=tmp_path_factory.mktemp("credit"),
    )


def visible(run):
    """The page as it is read: without code, and with common spaces."""
    page = run.page.read_text(encoding="utf-8").split('id="code"')[0]
    shown = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    return re.sub("[\u00a0\u202f\u2009]", " ", shown)


def table_of(run, name):
    return pd.read_parquet(run.folder / "tables" / f"{name}.parquet")


def test_the_page_says_first_what_is_late_and_owed(analysis):
    page = visible(analysis)
    answer = page.split('class="clv-answer"')[1].split("</div>")[0]
    assert f"{analysis.results['today']['overdue']:,.0f} CNY" in answer
    assert "Nobody owes this money" in page
    assert "Descriptive, not causal" in page
    assert analysis.warnings == ()


def test_invoices_paid_before_they_were_issued_stand_on_the_page_with_their_rows(analysis):
    results = analysis.results
    assert results["early"] == 7
    assert f"{results['early_rows']}; policy drop" in visible(analysis)


def test_what_is_owed_is_the_same_in_every_table(analysis):
    owed = analysis.results["today"]["owed"]
    assert table_of(analysis, "ageing-table")["owed"].sum() == pytest.approx(owed)
    limits = table_of(analysis, "limits")
    assert limits["owed"].sum() == pytest.approx(owed)
    assert limits["overdue"].sum() == pytest.approx(analysis.results["today"]["overdue"])
    lights = analysis.results["lights"]
    assert sum(lights.values()) == len(limits)
    assert limits["light"].value_counts().to_dict() == lights


def test_value_net_of_credit_adds_up(analysis):
    results = analysis.results
    rest = results["clv"] - results["financing"] - results["bad_debt"]
    assert results["net_clv"] == pytest.approx(rest)
    flagged = table_of(analysis, "large-but-disloyal")
    assert len(flagged) == results["flagged"]
    assert (flagged["overdue"] > 0).all()


def test_a_model_that_is_no_better_than_the_record_is_not_said_to_be(analysis):
    results = analysis.results
    assert results["gain_lower"] < results["gain"] < results["gain_upper"]
    assert f"{results['gain_lower']:+.3f}".replace("-", "−") in visible(analysis)


def test_no_raw_column_name_or_code_stands_in_a_table(analysis):
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", visible(analysis)) == []


@pytest.mark.trust
def test_the_same_run_gives_the_same_bytes(analysis, tmp_path):
    again = run_report("credit-analysis", data=EXAMPLE, parameters=SETTINGS, out=tmp_path)
    names = [f"tables/{one.name}" for one in (again.folder / "tables").iterdir()]
    for name in ["result.json", *names]:
        assert (again.folder / name).read_bytes() == (analysis.folder / name).read_bytes(), name
