"""Units and ranges that a parameters cell states are kept to."""

import pytest

from clvlab.errors import ParameterError
from clvlab.reports.orders.parameters import check_parameters, parse_parameters

CELL = """\
rate: float = 0.1  # effective rate a year: an assumption [share, >= 0, < 1]
draws: int = 1000  # parameter draws [draws, >= 20, <= 1e6]
horizon: str = "52 weeks"  # how far ahead [span]
holdout: str = "half"  # what is held out [half or span]
end: str | None = None  # last day [span]
note: str = ""  # a note [see below]"""


@pytest.fixture
def notebook(make_notebook):
    return make_notebook(parameters=CELL)


def test_unit_bounds_and_help_are_told_apart():
    found = {each.name: each for each in parse_parameters(CELL)}
    assert found["rate"].help == "effective rate a year: an assumption"
    assert found["rate"].unit == "share"
    assert found["rate"].expected == "a number at least 0 and under 1"
    assert found["draws"].expected == "a whole number at least 20 and at most 1e+06"
    assert found["horizon"].expected == 'a span such as "52 weeks"'
    assert found["holdout"].expected == "'half' or a span such as \"52 weeks\""
    assert found["end"].expected == 'a span such as "52 weeks", or none'
    assert (found["note"].unit, found["note"].help) == ("see below", "a note")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate", "0"),
        ("rate", 0.999),
        ("draws", 20),
        ("horizon", "1.5 years"),
        ("horizon", 52),
        ("horizon", "2024-06-30"),
        ("holdout", "half"),
        ("holdout", "26 weeks"),
        ("end", None),
    ],
)
def test_value_within_the_range_is_taken(notebook, name, value):
    assert name in check_parameters(notebook, {name: value})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("rate", "1", "parameter 'rate' must be a number at least 0 and under 1; got '1'"),
        ("rate", 10, "It means: effective rate a year: an assumption."),
        ("rate", -0.01, "at least 0"),
        ("draws", 19, "a whole number at least 20"),
        ("horizon", "soon", 'must be a span such as "52 weeks"'),
        ("horizon", "52 fortnights", "a span"),
        ("horizon", "-3 weeks", "a span"),
        ("horizon", 0, "a span"),
        ("holdout", "third", "'half' or a span"),
    ],
)
def test_value_out_of_the_range_is_refused_before_anything_runs(notebook, name, value, said):
    with pytest.raises(ParameterError) as raised:
        check_parameters(notebook, {name: value})
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x: int = 1  # wrong [>= two]", "must have a plain value and a known type"),
        ("x: int = 1  # too small [draws, > 1]", "a whole number over 1; its own value is 1"),
        ("x: str = 'no'  # a time [span]", "its own value is 'no'"),
    ],
)
def test_cell_that_contradicts_itself_is_refused(line, said):
    with pytest.raises(ParameterError) as raised:
        parse_parameters(line)
    assert said in str(raised.value)
