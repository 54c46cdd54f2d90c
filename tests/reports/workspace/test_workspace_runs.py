"""A folder that `clvlab init` made works as it is."""

import json
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clvlab.errors import ParameterError
from clvlab.reports.nights.catalogue import read_catalogue
from clvlab.reports.workspace.workspace import create_workspace

HEAD = "Kundennummer;Rechnungsdatum;Menge;Einzelpreis\n"
FILES = {
    "reports/catalogue.toml",
    "company.toml",
    "notebooks/churn-study.ipynb",
    "notebooks/clv-study.ipynb",
    "notebooks/credit-analysis.ipynb",
    "notebooks/crm-health.ipynb",
    "notebooks/customer-card.ipynb",
    "notebooks/lifecycle-study.ipynb",
    "notebooks/model-comparison.ipynb",
    "notebooks/periodic-pack.ipynb",
    "notebooks/recovery-design.ipynb",
    "notebooks/recovery-roi.ipynb",
    "notebooks/satisfaction-loyalty.ipynb",
    "notebooks/segment-comparison.ipynb",
    ".gitignore",
    "README.md",
}


def clvlab(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from clvlab.cli import app; app()", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@pytest.fixture
def orders(tmp_path, sample_log):
    """A tenth of the CDNOW sample as a German shop would export it."""
    table = sample_log.table
    table = table[table["customer_id"].str.endswith("7")]
    amounts = [f"{amount:.2f}".replace(".", ",") for amount in table["amount"]]
    days = table["date"].dt.strftime("%d.%m.%Y")
    rows = zip(table["customer_id"], days, amounts, strict=True)
    lines = [f"{customer};{day};1;{amount}" for customer, day, amount in rows]
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "orders.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_init_writes_runs(orders, tmp_path):
    made = clvlab(tmp_path, "init", "--data", "data/orders.csv")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1] == "next   clvlab run"
    assert "note: company.toml has guessed columns" in made.stderr
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert files >= FILES
    company = tomllib.loads((tmp_path / "company.toml").read_text())
    assert company["columns"] == {
        "customer_id": "Kundennummer",
        "date": "Rechnungsdatum",
        "amount": "Menge * Einzelpreis",
        "quantity": "Menge",
    }
    assert (company["date_format"], company["decimal"]) == ("day-first", ",")
    assert (company["margin_rate"], company["annual_discount_rate"]) == (0.3, 0.1)

    done = clvlab(tmp_path, "run", "--report", "clv-study")
    assert done.returncode == 0, done.stderr
    run = next((tmp_path / "reports" / "clv-study" / "orders-csv").glob("*/manifest.json"))
    manifest = json.loads(run.read_text())
    assert manifest["parameter_sources"]["columns"] == "file company.toml"
    assert manifest["parameter_sources"]["data"] == "catalogue"
    assert manifest["parameters"]["data"] == "../data/orders.csv"
    assert str(tmp_path) not in run.read_text()
    assert (tmp_path / "reports" / "index.html").exists()
    again = clvlab(tmp_path, "run", "--report", "clv-study")
    assert again.stdout.startswith("nothing is due")


def test_data_that_ended_long_ago_make_one_report_and_growing_ones_a_monthly(orders, tmp_path):
    create_workspace(tmp_path / "old", str(orders))
    text = (tmp_path / "old/reports/catalogue.toml").read_text()
    assert "# orders.csv ends on 1998-06-" in text
    report, *_ = read_catalogue(tmp_path / "old/reports/catalogue.toml").reports
    assert report.cadence == "once"
    today = datetime.now(UTC).astimezone().date()
    days = [today - timedelta(days=1 + 3 * place) for place in range(60)]
    lines = [f"{place % 7};{day:%d.%m.%Y};1;9,5" for place, day in enumerate(days)]
    orders.write_text(HEAD + "\n".join(lines))
    create_workspace(tmp_path / "new", str(orders))
    report, *_ = read_catalogue(tmp_path / "new/reports/catalogue.toml").reports
    assert report.cadence == "monthly"
    (variant,) = report.variants
    assert ("catalogue", {"data": "../../data/orders.csv"}) in variant.layers


def test_without_data_there_is_a_demonstration(tmp_path):
    made = create_workspace(tmp_path / "here")
    assert {str(path.relative_to(tmp_path / "here")) for path in made.files} == FILES
    reports = read_catalogue(tmp_path / "here/reports/catalogue.toml").reports
    report = next(one for one in reports if one.name == "clv-study")
    assert report.cadence == "once"
    assert ("catalogue", {"data": "cdnow"}) in report.base
    assert report.notebook == tmp_path / "here/notebooks/clv-study.ipynb"
    assert "columns" not in tomllib.loads((tmp_path / "here/company.toml").read_text())


def test_every_key_of_the_catalogue_is_explained(tmp_path):
    from clvlab.reports.nights.catalogue_form import CatalogueForm, ReportForm, RetentionForm

    create_workspace(tmp_path)
    text = (tmp_path / "reports/catalogue.toml").read_text()
    for form in (CatalogueForm, ReportForm, RetentionForm):
        assert [name for name in form.model_fields if name not in text] == []


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "company.toml").write_text("mine = 1")
    with pytest.raises(ParameterError, match=r"file company.toml can't be overwritten; it is in"):
        create_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["company.toml"]
    refused = clvlab(tmp_path, "init")
    assert (refused.returncode, refused.stdout) == (2, "")
    create_workspace(tmp_path / "other")
    with pytest.raises(ParameterError) as raised:
        create_workspace(tmp_path / "other")
    assert len(raised.value.problems) == len(FILES)


def test_missing_data_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ParameterError, match=r"option --data must exist; there is no none\.csv"):
        create_workspace(tmp_path / "here", "none.csv")
    assert not (tmp_path / "here").exists()


def test_columns_that_are_not_recognised_are_left_to_be_filled_in(tmp_path):
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    made = create_workspace(tmp_path / "here", str(tmp_path / "odd.csv"))
    assert "odd.csv can't be read yet; mend company.toml." in made.notes[0]
    tomllib.loads((tmp_path / "here/company.toml").read_text())


def test_a_quote_in_a_name_does_no_harm(tmp_path, orders):
    path = tmp_path / 'it\'s "$1" data.csv'
    path.write_text(orders.read_text())
    create_workspace(tmp_path / "here", str(path))
    report, *_ = read_catalogue(tmp_path / "here/reports/catalogue.toml").reports
    assert ("catalogue", {"data": f"../../{path.name}"}) in report.base
