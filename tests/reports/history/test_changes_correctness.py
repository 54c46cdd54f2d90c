"""What changed: sizes by hand, limits folded away, words in place of names."""

import math

import pytest

from clvlab.reports.history.changes import (
    compare_results,
    describe_change,
    made_differently,
    notable_changes,
)
from clvlab.reports.history.changes_text import changes_text
from clvlab.reports.history.made import asked_alike
from clvlab.reports.history.result_words import ResultWords, words_of
from clvlab.reports.history.runs import load_run
from clvlab.reports.pages.change_html import card_changes, change_html

BEFORE = {
    "as_of": "2024-01-31",
    "last_day": "2024-01-31",
    "total": {"clv": 200.0, "clv_predictive_lower": 150.0, "clv_predictive_upper": 260.0},
    "share": 0.60,
    "purchases": 1000,
    "none": None,
    "verdict": "good",
    "zero": 0,
    "steady": 5.0,
}
AFTER = {
    "as_of": "2024-02-29",
    "last_day": "2024-02-29",
    "total": {"clv": 150.0, "clv_predictive_lower": 90.0, "clv_predictive_upper": 220.0},
    "share": 0.66,
    "purchases": 1049,
    "none": 3,
    "verdict": "bad",
    "zero": 2,
    "steady": 5.0,
}
WORDS = ResultWords(
    {"total.clv": "Value"}, {"total.clv": "money", "share": "percent", "zero": "count"}, "$"
)


def test_results_are_compared_name_by_name():
    table = compare_results(BEFORE, AFTER).set_index("result")
    assert list(table.columns) == ["label", "before", "after", "change", "relative_change"]
    assert table.loc["total.clv", "change"] == -50
    assert table.loc["total.clv", "relative_change"] == -0.25
    assert table.loc["total.clv", "label"] == "Total: lifetime value"
    assert table.loc["purchases", "relative_change"] == pytest.approx(0.049)
    assert table.loc["zero", "relative_change"] == math.inf
    assert table.loc["steady", "change"] == 0
    assert table.loc["verdict", ["before", "after"]].tolist() == ["good", "bad"]
    assert table.loc[["verdict", "none", "as_of"], "change"].isna().all()
    assert table.loc["none", "before"] is None


def test_loss_that_shrinks_has_risen():
    table = compare_results({"profit": -100.0}, {"profit": -50.0})
    assert table.loc[0, "relative_change"] == 0.5


def test_infinity_is_a_number():
    table = compare_results(
        {"a": "Infinity", "b": 1.0, "c": "Infinity"}, {"a": "Infinity", "b": "Infinity", "c": 1.0}
    )
    assert table["change"].tolist() == [0.0, math.inf, -math.inf]


def test_notable_changes_are_few_and_sorted():
    found = notable_changes(BEFORE, AFTER, 0.05, WORDS)
    assert [change.result for change in found] == ["zero", "total.clv", "share", "none", "verdict"]
    zero, value, share, none, verdict = found
    assert (value.label, value.before, value.after) == ("Value", "$200.00", "$150.00")
    assert (value.limits_before, value.limits_after) == ("150 – 260", "90 – 220")
    assert (value.mark, value.amount, value.size) == ("▼", "25.0\u00a0%", -0.25)
    assert (share.before, share.amount) == ("60.0\u00a0%", "6.0 points")
    assert (zero.mark, zero.amount) == ("▲", "")
    assert (none.before, none.after, none.mark) == ("–", "3", "")
    assert (verdict.before, verdict.after) == ("good", "bad")


@pytest.mark.parametrize(("threshold", "listed"), [(0.04, True), (0.05, False)])
def test_threshold_is_passed_and_not_reached(threshold, listed):
    names = [change.result for change in notable_changes(BEFORE, AFTER, threshold)]
    assert ("purchases" in names) is listed
    exact = notable_changes({"a": 100}, {"a": 105}, 0.05)
    assert exact == []


def test_limits_of_what_is_not_recorded_stand_by_themselves():
    found = notable_changes({"gain_lower": 1.0}, {"gain_lower": 2.0}, 0.05)
    assert [change.label for change in found] == ["Gain lower"]


@pytest.mark.parametrize(
    ("before", "after", "spec", "said"),
    [
        (0.123, 0.1229, "percent", ("▼", "under 0.1 points")),
        (0.123, 0.123, "percent", ("=", "unchanged")),
        (True, False, "", ("", "")),
        (None, 3, "", ("", "")),
        (2, 50, "count", ("▲", "2,400.0\u00a0%")),
        (1.0, math.inf, "percent", ("▲", "")),
    ],
)
def test_change_is_described(before, after, spec, said):
    assert describe_change(before, after, spec) == said


