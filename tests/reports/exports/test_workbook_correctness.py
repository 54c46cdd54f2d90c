"""The workbook of a run's tables: complete, typed, harmless, the same bytes twice."""

import datetime as dt
import io
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from clvlab.reports.exports.workbook import (
    WorkbookTable,
    sheet_name,
    workbook_tables,
    write_workbook,
)
from clvlab.reports.writing.tables import flat_table, write_table

PAGE = {"title": "Who?", "as_of": "1998-06-30", "data": "Shop, 3 purchases", "stamps": []}
EVIL = ["=cmd()", "+1", "-1", "@x", "#N/A", "<script>alert(1)</script>", "\tx", "a\x00b", "  "]


def write(folder, page=None, /, **frames):
    tables = []
    for name, (frame, facts) in frames.items():
        write_table(flat_table(frame), folder / "tables", name)
        tables.append(WorkbookTable(name, **facts))
    return write_workbook(folder, tables, PAGE if page is None else page)


def read(path):
    return openpyxl.load_workbook(path)


def xml_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    frame = pd.DataFrame(
        {
            "customer_id": ["007", "=cmd()", "b"],
            "frequency": [3, 1000, 2],
            "clv": [1 / 3, 12345.678, np.nan],
            "share": [0.1, 0.25, np.inf],
            "first_purchase": pd.to_datetime(["1997-01-01", None, "1998-06-30"]),
            "seen": pd.to_datetime(["1997-01-01 12:30", None, "1998-06-30 00:00"]),
            "good": [True, False, True],
        }
    )
    facts = {
        "caption": "Customers & co",
        "labels": {"customer_id": "customer", "clv": "value"},
        "formats": {"clv": "money", "share": "percent", "frequency": "count"},
        "currency": "USD",
    }
    return write(tmp_path_factory.mktemp("run"), **{"best-customers": (frame, facts)})


def test_cells_keep_their_types_and_nothing_is_empty(shop):
    rows = rows_of(read(shop)["best-customers"])
    assert rows == [
        ["customer", "frequency", "value", "share", "first_purchase", "seen", "good"],
        [
            "007",
            3,
            0.3333333333,
            0.1,
            dt.datetime(1997, 1, 1),  # noqa: DTZ001
            dt.datetime(1997, 1, 1, 12, 30),  # noqa: DTZ001
            True,
        ],
        ["=cmd()", 1000, 12345.678, 0.25, None, None, False],
        [
            "b",
            2,
            None,
            "∞",
            dt.datetime(1998, 6, 30),  # noqa: DTZ001
            dt.datetime(1998, 6, 30),  # noqa: DTZ001
            True,
        ],
    ]


def test_formats_say_what_numbers_are(shop):
    sheet = read(shop)["best-customers"]
    formats = [cell.number_format for cell in sheet[2]]
    assert formats == [
        "General",
        "#,##0",
        '"$"#,##0.00;-"$"#,##0.00',
        "0.0%",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm:ss",
        "General",
    ]
    assert all(cell.font.bold for cell in sheet[1])


def test_header_stays_and_filters(shop):
    sheet = read(shop)["best-customers"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G4"
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDEFG"]
    assert all(9 <= width <= 60 for width in widths)
    assert widths[5] > widths[1]


def test_text_is_never_a_formula(tmp_path):
    frame = pd.DataFrame({"=head": EVIL, "n": range(len(EVIL))})
    path = write(tmp_path, t=(frame, {"caption": "=1+1", "labels": {"n": "=2+2"}}))
    book = read(path)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}
    shown = [row[0] for row in rows_of(book["t"])]
    assert shown == ["=head", *(text.replace("\x00", "\ufffd") for text in EVIL)]
    assert book["t"]["A2"].quotePrefix
    assert not book["t"]["A7"].quotePrefix
    for name, xml in xml_of(path).items():
        assert not re.search(r"<f[ >/]", xml), name
        assert "<script" not in xml, name
        assert "DDE" not in xml, name


def test_ids_stay_text_and_long_numbers_keep_their_digits(tmp_path):
    frame = pd.DataFrame(
        {"customer_id": [1, 12_345_678], "order_id": [9_007_199_254_740_993, 7], "year": [1998] * 2}
    )
    sheet = read(write(tmp_path, t=(frame, {})))["t"]
    assert rows_of(sheet)[1:] == [[1, "9007199254740993", 1998], [12_345_678, 7, 1998]]
    assert {cell.number_format for cell in sheet[3]} == {"0"}


