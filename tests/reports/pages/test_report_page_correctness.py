"""The finished page: whole, in order, harmless, and needing nothing else."""

import re
from html.parser import HTMLParser

import pytest

from clvlab.reports.history.runs import Run, load_run
from clvlab.reports.orders.notebooks import read_notebook
from clvlab.reports.pages.index import write_index
from clvlab.reports.pages.report_page import render_report
from clvlab.reports.writing.words import word


@pytest.fixture(scope="module")
def page(finished):
    return finished.page.read_text(encoding="utf-8")


def test_answer_and_stamp_stand_above_the_first_part(page):
    main = page[page.index("<main") :]
    order = ["<h1>", "For whoever asks", "Customers are invented", "Yes,", "<dl", "First part"]
    places = [main.index(part) for part in order]
    assert places == sorted(places)
    assert page.count("<h1>") == 1


def test_prose_holds_the_recorded_numbers(page):
    assert "The model expects <strong>3,307</strong>; 1,882 happened to" in page
    assert "toy, 1,882 purchases of" in page
    assert "$3,307 – $1,882" in page


def test_text_from_data_is_harmless(page):
    scripts = re.findall(r"<script", page)
    assert len(scripts) == 1
    assert "alert(1)" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>printed</b>" not in page
    assert "Expected &lt;b&gt;" in page
    assert 'alt="A &quot;line&quot;."' in page


def test_page_needs_nothing_from_elsewhere(page):
    assert not re.search(r'(?:src|href|url)\s*[=(]\s*["\']?(?:https?:)?//', page)
    assert "default-src 'none'" in page
    assert len(page) < 3_000_000


def test_contents_lead_to_the_headings(page):
    for target in re.findall(r'<a href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert "First part &amp; more</a>" in page


def test_figures_and_tables_are_numbered_and_linked(finished, page):
    assert "<b>Figure 1.</b> Purchases," in page
    assert "<b>Table 1.</b> Customers and" in page
    for link in re.findall(r'href="((?:tables|figures)/[^"]+)"', page):
        assert (finished.folder / link).is_file()


def test_every_tag_is_closed(page):
    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, _attrs):
            if tag not in {"meta", "img", "br", "hr", "input", "link"}:
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    checker = Checker()
    checker.feed(page)
    assert checker.open == []


def test_making_of_tells_parameters_in_words(page):
    made = page[page.index('id="made"') :]
    assert "forecast horizon, weeks" in made
    assert ">78<" in made
    assert "UserWarning: the optimum is flat" in made


def test_index_lists_the_run(finished):
    index = finished.index.read_text(encoding="utf-8")
    assert 'href="toy-study/default/1998-06-30/report.html"' in index
    assert "Will they buy again?" in index
    assert "$3,307" in index
    assert "Simulated" in index
    assert "<script>alert" not in index


def test_page_without_a_run_before_says_nothing_of_changes(page):
    assert "What changed" not in page
    assert 'class="clv-change"' not in page


def asked_alike(finished):
    """What a manifest would say had the run been asked for as the one before it was."""
    return {"parameters": load_run(finished.folder).manifest["parameters"] | {"horizon": 70}}


@pytest.fixture(scope="module")
def compared(finished, tmp_path_factory):
    """The same page as if there had been a run before it, with other results and parameters."""
    run = load_run(finished.folder)
    earlier = tmp_path_factory.mktemp("out") / "1998-03-31"
    results = dict(run.results) | {"expected": 3000.0, "as_of": "1998-03-31", "mood": "<i>glum</i>"}
    told = {**run.manifest, "as_of": "1998-03-31"}
    told["parameters"] = told["parameters"] | {"horizon": 70, "as_of": "1998-03-31"}
    notebook = read_notebook(finished.folder / "notebook.ipynb")
    month = {"rows_before": 1, "rows_now": 4, "amount_before": "10", "amount_now": "5.5"}
    manifest = {
        **run.manifest,
        "late_rows": {"since": "1998-03-31", "months": [{"month": "1998-02", **month}]},
        "parameter_sources": {"horizon": "command line", "rate": "file company.toml"},
        "files": ["report.pdf", "tables.xlsx"],
    }

    def render(told_now=None, **changed):
        previous = Run(earlier, told, results | changed)
        return render_report(notebook, manifest | (told_now or {}), (), previous, run.results)

    return render


