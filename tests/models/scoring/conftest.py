"""A study of the simulated customers, and what all scores here rest on."""

from __future__ import annotations

import pytest

import clvlab


@pytest.fixture(scope="session")
def terms():
    return {
        "horizon": "52 weeks",
        "annual_discount_rate": 0.10,
        "margin_rate": 0.30,
        "direct_cost": 0.05,
    }


@pytest.fixture(scope="session")
def study(summary_on_disk):
    return clvlab.fit_study(clvlab.count_summary(summary_on_disk), "bg-nbd", n_draws=60, seed=2)


@pytest.fixture(scope="session")
def in_memory(study, simulated_summary, terms):
    """The scores that a summary in memory gets."""
    return study.scores(simulated_summary, **terms)


@pytest.fixture(scope="session")
def scored(study, summary_on_disk, terms, tmp_path_factory):
    out = tmp_path_factory.mktemp("scores") / "scores.parquet"
    return clvlab.score_on_disk(summary_on_disk, study, out, **terms)


class Told:
    """Progress that calls a function with the step, what is done and what there is."""

    def __init__(self, call):
        self.call, self.step, self.total = call, "", 0

    def begin(self, step, total):
        self.step, self.total = step, total

    def reach(self, done):
        self.call(self.step, done, self.total)


@pytest.fixture(scope="session")
def told():
    return Told
