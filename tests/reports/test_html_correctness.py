"""The finished page: whole, in order, harmless, and needing nothing else."""

import re
from html.parser import HTMLParser

import pytest

from clvlab.reports.index import write_index


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
    assert 'href="toy-study/toy-data/1998-06-30/report.html"' in index
    assert "Will they buy again?" in index
    assert "$3,307" in index
    assert "Simulated" in index
    assert "<script>alert" not in index


def test_index_survives_folders_that_are_not_runs(tmp_path):
    for name, text in (("a/b/c", "not json"), ("a/b/d", "{}"), ("a/b/e", "[]")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text(text)
    assert "No report has been made yet." in write_index(tmp_path).read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "index.html"]
