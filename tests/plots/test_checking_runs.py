"""Figures that compare models are drawn, labelled, and tell models apart without colour."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

import clvlab
from clvlab import plots

FIGURES = ["scores", "tracking", "calibration", "reliability", "backtest", "by_frequency"]
MANY = ["tracking", "backtest", "by_frequency"]


@pytest.fixture(scope="module")
def few(sample_log):
    """Some hundred customers."""
    table = sample_log.table
    return replace(sample_log, table=table[table["customer_id"] <= "0500"])


@pytest.fixture(scope="module")
def base(few):
    ends = {"calibration_end": "1997-09-30", "holdout_end": "1998-06-30"}
    return clvlab.summarize(few, **ends, unit="week")


@pytest.fixture(scope="module")
def tables(few, base):
    comparison = clvlab.compare_models(base, "bg-nbd, pareto-nbd", n_draws=20)
    terms = {"n_draws": 20}
    return {
        "scores": comparison.table,
        "tracking": clvlab.track_models(few, base, comparison.fitted, **terms),
        "calibration": clvlab.calibration_table(base, comparison.model, **terms),
        "reliability": clvlab.reliability_table(base, comparison.model, **terms),
        "backtest": clvlab.backtest(few, "bg-nbd, pareto-nbd", origins=2, **terms),
        "by_frequency": comparison.by_frequency,
    }


@pytest.fixture(scope="module")
def draw(tables):
    calls = {
        "scores": plots.plot_score_differences,
        "tracking": plots.plot_models_tracking,
        "calibration": plots.plot_calibration,
        "reliability": lambda table, **o: plots.plot_calibration(
            table, share=True, ylabel="bought in the holdout", **o
        ),
        "backtest": plots.plot_backtest,
        "by_frequency": plots.plot_errors_by_frequency,
    }
    return lambda name, **options: calls[name](tables[name], **options)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_on_the_axes_it_is_given_and_says_what_it_shows(draw, name):
    before = dict(mpl.rcParams)
    _, (left, right) = plt.subplots(1, 2)
    ax = draw(name, ax=right)
    assert isinstance(ax, Axes)
    assert ax is right
    assert right.has_data()
    assert not left.has_data()
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert dict(mpl.rcParams) == before
    draw(name).figure.canvas.draw()


@pytest.mark.parametrize("name", MANY)
def test_models_are_named_and_told_apart_without_colour(draw, name):
    ax = draw(name)
    legend = {text.get_text() for text in ax.get_legend().get_texts()}
    assert {"BG/NBD", "Pareto/NBD"} <= legend
    lines = {line.get_label(): line for line in ax.get_lines()}
    looks = [
        (lines[model].get_linestyle(), lines[model].get_marker())
        for model in ("BG/NBD", "Pareto/NBD")
    ]
    assert looks[0] != looks[1]


def test_a_model_has_one_colour_in_all_figures(draw):
    colours = set()
    for name in MANY:
        lines = {line.get_label(): line.get_color() for line in draw(name).get_lines()}
        colours.add(lines["Pareto/NBD"])
    assert len(colours) == 1


def test_models_of_ones_own_are_drawn_too(tables):
    table = tables["by_frequency"].replace({"model": {"pareto-nbd": "mine"}})
    lines = [line.get_label() for line in plots.plot_errors_by_frequency(table).get_lines()]
    assert "Pareto/NBD" in lines


def test_errors_are_drawn_as_they_are(draw, tables):
    table = tables["by_frequency"]
    lines = {line.get_label(): list(line.get_ydata()) for line in draw("by_frequency").get_lines()}
    assert lines["BG/NBD"] == list(table.loc[table["model"] == "bg-nbd", "error"])


def test_tracking_of_all_models_is_that_of_each(few, base, tables):
    table = tables["tracking"]
    own = table[table["model"] == "bg-nbd"].set_index("period_end")
    model = clvlab.BetaGeoModel().fit(base)
    alone = clvlab.track_repeat_purchases(few, base, model, n_draws=20)
    for column in ("observed", "cumulative_expected", "predictive_upper"):
        assert list(own[column]) == list(alone[column])
