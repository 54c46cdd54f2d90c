"""An order's parameters, its fingerprint, and what a second run of the same does.

All of it is decided before the kernel starts or after it ended, so most tests do without one.
"""

import json

import nbformat
import pytest

from clvlab.errors import ParameterError, ReportError
from clvlab.reports.orders.order import Order
from clvlab.reports.running.run import run_order

CELLS = """\
from clvlab.reports.writing.page import Page
page = Page.open("Small?")
page.meta(as_of=as_of, data="none")
page.record(rate=rate, weeks=weeks)"""

NO_KERNEL = pytest.mark.usefixtures("without_kernel")

PARAMETERS = """\
as_of: "date" = "2024-01-31"  # last day
rate: float = 0.1  # a rate [share, > 0, < 1]
weeks: int = 4  # weeks
data: str | None = None  # a file"""


@pytest.fixture
def notebook(make_notebook):
    return make_notebook(CELLS, name="small", parameters=PARAMETERS)


def manifest_of(run):
    return json.loads((run.folder / "manifest.json").read_text())


def test_later_layers_count_and_the_manifest_says_whose_value_it_is(notebook, tmp_path):
    layers = (
        ("catalogue", {"rate": 0.2, "weeks": 8}),
        ("file company.toml", {"rate": "3e-1"}),
        ("command line", {"weeks": "12"}),
    )
    order = Order(str(notebook), str(tmp_path / "r"), as_of="2024-02-29", layers=layers)
    run = run_order(order)
    assert (run.results["rate"], run.results["weeks"]) == (0.3, 12)
    assert manifest_of(run)["parameter_sources"] == {
        "as_of": "date of the run",
        "rate": "file company.toml",
        "weeks": "command line",
        "data": "notebook",
    }
    assert run.folder.name == "2024-02-29"


def test_wrong_values_of_all_layers_are_told_at_once_with_their_layer(notebook, tmp_path):
    layers = (("catalogue", {"rat": 0.2}), ("file company.toml", {"rate": 2}))
    with pytest.raises(ParameterError) as raised:
        run_order(Order(str(notebook), str(tmp_path / "r"), layers=layers))
    assert "parameter 'rat' (catalogue) must be one of small" in str(raised.value)
    assert "parameter 'rate' (file company.toml) must be a number over 0" in str(raised.value)


def test_same_run_is_recognized_and_not_repeated(notebook, tmp_path):
    data = tmp_path / "orders.csv"
    data.write_text("a\n1\n")
    order = Order(str(notebook), str(tmp_path / "r"), layers=(("python", {"data": str(data)}),))
    first = run_order(order)
    assert first.folder.parts[-3:] == ("small", "orders-csv", "2024-01-31")
    again = run_order(order)
    assert (first.skipped, again.skipped) == (False, True)
    assert (again.folder, again.results) == (first.folder, first.results)
    forced = run_order(Order.from_json(order.to_json()[:-1] + ', "force": true}'))
    assert not forced.skipped


@NO_KERNEL
def test_new_data_parameters_or_cells_make_it_another_run(notebook, tmp_path):
    data = tmp_path / "orders.csv"
    data.write_text("a\n1\n")

    def run(**parameters):
        layers = (("python", {"data": str(data), **parameters}),)
        return run_order(Order(str(notebook), str(tmp_path / "r"), layers=layers))

    run()
    assert not run(weeks=5).skipped
    assert run(weeks=5).skipped
    data.write_text("a\n2\n")
    assert not run(weeks=5).skipped
    source = nbformat.read(notebook, 4)
    source.cells[-1].source += "\npage.record(more=1)"
    nbformat.write(source, notebook)
    assert not run(weeks=5).skipped


@NO_KERNEL
def test_run_folder_that_lost_its_page_is_made_again(notebook, tmp_path):
    (tmp_path / "orders.csv").write_text("a\n1\n")
    layers = (("python", {"data": str(tmp_path / "orders.csv")}),)
    order = Order(str(notebook), str(tmp_path / "r"), layers=layers)
    run_order(order).page.unlink()
    assert not run_order(order).skipped


@NO_KERNEL
def test_report_and_variant_can_not_leave_the_folder(notebook, tmp_path):
    out = tmp_path / "r"
    run = run_order(Order(str(notebook), str(out), report="../../up", variant="/etc/passwd"))
    assert run.folder == out / "up" / "etc-passwd" / "2024-01-31"


@NO_KERNEL
def test_notebook_has_to_report_the_day_it_was_asked_for(make_notebook, tmp_path):
    cells = CELLS.replace("as_of=as_of", 'as_of="2024-01-30"')
    notebook = make_notebook(cells, name="small", parameters=PARAMETERS)
    with pytest.raises(ReportError, match="asked for 2024-01-31 and says that it is as of"):
        run_order(Order(str(notebook), str(tmp_path / "r"), as_of="2024-01-31"))
    failed = tmp_path / "r" / "small" / "default" / "2024-01-31.failed"
    assert json.loads((failed / "failure.json").read_text())["reason"] == "output"


def test_cells_are_counted_while_they_run(notebook, tmp_path):
    seen = []
    layers = (("python", {"weeks": 5}),)
    order = Order(str(notebook), str(tmp_path / "r"), layers=layers)
    run_order(order, on_cell=lambda done, cells: seen.append((done, cells)))
    assert seen == [(0, 3), (1, 3), (2, 3)]