def test_cards_say_what_changed(compared, finished):
    html = compared(told_now=asked_alike(finished))
    card = html[html.index('class="clv-card"') : html.index("</dl>")]
    assert '<span class="spoken">up</span> <b>10.2\u00a0%</b>' in card
    assert "since 1998-03-31" in card
    assert html.count('class="clv-cards"') == 1


def test_cards_of_another_question_are_not_compared(compared):
    html = compared()
    card = html[html.index('class="clv-card"') : html.index("</dl>")]
    assert "since" not in card


def test_changes_are_a_part_of_the_page(compared):
    html = compared(actual=900)
    assert '<a href="#changes">' in html
    assert html.index('id="changes"') < html.index('id="s-first-part')
    section = html[html.index('id="changes"') : html.index('id="s-first-part')]
    assert "2 results changed by more than 5\u00a0%" in section
    assert section.index(">Actual<") < section.index(">Expected &lt;b&gt;<")
    assert "$3,000" in section
    assert "109.1\u00a0%" in section
    assert "horizon 70 → 78" in section
    assert "&lt;i&gt;glum&lt;/i&gt;" in section
    assert 'href="../1998-03-31/report.html"' in section


def test_page_says_when_nothing_changed(compared, finished):
    alike = asked_alike(finished)
    html = compared(told_now=alike, expected=finished.results["expected"])
    assert "No result changed by more than 5\u00a0%." in html
    assert "<b>unchanged</b>" in html


def test_threshold_of_nothing_lists_every_change(compared):
    for threshold, listed in ((0, True), (0.05, False), (None, False)):
        html = compared({"change_threshold": threshold}, actual=1881)
        section = html[html.index('id="changes"') : html.index('id="s-first-part')]
        assert (">Actual<" in section) == listed
    html = compared({"change_threshold": 0}, actual=1881)
    assert "results changed by more than 0\u00a0%" in html


def test_data_that_were_read_differently_are_a_caution_without_months(compared):
    late = {"since": "1998-03-31", "read_differently": ["columns", "date_format"]}
    html = compared({"late_rows": late})
    assert "<b>Read differently.</b> Whether rows dated up to 1998-03-31 came late" in html
    assert "(columns, date format)." in html
    assert "#late-rows" not in html
    assert "Late rows." not in html


def test_language_of_the_page_is_among_the_words(page):
    assert f'<html lang="{word("language")}">' in page


def test_late_rows_are_a_caution_with_their_months(compared):
    html = compared()
    caution = html[html.index("Late rows.") : html.index('id="answer"')]
    assert "+3 rows and −4.50 in amount" in caution
    assert '<a href="#late-rows">' in caution
    months = html[html.index('id="late-rows"') :]
    assert [text in months for text in ("1998-02", ">10.00<", ">5.50<")] == [True] * 3


def test_parameters_say_who_gave_them(compared, page):
    made = compared()
    made = made[made.index('id="made"') :]
    assert re.search(r"horizon</th><td>78</td><td>the command line</td>", made)
    assert re.search(r"rate</th><td>0.1</td><td>file company.toml</td>", made)
    assert re.search(r"unit</th><td>week</td><td></td>", made)


def test_files_beside_the_page_are_linked(compared, page):
    assert '<a class="print-none" href="report.pdf">PDF</a>' in compared()
    assert 'href="tables.xlsx">Excel</a>' in compared()
    assert "report.pdf" not in page


def test_index_survives_folders_that_are_not_runs(tmp_path):
    for name, text in (("a/b/c", "not json"), ("a/b/d", "{}"), ("a/b/e", "[]")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text(text)
    assert "No report has been made yet." in write_index(tmp_path).read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "index.html"]
