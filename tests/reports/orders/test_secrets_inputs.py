"""Which values hold a password, and which only look a little like it."""

import pytest

from clvlab.errors import ParameterError, Problems
from clvlab.reports.orders.written_secrets import (
    host_and_path,
    refuse_unset_variables,
    refuse_written_secrets,
    written_secret,
)

REFUSED = [
    "postgresql://me:hunter22@db/crm",
    "postgresql://me:hun/ter22@db/crm",
    "postgresql://me:hun?ter22@db/crm",
    "postgresql://me:hun ter22@db/crm",
    "redis://:hunter22@cache",
    "s3://KEY:hun/ter22@bucket/orders.parquet",
    "jdbc:mysql://me:hunter22@db/crm",
    "me:hun/ter22@db",
    "read from postgresql://me:hunter22@db/crm at night",
    "https://shop.example/export?password=hunter22",
    "https://shop.example/export?page=1&token=hunter22",
    "https://shop.example/export?api_key=hunter22",
    "https://shop.example/export?X-Amz-Signature=hunter22",
    "Server=db;Uid=me;Pwd=hunter22",
    "Server=db;Uid=me;PASSWORD = hunter22",
    "host=db user=me passwd=hunter22",
    "password=hunter22",
    "access_key=hunter22",
    "apikey=hunter22",
    "aws_secret_access_key=hunter22",
    "AccountName=shop;AccountKey=hunter22",
    '{"user": "me", "password": "hunter22"}',
    "mssql+pyodbc:///?odbc_connect=Server%3Ddb%3BPWD%3Dhunter22",
]

ACCEPTED = [
    "customer_id=client,amount=quantity*price",
    "customer_id=token, date=Day, amount=Net + Tax",
    "customer_id=`token no.`, date=secret_day",
    "status == 'paid'",
    "token == 'A'",
    r"C:\shops\me@home\orders.csv",
    "C:/shops/me@home/orders.csv",
    "orders/2024-*.csv",
    "12:30",
    "2024-01-31T12:30:00+01:00",
    "env:CRM_DATABASE",
    "postgresql://db.internal:5432/crm",
    "postgresql://me@db.internal:5432/crm",
    "https://shop.example:8443/export.csv?page=1",
    "s3://bucket/orders.parquet",
    "mailto:me@shop.example",
    "me@shop.example",
    "Questions: me@shop.example",
    "Tokens and secrets: a study",
    "cdnow",
    "",
    None,
    39,
    True,
]


@pytest.mark.parametrize("value", REFUSED)
def test_written_secret_is_refused_and_not_repeated(value):
    problems = Problems(ParameterError)
    others = refuse_written_secrets({"data": value, "horizon": 39}, problems, "catalogue.toml")
    (problem,) = problems
    assert problem.subject == "catalogue.toml, parameter 'data'"
    assert "ter22" not in str(problem)
    assert others == {"horizon": 39}


@pytest.mark.parametrize("value", ACCEPTED)
def test_ordinary_value_is_no_secret(value):
    assert written_secret(value) == ""


def test_the_same_secret_is_told_once():
    problems = Problems(ParameterError)
    for _ in range(2):
        refuse_written_secrets({"data": REFUSED[0]}, problems)
    assert len(problems) == 1


def test_variable_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("CRM_DATABASE", raising=False)
    problems = Problems(ParameterError)
    refuse_unset_variables({"data": "env:CRM_DATABASE", "horizon": 39}, problems)
    (problem,) = problems
    assert (problem.subject, problem.found) == ("parameter 'data'", "CRM_DATABASE is not")


@pytest.mark.parametrize("address", [each for each in REFUSED if "@" in each and "://" in each])
def test_no_part_of_a_password_is_in_the_place_of_an_address(address):
    assert "ter22" not in host_and_path(address)
    assert "hun" not in host_and_path(address)


@pytest.mark.parametrize("name", ["password", "db_password", "api_key", "ACCESS_TOKEN"])
def test_parameter_that_is_called_a_password_has_to_name_a_variable(name):
    problems = Problems(ParameterError)
    assert refuse_written_secrets({name: "hunter2secret"}, problems) == {}
    assert [each.found for each in problems] == ["its name says that it is one"]
    others = {name: "env:DB", "token_count": "12", "password_column": "pw", "tokens": 3}
    assert refuse_written_secrets(others, Problems()) == others
