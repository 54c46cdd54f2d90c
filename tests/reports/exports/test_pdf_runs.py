"""A page printed by a real browser, and what is said when that is not possible."""

import re
import sys
import tempfile
import time
import zlib
from pathlib import Path

import psutil
import pytest

from clvlab.errors import ParameterError, ReportError
from clvlab.reports.exports.pdf import BROWSERS, find_browser, print_pdf, require_browser

real = pytest.mark.skipif(find_browser() is None, reason="no browser is installed")

PAGE = """<!doctype html><html lang="en"><title>Who will buy?</title>
<h1>Who will buy?</h1><p>Nobody knows.</p>
<p><a href="#end">end</a> <a class="x" href="tables/t.csv">data</a>
<a href="https://example.org/">elsewhere</a></p><h2 id="end">The end</h2></html>"""


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.fixture
def make_browser(tmp_path, monkeypatch):
    """A program that stands for a browser."""

    def make(script):
        path = tmp_path / "browser"
        path.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("CLVLAB_BROWSER", str(path))
        return path

    return make


def text_of(pdf):
    """Everything that a PDF says, its compressed parts included."""
    content = pdf.read_bytes()
    parts = [content]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


@real
def test_pdf_names_no_place_of_the_machine(page, tmp_path):
    pdf = tmp_path / "report.pdf"
    print_pdf(page, pdf)
    said = text_of(pdf)
    assert said.startswith(b"%PDF-")
    assert b"https://example.org/" in said
    assert b"Who will buy?" in said or "Who will buy?".encode("utf-16-be") in said
    for place in (b"file:", str(tmp_path).encode(), b"/tmp", b"t.csv"):
        assert place not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.pdf"]


@real
def test_finished_report_is_printed(finished, tmp_path):
    print_pdf(finished.page, tmp_path / "report.pdf")
    assert b"file:" not in text_of(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 10_000


def test_browser_is_the_one_that_is_named(make_browser, monkeypatch):
    path = make_browser("")
    assert find_browser() == str(path)
    monkeypatch.setenv("CLVLAB_BROWSER", "/no/such/browser")
    assert find_browser() is None
    with pytest.raises(ParameterError, match="CLVLAB_BROWSER is '/no/such/browser', and there is"):
        require_browser()


def test_without_a_browser_it_is_said_what_to_do(monkeypatch, tmp_path, page):
    monkeypatch.delenv("CLVLAB_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ParameterError) as raised:
        print_pdf(page, tmp_path / "report.pdf")
    assert "Install Chromium, Chrome or Edge" in str(raised.value)
    for name in BROWSERS:
        assert name in str(raised.value)


def test_failing_browser_is_quoted_without_places(make_browser, page, tmp_path):
    make_browser('import sys; sys.stderr.write("no display\\n" + sys.argv[-1]); sys.exit(3)')
    with pytest.raises(
        ReportError, match="browser could not print the page as PDF: no display"
    ) as e:
        print_pdf(page, tmp_path / "report.pdf")
    assert "clvlab-pdf-" not in str(e.value)


def test_browser_that_prints_nothing_is_a_failure(make_browser, page, tmp_path):
    make_browser("pass")
    with pytest.raises(ReportError, match="it ended with code 0"):
        print_pdf(page, tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_program_that_can_not_be_started(make_browser, page, tmp_path):
    make_browser("").write_bytes(b"\x00")
    with pytest.raises(ReportError, match="browser can't be started"):
        print_pdf(page, tmp_path / "report.pdf")


def test_browser_that_hangs_is_stopped_with_its_children(make_browser, page, tmp_path):
    note = tmp_path / "child"
    make_browser(
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(600)"
    )
    with pytest.raises(ReportError, match="did not print the page within 6 seconds"):
        print_pdf(page, tmp_path / "report.pdf", timeout_seconds=6)
    child = int(note.read_text())
    deadline = time.monotonic() + 10
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(number):
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_pdf_that_can_not_be_written_is_told(make_browser, page, tmp_path):
    make_browser(
        "import pathlib, sys\n"
        "path = next(a for a in sys.argv if a.startswith('--print-to-pdf=')).partition('=')[2]\n"
        "pathlib.Path(path).write_bytes(b'%PDF-1.4')"
    )
    with pytest.raises(ReportError, match="the PDF can't be written"):
        print_pdf(page, tmp_path / "missing" / "report.pdf")
    print_pdf(page, tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF-1.4"


def test_browser_gets_a_profile_of_its_own_and_no_network(make_browser, page, tmp_path):
    told = tmp_path / "told"
    make_browser(
        f"import sys, pathlib; pathlib.Path({str(told)!r}).write_text('\\n'.join(sys.argv))"
    )
    with pytest.raises(ReportError):
        print_pdf(page, tmp_path / "report.pdf")
    words = told.read_text()
    for flag in ("--disable-background-networking", "--no-pdf-header-footer", "MAP * ~NOTFOUND"):
        assert flag in words
    profile = re.search(r"--user-data-dir=(\S+)", words)[1]
    assert profile.startswith(tempfile.gettempdir())
    assert not Path(profile).parent.exists()
