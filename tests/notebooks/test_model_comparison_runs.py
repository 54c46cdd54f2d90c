"""The comparison of models as a report, with a holdout and without."""

from __future__ import annotations

import pandas as pd
import pytest

from clvlab.reports import run_report


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return run_report(
        "model-comparison",
        data="cdnow-sample",
        parameters={"n_draws": 20, "origins": 2},
        out=tmp_path_factory.mktemp("comparison"),
    )


def test_the_comparison_reports_the_published_holdout_and_names_a_model(comparison):
    results = comparison.results
    assert results["choice"]["observed"] == 1882
    assert results["choice"]["words"].startswith("Use ")
    assert results["typical"]["origins"] == 2
    assert results["ahead"] == 91
    assert comparison.warnings == ()
    page = comparison.page.read_text(encoding="utf-8")
    assert "Which model should we use here" in page
    fits = pd.read_parquet(comparison.folder / "tables" / "fit.parquet")
    bg_nbd = fits.set_index("name").loc["BG/NBD", "log_likelihood"]
    assert bg_nbd == pytest.approx(-9582.429207, abs=1e-5)


def test_the_comparison_shows_a_figure_for_each_claim(comparison):
    figures = {path.stem for path in (comparison.folder / "figures").glob("*.csv")}
    assert figures == {
        "scores",
        "tracking",
        "calibration",
        "reliability",
        "errors-by-frequency",
        "backtest",
    }


def test_no_raw_column_name_stands_in_the_comparison(comparison):
    visible = comparison.page.read_text(encoding="utf-8").split('id="code"')[0]
    for table in (comparison.folder / "tables").glob("*.parquet"):
        for column in pd.read_parquet(table).columns:
            if "_" in column:
                assert f">{column}<" not in visible


def test_without_a_holdout_the_comparison_says_what_is_not_available(small_orders, tmp_path):
    run = run_report(
        "model-comparison",
        data=small_orders,
        parameters={"holdout": "none", "models": "bg-nbd, mbg-nbd", "n_draws": 20, "origins": 2},
        out=tmp_path,
    )
    page = run.page.read_text(encoding="utf-8")
    assert page.count(">Not available: this needs a holdout.<") == 2
    assert "How wrong it is on a holdout is not available" in page
    assert "there is no holdout to check it on" in run.results["choice"]["words"]
    assert "expected" not in run.results["choice"]
