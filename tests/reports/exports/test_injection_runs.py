"""Text from the data does no harm in any file of a run folder."""

import csv
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def page(finished):
    return finished.page.read_text(encoding="utf-8")


def test_page_runs_nothing_from_the_data(page):
    assert "<script>alert" not in page
    assert len(re.findall(r"<script", page)) == 1
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page


def test_index_runs_nothing_from_the_data(finished):
    index = finished.index.read_text(encoding="utf-8")
    assert "<script>alert" not in index
    assert len(re.findall(r"<script", index)) <= 1


def test_no_csv_holds_a_formula(finished):
    found = sorted(finished.folder.rglob("*.csv"))
    assert {path.stem for path in found} == {"customers", "track"}
    for path in found:
        with path.open(encoding="utf-8", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert "'=cmd()" in cells
        assert not any(cell.startswith(("=", "@", "+", "-", "\t")) for cell in cells)
        assert "007" in cells


def test_no_workbook_holds_a_formula(finished):
    path = finished.folder / "tables.xlsx"
    sheet = openpyxl.load_workbook(path)["customers"]
    assert [cell.value for cell in sheet["A"][1:]] == ["007", "=cmd()", "<script>alert(2)</script>"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert not re.search(rb"<f[ >/]|<script", archive.read(name)), name


def test_parquet_and_results_hold_the_text_as_it_was(finished):
    table = pd.read_parquet(finished.folder / "tables" / "customers.parquet")
    assert list(table["customer_id"]) == ["007", "=cmd()", "<script>alert(2)</script>"]
    results = json.loads((finished.folder / "result.json").read_text(encoding="utf-8"))
    assert results["villain"] == "<script>alert(1)</script> *bold*"
