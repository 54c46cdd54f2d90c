"""Figures of credit show what their tables hold."""

from __future__ import annotations

import pandas as pd
import pytest

from clvlab import plots


def test_ageing_bars_carry_their_share_and_the_currency():
    table = pd.DataFrame(
        {"owed": [75.0, 25.0], "owed_share": [0.75, 0.25]}, index=["not due", "1-30 days"]
    )
    ax = plots.plot_ageing(table, currency="CNY")
    assert [bar.get_height() for bar in ax.patches] == [75.0, 25.0]
    assert [text.get_text() for text in ax.texts] == ["75%", "25%"]
    assert ax.get_ylabel() == "owed, CNY"


def test_days_outstanding_lie_above_the_best_possible():
    index = pd.date_range("2024-01-31", periods=3, freq="ME")
    table = pd.DataFrame({"dso": [50.0, 52.0, 48.0], "best_dso": [30.0, 33.0, 29.0]}, index=index)
    ax = plots.plot_days_sales_outstanding(table)
    upper, lower = ax.lines
    assert (upper.get_ydata() > lower.get_ydata()).all()
    assert lower.get_linestyle() == "--"


def test_lateness_is_shown_beside_that_of_all():
    table = pd.DataFrame(
        {
            "late_share": [0.3, None],
            "late_lower": [0.2, None],
            "late_upper": [0.4, None],
        },
        index=["public_body", "few"],
    )
    ax = plots.plot_lateness(table, 0.25)
    assert ax.lines[0].get_xdata() == [0.25, 0.25]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["public body"]


def test_chances_are_labelled_as_those_of_late_payment():
    table = pd.DataFrame(
        {"expected": [0.2, 0.4], "observed": [0.25, 0.35], "lower": [0.1, 0.2], "upper": [0.4, 0.5]}
    )
    ax = plots.plot_late_chances(table)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("expected chance to be paid late", "paid late")


def test_the_steps_from_value_to_net_value_meet():
    table = pd.DataFrame(
        {"clv": [100.0], "financing": [10.0], "bad_debt": [5.0], "net_clv": [85.0]}
    )
    ax = plots.plot_net_value(table)
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert tops == pytest.approx([100.0, 100.0, 90.0, 85.0])
    assert ax.patches[1].get_y() == pytest.approx(90.0)
    assert [text.get_text() for text in ax.texts] == ["100", "−10", "−5", "85"]
