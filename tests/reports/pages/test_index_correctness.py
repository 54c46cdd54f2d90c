"""The index: every run and failure, key figures over time, nothing that does harm."""

import os
import re
import threading
from datetime import date

import pytest

from clvlab.reports.history.runs import find_runs
from clvlab.reports.pages.index import renew_index, write_index
from clvlab.reports.pages.sparkline import sparkline_html


def index_of(folder):
    return write_index(folder).read_text(encoding="utf-8")


def value(amount):
    return {"total": {"clv": amount}, "share": 0.6}


def test_empty_folder_says_so(tmp_path):
    html = index_of(tmp_path / "new")
    assert "No report has been made yet." in html
    assert "up to date" not in html


@pytest.mark.skipif(os.name != "posix", reason="folders are locked on POSIX systems only")
def test_page_of_two_that_is_written_last_knows_the_newest_run(keep_run, tmp_path, monkeypatch):
    keep_run("2024-01-31")
    others = []

    def look_and_be_slow(out):
        found = find_runs(out)
        if not others:
            keep_run("2024-02-29")
            others.append(threading.Thread(target=write_index, args=(out,)))
            others[0].start()
            others[0].join(0.5)  # it would be done by then if it did not have to wait
        return found

    monkeypatch.setattr("clvlab.reports.pages.index.find_runs", look_and_be_slow)
    write_index(tmp_path)
    others[0].join()
    assert "2024-02-29" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clv-study", "index.html"]


def test_index_that_can_not_be_written_leaves_nothing_and_is_told(keep_run, tmp_path, monkeypatch):
    keep_run("2024-01-31")
    assert renew_index(tmp_path) == ""

    def full(self, text, encoding):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    assert renew_index(tmp_path) == "the index can't be written: No space left on device"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clv-study", "index.html"]


def test_runs_are_listed_with_links_the_newest_first(keep_run, tmp_path):
    for day in ("2024-01-31", "2024-03-31", "2024-02-29"):
        keep_run(day)
    html = index_of(tmp_path)
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', html)
    days = ("2024-03-31", "2024-02-29", "2024-01-31")
    assert links == [f"clv-study/cdnow/{day}/report.html" for day in days]
    assert "Reports up to date: 1." in html
    assert '<nav class="overview"' not in html


def test_key_figures_change_and_draw_a_line(keep_run, tmp_path):
    for day, amount in (("2024-01-31", 20000.0), ("2024-02-29", 30000.0), ("2024-03-31", 24000.0)):
        keep_run(day, value(amount))
    html = index_of(tmp_path)
    name = (
        "Value of the customers from 2024-01-31 to 2024-03-31: "
        "lowest $20,000, highest $30,000, last $24,000"
    )
    assert f'role="img" aria-label="{name}"' in html
    assert html.count("<svg") == 2
    assert "<b>20.0\u00a0%</b>" in html
    assert "since 2024-02-29" in html


def test_single_run_has_no_line(keep_run, tmp_path):
    keep_run("2024-01-31")
    html = index_of(tmp_path)
    assert "$24,000" in html
    assert "<svg" not in html


def test_variants_stand_side_by_side(keep_run, tmp_path):
    for variant in ("north", "south"):
        for day in ("2024-01-31", "2024-02-29"):
            keep_run(day, variant=variant)
    html = index_of(tmp_path)
    newest = html[html.index('class="clv-table newest"') : html.index("All runs (4)")]
    assert re.findall(r'report.html">(\w+)</a>', newest) == ["north", "south"]
    assert newest.count("<svg") == 4
    assert "compared with 2024-01-31" in newest


def test_reports_have_an_overview_and_failures_a_reason(keep_run, keep_failure, tmp_path):
    keep_run("2024-01-31")
    keep_failure("2024-02-29")
    keep_run("2024-01-31", report="churn")
    keep_failure(None, report="never", line="no <b>kernel</b>")
    html = index_of(tmp_path)
    assert "Reports up to date: 1. Failed: 2." in html
    targets = re.findall(r'<li><a href="#(report-\d)">', html)
    assert targets == ["report-1", "report-2", "report-3"]
    assert all(f'id="{target}"' in html for target in targets)
    assert 'href="clv-study/cdnow/2024-02-29.failed/failure.html"' in html
    assert "cell 3 of 9: no such column" in html
    assert "no &lt;b&gt;kernel&lt;/b&gt;" in html
    assert "without a date" in html


@pytest.mark.parametrize(
    ("failed", "started", "status"),
    [
        ("2023-12-31", "2030-01-01", "Reports up to date: 1."),
        ("2024-01-31", "2030-01-01", "Reports up to date: 0. Failed: 1."),
        ("2024-02-29", "2030-01-01", "Reports up to date: 0. Failed: 1."),
        ("2024-01-31", "2020-01-01", "Reports up to date: 1."),
        (None, "2030-01-01", "Reports up to date: 0. Failed: 1."),
        (None, "2020-01-01", "Reports up to date: 1."),
    ],
)
def test_report_fails_when_its_newest_run_did(
    keep_run, keep_failure, tmp_path, failed, started, status
):
    keep_run("2024-01-31")
    keep_failure(failed, started=started)
    assert status in index_of(tmp_path)


def test_failure_of_one_variant_says_which(keep_run, keep_failure, tmp_path):
    keep_run("2024-01-31", variant="north")
    keep_failure("2024-01-31", variant="south")
    html = index_of(tmp_path)
    assert re.search(r"2024-01-31</span>, south</a>", html)


def test_files_beside_the_page_are_linked_when_there(keep_run, tmp_path):
    (keep_run("2024-01-31") / "tables.xlsx").write_text("")
    html = index_of(tmp_path)
    assert 'href="clv-study/cdnow/2024-01-31/tables.xlsx">Excel</a>' in html
    assert "report.pdf" not in html


def test_many_runs_are_folded_away(keep_run, tmp_path):
    for month in range(1, 8):
        keep_run(f"2024-0{month}-15")
    assert '<details class="more"><summary>All runs (7)' in index_of(tmp_path)


def test_texts_are_harmless_and_bytes_the_same(keep_run, tmp_path):
    bad = "<script>alert(1)</script>"
    cards = [{"label": bad, "value": bad, "result": "x", "format": "no-format"}]
    page = {"kind": bad, "data": bad, "cards": cards, "stamps": ["simulated"]}
    for day in ("2024-01-31", "2024-02-29"):
        keep_run(day, {"x": 1.5}, title=bad, page=page)
    html = index_of(tmp_path)
    assert html.count("<script>") == 1
    assert "Simulated" in html
    assert index_of(tmp_path) == html


def test_manifests_of_other_versions_do_no_harm(keep_run, tmp_path):
    keep_run("2024-01-31", page={"cards": [{"label": "x"}, 3]})
    keep_run("2024-02-29", page=None)
    keep_run("2024-03-31", page={"cards": "none"})
    assert "All runs (3)" in index_of(tmp_path)


def test_line_is_drawn_to_scale():
    days = [date(2024, 1, 1), date(2024, 1, 11), date(2024, 1, 21)]
    html = sparkline_html(list(zip(days, [0.0, 5.0, 10.0], strict=True)), "A & B", str)
    assert 'points="3,25 60,14 117,3"' in html
    assert 'aria-label="A &amp; B from' in html
    flat = sparkline_html([(days[0], 4.0), (days[2], 4.0)], "x", str)
    assert 'points="3,14 117,14"' in flat
    assert sparkline_html([(days[0], 1.0), (days[1], float("inf"))], "x", str) == ""
