"""Every figure of the models is drawn, labelled with units, and leaves matplotlib as it was."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes
from matplotlib.font_manager import fontManager

import clvlab
from clvlab import plots

needs_noto = pytest.mark.skipif(
    all(font.name != "Noto Sans CJK SC" for font in fontManager.ttflist),
    reason="the font Noto Sans CJK SC is not installed",
)
FIGURES = ["tracking", "cumulative", "holdout", "alive", "purchases", "spend", "value"]


@pytest.fixture(scope="module")
def draw(sample_log, sample, sample_model, sample_spend):
    """Each figure by name, on tables that are computed once."""
    tracking = clvlab.track_repeat_purchases(sample_log, sample, sample_model, n_draws=20)
    holdout = clvlab.check_holdout(sample, sample_model).by_frequency
    grid = clvlab.frequency_recency_grid(sample, sample_model, horizon=39)
    spend = clvlab.check_spend_independence(sample).by_frequency
    scores = clvlab.score_customers(
        sample, sample_model, sample_spend, horizon=52, annual_discount_rate=0.1, margin_rate=0.3,
        n_draws=20,
    )  # fmt: skip
    calls = {
        "tracking": lambda **o: plots.plot_tracking(tracking, **o),
        "cumulative": lambda **o: plots.plot_tracking(tracking, cumulative=True, **o),
        "holdout": lambda **o: plots.plot_holdout_by_frequency(holdout, **o),
        "alive": lambda **o: plots.plot_grid(
            grid, "probability_alive", **{"label": "chance to be alive", **o}
        ),
        "purchases": lambda **o: plots.plot_grid(
            grid, "expected_purchases", **{"label": "expected purchases in 39 weeks", **o}
        ),
        "spend": lambda **o: plots.plot_spend_by_frequency(spend, **{"currency": "USD", **o}),
        "value": lambda **o: plots.plot_value_by_decile(scores.deciles, **{"currency": "USD", **o}),
    }

    def by_name(name, **options):
        return calls[name](**options)

    return by_name


def legend_of(ax):
    return {text.get_text() for text in ax.get_legend().get_texts()}


def render(ax):
    ax.figure.canvas.draw()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_without_a_warning(draw, name):
    ax = draw(name)
    assert isinstance(ax, Axes)
    render(ax)


@pytest.mark.parametrize("name", FIGURES)
def test_both_axes_say_what_they_show(draw, name):
    ax = draw(name)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_on_the_axes_it_is_given(draw, name):
    _, (left, right) = plt.subplots(1, 2)
    assert draw(name, ax=right) is right
    assert right.has_data()
    assert not left.has_data()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_leaves_the_settings_of_matplotlib_as_they_were(draw, name):
    before = dict(mpl.rcParams)
    draw(name)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("tracking", "repeat purchases a week"),
        ("cumulative", "repeat purchases in total"),
        ("alive", "weeks from first to last purchase"),
        ("spend", "average repeat purchase, USD"),
        ("value", "lifetime value, USD"),
    ],
)
def test_the_vertical_axis_carries_its_unit(draw, name, unit):
    assert draw(name).get_ylabel() == unit


@pytest.mark.parametrize("name", ["spend", "value"])
def test_an_unknown_currency_is_left_out(draw, name):
    assert not draw(name, currency="").get_ylabel().endswith(",")


def test_a_period_has_the_name_of_its_unit(draw):
    assert draw("tracking", period="month").get_xlabel() == "month ending"


@pytest.mark.parametrize("name", ["tracking", "cumulative", "holdout"])
def test_observed_and_expected_are_told_apart_in_the_legend(draw, name):
    words = " ".join(legend_of(draw(name)))
    assert "observed" in words
    assert "expected" in words


def test_both_kinds_of_limits_are_named_in_the_legend(draw):
    assert {"credible limits", "predictive limits"} <= legend_of(draw("value"))


def test_mean_and_median_are_named_in_the_legend(draw):
    assert {"mean", "median"} <= legend_of(draw("spend"))


def test_the_holdout_is_marked(draw):
    assert "holdout" in {text.get_text() for text in draw("tracking").texts}


@pytest.mark.parametrize("name", ["alive", "purchases"])
def test_the_colours_of_a_map_are_explained(draw, name):
    ax = draw(name, label="what the colours mean")
    labels = {other.get_ylabel() for other in ax.figure.axes if other is not ax}
    assert labels == {"what the colours mean"}


def test_observed_values_are_drawn_as_they_are(draw, sample, sample_model):
    table = clvlab.check_holdout(sample, sample_model).by_frequency
    lines = {line.get_label(): list(line.get_ydata()) for line in draw("holdout").get_lines()}
    assert lines["observed"] == list(table["observed"])
    assert lines["expected"] == list(table["expected"])


@needs_noto
def test_chinese_labels_have_their_characters(draw):
    render(draw("alive", label="顾客仍然活跃的概率"))
    render(draw("spend", currency="人民币"))


def test_a_font_that_is_not_installed_is_left_out(monkeypatch):
    known = [font for font in fontManager.ttflist if not font.name.startswith("Noto")]
    monkeypatch.setattr(fontManager, "ttflist", known)
    with plots.style():
        assert mpl.rcParams["font.family"] == ["DejaVu Sans"]
