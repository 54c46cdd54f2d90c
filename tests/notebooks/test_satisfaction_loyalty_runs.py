"""The report of satisfaction and loyalty, of the example company."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from clvlab.reports import run_report

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
SETTINGS = {"resamples": 200, "skip_codes": "77"}


@pytest.fixture(scope="module")
def satisfaction(tmp_path_factory):
    return run_report(
        "satisfaction-loyalty",
        data=EXAMPLE,
        parameters=SETTINGS,
        out=tmp_path_factory.mktemp("satisfaction"),
    )


def visible(run):
    """The page as it is read: without code, and with common spaces."""
    page = run.page.read_text(encoding="utf-8").split('id="code"')[0]
    shown = re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    return re.sub("[\u00a0\u202f\u2009]", " ", shown)


def test_the_page_says_first_how_content_they_are_and_promises_nothing(satisfaction):
    page = visible(satisfaction)
    answer = page.split('class="clv-answer"')[1].split("</div>")[0]
    assert f"{satisfaction.results['content']['index_score']:.1f}" in answer
    assert "Nobody gave these answers" in page
    assert "nothing here says what a change would do" in page
    assert satisfaction.warnings == ()


def test_what_nobody_asked_is_said_to_be_missing_and_nothing_made_up(satisfaction):
    assert "not available: needs a question whether they would recommend us" in visible(
        satisfaction
    )
    assert satisfaction.results["net"]["score"] is None


def test_skipped_and_wrong_answers_are_counted_on_the_page(satisfaction):
    counts = satisfaction.results["counts"]
    assert (counts["skipped"], counts["off_scale"]) == (3, 6)
    assert counts["read"] - counts["skipped"] - counts["off_scale"] == counts["left"]
    assert f"{counts['off_scale']} were outside their scale and left out (rows " in visible(
        satisfaction
    )


def test_tables_belong_together(satisfaction):
    tables = satisfaction.folder / "tables"
    groups = pd.read_parquet(tables / "response-groups.parquet").dropna(subset=["customers"])
    told = satisfaction.results["response"]
    assert (groups["responded"] <= groups["customers"]).all()
    thirds = groups[groups["characteristic"] == "amount"]
    assert thirds["customers"].sum() == told["customers"]
    drivers = pd.read_parquet(tables / "drivers.parquet")
    assert drivers["importance"].sum() == pytest.approx(1.0)
    assert drivers["construct"].iloc[0] == satisfaction.results["strongest"]


def test_no_raw_column_name_or_code_stands_in_a_table(satisfaction):
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", visible(satisfaction)) == []


@pytest.mark.trust
def test_the_same_run_gives_the_same_bytes(satisfaction, tmp_path):
    again = run_report("satisfaction-loyalty", data=EXAMPLE, parameters=SETTINGS, out=tmp_path)
    names = [f"tables/{one.name}" for one in (again.folder / "tables").iterdir()]
    for name in ["result.json", *names]:
        assert (again.folder / name).read_bytes() == (satisfaction.folder / name).read_bytes(), name
