"""Passwords are named, and turn up nowhere."""

import pytest

from clvlab.errors import ParameterError, ReportError
from clvlab.reports import run_report
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
