"""A catalogue is read strictly: every mistake is told at once, with its key."""

from datetime import date
from pathlib import Path

import pytest

from clvlab.errors import ParameterError
from clvlab.reports.nights.agenda import orders_due
from clvlab.reports.nights.catalogue import read_catalogue

GOOD = """\
[defaults]
cadence = "weekly"
timeout = "30 minutes"
parameters_file = "company.yaml"
parameters = { rate = 0.2 }

[retention]
newest = 10

[reports.toy]
description = "A toy"
memory = "4 GB"
pdf = true
parameters = { horizon = 13 }

[reports.other-toy]
notebook = "notebooks/toy.ipynb"
cadence = "monthly"
change_threshold = 0.1
timeout = "2 hours"
variants.north = { data = "north.csv", parameters = { horizon = 26 } }
variants.south = { parameters_file = ["south.toml"] }
"""


@pytest.fixture
def read(make_notebook, tmp_path):
    make_notebook(name="notebooks/toy")
    (tmp_path / "company.yaml").write_text("rate: 1e-3\nunit: day\n")
    (tmp_path / "south.toml").write_text('data = "south.csv"\nhorizon = 1\n')

    def write_and_read(text):
        path = tmp_path / "catalogue.toml"
        path.write_text(text)
        return read_catalogue(path)

    return write_and_read


def test_a_catalogue_says_what_is_run(read, tmp_path):
    catalogue = read(GOOD)
    toy, other = catalogue.reports
    assert (toy.cadence, toy.description, toy.notebook.name) == ("weekly", "A toy", "toy.ipynb")
    assert (toy.order.timeout_seconds, toy.order.memory_bytes) == (1800.0, 4_000_000_000)
    assert (toy.order.pdf, other.order.pdf) == (True, False)
    assert (other.order.timeout_seconds, other.order.change_threshold) == (7200.0, 0.1)
    assert other.order.memory_bytes == 0
    assert [variant.name for variant in other.variants] == ["north", "south"]
    assert [variant.name for variant in toy.variants] == [""]
    assert (catalogue.retention.newest, catalogue.retention.month_ends) == (10, 24)
    assert catalogue.folder == tmp_path


def test_what_stands_nearer_counts_more_and_a_file_more_than_the_table_beside_it(read):
    _, other = read(GOOD).reports
    south = other.variant("south")
    assert south.layers == (
        ("catalogue", {"rate": 0.2}),
        ("file company.yaml", {"rate": 0.001, "unit": "day"}),
        ("file south.toml", {"data": "south.csv", "horizon": 1}),
    )
    north = other.variant("north")
    assert north.layers[2:] == (("catalogue", {"horizon": 26, "data": "north.csv"}),)


def test_data_are_looked_for_beside_the_catalogue(read, tmp_path):
    orders = orders_due(read(GOOD), date(2024, 6, 30), reports=["other-toy"])
    assert {order.data_folder for order in orders} == {str(tmp_path)}
    assert {order.out for order in orders} == {str(tmp_path)}


def test_what_holds_for_all_reports_is_left_out_where_a_notebook_does_not_know_it(
    read, make_notebook, tmp_path
):
    make_notebook(name="notebooks/plain", parameters='as_of: "date" = "1998-06-30"')
    toy, plain = read(
        """
        [defaults]
        cadence = "weekly"
        parameters = { horizon = 13 }
        [reports.toy]
        [reports.plain]
        """
    ).reports
    assert toy.base == (("catalogue", {"horizon": 13}),)
    assert plain.base == ()


def test_variants_may_hold_for_all_reports(read):
    (toy,) = read(
        """
        [defaults]
        cadence = "weekly"
        variants.north.data = "north.csv"
        [reports.toy]
        """
    ).reports
    assert toy.variant(None).layers == (("catalogue", {"data": "north.csv"}),)