def test_notebook_of_another_language_is_refused(notebook, tmp_path):
    source = nbformat.read(notebook, 4)
    source.metadata.kernelspec = {"name": "ir", "language": "R", "display_name": "R"}
    nbformat.write(source, notebook)
    with pytest.raises(ParameterError, match="must be a notebook in Python; it is in R"):
        run_order(Order(str(notebook), str(tmp_path / "r")))


@NO_KERNEL
def test_relative_data_start_from_the_folder_of_the_order(notebook, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("a\n")
    layers = (("catalogue", {"data": "data/orders.csv"}),)
    order = Order(str(notebook), str(tmp_path / "r"), layers=layers, data_folder=str(tmp_path))
    run = run_order(order)
    assert run.folder.parts[-2] == "orders-csv"
    assert manifest_of(run)["parameters"]["data"] == "data/orders.csv"


@pytest.mark.parametrize("day", ["../../../escaped", "/absolute/escaped", "soon"])
@pytest.mark.parametrize("kind", ["as_of = None", "as_of: str | None = None"])
def test_day_that_is_no_day_is_refused_whatever_the_notebook_declares(
    make_notebook, tmp_path, day, kind
):
    notebook = make_notebook("1 / 0", parameters=kind)
    with pytest.raises(ParameterError, match="parameter 'as_of' must be a date"):
        run_order(Order(str(notebook), str(tmp_path / "r"), as_of=day))
    assert not (tmp_path / "r").exists()


@NO_KERNEL
def test_notebook_that_does_not_name_its_data_is_always_run(notebook, tmp_path):
    order = Order(str(notebook), str(tmp_path / "r"))
    assert manifest_of(run_order(order))["fingerprint"] is None
    assert not run_order(order).skipped


@NO_KERNEL
def test_what_other_parameters_read_belongs_to_the_fingerprint(make_notebook, tmp_path):
    parameters = PARAMETERS + "\nprices: str | None = None  # a second file"
    notebook = make_notebook(CELLS, name="small", parameters=parameters)
    for name in ("orders.csv", "prices.csv"):
        (tmp_path / name).write_text("a\n1\n")
    paths = {"data": str(tmp_path / "orders.csv"), "prices": str(tmp_path / "prices.csv")}
    order = Order(str(notebook), str(tmp_path / "r"), layers=(("python", paths),))
    run_order(order)
    assert run_order(order).skipped
    (tmp_path / "prices.csv").write_text("a\n2\n")
    assert not run_order(order).skipped


@NO_KERNEL
def test_decimal_sign_is_not_taken_for_the_folder_of_everything(make_notebook, tmp_path):
    parameters = PARAMETERS + '\ndecimal: str = "."  # sign'
    notebook = make_notebook(CELLS, name="small", parameters=parameters)
    (tmp_path / "orders.csv").write_text("a\n1\n")
    layers = (("python", {"data": str(tmp_path / "orders.csv")}),)
    order = Order(str(notebook), str(tmp_path / "r"), data_folder=str(tmp_path), layers=layers)
    run_order(order)
    (tmp_path / "late.csv").write_text("a\n1\n")
    assert run_order(order).skipped


@NO_KERNEL
def test_what_a_variable_holds_is_not_taken_for_known(make_notebook, tmp_path, monkeypatch):
    parameters = PARAMETERS + "\nconnection: str | None = None  # a database"
    notebook = make_notebook(CELLS, name="small", parameters=parameters)
    monkeypatch.setenv("CONN", "somewhere else")
    (tmp_path / "orders.csv").write_text("a\n1\n")
    given = {"data": str(tmp_path / "orders.csv"), "connection": "env:CONN"}
    order = Order(str(notebook), str(tmp_path / "r"), layers=(("python", given),))
    assert manifest_of(run_order(order))["fingerprint"] is None
    assert not run_order(order).skipped


@NO_KERNEL
def test_data_that_change_during_the_run_are_not_vouched_for(make_notebook, tmp_path):
    data = tmp_path / "orders.csv"
    data.write_text("a\n1\n")
    grow = f"with open({str(data)!r}, 'a') as rows: rows.write('2')"
    notebook = make_notebook(CELLS, grow, name="small", parameters=PARAMETERS)
    run = run_order(Order(str(notebook), str(tmp_path / "r"), layers=(("p", {"data": str(data)}),)))
    assert "sha256" not in manifest_of(run)["data"]
    assert manifest_of(run)["fingerprint"] is None
    assert "The data changed while the report was made" in run.warnings[0]


@NO_KERNEL
def test_pattern_over_folders_is_taken_as_the_loader_takes_it(notebook, tmp_path):
    for place in ("north", "south"):
        (tmp_path / "data" / place).mkdir(parents=True)
        (tmp_path / "data" / place / "orders.csv").write_text("a\n")
    pattern = str(tmp_path / "data" / "*" / "orders.csv")
    layers = (("python", {"data": pattern}),)
    run = run_order(Order(str(notebook), str(tmp_path / "r"), layers=layers))
    assert manifest_of(run)["data"]["files"] == 2
    layers = (("python", {"data": str(tmp_path / "data" / "*" / "none.csv")}),)
    with pytest.raises(ParameterError, match="must exist"):
        run_order(Order(str(notebook), str(tmp_path / "r"), layers=layers))
