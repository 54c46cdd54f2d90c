"""What is due when a day is over, from calendars worked by hand; and what a folder has already."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.clock import last_period_end, next_period_end, period_end
from clvlab.errors import InputError, ParameterError
from clvlab.reports.nights.agenda import orders_due, standings
from clvlab.reports.nights.cadence import CADENCES, due_day, following_due_day
from clvlab.reports.nights.catalogue import read_catalogue

PERIODS = ["day", "week", "month", "quarter"]


@pytest.mark.parametrize(
    ("cadence", "day", "due"),
    [
        ("daily", "2024-02-29", "2024-02-29"),
        ("weekly", "2024-12-29", "2024-12-29"),  # a Sunday, the last day of ISO week 52
        ("weekly", "2024-12-30", "2024-12-29"),
        ("weekly", "2025-01-04", "2024-12-29"),
        ("weekly", "2025-01-05", "2025-01-05"),  # ISO week 1 of 2025 began on 2024-12-30
        ("monthly", "2024-02-28", "2024-01-31"),
        ("monthly", "2024-02-29", "2024-02-29"),
        ("monthly", "2023-02-28", "2023-02-28"),
        ("monthly", "2024-01-30", "2023-12-31"),
        ("quarterly", "2024-03-30", "2023-12-31"),
        ("quarterly", "2024-03-31", "2024-03-31"),
        ("quarterly", "2024-06-29", "2024-03-31"),
        ("quarterly", "2024-11-15", "2024-09-30"),
        ("once", "2024-11-15", "None"),
    ],
)
def test_a_report_is_due_for_the_last_complete_period(cadence, day, due):
    assert str(due_day(cadence, date.fromisoformat(day))) == due


@pytest.mark.parametrize(
    ("cadence", "day", "following"),
    [
        ("daily", "2023-02-28", "2023-03-01"),
        ("weekly", "2024-12-29", "2025-01-05"),
        ("monthly", "2024-01-31", "2024-02-29"),
        ("quarterly", "2024-09-30", "2024-12-31"),
        ("once", "2024-09-30", "None"),
    ],
)
def test_the_period_after_it_is_next(cadence, day, following):
    assert str(following_due_day(cadence, date.fromisoformat(day))) == following


@pytest.mark.parametrize("period", PERIODS)
@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_periods_follow_each_other_without_a_gap(period, day):
    end, last = period_end(day, period), last_period_end(day, period)
    assert last <= day <= end
    assert period_end(last, period) == last
    assert next_period_end(last, period) == (end if last < day else next_period_end(day, period))
    assert last_period_end(next_period_end(day, period) - timedelta(days=1), period) <= day


def test_an_unknown_period_is_refused():
    with pytest.raises(InputError, match="Did you mean 'quarter'"):
        period_end(date(2024, 1, 1), "quater")


CATALOGUE = """\
[reports.toy]
notebook = "toy.ipynb"
cadence = "monthly"
[reports.toy.variants.north]
[reports.toy.variants.south]
[reports.fixed]
notebook = "toy.ipynb"
cadence = "once"
parameters = { as_of = 1998-06-30 }
[reports.free]
cadence = "once"
data = "../orders/Sales 2024.csv"
"""


@pytest.fixture
def catalogue(make_notebook, tmp_path):
    make_notebook()
    make_notebook(name="notebooks/free", parameters="as_of: date | None = None\ndata = 'toy'")
    (tmp_path / "catalogue.toml").write_text(CATALOGUE)
    return read_catalogue(tmp_path / "catalogue.toml")


def complete(tmp_path, *runs):
    for run in runs:
        (tmp_path / run).mkdir(parents=True)
        manifest = {"status": "complete", "started": "2024-07-02T05:00:00+00:00"}
        (tmp_path / run / "manifest.json").write_text(json.dumps(manifest))
        (tmp_path / run / "result.json").write_text("{}")


def due(catalogue, day, **chosen):
    orders = orders_due(catalogue, date.fromisoformat(day), **chosen)
    return [(order.report, order.variant, order.as_of) for order in orders]


ONCE = [("fixed", "default", None), ("free", "sales-2024-csv", None)]


def test_everything_is_due_at_first(catalogue):
    months = [("toy", "north", "2024-05-31"), ("toy", "south", "2024-05-31")]
    assert due(catalogue, "2024-06-29") == months + ONCE


def test_a_night_that_was_missed_is_made_up_for_and_a_complete_run_is_not_repeated(
    catalogue, tmp_path
):
    complete(tmp_path, "toy/north/2024-06-30", "toy/south/2024-05-31")
    assert due(catalogue, "2024-07-04", reports=["toy"]) == [("toy", "south", "2024-06-30")]
    assert due(catalogue, "2024-07-04", reports=["toy"], force=True) == [
        ("toy", "north", "2024-06-30"),
        ("toy", "south", "2024-06-30"),
    ]


def test_a_failed_run_leaves_its_report_due(catalogue, tmp_path):
    (tmp_path / "toy/north/2024-06-30.failed").mkdir(parents=True)
    (standing, *_) = standings(catalogue, date(2024, 7, 4))
    assert standing.is_due
    assert standing.failed == ("2024-06-30",)


@pytest.mark.parametrize(
    ("failures", "started", "told"),
    [
        (["2024-05-31", "2024-06-30", "undated"], "2024-07-01", ()),
        (["2024-07-31", "undated"], "2024-07-02T05:00:00+00:00", ()),
        (["2024-05-31", "2024-06-30"], "2024-07-03", ("2024-06-30",)),
        (["2024-07-31", "undated"], "2024-07-03", ("2024-07-31", "undated")),
    ],
)
def test_a_failure_counts_until_a_good_run_begins_after_it(
    catalogue, tmp_path, failures, started, told
):
    complete(tmp_path, "toy/north/2024-05-31", "toy/north/2024-06-30")
    for day in failures:
        folder = tmp_path / f"toy/north/{day}.failed"
        folder.mkdir()
        (folder / "failure.json").write_text(json.dumps({"started": started}))
    assert standings(catalogue, date(2024, 7, 4))[0].failed == told


@pytest.mark.parametrize("cadence", ["weekly", "monthly", "quarterly"])
@pytest.mark.parametrize("day", [date(1, 1, 3), date.max])
def test_a_day_at_the_end_of_the_calendar_is_refused(catalogue, cadence, day):
    text = CATALOGUE.replace("monthly", cadence)
    catalogue.path.write_text(text)
    with pytest.raises(ParameterError, match=f"for a {cadence} report; got {day}"):
        standings(read_catalogue(catalogue.path), day)


def test_once_is_once_for_the_day_of_its_parameters_or_for_any(catalogue, tmp_path):
    complete(tmp_path, "fixed/default/1998-05-31", "free/sales-2024-csv/1998-05-31")
    assert due(catalogue, "2024-07-04", reports=["fixed", "free"]) == ONCE[:1]
    complete(tmp_path, "fixed/default/1998-06-30")
    assert due(catalogue, "2024-07-04", reports=["fixed", "free"]) == []


def test_standings_say_what_ran_last_and_what_comes_next(catalogue, tmp_path):
    complete(tmp_path, "toy/north/2024-05-31", "toy/north/2024-06-30")
    north, south, fixed, _ = standings(catalogue, date(2024, 7, 4))
    assert (str(north.last_run), north.is_due, str(north.following)) == (
        "2024-06-30",
        False,
        "2024-07-31",
    )
    assert (south.last_run, south.is_due) == (None, True)
    assert fixed.following is None


def test_an_output_folder_of_ones_own_is_looked_at(catalogue, tmp_path):
    complete(tmp_path, "elsewhere/toy/north/2024-06-30")
    found = due(catalogue, "2024-07-04", out=tmp_path / "elsewhere", reports=["toy"])
    assert found == [("toy", "south", "2024-06-30")]


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"reports": ["toi"]}, "report 'toi' must be in catalogue.toml; it is not"),
        ({"variant": "nord"}, "Did you mean 'north'?"),
        ({"reports": ["fixed"], "variant": "north"}, "variant 'north' must be one of fixed"),
    ],
)
def test_what_is_not_in_the_catalogue_is_refused(catalogue, chosen, said):
    with pytest.raises(ParameterError) as raised:
        orders_due(catalogue, date(2024, 7, 4), **chosen)
    assert said in str(raised.value)


def test_cadences_are_what_the_catalogue_may_say():
    assert CADENCES == ("daily", "weekly", "monthly", "quarterly", "once")