TOY = '[reports.toy]\ncadence = "weekly"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reports.toy\n", "file catalogue.toml must be TOML"),
        ('[reports.toy]\ncadence = "weekly"\ncadence = "once"', "(at line 3, column 17)"),
        (
            '[reports.toy]\ncadance = "weekly"',
            "reports.toy.cadance must be a key of the catalogue; it is not. Did you mean 'cadence'",
        ),
        (
            '[reports.toy]\ncadence = "weakly"',
            "monthly, quarterly, once; got 'weakly'. Did you mean 'weekly'?",
        ),
        ("[report.toy]", "key report must be a key of the catalogue; it is not. Did you mean"),
        ("[default]", "Did you mean 'defaults'?"),
        ("[defaults]\nnotebook = 'toy'", "key defaults.notebook must be a key of the catalogue"),
        ("[retention]\nnewest = 0", "key retention.newest must be at least 1; got 0"),
        ("[retention]\nnewest = '5'", "key retention.newest must be a whole number; got '5'"),
        (TOY + "timeout = 30", 'key reports.toy.timeout must be a length of time such as "30'),
        (TOY + "timeout = '0 minutes'", "must be a length of time"),
        (TOY + "timeout = '5 fortnights'", "must be a length of time"),
        (TOY + "memory = '4 Gb s'", "key reports.toy.memory must be an amount of memory such as"),
        (TOY + "memory = '4'", "must be an amount of memory"),
        (TOY + "change_threshold = '5%'", "change_threshold must be a number of at least 0"),
        (TOY + "change_threshold = -1", "must be a number of at least 0, such as 0.05; got -1"),
        (TOY + "pdf = 'yes'", "key reports.toy.pdf must be true or false; got 'yes'"),
        (TOY + "data = 3", "key reports.toy.data must be text; got 3"),
        (TOY + "parameters = 3", "key reports.toy.parameters must be a table; got 3"),
        (TOY + "variants.north = 3", "key reports.toy.variants.north must be a table"),
        (TOY + "variants.n.dta = 'x'", "key reports.toy.variants.n.dta must be a key of the"),
        (TOY + "parameters_file = 3", "must be the name of a file, or a list of names"),
        ("[reports.toy]", "key reports.toy must say its cadence; it does not."),
        ("[reports.toi]\ncadence = 'once'", "key reports.toi must name a notebook; there is no"),
        (TOY + "notebook = 'no.ipynb'", "key reports.toy.notebook must name a notebook"),
        (TOY + "parameters_file = 'no.toml'", "no.toml must be a readable file"),
        (TOY + "parameters.horizn = 1", "catalogue.toml, toy, parameter 'horizn' must be one of"),
        (TOY + "parameters.horizon = 'x'", "parameter 'horizon' must be a whole number; got 'x'"),
        (TOY + "variants.n.parameters.rat = 1", "toy/n, parameter 'rat' must be one of toy"),
        (TOY + "parameters.horizon = [1]", "parameters, key horizon must be one value; it is a"),
        (TOY + "data = 'a'\nparameters.data = 'b'", "toy.data can't be given twice"),
        (TOY + "parameters.as_of = 2024-01-31", "toy can't set as_of and be weekly"),
        (
            TOY + "[defaults.parameters]\nhorizn = 3",
            "key defaults, parameter 'horizn' must be a parameter of a notebook of the catalogue",
        ),
        (
            '[reports."North Region"]\nnotebook = "toy"\ncadence = "once"',
            "digits and single hyphens; got 'North Region'. Write it as in north-region.",
        ),
        ('[reports."../up"]\nnotebook = "toy"\ncadence = "once"', "Write it as in up."),
        (
            TOY + '[reports.Toy]\nnotebook = "toy"\ncadence = "once"',
            "key reports.Toy can't share a folder with reports.toy; it is toy",
        ),
        (TOY + 'variants.a-b = {}\nvariants."a b" = {}', "a folder with reports.toy.variants.a-b"),
    ],
)
def test_a_mistake_is_told_with_its_key(read, text, said):
    with pytest.raises(ParameterError) as raised:
        read(text)
    assert said in str(raised.value)


def test_all_mistakes_are_told_at_once(read):
    with pytest.raises(ParameterError) as raised:
        read(TOY + "pfd = true\ntimeout = 3\n[retention]\nnewest = 0")
    assert len(raised.value.problems) == 3
    with pytest.raises(ParameterError) as raised:
        read(TOY + "variants.a.parameters = {x = 1, horizon = 'y'}\nvariants.b.parameters.z = 1")
    assert len(raised.value.problems) == 3


def test_a_mistake_that_all_variants_share_is_told_once(read):
    with pytest.raises(ParameterError) as raised:
        read(TOY + "parameters.horizn = 1\nvariants.a = {}\nvariants.b = {}")
    assert len(raised.value.problems) == 1


def test_a_periodic_report_needs_a_notebook_that_knows_the_date(read, make_notebook):
    make_notebook(name="notebooks/plain", parameters="x = 1")
    with pytest.raises(ParameterError, match="with the parameter as_of to be weekly"):
        read('[reports.plain]\ncadence = "weekly"')


def test_a_missing_catalogue_is_met_with_what_to_do(tmp_path):
    with pytest.raises(
        ParameterError, match=r"must exist; it does not\. Write one with clvlab init"
    ):
        read_catalogue(tmp_path / "catalogue.toml")


def test_the_catalogue_of_the_project_is_in_order():
    catalogue = read_catalogue(Path(__file__).parents[3] / "reports" / "catalogue.toml")
    assert "clv-study" in [report.name for report in catalogue.reports]


def test_an_unknown_variant_is_met_with_the_known_ones(read):
    toy, other = read(GOOD).reports
    with pytest.raises(ParameterError, match="Did you mean 'south'"):
        other.variant("sooth")
    with pytest.raises(ParameterError, match="Report toy has no variants"):
        toy.variant("north")
