"""Secrets are found however they are spelt, and nothing else is touched."""

import csv
import html
import io
import json
import re
import urllib.parse
import zipfile

import markupsafe
import nbformat
import openpyxl
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from clvlab.errors import ReportError
from clvlab.reports.orders.secret_files import refuse_secrets_in_files
from clvlab.reports.orders.secrets import named_secrets, without_secrets

SECRETS = ['p&ss"w<ord\\9', 'it\'s 100% "ours"', "grüße & 日本", "two\nlines", "hunter22"]


def in_csv(text):
    written = io.StringIO()
    csv.writer(written).writerow([text, "x"])
    return written.getvalue()


SPELLINGS = {
    "raw": str,
    "html": html.escape,
    "html without quotes": lambda text: html.escape(text, quote=False),
    "jinja": lambda text: str(markupsafe.escape(text)),
    "json": json.dumps,
    "json in unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "repr": repr,
    "repr with both quotes": lambda text: repr(text + "'\""),
    "ascii": ascii,
    "bytes": lambda text: repr(text.encode()),
    "url": lambda text: urllib.parse.quote(text, safe=""),
    "path of a url": urllib.parse.quote,
    "query": urllib.parse.quote_plus,
    "csv": in_csv,
    "repr in html": lambda text: html.escape(repr(text)),
    "json in html": lambda text: str(markupsafe.escape(json.dumps(text))),
    "html in json": lambda text: json.dumps(html.escape(text)),
    "json in json": lambda text: json.dumps(json.dumps(text)),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_secret_is_masked_in_every_spelling(secret, spelling):
    written = f"before {SPELLINGS[spelling](secret)} after"
    clean = without_secrets({written: [written]}, {secret: "env:CRM"})
    ((key, (value,)),) = clean.items()
    assert key == value
    before, name, after = key.partition("env:CRM")
    assert name == "env:CRM"
    # what is left are the marks that enclose it
    assert re.fullmatch(r"before (b|\W|quot|#34|#x27|#39)*", before)
    assert re.fullmatch(r"(,x|\W|quot|#34|#x27|#39)* after", after)


def test_numbers_and_dates_stay(monkeypatch):
    content = {"year": 2024, "share": 0.2024, "day": "2024-01-31", "is": True, "no": None}
    for value in ("2024", "20240131", "2024-01-31", "0.2024", "1e-300", "cdnow-sample", "short"):
        monkeypatch.setenv("HELD", value)
        assert named_secrets({"data": "env:HELD"}) == {}
    assert without_secrets(content, {"hunter22": "env:CRM"}) == content
    numbers = without_secrets({"n": 1234567.5, "text": "a1234567b"}, {"1234567": "env:CRM"})
    assert numbers == {"n": 1234567.5, "text": "aenv:CRMb"}


@pytest.mark.parametrize(
    ("held", "password"),
    [
        ("postgresql://me:hunter%2F22@db/crm", "hunter/22"),
        ("postgresql://me:hunter/22@db/crm", "hunter/22"),
        ("postgresql://me:hunter@22@db/crm", "hunter@22"),
        ("Server=db;Uid=me;Pwd=hunter22", "hunter22"),
        ("Server=db;Uid=me;Pwd={hunter;22}", "hunter;22"),
        ("host=db password='hunter 22'", "hunter 22"),
        ("https://shop.example/?page=1&token=hunter22&size=9", "hunter22"),
        ("mssql+pyodbc:///?odbc_connect=Server%3Ddb%3BPWD%3Dhunter22%3B", "hunter22"),
        ('{"password": "hunter22"}', "hunter22"),
    ],
)
def test_password_within_an_address_is_hunted_for_alone(monkeypatch, held, password):
    monkeypatch.setenv("CRM", held)
    assert {held, password} <= set(named_secrets({"data": "env:CRM"}))


def test_notebook_stays_one():
    secret = SECRETS[0]
    output = new_output("stream", text=repr(secret))
    notebook = new_notebook(cells=[new_code_cell("f()", outputs=[output])])
    clean = without_secrets(notebook, {secret: "env:CRM"})
    nbformat.validate(clean)
    assert clean.cells[0].outputs[0].text == "'env:CRM'"


def tables(folder, text):
    """Files with the text in it, by name."""
    frame = pd.DataFrame({"customer_id": ["007", text] * 50, "clv": 1.0})
    frame.to_csv(folder / "customers.csv", index=False)
    frame.to_parquet(folder / "plain.parquet", compression=None)
    frame.to_parquet(folder / "packed.parquet", compression="gzip")
    frame.astype({"customer_id": "category"}).to_parquet(folder / "codes.parquet")
    nested = pd.DataFrame({"clv": [1.0], "tags": [[{"name": text}]]})
    nested.to_parquet(folder / "nested.parquet", compression="gzip")
    pd.DataFrame({text: [1.0]}).to_parquet(folder / "heading.parquet", compression="gzip")
    book = openpyxl.Workbook()
    book.active.append(["007", text])
    book.save(folder / "book.xlsx")
    (folder / "drawing.svg").write_text(f"<svg><!-- {html.escape(text)} --></svg>")
    (folder / "long.bin").write_bytes(b"." * ((1 << 22) - 5) + text.encode() + b"." * 9)
    with zipfile.ZipFile(folder / "more.zip", "w") as packed:
        packed.writestr("customers.csv", text)
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("secret", [SECRETS[0], SECRETS[2], "hunter22"])
def test_secret_in_a_file_is_refused_with_the_files_name(tmp_path, secret):
    (tmp_path / "all").mkdir()
    for name in tables(tmp_path / "all", secret):
        run = tmp_path / name.replace(".", "-")
        (run / "tables").mkdir(parents=True)
        (tmp_path / "all" / name).rename(run / "tables" / name)
        with pytest.raises(ReportError, match=f"tables/{name} holds what env:CRM") as raised:
            refuse_secrets_in_files(run, {"not there": "env:OTHER", secret: "env:CRM"})
        assert secret not in str(raised.value)


def test_files_without_secrets_pass(tmp_path):
    tables(tmp_path, "an ordinary name")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 is not all")
    (tmp_path / "broken.zip").write_bytes(b"PK\x05\x06" + b"\x00" * 17 + b"\xff")
    refuse_secrets_in_files(tmp_path, {"hunter22": "env:CRM"})


def test_secret_in_the_name_of_a_file_is_refused_without_repeating_it(tmp_path):
    (tmp_path / "hunter22.csv").touch()
    with pytest.raises(ReportError, match="the name of a file holds") as raised:
        refuse_secrets_in_files(tmp_path, {"hunter22": "env:CRM"})
    assert "hunter22" not in str(raised.value)