def test_labels_and_formats_are_those_of_the_report():
    card = {"label": "Value", "value": "1,235\u00a0CNY", "result": "total.clv", "format": "money"}
    sources = ["page.say('{share:percent.0} of {{braces}}, {total.clv:amount} {x} {n:,.2f}')"]
    words = words_of({"cards": [card, {"label": "?"}]}, sources, {"total.clv": 1234.6})
    assert words.currency == "CNY"
    assert words.quoted == {"total.clv", "share", "n"}
    assert words.show("share", 0.5) == "50\u00a0%"
    assert words.show("total.clv", 99.5) == "99.50\u00a0CNY"
    assert words.show("n", 2.0) == "2.00"
    assert words.show("share", "half") == "half"
    assert words.show("top.probability_alive", 0.254) == "25\u00a0%"
    assert words.show("day", "2024-01-31") == "2024-01-31"
    assert words.label("top.probability_alive") == "Top: chance to be alive"


def test_what_was_made_differently_leaves_out_the_day_and_the_path():
    before = {
        "parameters": {"as_of": "1", "data": "/a/x.csv", "horizon": 52, "rate": None},
        "data": {"name": "x.csv"},
        "versions": {"numpy": "1"},
    }
    after = {
        "parameters": {"as_of": "2", "data": "/b/x.csv", "horizon": 39, "new_one": True},
        "data": {"name": "x.csv"},
        "versions": {"numpy": "2"},
    }
    assert made_differently(before, after) == [
        ("horizon", "52", "39"),
        ("new one", "–", "yes"),
        ("numpy", "1", "2"),
    ]
    assert made_differently({}, {}) == []


def test_card_says_its_change():
    cards = [
        {"label": "Value", "value": "$150", "result": "total.clv", "format": "money"},
        {"label": "Share", "value": "66 %", "result": "share", "format": "percent"},
        {"label": "Mixed", "value": "1 of 2"},
        {"label": "New", "value": "3", "result": "none"},
    ]
    value, share, mixed, new = card_changes(cards, BEFORE, AFTER)
    assert "25.0\u00a0%" in value
    assert "6.0 points" in share
    assert (mixed, new) == ("", "")


def test_change_is_read_aloud_as_a_word():
    html = change_html("▼", "25.0 %", "2024-01-31")
    assert '<span aria-hidden="true">▼</span><span class="spoken">down</span>' in html
    assert "since 2024-01-31" in html
    assert change_html("=", "unchanged") == "<b>unchanged</b>"


def test_terminal_gets_columns(keep_run):
    before = load_run(keep_run("2024-01-31", {"total": {"clv": 30000.0}, "share": 0.6, "客户": 1}))
    after = load_run(
        keep_run("2024-02-29", {"total": {"clv": 24000.0}, "share": 0.6, "客户": 2, "mood": "x"})
    )
    lines = changes_text(before, after, 0.05).splitlines()
    assert lines[0] == "clv-study, cdnow: 2024-01-31 → 2024-02-29"
    assert lines[2] == "result                   2024-01-31   2024-02-29   change"
    assert lines[3] == "客户                     1            2            ▲ 100.0\u00a0%"
    assert lines[4] == "Value of the customers   $30,000      $24,000      ▼ 20.0\u00a0%"
    assert lines[6:] == ["Mood", "  –", "→ x"]


def test_terminal_is_told_of_nothing_and_of_what_was_made_differently(keep_run):
    before = load_run(keep_run("2024-01-31"))
    after = load_run(keep_run("2024-02-29", parameters={"horizon": "39 weeks"}))
    text = changes_text(before, after, 0.05)
    assert "Made differently:\nhorizon: 52 weeks → 39 weeks" in text
    assert text.endswith("No result changed by more than 5\u00a0%.\n")


@pytest.mark.parametrize(
    ("older", "newer", "asked", "shown"),
    [
        (0.5, 0.0, None, True),
        (0.0, 0.5, None, False),
        (0.0, None, None, False),
        (0.0, 0.5, 0.001, True),
        (0.5, 0.0, 0.05, False),
    ],
)
def test_terminal_goes_by_the_threshold_of_the_newer_run(keep_run, older, newer, asked, shown):
    kept = [
        load_run(keep_run(day, {"share": share}, change_threshold=threshold))
        for day, share, threshold in (("2024-01-31", 0.6, older), ("2024-02-29", 0.61, newer))
    ]
    assert ("Best tenth" in changes_text(*kept, asked)) == shown
    assert ("Best tenth" in changes_text(*kept[::-1], asked)) == shown


def test_small_threshold_is_not_shown_as_nothing(keep_run):
    before, after = (load_run(keep_run(day)) for day in ("2024-01-31", "2024-02-29"))
    assert changes_text(before, after, 0.005).endswith("by more than 0.5\u00a0%.\n")


def test_correlations_count_on_their_own_scale_and_likelihoods_not_at_all():
    before = {"spearman": 0.0259, "fit": {"log_likelihood": -900.0}, "pearson": 0.1}
    after = {"spearman": 0.0182, "fit": {"log_likelihood": -1800.0}, "pearson": 0.16}
    assert [change.result for change in notable_changes(before, after)] == ["pearson"]


@pytest.mark.parametrize(
    ("name", "alike"), [("horizon", False), ("n_draws", True), ("as_of", True), ("seed", True)]
)
def test_other_questions_are_told_from_other_dates(name, alike):
    before = {"parameters": {"horizon": "52 weeks", "n_draws": 100, "as_of": "a", "seed": 1}}
    after = {"parameters": before["parameters"] | {name: "other"}}
    assert asked_alike(before, after) is alike
