"""Pages in a real browser: widths, console, sorting, the code toggle, print."""

import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Browser:
    """One tab, driven over the browser's own debugging socket."""

    def __init__(self, profile: Path) -> None:
        import websocket

        command = [CHROMIUM, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}"]
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
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 820, 1280])
def test_page_never_scrolls_sideways(browser, finished, width, scheme):
    for path in (finished.page, finished.index):
        browser.open(path, width, scheme)
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.complaints() == []


def test_page_asks_for_nothing(browser, finished):
    browser.open(finished.page, 1280)
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert asked == [finished.page.as_uri()]
    loaded = "[...document.images].every(image => image.naturalWidth > 0)"
    assert browser.run(loaded) is True


def test_table_is_sorted_by_numbers_and_back(browser, finished):
    browser.open(finished.page, 1280)
    rows = "document.querySelectorAll('#table-customers tbody tr')"
    order = f"[...{rows}].map(row => row.cells[1].textContent).join()"
    click = "document.querySelectorAll('#table-customers th button')[{}].click()"
    browser.run(click.format(1))
    assert browser.run(order) == "1,000,3,2"
    browser.run(click.format(1))
    assert browser.run(order) == "2,3,1,000"
    browser.run(click.format(2))
    assert browser.run(order) == "1,000,3,2"
    assert browser.run("document.querySelectorAll('th[aria-sort]').length") == 1


def test_code_is_folded_until_asked_for(browser, finished):
    browser.open(finished.page, 1280)
    shown = "document.querySelectorAll('.clv-code[open]').length"
    assert browser.run(shown) == 0
    browser.run("document.querySelector('.codes').click()")
    assert browser.run(shown) > 2
    browser.run("document.querySelector('.codes').click()")
    assert browser.run(shown) == 0


def test_contents_open_the_making_of(browser, finished):
    browser.open(finished.page, 1280)
    browser.run("document.querySelector('.contents a[href=\"#made\"]').click()")
    time.sleep(0.1)
    assert browser.run("document.getElementById('made').open") is True


def test_page_prints(browser, finished):
    browser.open(finished.page, 1280)
    printed = browser.call("Page.printToPDF")
    assert len(printed["data"]) > 10_000
