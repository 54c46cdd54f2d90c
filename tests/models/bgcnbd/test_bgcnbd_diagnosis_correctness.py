"""What is said about fits whose optimum is flat or lies at an edge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab

BASE = {"spend": (6, 4, 15), "unit": "week", "observed_days": 500}


def test_a_regular_fit_says_nothing(regular_model):
    assert regular_model.diagnosis_ == []


def test_purchases_on_schedule_are_told():
    base = clvlab.simulate_base(300, transaction=(60, 3, 0.8, 5), seed=2, k=60, **BASE)
    model = clvlab.BetaGeoErlangModel().fit(clvlab.summarize(base.log))
    assert model.k_ == 12
    assert "at least as regularly as k = 12" in model.diagnosis_[0]


@pytest.mark.parametrize(
    "model_type", [clvlab.BetaGeoErlangModel, clvlab.ModifiedBetaGeoErlangModel]
)
def test_customers_who_never_leave_are_told(model_type):
    base = clvlab.simulate_base(800, transaction=(3, 2, 1e-3, 100), seed=3, k=3, **BASE)
    model = model_type().fit(clvlab.summarize(base.log))
    assert model.k_ == 3
    assert "Dropout is hardly visible" in model.diagnosis_[0]


def test_customers_who_are_all_alike_are_told():
    base = clvlab.simulate_base(800, transaction=(1e5, 6e4, 0.8, 3), seed=4, k=3, **BASE)
    model = clvlab.BetaGeoErlangModel(3).fit(clvlab.summarize(base.log))
    assert any("hardly differ in how often they buy" in one for one in model.diagnosis_)


def test_a_stated_k_without_gaps_says_what_the_likelihood_lacks():
    frame = pd.DataFrame(
        {"frequency": [0, 3, 5, 1], "recency": [0.0, 30, 40, 12], "T": [40.0, 40, 45, 50]}
    )
    frame = pd.concat([frame] * 30, ignore_index=True)
    diagnosis = clvlab.BetaGeoErlangModel(2).fit(frame, unit="week").diagnosis_
    assert "leaves out the gaps" in diagnosis[0]
    diagnosis = clvlab.BetaGeoErlangModel(1).fit(frame, unit="week").diagnosis_
    assert not any("leaves out the gaps" in one for one in diagnosis)
    assert np.all([isinstance(one, str) for one in diagnosis])
