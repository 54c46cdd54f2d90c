"""The card as the command line makes it: without names, and with them where somebody asks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.relations import load_usage

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
WHOM = "K00005"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out, private = tmp_path_factory.mktemp("cards"), tmp_path_factory.mktemp("private")
    arguments = ["card", WHOM, "--data", str(EXAMPLE), "--out", str(out), "-p", "n_draws=50"]
    named = private / "who.html"
    done = CliRunner().invoke(app, [*arguments, "--identified", str(named)])
    assert done.exit_code == 0, done.output
    return out, named


@pytest.fixture(scope="module")
def folder(made):
    (page,) = made[0].glob("customer-card/*/*/report.html")
    return page.parent


def test_the_card_names_nobody(made, named_in):
    files = [path for path in made[0].rglob("*") if path.is_file()]
    assert len(files) > 20
    assert named_in(files) == {}


def test_the_identified_page_says_who_it_is_and_the_manifest_names_it(made, folder):
    raw = pd.read_csv(EXAMPLE / "customers.csv", dtype=str).set_index("customer_id")
    page = made[1].read_text(encoding="utf-8")
    assert raw.loc[WHOM, "name"] in page
    assert raw.loc[WHOM, "phone"] in page
    (entry,) = json.loads((folder / "manifest.json").read_text())["identified_exports"]
    assert (entry["table"], entry["file"], entry["rows"]) == ("card", "who.html", 1)


def test_the_opening_is_noted_with_the_owner(made):
    usage = load_usage(made[0] / "usage.csv")
    raw = pd.read_csv(EXAMPLE / "customers.csv", dtype=str).set_index("customer_id")
    assert usage["customer_id"].tolist() == [WHOM]
    assert usage["owner"].tolist() == [raw.loc[WHOM, "owner"]]
    assert usage["identified"].tolist() == ["yes"]


def test_the_page_has_what_a_card_needs(folder):
    shown = (folder / "report.html").read_text(encoding="utf-8").split('id="code"')[0]
    for heading in ("What happened?", "Stage and classes", "Credit", "What is missing?"):
        assert heading in shown
    assert "Nobody made these purchases." in shown
    assert re.findall(r"<t[hd][^>]*>(\w+_\w+)<", shown) == []
    results = json.loads((folder / "result.json").read_text())
    assert results["clv_lower"] < results["clv"] < results["clv_upper"]
    assert results["reason"]


def test_an_identified_page_can_not_lie_among_reports(made, folder):
    from clvlab.errors import InputError
    from clvlab.reports.exports.identified_card import export_identified_card

    with pytest.raises(InputError, match="folder of reports"):
        export_identified_card(folder, EXAMPLE, made[0] / "who.html")
    with pytest.raises(InputError, match="can't be written over"):
        export_identified_card(folder, EXAMPLE, made[1])
