"""Parameters are read from the notebook and checked before anything runs."""

from datetime import date

import pytest

from clvlab.errors import ParameterError
from clvlab.reports.orders.notebooks import find_notebook
from clvlab.reports.orders.parameters import check_parameters, parse_parameters, read_parameters
from clvlab.reports.running.run import run_report


def test_cell_is_read_with_types_defaults_and_help(make_notebook):
    found = {each.name: each for each in read_parameters(make_notebook())}
    assert list(found) == ["as_of", "horizon", "rate", "unit", "refit", "data"]
    assert (found["as_of"].kind, found["as_of"].default) == ("date", "1998-06-30")
    assert found["horizon"].help == "forecast horizon, weeks"
    assert found["unit"].choices == ("day", "week")
    assert found["data"].optional
    assert not found["rate"].optional


@pytest.mark.parametrize(
    ("line", "kind", "optional"),
    [
        ("x = 5", "int", False),
        ("x = -0.5  # rate", "float", False),
        ("x = None", "any", True),
        ("x: float | None = None", "float", True),
        ("x: None | int = 3", "int", True),
        ("x: Optional[str] = 'a # b'  # text", "str", True),
        ('x: "date | None" = None', "date", True),
        ("x: Literal[1, 2] = 1", "choice", False),
    ],
)
def test_every_way_to_declare_a_parameter(line, kind, optional):
    (found,) = parse_parameters(line)
    assert (found.name, found.kind, found.optional) == ("x", kind, optional)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x: int = 2 * 3", "parameter 'x' of the notebook must have a plain value"),
        ("x: list = 3", "Types are str, int"),
        ("x: int | str = 3", "must have a plain value and a known type"),
        ("x: int = = 3", "must be Python; line 1"),
    ],
)
def test_cell_that_can_not_be_read_is_refused(line, said):
    with pytest.raises(ParameterError) as raised:
        parse_parameters(line)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("rate", "1e-3", 0.001),
        ("rate", 1, 1.0),
        ("horizon", "52", 52),
        ("horizon", 52.0, 52),
        ("refit", "true", True),
        ("refit", "no", False),
        ("unit", "day", "day"),
        ("as_of", date(2024, 1, 31), "2024-01-31"),
        ("as_of", " 2024-01-31 ", "2024-01-31"),
        ("data", "none", None),
        ("data", "1", "1"),
    ],
)
def test_text_becomes_the_declared_type(make_notebook, name, given, value):
    checked = check_parameters(make_notebook(), {name: given})
    assert checked == {name: value}
    assert type(checked[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("horizon", "soon", "parameter 'horizon' must be a whole number; got 'soon'"),
        ("horizon", "52.5", "It means: forecast horizon, weeks."),
        ("horizon", True, "must be a whole number"),
        ("rate", "nan", "must be a number"),
        ("rate", "10%", "must be a number; got '10%'"),
        ("refit", "maybe", "must be true or false"),
        ("unit", "month", "must be one of day, week; got 'month'"),
        ("as_of", "30/06/1998", "must be a date such as 1998-06-30"),
        ("as_of", None, "must be a date"),
        ("horizn", 3, "Did you mean 'horizon'?"),
    ],
)
def test_wrong_value_is_refused_in_words(make_notebook, name, given, said):
    with pytest.raises(ParameterError) as raised:
        check_parameters(make_notebook(), {name: given})
    assert said in str(raised.value)


def test_all_problems_are_told_at_once(make_notebook):
    with pytest.raises(ParameterError) as raised:
        check_parameters(make_notebook(), {"horizn": 3, "rate": "x", "unit": "y"})
    assert len(raised.value.problems) == 3


def test_nothing_is_made_when_parameters_are_refused(make_notebook, tmp_path):
    out = tmp_path / "out"
    for order in ({"parameters": {"x": 1}}, {"data": "no/such.csv"}, {"as_of": "soon"}):
        with pytest.raises(ParameterError):
            run_report(make_notebook(), out=out, **order)
    assert not out.exists()


def test_as_of_needs_a_notebook_that_knows_it(make_notebook):
    with pytest.raises(ParameterError, match="parameter 'as_of' must be one of toy; it is not"):
        run_report(make_notebook(parameters="x = 1"), as_of="2024-01-31")


def test_one_parameter_can_not_be_given_twice(make_notebook):
    with pytest.raises(ParameterError, match="parameter 'data' can't be given twice"):
        run_report(make_notebook(), parameters={"data": "a"}, data="b")


def test_unknown_report_is_met_with_the_known_ones(make_notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_notebook(name="notebooks/clv-toy")
    assert find_notebook("clv-toy").name == "clv-toy.ipynb"
    with pytest.raises(ParameterError, match="Did you mean 'clv-toy'"):
        find_notebook("clv-toi")
    with pytest.raises(ParameterError, match="must be a notebook"):
        find_notebook("../missing.ipynb")


def test_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "bad.ipynb"
    for text in ("not json", "[]", "{}", ""):
        path.write_text(text)
        with pytest.raises(ParameterError, match=r"file bad\.ipynb must be a Jupyter notebook"):
            read_parameters(path)
