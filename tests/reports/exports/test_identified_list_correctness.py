"""Names leave the company's tables only for an export that the run's manifest names."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.errors import InputError
from clvlab.reports.exports.identified_list import export_identified

CUSTOMERS = "customer_id,name,email\n7,First School,a@example.com\n8,=Second School,b@example.com\n"


@pytest.fixture
def run(keep_run):
    folder = keep_run("2024-01-31")
    (folder / "tables").mkdir()
    listed = pd.DataFrame({"customer_id": [8, 7], "clv": [2.5, 1.0]})
    listed.to_parquet(folder / "tables" / "customers.parquet", index=False)
    return folder


@pytest.fixture
def company(tmp_path):
    place = tmp_path / "company"
    place.mkdir()
    (place / "customers.csv").write_text(CUSTOMERS)
    return place


def test_list_has_names_and_the_manifest_says_so(run, company, tmp_path_factory):
    out = tmp_path_factory.mktemp("elsewhere") / "call-these.csv"
    export_identified(run, "customers", company, out)
    assert out.read_text().splitlines() == [
        '"id","name","email","clv"',
        '"8","\'=Second School","b@example.com",2.5',
        '"7","First School","a@example.com",1',
    ]
    manifest = json.loads((run / "manifest.json").read_text())
    (entry,) = manifest["identified_exports"]
    assert entry["rows"] == 2
    assert entry["file"] == "call-these.csv"
    assert entry["columns"] == ["id", "name", "email", "clv"]
    assert "School" not in (run / "manifest.json").read_text()


def test_export_is_refused_among_reports_and_over_a_file(run, company, tmp_path, tmp_path_factory):
    with pytest.raises(InputError, match="hold no personal data"):
        export_identified(run, "customers", company, run.parents[2] / "list.csv")
    there = tmp_path_factory.mktemp("elsewhere") / "list.csv"
    there.write_text("mine")
    with pytest.raises(InputError, match="can't be written over"):
        export_identified(run, "customers", company, there)
    assert there.read_text() == "mine"
    with pytest.raises(InputError, match="must be one of the run's"):
        export_identified(run, "nobody", company, there.with_name("b.csv"))


def test_command_says_what_the_file_holds(run, company, tmp_path_factory):
    out = tmp_path_factory.mktemp("elsewhere") / "list.csv"
    asked = ["identify", str(run), "--company", str(company), "--out", str(out)]
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 0
    assert "holds personal data: 2 customers" in said.output
    again = CliRunner().invoke(app, asked)
    assert again.exit_code == 2
    assert "can't be written over" in again.stderr
