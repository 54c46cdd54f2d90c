"""Tables in the run folder and on the page."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.errors import InputError
from clvlab.reports.writing.page import Page
from clvlab.reports.writing.table_html import table_html
from clvlab.reports.writing.tables import flat_table, is_formula, ten_digits, write_csv, write_table


def show(frame, **options):
    usual = {"name": "t", "number": 1, "caption": "All", "labels": {}, "formats": {}}
    usual |= {"currency": "$", "rows": None, "linked": False}
    return table_html(flat_table(frame), **(usual | options))


def written(frame, path):
    write_csv(flat_table(frame), path)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_spreadsheet_never_sees_a_formula(tmp_path):
    evil = ["=cmd()", "+1+1", "-cmd", "@x", "\tx", "\r=x", " =x", "＝x", "'=x"]
    rows = written(pd.DataFrame({"name": evil, "=n": [-1.5] * len(evil)}), tmp_path / "t.csv")
    assert rows[0] == ["name", "'=n"]
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in evil]
    assert {row[1] for row in rows[1:]} == {"-1.5"}


def test_harmless_text_is_written_as_it_is(tmp_path):
    ids = ["007", "-5", "+4912345", "-0.50", "a=b", "O'Neil", "'quoted'", "a-1", "", "–"]
    rows = written(pd.DataFrame({"customer_id": ids}), tmp_path / "t.csv")
    assert [row[0] for row in rows[1:]] == ids


@given(st.lists(st.text(st.sampled_from("'=+-@\t\n 7a.＝"), max_size=6), min_size=1))
def test_one_apostrophe_taken_away_gives_the_text_back(texts):
    with TemporaryDirectory() as folder:
        # Of a table with one column only, a reader can't tell an empty text from no row.
        frame = pd.DataFrame({"text": texts, "n": range(len(texts))})
        rows = written(frame, Path(folder) / "t.csv")
    read = [row[0] for row in rows[1:]]
    plain = [cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell for cell in read]
    assert plain == texts
    assert not any(is_formula(cell) and cell[:1] != "'" for cell in read)


def test_csv_says_days_numbers_and_nothing_plainly(tmp_path):
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["1998-06-30", None]),
            "noon": pd.to_datetime(["1998-06-30 12:00", None]),
            "plain": [dt.date(1998, 6, 30), None],
            "n": pd.array([1, None], dtype="Int64"),
            "x": [1 / 3, None],
            "flag": [True, False],
            "text": ['a "b", c', None],
            "loose": pd.Series([1 / 3, 2], dtype=object),
        }
    )
    write_csv(flat_table(frame), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines()[1:] == [
        (
            '"1998-06-30","1998-06-30 12:00:00",1998-06-30,1,0.3333333333,true,"a ""b"", c",'
            "0.3333333333"
        ),
        ",,,,,false,,2",
    ]
    write_csv(flat_table(pd.DataFrame()), tmp_path / "none.csv")
    write_csv(flat_table(frame.head(0)), tmp_path / "empty.csv")
    assert (tmp_path / "empty.csv").read_text().count("\n") == 1


def test_categories_are_made_harmless_too(tmp_path):
    frame = pd.DataFrame({"group": pd.Categorical(["=cmd()", "ok"])})
    write_csv(flat_table(frame), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == '"group"\n"\'=cmd()"\n"ok"\n'


def test_numbers_are_kept_at_ten_digits():
    values = np.array([1 / 3, -2e9 / 3, 1e-20 / 3, 1e300 / 3, 0.0, np.nan, np.inf, 5e-324])
    expected = [float(f"{value:.10g}") for value in values]
    np.testing.assert_allclose(ten_digits(values), expected, rtol=1e-15, atol=0)
    rng = np.random.default_rng(1)
    many = rng.lognormal(0, 12, 2000)
    np.testing.assert_array_max_ulp(ten_digits(many), [float(f"{v:.10g}") for v in many], maxulp=1)


def test_parquet_keeps_the_text_raw(tmp_path):
    evil = ["=cmd()", "-5", "<script>alert(1)</script>", "\tx"]
    write_table(flat_table(pd.DataFrame({"name": evil})), tmp_path, "t")
    assert list(pd.read_parquet(tmp_path / "t.parquet")["name"]) == evil


def test_written_table_is_complete_and_reads_back(tmp_path):
    frame = pd.DataFrame(
        {"value": [1 / 3, None], "day": [dt.date(1998, 6, 30)] * 2, "exact": [Decimal("1.10")] * 2},
        index=pd.Index(["007", "008"], name="customer_id"),
    )
    before = frame.copy(deep=True)
    for folder in (tmp_path / "a", tmp_path / "b"):
        write_table(flat_table(frame), folder, "t")
    pd.testing.assert_frame_equal(frame, before)
    read = pd.read_parquet(tmp_path / "a" / "t.parquet")
    assert list(read.columns) == ["customer_id", "value", "day", "exact"]
    assert list(read["customer_id"]) == ["007", "008"]
    assert read["value"][0] == 0.3333333333
    for name in ("t.csv", "t.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_every_cell_and_header_is_escaped():
    evil = "<script>alert(1)</script>"
    html = show(pd.DataFrame({evil: [evil]}), labels={evil: evil})
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3


def test_columns_have_words_and_numbers_stand_right():
    frame = pd.DataFrame(
        {"customer_id": [1234567], "year": [1998], "frequency": [12345], "net_value": [2.5]}
    )
    html = show(frame, formats={"net_value": "money"})
    assert "<td>1234567</td><td>1998</td>" in html
    assert '<td class="clv-number" data-value="12345">12,345</td>' in html
    assert '<td class="clv-number" data-value="2.5">$2.50</td>' in html
    for words in ("customer<", "repeat purchases<", "net value<"):
        assert words in html


def test_decimals_of_a_column_stand_below_each_other():
    html = show(pd.DataFrame({"x": [6.0, 0.71, 0.08, np.nan]}))
    for shown in (">6.000<", ">0.710<", ">0.080<", ">–<"):
        assert shown in html


def test_long_table_says_what_it_leaves_out():
    frame = pd.DataFrame({"x": range(1500)})
    assert "200 of 1,500 rows are shown" in show(frame)
    assert show(frame, rows=3).count("<tr>") == 4


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.Series([1]), "must be a DataFrame"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "can't have two columns of one name"),
    ],
)
def test_what_is_no_table_is_refused(frame, said):
    with pytest.raises(InputError, match=said):
        flat_table(frame)


def test_small_groups_are_hidden_on_the_page_and_in_its_files(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("clvlab.reports.writing.page.show", lambda *parts, **_: shown.append(parts))
    page = Page("Who?", folder=tmp_path)
    groups = pd.DataFrame({"region": ["n", "s", "w"], "customers": [90, 3, 70], "clv": [9.5, 4, 7]})
    page.table(groups, name="regions", caption="By region.", fewest=5)
    (_, html, text), written = shown[0], pd.read_parquet(tmp_path / "tables" / "regions.parquet")
    assert written["clv"].isna().tolist() == [False, True, True]
    assert "Groups hidden because they are small: 2" in text
    assert "fewer than 5 customers" in html


def test_text_that_begins_below_the_rows_that_are_shown_is_no_mistake():
    frame = pd.DataFrame({"measure": [np.nan, np.nan, "call"]})
    assert "call" not in show(frame, rows=2)
    assert "call" in show(frame)
