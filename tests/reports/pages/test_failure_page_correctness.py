"""The page of a failed run: what happened and where, harmless, whole without any one fact."""

import re

import pytest

from clvlab.reports.history.runs import load_run
from clvlab.reports.pages.failure_page import render_failure

FAILURE = {
    "report": "clv-study",
    "variant": "north",
    "as_of": "2024-02-29",
    "title": "clv-study",
    "started": "2024-03-01T06:00:00+00:00",
    "seconds": 8.4,
    "reason": "cell",
    "message": "clv-study failed in cell 5 of 9, under “The fit”.\ncolumn 'x' must exist.",
    "line": "cell 5 of 9: column 'x' must exist.",
    "cell": 5,
    "cells": 9,
    "heading": "The fit",
    "source": "model = fit(table)  # <script>alert(1)</script>",
    "error": "InputError",
    "traceback": "Traceback <b>bold</b>\nInputError: column 'x' must exist.",
    "log": "kernel <i>started</i>",
    "parameters": {"annual_rate": 0.1, "note": "<script>alert(2)</script>", "columns": None},
}


def test_page_tells_what_happened_in_order(keep_run):
    html = render_failure(FAILURE, load_run(keep_run("2024-01-31")))
    main = html[html.index("<main") :]
    parts = [
        "No report: clv-study",
        "north",
        "2024-03-01 06:00:00 UTC",
        "A cell of the notebook failed",
        "column &#39;x&#39; must exist.",
        '../2024-01-31/report.html">as of 2024-01-31',
        "<span>cell 5 of 9</span>",
        "The fit</b>",
        "alert",
        "notebook.ipynb",
        "Traceback &lt;b&gt;",
        "kernel &lt;i&gt;started",
        "annual rate",
    ]
    places = [main.index(part) for part in parts]
    assert places == sorted(places)


def test_source_is_coloured_and_everything_harmless():
    html = render_failure(FAILURE)
    assert '<span class="c1">' in html
    assert len(re.findall("<script", html)) == 1
    assert not re.search(r'(?:src|href)="https?:', html)
    assert "still in place" not in html


def test_contents_lead_to_what_is_there():
    html = render_failure({"report": "x", "reason": "kernel", "line": "no kernel", "log": ["a"]})
    assert re.findall(r'<li><a href="#(\w+)"', html) == ["what", "log"]
    for target in re.findall(r'<a href="#([^"]+)"', render_failure(FAILURE)):
        assert f'id="{target}"' in render_failure(FAILURE)
    assert "no kernel" in html


@pytest.mark.parametrize("missing", sorted(FAILURE))
def test_no_single_fact_is_needed(missing):
    known = {name: value for name, value in FAILURE.items() if name != missing}
    assert "<h1>No report:" in render_failure(known)
    assert "<h1>No report:" in render_failure(FAILURE | {missing: None})


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("timeout", "It took longer than it was allowed to"),
        ("memory", "It needed more memory than it was allowed to"),
        ("kernel", "The Python process that ran it ended"),
        ("output", "What it made could not be kept"),
        ("stopped", "It was stopped"),
        ("something new", "It was not completed"),
    ],
)
def test_every_reason_has_words(reason, words):
    assert words in render_failure(FAILURE | {"reason": reason})
