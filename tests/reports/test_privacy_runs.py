"""Nobody of the example company is named in anything that a check writes.

The tests of notebooks ask the same of the reports that they make.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clvlab.data.company.checks import check_company
from clvlab.reports.checks.files import write_check

EXAMPLE = Path(__file__).parents[2] / "data" / "example"


def test_no_output_of_a_check_names_anybody(named_in, tmp_path):
    write_check(check_company(EXAMPLE), tmp_path)
    outputs = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {".html", ".json", ".csv"} <= {path.suffix for path in outputs}
    assert named_in(outputs) == {}


def test_a_value_that_is_there_would_be_found(tmp_path, personal_values, named_in):
    assert len(personal_values) > 1000
    value, path = next(iter(personal_values)), tmp_path / "a.parquet"
    pd.DataFrame({"a": [value]}).to_parquet(path)
    assert value in named_in([path])["a.parquet"]
