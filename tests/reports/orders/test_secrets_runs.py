"""Passwords are named, and turn up nowhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from clvlab.cli import app
from clvlab.errors import ParameterError, ReportError
from clvlab.reports import run_report
from clvlab.reports.nights.catalogue import read_catalogue
from clvlab.reports.nights.outcome import death_of
from clvlab.reports.orders.job import Job, prepare_job
from clvlab.reports.orders.order import Order
from clvlab.reports.orders.secrets import named_secrets, without_secrets

ADDRESS = "postgresql://analyst:tr0ub4dor@crm.internal/sales"

LEAKY = """\
import os
from clvlab.reports.writing.page import Page
page = Page.open("Leaky?")
address = os.environ[data.removeprefix("env:")]
page.meta(as_of="2024-01-31", data="from {address}") if False else None
page.record(address=address)
page.meta(as_of="2024-01-31", data="the CRM at {address}")
print("connecting to", address)
import sys
print("login failed for tr0ub4dor", file=sys.stderr)"""

PARAMETERS = "data: str | None = None  # an address"


def texts_below(folder):
    return "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file()
    )


@pytest.fixture
def crm(monkeypatch):
    monkeypatch.setenv("CRM_DATABASE", ADDRESS)


def test_named_secret_is_in_no_file_of_a_run(make_notebook, tmp_path, crm):
    notebook = make_notebook(LEAKY, parameters=PARAMETERS)
    run = run_report(notebook, data="env:CRM_DATABASE", out=tmp_path / "reports")
    everything = texts_below(tmp_path / "reports")
    assert "tr0ub4dor" not in everything
    assert "crm.internal" not in everything
    assert "env:CRM_DATABASE" in run.page.read_text()
    assert "tr0ub4dor" not in str(run)


def test_named_secret_is_in_no_file_of_a_failure(make_notebook, tmp_path, crm):
    failing = LEAKY + "\nos.write(2, address.encode())\nraise OSError(f'no answer from {address}')"
    notebook = make_notebook(failing, parameters=PARAMETERS)
    with pytest.raises(ReportError) as raised:
        run_report(notebook, data="env:CRM_DATABASE", out=tmp_path / "reports")
    assert "no answer from env:CRM_DATABASE" in str(raised.value)
    assert "tr0ub4dor" not in str(raised.value) + raised.value.line
    assert "tr0ub4dor" not in texts_below(tmp_path / "reports")


def test_written_password_is_refused_without_repeating_it(make_notebook, tmp_path):
    notebook = make_notebook(LEAKY, parameters=PARAMETERS)
    with pytest.raises(ParameterError, match="can't hold a password") as raised:
        run_report(notebook, data=ADDRESS, out=tmp_path / "reports")
    assert "tr0ub4dor" not in str(raised.value)
    assert not (tmp_path / "reports").exists()


def test_variable_that_is_not_set_is_told(make_notebook, tmp_path):
    notebook = make_notebook(LEAKY, parameters=PARAMETERS)
    with pytest.raises(ParameterError, match="must name an environment variable that is set"):
        run_report(notebook, data="env:NO_SUCH_VARIABLE", out=tmp_path / "reports")


def test_short_values_are_not_hunted_for(monkeypatch):
    monkeypatch.setenv("FLAG", "1")
    assert named_secrets({"data": "env:FLAG"}) == {}
    assert without_secrets({"a": ["1", 1]}, {}) == {"a": ["1", 1]}


def test_secret_named_by_the_notebook_itself_is_hunted_for(make_notebook, tmp_path, crm):
    named = PARAMETERS.replace("= None", '= "env:CRM_DATABASE"')
    notebook = make_notebook("import os\nprint(1)", parameters=named)
    job = prepare_job(Order(str(notebook), str(tmp_path / "reports")))
    assert "tr0ub4dor" in named_secrets(job.parameters)


def test_password_in_a_notebooks_own_parameters_is_refused(make_notebook, tmp_path):
    written = PARAMETERS.replace("= None", f'= "{ADDRESS}"')
    notebook = make_notebook("print(1)", parameters=written)
    with pytest.raises(ParameterError, match="can't hold a password") as raised:
        prepare_job(Order(str(notebook), str(tmp_path / "reports")))
    assert "tr0ub4dor" not in str(raised.value)


def test_password_of_the_wrong_type_is_not_repeated_either(make_notebook, tmp_path):
    notebook = make_notebook("print(1)")
    layers = (("catalogue", {"horizon": ADDRESS, "rate": "much"}),)
    with pytest.raises(ParameterError) as raised:
        prepare_job(Order(str(notebook), str(tmp_path / "reports"), layers=layers))
    first, second = raised.value.problems
    assert first.subject == "catalogue, parameter 'horizon'"
    assert first.rule == "can't hold a password"
    assert second.subject == "parameter 'rate' (catalogue)"
    assert "tr0ub4dor" not in str(raised.value)


@pytest.mark.parametrize(
    ("data", "variant"),
    [
        ("postgresql://me@db.internal/crm", "db-internal-crm"),
        ("https://shop.example/export.csv?page=1#top", "shop-example-export-csv"),
        ("postgresql://me:pa/s?w#o@rd@db/crm", "db-crm"),
        ("orders/2024.csv", "2024-csv"),
    ],
)
def test_folder_of_an_address_is_named_from_host_and_path(make_notebook, tmp_path, data, variant):
    notebook = make_notebook("print(1)")
    job = Job(Order(str(notebook), str(tmp_path)), notebook, (), {"data": data}, {}, {})
    assert job.variant == variant


def test_catalogue_with_passwords_is_refused_with_all_else_that_is_wrong(make_notebook, tmp_path):
    make_notebook(name="notebooks/toy")
    (tmp_path / "shop.yaml").write_text("unit: Server=db;Pwd=hunter22\nrate: much\n")
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(
        """\
