"""Nobody of the example company is named in anything that a report or a check writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from clvlab.data.company import CONTRACTS
from clvlab.data.company.checks import check_company
from clvlab.reports import run_report
from clvlab.reports.checks.files import write_check

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
SHORTEST = 4
"""Shorter texts, such as a given name, are parts of ordinary words."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """All files of a default report and of a check of the example."""
    out = tmp_path_factory.mktemp("private")
    run_report("lifecycle-study", data=str(EXAMPLE), parameters={"n_draws": 50}, out=out)
    write_check(check_company(EXAMPLE), out)
    return [path for path in out.rglob("*") if path.is_file()]


def personal_values():
    found = set()
    for name, contract in CONTRACTS.items():
        file = EXAMPLE / f"{name}.csv"
        if contract.personal and file.is_file():
            table = pd.read_csv(file, dtype=str)
            columns = [one for one in contract.personal if one in table]
            for column in columns:
                found |= set(table[column].dropna().map(str).str.strip())
    return {value for value in found if len(value) >= SHORTEST}


def contents(path):
    """What a file holds as bytes, unpacked where it is packed."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    return path.read_bytes()


def test_no_output_names_anybody(outputs):
    values = [value.encode() for value in personal_values()]
    assert len(values) > 1000
    kinds = {path.suffix for path in outputs}
    assert {".html", ".ipynb", ".json", ".csv", ".parquet", ".png", ".svg", ".xlsx"} <= kinds
    for path in outputs:
        held = contents(path)
        assert [value.decode() for value in values if value in held] == [], path.name


def test_the_page_says_that_the_company_is_simulated(outputs):
    (page,) = [path for path in outputs if path.name == "report.html" and "lifecycle" in str(path)]
    assert "Nobody made these purchases." in page.read_text(encoding="utf-8")


def test_a_value_that_is_there_would_be_found(tmp_path):
    value = next(iter(personal_values()))
    pd.DataFrame({"a": [value]}).to_parquet(tmp_path / "a.parquet")
    assert value.encode() in contents(tmp_path / "a.parquet")
