"""The comparison of segments as a report, by value and by a company's tables."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from clvlab.reports import run_report
from clvlab.reports.orders.notebooks import find_notebook


@pytest.fixture(scope="module")
def segments_by_value(tmp_path_factory):
    """The comparison of ABC classes, on few draws."""
    return run_report(
        "segment-comparison",
        data="cdnow-sample",
        parameters={"scheme": "abc", "n_draws": 20, "n_futures": 20, "resamples": 200},
        out=tmp_path_factory.mktemp("segments"),
    )


def test_classes_cut_in_one_period_are_compared_in_the_next(segments_by_value):
    results = segments_by_value.results
    assert (results["cut_to"], results["compared_from"]) == ("1997-09-30", "1997-10-01")
    assert results["found"]["customers"] == results["customers"] == 2357 - results["left_out"]
    assert results["found"]["different"] + results["found"]["not_different"] == 12
    assert not results["found"]["circular"]
    assert segments_by_value.warnings == ()
    page = segments_by_value.page.read_text(encoding="utf-8")
    assert "comparisons between the 3 segments show a difference" in page
    assert f"Left out: {results['left_out']} customers with no positive amount." in page
    assert "Not available: needs the tables costs, contacts and benefits." in page
    assert "Circular: the segments" not in page.split(chr(34) + "code" + chr(34))[0]


def test_the_tables_of_segments_belong_together(segments_by_value):
    tables = segments_by_value.folder / "tables"
    sizes = pd.read_parquet(tables / "segments.parquet")
    customers = segments_by_value.results["customers"]
    assert sizes["customers"].sum() == customers
    means = pd.read_parquet(tables / "by-segment.parquet")
    spend = means[means["metric"] == "spend"]
    explained = pd.read_parquet(tables / "explained.parquet").set_index("metric")
    assert (spend["mean"] * spend["customers"]).sum() / customers == pytest.approx(
        explained.loc["spend", "overall"]
    )
    figures = {path.stem for path in (segments_by_value.folder / "figures").glob("*.csv")}
    assert figures == {"forest", "lorenz", "losses", "allocation"}


def test_the_comparison_of_segments_shows_no_raw_column_name(segments_by_value):
    visible = segments_by_value.page.read_text(encoding="utf-8").split('id="code"')[0]
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", visible) == []


@pytest.mark.trust
def test_a_circular_comparison_is_stamped(tmp_path):
    run = run_report(
        "segment-comparison",
        data="cdnow-sample",
        parameters={
            "scheme": "rfm", "circular": True, "n_draws": 20, "n_futures": 20, "resamples": 200,
        },
        out=tmp_path,
    )  # fmt: skip
    assert run.results["found"]["circular"]
    assert "Circular: the segments are compared in the days" in run.page.read_text("utf-8")


def test_a_companys_tables_are_metrics_and_costs_of_its_segments(tmp_path):
    example = find_notebook("segment-comparison").parents[1] / "data" / "example"
    run = run_report(
        "segment-comparison",
        data=str(example),
        parameters={
            "column": "region", "n_draws": 20, "n_futures": 20, "resamples": 200,
        },
        out=tmp_path,
    )  # fmt: skip
    tables = {path.stem for path in (run.folder / "tables").glob("*.parquet")}
    assert {"service-costs", "service-contacts", "two-sided", "negative-value"} <= tables
    means = pd.read_parquet(run.folder / "tables" / "by-segment.parquet")
    assert {"noted as lost", "days overdue", "satisfaction", "margin"} <= set(means["metric"])
    page = run.page.read_text(encoding="utf-8")
    assert "Nobody made these purchases." in page
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", page.split('id="code"')[0]) == []
