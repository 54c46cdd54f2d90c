"""Parameter files are read without guessing, and refused in words."""

from datetime import date
from pathlib import Path

import pytest

from clvlab.data.column_map import parse_columns
from clvlab.errors import ParameterError
from clvlab.reports.orders.parameter_files import read_parameter_file, rebased
from clvlab.reports.orders.parameters import check_parameters


@pytest.fixture
def write(tmp_path):
    def written(text, name="company.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


TOML = """\
as_of = 2024-06-30
stamp = 2024-06-30T10:00:00
rate = 1e-3
horizon = 52
refit = true
unit = "week"
"""
YAML = """\
as_of: 2024-06-30
stamp: 2024-06-30 10:00:00
rate: 1e-3
horizon: 52
refit: true
unit: week
"""
VALUES = {
    "as_of": date(2024, 6, 30),
    "stamp": date(2024, 6, 30),
    "rate": 0.001,
    "horizon": 52,
    "refit": True,
    "unit": "week",
}


@pytest.mark.parametrize(
    ("name", "text"), [("a.toml", TOML), ("a.yaml", YAML), ("a.YML", YAML)], ids=str
)
def test_dates_stay_dates_and_numbers_numbers(write, name, text):
    found = read_parameter_file(write(text, name))
    assert found == VALUES
    assert [type(value) for value in found.values()] == [type(value) for value in VALUES.values()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("True", True),
        ("012", "012"),
        ("-3", -3),
        (".5", 0.5),
        ("1E6", 1e6),
        ("'1e-3'", "1e-3"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ("52 weeks", "52 weeks"),
    ],
)
def test_yaml_is_read_as_its_current_version_says(write, text, value):
    found = read_parameter_file(write(f"x: {text}", "a.yaml"))
    assert found == {"x": value}
    assert type(found["x"]) is type(value)


def test_what_a_file_holds_passes_the_check_of_the_notebook(write, make_notebook):
    found = read_parameter_file(write(YAML.replace("stamp: 2024-06-30 10:00:00\n", ""), "a.yaml"))
    checked = check_parameters(make_notebook(), found)
    assert checked["as_of"] == "2024-06-30"
    assert checked["rate"] == 0.001


@pytest.mark.parametrize("name", ["a.toml", "a.yaml"])
def test_a_table_of_columns_becomes_the_text_of_the_command_line(write, name):
    pairs = {
        "customer_id": "client",
        "amount": "quantity*price",
        "date": "day, local",
        "order_id": "",
    }
    sign, head = (" = ", "[columns]\n") if name == "a.toml" else (": ", "columns:\n")
    lines = [f'  {key}{sign}"{value}"' for key, value in pairs.items()]
    found = read_parameter_file(write(head + "\n".join(lines), name))
    assert found == {
        "columns": "customer_id=client, amount=quantity*price, date=`day, local`, order_id="
    }
    assert parse_columns(found["columns"]) == {
        **pairs,
        "date": "`day, local`",
        "order_id": None,
    }


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.toml",
            "x = 1\ny = = 2",
            "file a.toml must be TOML; Invalid value (at line 2, column 5)",
        ),
        ("a.toml", "x = 1\nx = 2", "Cannot overwrite a value (at line 2"),
        ("a.toml", "[horizon]\nweeks = 2", "a.toml, key horizon must be one value; it is a table"),
        ("a.toml", "x = [1, 2]", "a.toml, key x must be one value; it is a list"),
        ("a.toml", "x = 10:30:00", "a.toml, key x must be one value; it is datetime.time(10, 30)"),
        ("a.toml", "[columns]\ndate = 3", "a.toml, key columns.date must be a column's name"),
        ("a.toml", b"x = '\xe4'", "file a.toml must be UTF-8 text"),
        ("a.yaml", "x: 1\nx: 2", "file a.yaml must be YAML; line 2: x stands there more than once"),
        ("a.yaml", "x: [1", "file a.yaml must be YAML; line 1"),
        ("a.yaml", "- 1", "file a.yaml must be a table of names and values; list"),
        ("a.yaml", "x: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("a.yaml", "x: 2024-13-45", "file a.yaml must be YAML; month must be in 1..12"),
        ("a.json", "{}", "file a.json must be TOML or YAML; it ends with '.json'"),
    ],
)
def test_a_file_that_can_not_be_meant_is_refused(write, name, text, said):
    with pytest.raises(ParameterError) as raised:
        read_parameter_file(write(text, name))
    assert said in str(raised.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="must be a readable file; no such file"):
        read_parameter_file(tmp_path / "none.toml")


def test_all_values_that_are_none_are_told_at_once(write):
    with pytest.raises(ParameterError) as raised:
        read_parameter_file(write("a = [1]\nb = {c = 1}"))
    assert len(raised.value.problems) == 2


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        ("orders.csv", "../orders.csv"),
        ("data/*.csv", "../data/*.csv"),
        ("cdnow", "cdnow"),
        ("env:CRM", "env:CRM"),
        ("postgresql://crm/orders", "postgresql://crm/orders"),
        ("/srv/orders.csv", "/srv/orders.csv"),
        ("here", "../here"),
        (None, None),
    ],
)
def test_a_path_of_data_starts_from_the_file_that_names_it(tmp_path, data, seen):
    (tmp_path / "here").mkdir()
    found = rebased({"data": data, "x": 1}, tmp_path, tmp_path / "reports")
    assert found == {"data": seen, "x": 1}
    assert str(Path.cwd()) not in str(found)
