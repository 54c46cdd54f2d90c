"""What is said of terms, studies and places that scores can't be made with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab
from clvlab.errors import InputError


@pytest.fixture
def score(summary_on_disk, study, terms, tmp_path):
    def score(**changed):
        arguments = {"out": tmp_path / "scores.parquet", "study": study, **terms, **changed}
        return clvlab.score_on_disk(summary_on_disk, **arguments)

    return score


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"margin_rate": 30}, "'margin_rate' must be a share between 0 and 1"),
        ({"margin_rate": "margin"}, "'margin_rate' must be a share between 0 and 1"),
        ({"direct_cost": -1}, "'direct_cost' must be a finite amount"),
        ({"annual_discount_rate": 10}, "'annual_discount_rate' must be an effective annual rate"),
        ({"horizon": float("inf")}, "'horizon' must be a finite length of time"),
        ({"horizon": "a while"}, "'horizon' must be"),
        ({"interval": 90}, "'interval' must be a coverage between 0 and 1"),
        ({"interval": None, "customer_limits": True}, "'customer_limits' needs a coverage"),
        ({"memory_limit": "all"}, "'memory_limit' must be a size of memory"),
    ],
)
def test_terms_that_are_none(score, changed, message):
    with pytest.raises(InputError, match=message):
        score(**changed)


def test_a_folder_that_is_not_there(score, tmp_path):
    with pytest.raises(InputError, match="must lie in a folder that exists"):
        score(out=tmp_path / "none" / "scores.parquet")


def test_a_place_that_is_a_folder(score, tmp_path):
    (tmp_path / "scores.parquet").mkdir()
    with pytest.raises(InputError, match="must be a file that can be written"):
        score()
    assert [path.name for path in tmp_path.iterdir()] == ["scores.parquet"]


def test_a_model_with_covariates(score, simulated_summary):
    channel = simulated_summary.table[[]].assign(
        channel=["web" if k % 2 else "shop" for k in range(len(simulated_summary))]
    )
    model = clvlab.BetaGeoModel(purchase_covariates=["channel"]).fit(
        clvlab.with_covariates(simulated_summary, channel)
    )
    spend = clvlab.GammaGammaModel().fit(simulated_summary)
    study = clvlab.FittedStudy.of(model, spend, window=simulated_summary.window, n_draws=20)
    with pytest.raises(InputError, match="the model for scores on disk can't have covariates"):
        score(study=study)


def test_margins_and_costs_that_are_none(simulated_summary, study, terms, tmp_path):
    path = tmp_path / "summary.parquet"
    table = simulated_summary.table.assign(share=0.5, cost=1.0)
    table.iloc[[3, 4], -2] = [1.5, np.nan]
    table.iloc[5, -1] = -1.0
    replace(simulated_summary, table=table).to_parquet(path)

    def refused(**changed):
        with pytest.raises(InputError) as raised:
            clvlab.score_on_disk(path, study, tmp_path / "out.parquet", **{**terms, **changed})
        assert [one.name for one in tmp_path.iterdir()] == ["summary.parquet"]
        return str(raised.value)

    message = refused(margin_rate="share", direct_cost="cost")
    assert "column 'share' must be a share between 0 and 1; 2 of " in message
    assert "column 'cost' must be a finite amount per purchase of at least 0; 1 of " in message
    message = refused(margin_rate="shares")
    assert "got 'shares', which is no column of the summary" in message
    assert "Did you mean 'share'?" in message
    message = refused(direct_cost=table["cost"])
    assert "parameter 'direct_cost' must be a number or the name of a column" in message


def test_a_customer_in_two_files_of_a_folder(simulated_summary, study, terms, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    rows = {"a": slice(0, 100), "b": slice(100, 200), "c": slice(199, 300)}
    for name, some in rows.items():
        part = replace(simulated_summary, table=simulated_summary.table.iloc[some])
        part.to_parquet(folder / f"{name}.parquet")
    twice = simulated_summary.table.index[199]
    with pytest.raises(InputError) as raised:
        clvlab.score_on_disk(folder, study, tmp_path / "out.parquet", **terms)
    assert f"the summary {folder} must have one row per customer; 1 ids come more" in str(
        raised.value
    )
    assert f"such as {twice!r} in b.parquet, c.parquet" in str(raised.value)
    assert [one.name for one in tmp_path.iterdir()] == ["parts"]


def test_a_file_that_changes_while_it_is_read(simulated_summary, tmp_path, study, terms, told):
    path = tmp_path / "summary.parquet"
    simulated_summary.to_parquet(path)
    later = simulated_summary.table.assign(T_days=simulated_summary.table["T_days"] + 1)

    def change(step, done, total):
        if step == "limits" and done == total:
            clvlab.CustomerSummary(later, simulated_summary.window).to_parquet(path)

    with pytest.raises(InputError, match=r"summary.parquet can't change while it is read"):
        clvlab.score_on_disk(path, study, tmp_path / "out.parquet", progress=told(change), **terms)
    assert [one.name for one in tmp_path.iterdir()] == ["summary.parquet"]
