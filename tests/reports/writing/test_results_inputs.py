"""What a result may be, and what a sentence may use."""

import json
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.reports.writing.results import Results, results_json
from clvlab.reports.writing.sentences import escape_markdown, fill, to_html


class Stage(StrEnum):
    ACTIVE = "active"


def test_results_are_written_as_plain_values(tmp_path):
    results = Results(tmp_path)
    results.record(
        {
            "b": np.float64(1 / 3),
            "a": np.int64(7),
            "flag": np.array([True])[0],
            "day": pd.Timestamp("1998-06-30"),
            "noon": datetime(1998, 6, 30, 12),  # noqa: DTZ001
            "missing": float("nan"),
            "none": pd.NaT,
            "endless": float("inf"),
            "stage": Stage.ACTIVE,
            "fit": {"r": np.float32(0.25), "end": date(1997, 9, 30)},
        }
    )
    text = (tmp_path / "result.json").read_text()
    assert json.loads(text) == {
        "a": 7,
        "b": 0.3333333333,
        "day": "1998-06-30",
        "endless": "Infinity",
        "fit": {"end": "1997-09-30", "r": 0.25},
        "flag": True,
        "missing": None,
        "none": None,
        "noon": "1998-06-30T12:00:00",
        "stage": "active",
    }
    assert text.index('"a"') < text.index('"b"')
    assert results_json({}) == "{}\n"


@pytest.mark.parametrize("value", [[1], pd.Series([1]), pd.DataFrame(), {"a": {"b": 1}}, object()])
def test_tables_and_lists_are_not_results(value):
    with pytest.raises(InputError, match=r"result 'x.*must be a number, text, a date"):
        Results().record({"x": value})


def test_result_can_not_change_within_a_run(tmp_path):
    results = Results(tmp_path)
    results.record({"x": 1})
    results.record({"x": 1})
    with pytest.raises(InputError, match="result 'x' must be recorded once"):
        results.record({"x": 2})
    interactive = Results()
    interactive.record({"x": 1})
    interactive.record({"x": 2})
    assert interactive.look_up("x") == 2


def test_sentence_takes_its_numbers_from_results():
    results = Results()
    results.record({"actual": 1882, "fit": {"r": 0.2425945}})
    template = "{actual:count} purchases, r {fit.r:plain} or {fit[r]:plain}, {{braces}}"
    assert fill(template, results) == "1,882 purchases, r 0.243 or 0.243, {braces}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{expectd}", "Did you mean 'expected'?"),
        ("{fit.x}", "{fit.x} in a text must be a recorded result"),
        ("{expected.real}", "must be a recorded result"),
        ("{expected", "must have matching braces"),
        ("{}", "must be a recorded result"),
    ],
)
def test_sentence_with_an_unknown_name_is_refused(template, said):
    results = Results()
    results.record({"expected": 1.0, "fit": {"r": 1.0}})
    with pytest.raises(InputError) as raised:
        fill(template, results)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "villain",
    [
        "<script>alert(1)</script>",
        "# heading",
        "**bold** _it_ `code`",
        "[link](javascript:alert(1))",
        "![picture](https://example.org/x.png)",
        "1. list\n\n- other\n\n    code",
        "<https://example.org> &lt; a|b",
    ],
)
def test_text_from_data_is_shown_as_it_is(villain):
    results = Results()
    results.record({"villain": villain})
    html = to_html(fill("{villain}", results, escape=escape_markdown))
    assert html.startswith("<p>")
    assert html.count("<") == 2
    assert to_html(escape_markdown(villain)) == html


def test_markdown_keeps_out_html_and_pictures_from_elsewhere():
    html = to_html("a <b>b</b> ![map](https://example.org/x.png) [x](javascript:alert(1))")
    assert "<b>" not in html
    assert "<img" not in html
    assert "javascript:" not in html
