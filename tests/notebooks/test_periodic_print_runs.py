"""The pack on paper: printed by a real browser, whole, and with what it says as text."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

import pytest

from clvlab.reports import run_report
from clvlab.reports.exports.pdf import find_browser

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
MOST_PAGES = 7
_DRAWN = rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>\s*Tj|ActualText \((.)\)"
pytestmark = pytest.mark.skipif(find_browser() is None, reason="no browser is installed")


def objects_of(pdf):
    """The objects of a PDF by number, with their streams unpacked."""
    found = re.findall(rb"(\d+) 0 obj(.*?)endobj", pdf.read_bytes(), re.DOTALL)
    return {int(number): _unpacked(body) for number, body in found}


def _unpacked(body):
    head, stream, rest = body.partition(b"stream")
    if not stream or b"FlateDecode" not in head:
        return body
    # What follows the packed stream is none of it.
    return head + zlib.decompressobj().decompress(re.sub(rb"^\r?\n", b"", rest, count=1))


def pages_of(objects):
    """What is set on each page, sign by sign, as text without blanks."""
    everything = b"\n".join(objects.values())
    fonts = {
        name: _letters(objects[int(number)], objects)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", everything)
    }
    drawn = [body for body in objects.values() if b" Tj" in body]
    return [_text(body, fonts) for body in drawn]


def _text(body, fonts):
    font, read = {}, []
    for found in re.finditer(_DRAWN, body):
        if found[1]:
            font = fonts[found[1]]
        elif found[3]:
            # Signs without a letter of their own, as figures of one width, say what they mean.
            read.append(found[3].decode("latin-1"))
        else:
            width = max(map(len, font), default=4)
            signs = found[2].decode().upper()
            read += [font.get(signs[at : at + width], "") for at in range(0, len(signs), width)]
    return re.sub(r"[\s\ue000-\uf8ff]", "", "".join(read))


def _letters(font, objects):
    """The letter of each sign of a font."""
    place = re.search(rb"/ToUnicode (\d+) 0 R", font)
    text = objects[int(place[1])].decode("latin-1") if place else ""
    out = {}
    for pair in re.findall(r"^<(\w+)> <(\w{4})>$", text, re.MULTILINE):
        out[pair[0].upper()] = chr(int(pair[1], 16))
    for first, last, letter in re.findall(r"^<(\w+)> <(\w+)> <(\w{4})>$", text, re.MULTILINE):
        for step in range(int(last, 16) - int(first, 16) + 1):
            sign = f"{int(first, 16) + step:0{len(first)}X}"
            out[sign] = chr(int(letter, 16) + step)
    return out


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    out = tmp_path_factory.mktemp("print")
    return run_report("periodic-pack", data=EXAMPLE, out=out, pdf=True)


@pytest.fixture(scope="module")
def pages(printed):
    return pages_of(objects_of(printed.folder / "report.pdf"))


def test_the_pack_fits_on_few_pages_and_none_is_empty(printed, pages):
    count = len(re.findall(rb"/Type /Page\b", (printed.folder / "report.pdf").read_bytes()))
    assert len(pages) == count
    assert 3 <= count <= MOST_PAGES
    assert min(map(len, pages)) > 100


def test_the_key_figures_stand_on_paper_as_text(printed, pages):
    words = "".join(pages)
    for name in ("revenue", "orders", "active"):
        assert f"{printed.results[name]:,.0f}" in words
    for heading in ("Thekeyfigures", "Expenses", "Whodoeswhat,untilwhen?", "Limits"):
        assert heading in words
    assert "Abovethebudget:" in words


def test_no_table_of_the_pack_is_cut(pages):
    """A table that is cut repeats its head on the next page; only that of parameters may be."""
    for head in ("figurejudgedoutside", "categoryclaimsspent", "actionopenedabout"):
        assert "".join(pages).count(head) == 1
