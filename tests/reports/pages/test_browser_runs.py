"""Every kind of page in a real browser: widths, console, clicks, print, accessibility.

Pictures and prints of each page are kept in the folder that the environment variable
CLVLAB_ARTEFACTS names, otherwise among pytest's own temporary files.
"""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
import urllib.request
from importlib.resources import files
from pathlib import Path

import pytest

from clvlab.reports.history.runs import Run, load_run
from clvlab.reports.orders.notebooks import read_notebook
from clvlab.reports.pages.failure_page import render_failure
from clvlab.reports.pages.index import write_index
from clvlab.reports.pages.report_page import render_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

KINDS = ["report", "index", "failure"]
FAILURE = {
    "report": "toy-study",
    "variant": "default",
    "as_of": "1998-09-30",
    "title": "toy-study",
    "started": "2030-01-01T06:00:00+00:00",
    "seconds": 8.4,
    "reason": "cell",
    "message": "toy-study failed in cell 5 of 9, under “The fit”.\ncolumn 'x' must exist.",
    "line": "cell 5 of 9: column 'x' must exist.",
    "cell": 5,
    "cells": 9,
    "heading": "The fit",
    "source": "model = fit(table)  # a comment\n" + "wide = " + "1 + " * 60 + "1",
    "traceback": "Traceback\n" + "-" * 200 + "\nInputError: column 'x' must exist.",
    "log": "\n".join(f"line {number}" for number in range(60)),
    "parameters": {"annual_discount_rate": 0.1, "data": "a/" * 60, "columns": None},
}

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Browser:
    """One tab, driven over the browser's own debugging socket."""

    def __init__(self, profile: Path) -> None:
        import websocket

        command = [CHROMIUM, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        command.append("about:blank")
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        port = self._port(profile / "DevToolsActivePort")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            tab = next(tab for tab in json.load(answer) if tab["type"] == "page")
        self.socket = websocket.create_connection(
            tab["webSocketDebuggerUrl"], suppress_origin=True, timeout=20
        )
        self.numbers = itertools.count(1)
        self.events: list[dict] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def _port(self, path: Path) -> str:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if path.exists() and path.read_text().strip():
                return path.read_text().split()[0]
            time.sleep(0.05)
        raise TimeoutError

    def call(self, method: str, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                return message.get("result", message)
            self.events.append(message)

    def open(self, path: Path, width: int, scheme: str = "light") -> None:
        self.events.clear()
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        self.call("Page.navigate", url=path.as_uri())
        while self.run("document.readyState") != "complete":
            time.sleep(0.02)

    def run(self, script: str):
        wanted = {"returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", expression=script, **wanted)
        return answer.get("result", {}).get("value")  # nothing while a page is being left

    def click(self, selector: str) -> None:
        """Press the mouse where an element stands, as a reader would."""
        script = f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            const seen = element.getBoundingClientRect();
            if (seen.top < 0 || seen.bottom > innerHeight)
                element.scrollIntoView({{block: "center", behavior: "instant"}});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()"""
        x, y = self.run(script)
        mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, **mouse)

    def picture(self, width: int) -> bytes:
        height = self.call("Page.getLayoutMetrics")["cssContentSize"]["height"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 12_000), "scale": 1}
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(taken["data"])

    def complaints(self) -> list[str]:
        bad = {"Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed"}
        bad.add("Runtime.consoleAPICalled")
        # A slow browser cancels its own blank first page when it is sent to another one.
        return [
            json.dumps(event)
            for event in self.events
            if event.get("method") in bad and not event["params"].get("canceled")
        ]

    def requests(self) -> list[str]:
        sent = [e for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    pytest.importorskip("websocket")
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    """The folder of pictures and prints."""
    named = os.environ.get("CLVLAB_ARTEFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def pages(finished, tmp_path_factory):
    """One page of each kind: a report with a run before it, a failure, and their index."""
    out = tmp_path_factory.mktemp("pages")
    home = out / finished.folder.relative_to(finished.index.parent)
    shutil.copytree(finished.folder, home)
    run, before = load_run(home), home.with_name("1998-03-31")
    shutil.copytree(home, before)
    day = {"as_of": "1998-03-31"}
    results = dict(run.results) | {"expected": 2500.0, "share": 0.1, "data_name": "Other"} | day
    manifest = {**run.manifest, "parameters": run.manifest["parameters"] | {"horizon": 70}} | day
    (before / "result.json").write_text(json.dumps(results))
    (before / "manifest.json").write_text(json.dumps(manifest))
    other = out / home.parent.parent.name / "other" / before.name
    shutil.copytree(before, other)
    (other / "manifest.json").write_text(json.dumps(manifest | {"variant": "other"}))
    _render_again(run, load_run(before))
    failed = home.with_name("1998-09-30.failed")
    failed.mkdir()
    (failed / "failure.json").write_text(json.dumps(FAILURE))
    (failed / "failure.html").write_text(render_failure(FAILURE, run))
    never = out / "never" / "default" / failed.name
    shutil.copytree(failed, never)
    told = FAILURE | {"report": "never", "title": "never"}
    (never / "failure.json").write_text(json.dumps(told))
    (never / "failure.html").write_text(render_failure(told))
    return {
        "report": home / "report.html",
        "failure": failed / "failure.html",
        "index": write_index(out),
    }


def _render_again(run: Run, previous: Run) -> None:
    month = {"rows_before": 1, "rows_now": 4, "amount_before": "10", "amount_now": "5.5"}
    late = {"since": "1998-03-31", "months": [{"month": "1998-02", **month}]}
    manifest = {**run.manifest, "late_rows": late, "files": ["report.pdf", "tables.xlsx"]}
    notebook = read_notebook(run.folder / "notebook.ipynb")
    html = render_report(notebook, manifest, (), previous, run.results)
    run.page.write_text(html, encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 820, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_page_fits_and_complains_of_nothing(browser, pages, artefacts, kind, width, scheme):
    browser.open(pages[kind], width, scheme)
    assert browser.run("document.documentElement.scrollWidth") <= width
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert asked == [pages[kind].as_uri()]
    assert browser.run("[...document.images].every(image => image.naturalWidth > 0)") is True
    picture = browser.picture(width)
    assert picture.startswith(b"\x89PNG")
    (artefacts / f"{kind}-{width}-{scheme}.png").write_bytes(picture)
    assert browser.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_page_is_accessible(browser, pages, kind, width, scheme):
    pytest.importorskip("axe_core_python")
    checker = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.open(pages[kind], width, scheme)
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.run(checker)
    said = "found.violations.map(each => [each.impact, each.id, each.nodes[0].html])"
    found = browser.run(f"axe.run().then(found => ({{passed: found.passes.length, said: {said}}}))")
    assert found["passed"] > 15
    assert found["said"] == []


@pytest.mark.parametrize("kind", ["report", "failure"])
def test_contents_lead_to_every_part(browser, pages, kind):
    browser.open(pages[kind], 1280)
    targets = browser.run("[...document.querySelectorAll('.contents a')].map(a => a.hash)")
    assert len(targets) > 4
    for target in targets:
        browser.click(f'.contents a[href="{target}"]')
        place = f"document.getElementById({json.dumps(target[1:])}).getBoundingClientRect()"
        seen = f"{place}.top > -2 && {place}.top < innerHeight"
        _wait_until(browser, f"location.hash === {json.dumps(target)} && {seen}")
        _wait_for_rest(browser)
    assert browser.complaints() == []


def _wait_until(browser: Browser, script: str) -> None:
    deadline = time.monotonic() + 10
    while browser.run(script) is not True:
        assert time.monotonic() < deadline, script
        time.sleep(0.05)


def _wait_for_rest(browser: Browser) -> None:
    """Until the page has stopped scrolling: what moves can't be hit."""
    place = None
    while place != (place := browser.run("scrollY")):
        time.sleep(0.1)


def test_index_leads_to_reports_and_failures(browser, pages):
    browser.open(pages["index"], 390)
    for link in browser.run("[...document.links].map(link => link.href)"):
        path = link.removeprefix("file://").partition("#")[0]
        assert Path(path).is_file(), link
    browser.click(".failures a[href^=toy-study]")
    _wait_until(browser, "location.pathname.endsWith('failure.html')")
    browser.click(".earlier a")
    _wait_until(browser, "location.pathname.endsWith('1998-06-30/report.html')")
    browser.click("#changes ~ p a")
    _wait_until(browser, "location.pathname.endsWith('1998-03-31/report.html')")


def test_lines_have_names(browser, pages):
    browser.open(pages["index"], 1280)
    name = "document.querySelector('svg.clv-line').getAttribute('aria-label')"
    assert browser.run(name).startswith("Expected <b> from 1998-03-31 to 1998-06-30: lowest $2,500")


def test_table_is_sorted_by_numbers_and_back(browser, pages):
    browser.open(pages["report"], 1280)
    rows = "document.querySelectorAll('#table-customers tbody tr')"
    order = f"[...{rows}].map(row => row.cells[1].textContent).join()"
    head = "#table-customers th:nth-child({}) button"
    browser.click(head.format(2))
    assert browser.run(order) == "1,000,3,2"
    browser.click(head.format(2))
    assert browser.run(order) == "2,3,1,000"
    browser.click(head.format(3))
    assert browser.run(order) == "1,000,3,2"
    assert browser.run("document.querySelectorAll('th[aria-sort]').length") == 1


def test_code_is_folded_until_asked_for(browser, pages):
    browser.open(pages["report"], 1280)
    shown = "document.querySelectorAll('.clv-code[open]').length"
    assert browser.run(shown) == 0
    browser.click(".codes")
    assert browser.run(shown) > 2
    browser.click(".codes")
    assert browser.run(shown) == 0


def test_contents_open_the_making_of(browser, pages):
    browser.open(pages["report"], 1280)
    browser.click('.contents a[href="#made"]')
    _wait_until(browser, "document.getElementById('made').open")


@pytest.mark.parametrize("kind", KINDS)
def test_page_prints(browser, pages, artefacts, kind):
    browser.open(pages[kind], 1280)
    printed = browser.call("Page.printToPDF", preferCSSPageSize=True)
    pdf = base64.b64decode(printed["data"])
    assert pdf.startswith(b"%PDF-")
    (artefacts / f"{kind}.pdf").write_bytes(pdf)


def test_paper_shows_what_is_folded_and_no_controls(browser, pages):
    browser.open(pages["report"], 700)
    browser.call("Emulation.setEmulatedMedia", media="print")
    shown = "document.querySelector('{}').checkVisibility({{contentVisibilityAuto: true}})"
    for selector in (".made table", ".more dl", "#changes", ".clv-figure img"):
        _wait_until(browser, shown.format(selector))
    for selector in ("nav", ".codes", ".clv-code pre", ".print-none"):
        assert browser.run(shown.format(selector)) is False, selector
    assert browser.run("document.documentElement.scrollWidth") <= 700
    browser.call("Emulation.setEmulatedMedia", media="")
