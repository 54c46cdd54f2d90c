"""What every notebook says of its parameters."""

from __future__ import annotations

import pytest

from clvlab.reports.orders.notebooks import find_notebook
from clvlab.reports.orders.parameters import read_parameters

NOTEBOOKS = sorted(path.stem for path in find_notebook("clv-study").parent.glob("*.ipynb"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_parameter_says_what_it_is_and_what_it_may_be(name):
    for parameter in read_parameters(find_notebook(name)):
        assert parameter.help, parameter.name
        assert parameter.unit or parameter.choices or parameter.kind == "bool", parameter.name
        if parameter.kind in {"int", "float"}:
            assert parameter.range.bounds, parameter.name
