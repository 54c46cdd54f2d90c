"""What can't be simulated, and where it can't be written, is said in words."""

import pytest
from typer.testing import CliRunner

import clvlab
from clvlab.cli import app
from clvlab.errors import InputError
from clvlab.simulate.company import default_parameters, write_company


def call(*arguments):
    return CliRunner().invoke(app, ["simulate", "company", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n_customers": 19, "seed": 1}, "'n_customers' must be from 20 to 100,000; got 19."),
        ({"n_customers": 100_001, "seed": 1}, "must be from 20 to 100,000; got 100,001."),
        ({"years": 0, "seed": 1}, "parameter 'years' must be from 1 to 20; got 0."),
        ({"years": 21, "seed": 1}, "parameter 'years' must be from 1 to 20; got 21."),
        ({"seed": -1}, "parameter 'seed' must be at least 0; got -1."),
    ],
)
def test_a_company_that_can_t_be(arguments, said):
    with pytest.raises(InputError) as refused:
        clvlab.simulate_company(**arguments)
    assert said in str(refused.value)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as refused:
        clvlab.simulate_company(1, seed=-3, years=99)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"order": {}},
            "must be a section of the parameters; got 'order'. Did you mean 'orders'?",
        ),
        (
            {"orders": {"rate_shap": 2}},
            "'orders' can't set 'rate_shap'; it has no such number. Did you mean 'rate_shape'?",
        ),
    ],
)
def test_unknown_rates(sections, said):
    with pytest.raises(InputError) as refused:
        default_parameters().changed(**sections)
    assert said in str(refused.value)


def test_a_folder_that_holds_something_is_not_written_to(tmp_path):
    made = clvlab.simulate_company(20, seed=1, years=1, errors=False)
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(InputError) as refused:
        write_company(made, tmp_path)
    assert str(refused.value) == (
        f"folder {tmp_path} must be empty; it holds a, b, c and 1 more. Name another, or set force "
        "(--force) to write over what an earlier run made."
    )
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_is_no_folder(tmp_path):
    made = clvlab.simulate_company(20, seed=1, years=1, errors=False)
    (tmp_path / "a").write_text("mine")
    with pytest.raises(InputError, match="must be a folder; it is a file"):
        write_company(made, tmp_path / "a", force=True)


def test_the_command_writes_and_says_what(tmp_path):
    out = tmp_path / "new" / "company"
    result = call("--seed", "1", "--customers", "20", "--years", "1", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert f"wrote  {out}, simulated, with " in result.stdout
    assert f"truth  {out / 'truth'}" in result.stdout
    assert "       24  customers" in result.stdout
    assert (out / "tables.toml").read_text().startswith("# No such company exists")
    assert "**No such company exists.**" in (out / "README.md").read_text()


@pytest.mark.parametrize(
    ("option", "planted", "said"),
    [("--clean", False, "No errors were planted."), ("--dirty", True, "Careless exports")],
)
def test_options_are_said_in_the_folder(tmp_path, option, planted, said):
    result = call("--seed", "1", "--customers", "20", "--out", str(tmp_path / "x"), option)
    assert result.exit_code == 0
    assert "with 0 errors planted" in result.stdout
    readme = (tmp_path / "x" / "README.md").read_text()
    assert said in readme
    assert f"--seed 1 --customers 20 --years 4 {option} --out FOLDER" in readme
    assert (tmp_path / "x" / "truth" / "errors.csv").exists() == planted


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--customers", "5"], "'n_customers' must be from 20 to 100,000; got 5."),
        (["--years", "0"], "'years' must be from 1 to 20; got 0."),
        (["--clean", "--dirty"], "option --dirty can't come with --clean; both are given."),
    ],
)
def test_bad_options_end_with_two(tmp_path, arguments, said):
    result = call("--seed", "1", "--out", str(tmp_path / "x"), *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "x").exists()


def test_force_writes_over_what_was_made(tmp_path):
    made = ["--customers", "20", "--years", "1", "--out", str(tmp_path / "x")]
    assert call("--seed", "1", *made).exit_code == 0
    before = (tmp_path / "x" / "customers.csv").read_bytes()
    again = call("--seed", "2", *made)
    assert again.exit_code == 2
    assert "must be empty; it holds README.md, benefits.csv, budgets.csv and" in again.stderr
    assert (tmp_path / "x" / "customers.csv").read_bytes() == before
    assert call("--seed", "2", *made, "--force").exit_code == 0
    assert (tmp_path / "x" / "customers.csv").read_bytes() != before


@pytest.mark.parametrize("missing", [["--seed", "1"], ["--out", "x"]])
def test_seed_and_folder_have_no_default(missing):
    result = call(*missing)
    assert result.exit_code == 2
    assert "Missing option" in result.stderr


def test_help_says_what_is_made():
    assert CliRunner().invoke(app, ["simulate"]).exit_code in (0, 2)
    result = call("--help")
    assert result.exit_code == 0
    assert "interactive blackboards" in result.stdout
