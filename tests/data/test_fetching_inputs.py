"""A data set comes whole from its place, or not at all and with a reason."""

from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.data import fetching
from clvlab.data.fetching import REMOTE, sum_of
from clvlab.data.hillstrom import hillstrom_file

TEXT = b"recency,spend\r\n10,0\r\n6,1.5"


class Place(BaseHTTPRequestHandler):
    """Serves a file whole, packed, with a line end, cut off, another one, too much, or nothing."""

    def do_GET(self):
        content = {
            "/whole": TEXT,
            "/ended": TEXT + b"\r\n",
            "/packed": gzip.compress(TEXT),
            "/half-packed": gzip.compress(TEXT)[:-9],
            "/other": b"<html>moved</html>",
            "/half": TEXT,
            "/much": TEXT * 1000,
        }.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.path == "/half" else content)

    def log_message(self, *args):
        """Nothing is printed."""


@pytest.fixture(scope="module")
def place():
    with ThreadingHTTPServer(("127.0.0.1", 0), Place) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    small = replace(REMOTE["hillstrom"], sha256=sum_of(TEXT), most_bytes=10_000)
    monkeypatch.setattr(fetching, "REMOTE", {"hillstrom": small})
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLVLAB_DATA_DIR", str(tmp_path / "sets"))
    return tmp_path / "sets"


def run(*arguments):
    return CliRunner().invoke(app, ["fetch", *map(str, arguments)])


@pytest.mark.parametrize("where", ["whole", "ended", "packed"])
def test_a_file_is_where_reports_look_for_it_and_is_not_fetched_twice(place, folder, where):
    assert hillstrom_file() is None
    first = run("hillstrom", "--url", f"{place}/{where}")
    assert first.exit_code == 0, first.output
    assert "fetched" in first.output
    path = hillstrom_file()
    assert path == folder / "hillstrom" / "hillstrom.csv"
    assert path.read_bytes().rstrip() == TEXT
    again = run("hillstrom", "--url", f"{place}/nowhere")
    assert (again.exit_code, again.output.split()[0]) == (0, "there")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("half", "broke off after 13 of 26 bytes"),
        ("half-packed", "can't be unpacked"),
        ("other", "holds another file than the data set hillstrom"),
        ("much", "more than 10,000 bytes"),
        ("nowhere", "answered 404"),
    ],
)
def test_what_is_not_the_whole_file_is_named_and_leaves_nothing(place, folder, where, said):
    result = run("hillstrom", "--url", f"{place}/{where}")
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_without_a_network_the_place_is_named(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), Place) as server:
        port = server.server_port
    result = run("hillstrom", "--url", f"http://127.0.0.1:{port}/whole")
    assert result.exit_code == 1
    assert "can't be reached" in result.output
    assert not folder.exists()


def test_what_cannot_be_meant_is_refused(folder, monkeypatch, tmp_path):
    assert "must be of hillstrom" in run("hilstrom").output
    assert "begins with http" in run("hillstrom", "--url", "file:///etc/hosts").output
    other = folder / "hillstrom" / "hillstrom.csv"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"mine")
    result = run("hillstrom")
    assert result.exit_code == 2
    assert "Move it away" in result.output
    assert other.read_bytes() == b"mine"
    monkeypatch.delenv("CLVLAB_DATA_DIR")
    assert "CLVLAB_DATA_DIR must" in run("hillstrom").output


def test_the_sum_is_that_of_the_data_set():
    path = hillstrom_file()
    if path is None:
        pytest.skip("Hillstrom's test is not in CLVLAB_DATA_DIR")
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert sum_of(text) == REMOTE["hillstrom"].sha256
    # The sum that others publish is of the author's file, with a line end after the last line.
    published = "0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece"
    assert hashlib.sha256(text.rstrip(b"\r\n") + b"\r\n").hexdigest() == published
