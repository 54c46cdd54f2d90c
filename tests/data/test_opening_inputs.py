"""A source that an environment variable names is opened and never told."""

import pytest

import clvlab
from clvlab.errors import InputError

ROWS = "customer_id,date,amount\n007,2024-01-05,10\n008,2024-01-06,20\n"


@pytest.fixture
def secret(tmp_path, monkeypatch):
    path = tmp_path / "token-s3cret" / "orders-s3cret.csv"
    path.parent.mkdir()
    path.write_text(ROWS, encoding="utf-8")
    monkeypatch.setenv("CRM_SOURCE", str(path))
    return path


def test_named_source_is_opened_under_the_name(secret):
    log = clvlab.open_log("env:CRM_SOURCE", as_of="2024-01-05")
    assert list(log.table["customer_id"]) == ["007"]
    assert log.name == "CRM_SOURCE"
    assert "s3cret" not in repr(log)
    assert "s3cret" not in log.quality.to_string()


def test_named_data_set_is_opened(monkeypatch):
    monkeypatch.setenv("CRM_SOURCE", "cdnow-sample")
    log = clvlab.open_log("env:CRM_SOURCE")
    assert (log.name, log.currency, len(log.table)) == ("CRM_SOURCE", "USD", 6696)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_variable_that_is_not_set_is_told(monkeypatch, value):
    monkeypatch.delenv("CRM_SOURCE", raising=False)
    if value is not None:
        monkeypatch.setenv("CRM_SOURCE", value)
    with pytest.raises(InputError) as raised:
        clvlab.open_log("env:CRM_SOURCE")
    assert "env:CRM_SOURCE must name an environment variable that is set" in str(raised.value)
    assert "export CRM_SOURCE=" in str(raised.value)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(""),
        lambda path: path.write_text("a,b\n1,2\n"),
        lambda path: path.write_text(ROWS.replace("10", "ten")),
        lambda path: path.write_bytes(b"\xff\xfe\x00\xff"),
    ],
    ids=["missing", "empty", "other columns", "bad amount", "bytes"],
)
def test_no_message_repeats_the_source(secret, spoil):
    spoil(secret)
    with pytest.raises(InputError) as raised:
        clvlab.open_log("env:CRM_SOURCE")
    assert "s3cret" not in str(raised.value)
    assert "env:CRM_SOURCE" in str(raised.value)
    assert raised.value.__cause__ is None


def test_address_is_not_repeated(monkeypatch):
    monkeypatch.setenv("CRM_SOURCE", "db://me:s3cret@crm/orders")
    with pytest.raises(InputError) as raised:
        clvlab.open_log("env:CRM_SOURCE")
    assert "s3cret" not in str(raised.value)
    assert "env:CRM_SOURCE" in str(raised.value)


def test_unreadable_source_is_told_without_its_name(secret, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(secret))

    monkeypatch.setattr("clvlab.data.opening.load_transactions", refuse)
    with pytest.raises(InputError, match="source 'env:CRM_SOURCE' must be readable; Permission"):
        clvlab.open_log("env:CRM_SOURCE")


def test_other_names_are_files(tmp_path):
    with pytest.raises(InputError, match="must be a file"):
        clvlab.open_log("env:not a name")
