"""Nobody of the example company is named in anything that a report or a check writes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clvlab.data.company.checks import check_company
from clvlab.reports import run_report
from clvlab.reports.checks.files import write_check

EXAMPLE = Path(__file__).parents[2] / "data" / "example"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """All files of a default report and of a check of the example."""
    out = tmp_path_factory.mktemp("private")
    run_report("lifecycle-study", data=str(EXAMPLE), parameters={"n_draws": 50}, out=out)
    write_check(check_company(EXAMPLE), out)
    return [path for path in out.rglob("*") if path.is_file()]


def test_no_output_names_anybody(outputs, named_in):
    kinds = {path.suffix for path in outputs}
    assert {".html", ".ipynb", ".json", ".csv", ".parquet", ".png", ".svg", ".xlsx"} <= kinds
    assert named_in(outputs) == {}


def test_the_page_says_that_the_company_is_simulated(outputs):
    (page,) = [path for path in outputs if path.name == "report.html" and "lifecycle" in str(path)]
    assert "Nobody made these purchases." in page.read_text(encoding="utf-8")


def test_a_value_that_is_there_would_be_found(tmp_path, personal_values, named_in):
    assert len(personal_values) > 1000
    value, path = next(iter(personal_values)), tmp_path / "a.parquet"
    pd.DataFrame({"a": [value]}).to_parquet(path)
    assert value in named_in([path])["a.parquet"]