[defaults]
data = "postgresql://me:hunter21@db/crm"
parameters_file = "shop.yaml"
[reports.toy]
cadence = "weekly"
parameters = { horizon = "https://x/?token=hunter23" }
variants.north = { data = "s3://KEY:hunter/24@bucket" }
variants.south = { data = "south.csv" }
"""
    )
    with pytest.raises(ParameterError) as raised:
        read_catalogue(catalogue)
    assert "hunter2" not in str(raised.value)
    secrets = [p.subject for p in raised.value.problems if p.rule == "can't hold a password"]
    assert secrets == [
        "catalogue.toml, key defaults, parameter 'data'",
        "file shop.yaml, parameter 'unit'",
        "catalogue.toml, key reports.toy, parameter 'horizon'",
        "catalogue.toml, key reports.toy.variants.north, parameter 'data'",
    ]
    assert any("parameter 'rate'" in p.subject for p in raised.value.problems)


@pytest.mark.parametrize(
    "entry",
    [
        "timeout = 'db://me:hunter21@db/crm'",
        "data = ['db://me:hunter21@db/crm']",
        "data = { address = 'db://me:hunter21@db/crm' }",
        "cadence = 'db://me:hunter21@db/crm'",
    ],
)
def test_password_at_a_wrong_place_of_a_catalogue_is_not_repeated(make_notebook, tmp_path, entry):
    make_notebook(name="notebooks/toy")
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(f"[reports.toy]\n{entry}\n")
    with pytest.raises(ParameterError, match="it holds a password") as raised:
        read_catalogue(catalogue)
    assert "hunter21" not in str(raised.value)


def test_describe_does_not_show_a_password_of_a_notebook(make_notebook):
    written = PARAMETERS.replace("= None", f'= "{ADDRESS}"')
    notebook = make_notebook("print(1)", parameters=written)
    shown = CliRunner().invoke(app, ["describe", str(notebook)], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert "tr0ub4dor" not in shown.output
    assert "(holds a password)" in shown.output


class _DeadWorker:
    """What is left of a worker that ended without an answer."""

    seconds = 1.0

    def __init__(self, order, words):
        self.order, self._words = order, words

    def last_words(self):
        return self._words


def test_last_words_of_a_dead_worker_are_masked(make_notebook, tmp_path, crm):
    notebook = make_notebook("print(1)", parameters=PARAMETERS)
    layers = (("catalogue", {"data": "env:CRM_DATABASE"}),)
    order = Order(str(notebook), str(tmp_path / "reports"), layers=layers)
    outcome = death_of(_DeadWorker(order, f"can't reach {ADDRESS!r} with tr0ub4dor"), 1)
    assert "tr0ub4dor" not in outcome.message + outcome.line
    assert "env:CRM_DATABASE" in outcome.message
    assert Path(outcome.folder).is_dir()
    assert "tr0ub4dor" not in texts_below(tmp_path / "reports")


def test_last_words_are_masked_when_the_order_is_refused_too(tmp_path, crm):
    layers = (("catalogue", {"data": "env:CRM_DATABASE"}),)
    order = Order("no-such-notebook", str(tmp_path / "reports"), layers=layers)
    outcome = death_of(_DeadWorker(order, "login with tr0ub4dor"), 1)
    assert outcome.message.endswith("login with env:CRM_DATABASE")
    assert outcome.folder is None
