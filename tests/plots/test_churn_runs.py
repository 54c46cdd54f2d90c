"""Figures of churn draw what their tables hold."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from clvlab import plots


def test_every_figure_shows_its_table():
    table = pd.DataFrame(
        {"roc_auc": [0.5, 0.8], "roc_auc_lower": [0.5, 0.78], "roc_auc_upper": [0.5, 0.82]},
        index=["base rate", "logistic"],
    )
    ax = plots.plot_classifiers(table)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["base rate", "logistic"]
    curve = pd.DataFrame(
        {"expected": [0.1, 0.9], "observed": [0.2, 0.8], "lower": [0.1, 0.7], "upper": [0.3, 0.9]}
    )
    assert len(plots.plot_reliability(curve).containers) == 1
    profit = pd.DataFrame({"share": [0.0, 0.5, 1.0], "profit": [0.0, 4.0, -2.0]})
    ax = plots.plot_profit({"one": profit, "other": -profit}, currency="EUR")
    assert ax.get_ylabel() == "profit, EUR"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "other"]
    days = pd.to_datetime(["2024-01-01", "2024-03-01"])
    rolled = pd.DataFrame({"as_of": days, "name": "logistic", "roc_auc": [0.8, 0.81]})
    np.testing.assert_allclose(plots.plot_rolling_auc(rolled).lines[0].get_ydata(), [0.8, 0.81])
    weighed = pd.DataFrame({"label": ["first", "second"], "log_loss_rise": [0.3, 0.1]})
    bars = plots.plot_importance(weighed).patches
    assert [bar.get_width() for bar in bars] == [0.1, 0.3]
    line = pd.DataFrame({"value": [1.0, 2.0], "churn_probability": [0.4, 0.6]})
    assert plots.plot_dependence(line, label="days").get_xlabel() == "days"
    plt.close("all")