def test_what_excel_can_not_hold_becomes_text(tmp_path):
    frame = pd.DataFrame(
        {
            "zone": pd.to_datetime(["2024-01-01 12:00+02:00"]),
            "old": [dt.date(1850, 1, 2)],
            "long": ["x" * 40_000],
            "exact": pd.array([None], dtype="Int64"),
        }
    )
    rows = rows_of(read(write(tmp_path, t=(frame, {})))["t"])
    assert rows[1] == ["2024-01-01 12:00:00+02:00", "1850-01-02", "x" * 32_767, None]


def test_contents_lead_to_every_sheet(tmp_path):
    frame = pd.DataFrame({"x": [1, 2]})
    page = PAGE | {"stamps": ["simulated"], "title": "=Who?"}
    facts = {"caption": "All of them.", "currency": "EUR"}
    book = read(write(tmp_path, page, one=(frame, facts), two=(frame, {})))
    assert book.sheetnames == ["Contents", "one", "two"]
    contents = book["Contents"]
    assert [row[0] for row in rows_of(contents)] == [
        "=Who?",
        "as of 1998-06-30",
        "Shop, 3 purchases",
        "Amounts are in EUR.",
        "Simulated.",
        None,
        "Table",
        "All of them.",
        "two",
    ]
    assert rows_of(contents)[-2][1:3] == [2, "one"]
    assert contents["C8"].hyperlink.location == "'one'!A1"
    assert contents["C9"].hyperlink.location == "'two'!A1"


def test_real_data_are_not_called_simulated(shop):
    assert "Simulated." not in [row[0] for row in rows_of(read(shop)["Contents"])]


def test_long_table_is_left_to_its_parquet_file(tmp_path, monkeypatch):
    monkeypatch.setattr("clvlab.reports.exports.workbook.ROWS_IN_A_SHEET", 3)
    long, short = pd.DataFrame({"x": range(4)}), pd.DataFrame({"x": range(3)})
    book = read(write(tmp_path, long=(long, {}), short=(short, {})))
    assert book.sheetnames == ["Contents", "short"]
    line = next(row for row in rows_of(book["Contents"]) if row[0] == "long")
    assert line[1:] == [4, None, "too long for a sheet; tables/long.parquet has it"]


def test_same_tables_are_the_same_bytes(shop, tmp_path):
    again = tmp_path / "again"
    frame = pd.DataFrame({"name": EVIL})
    first = write(tmp_path, t=(frame, {})).read_bytes()
    assert write(again, t=(frame, {})).read_bytes() == first
    properties = xml_of(shop)["docProps/core.xml"]
    assert properties.count("1998-06-30T00:00:00Z") == 2
    assert "<dc:creator>clvlab</dc:creator>" in properties
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_empty_tables_and_no_tables(tmp_path):
    assert write_workbook(tmp_path, [], PAGE) is None
    assert not (tmp_path / "tables.xlsx").exists()
    none = pd.DataFrame({"x": pd.Series([], dtype=float)})
    book = read(write(tmp_path, {}, none=(none, {}), nothing=(pd.DataFrame(), {})))
    assert book.sheetnames == ["Contents", "none", "nothing"]
    assert rows_of(book["none"]) == [["x"]]


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["X" * 31], "x" * 29 + " 2"),
        ("x" * 40, ["x" * 31, "x" * 29 + " 2"], "x" * 29 + " 3"),
        ("'a:b*c?'", [], "a b c"),
        ("[]", [], "Table"),
        ("history", [], "history 2"),
    ],
)
def test_sheet_names_are_safe_and_unique(name, taken, expected):
    assert sheet_name(name, taken) == expected


def test_tables_are_found_in_an_executed_notebook():
    facts = {
        "piece": "table",
        "name": "deciles",
        "caption": "Value.",
        "labels": {"clv": "value"},
        "formats": {"clv": "money"},
        "currency": "USD",
    }
    outputs = [
        new_output("display_data", {"text/html": ""}, metadata={"clvlab": facts}),
        new_output("display_data", {"text/html": ""}, metadata={"clvlab": {"piece": "text"}}),
        new_output("display_data", {"text/plain": ""}),
        new_output("stream", text="printed"),
    ]
    notebook = new_notebook(cells=[new_code_cell("x", outputs=outputs)])
    (found,) = workbook_tables(notebook)
    assert found == WorkbookTable("deciles", "Value.", {"clv": "value"}, {"clv": "money"}, "USD")
