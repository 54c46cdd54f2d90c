"""Cronbach's alpha against the published one, a hand-worked table, and statsmodels' formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.data.ecsi_mobi import SCALE, ecsi_mobi_file, load_ecsi_mobi
from clvlab.relations import survey

needs_mobi = pytest.mark.skipif(ecsi_mobi_file() is None, reason="ECSI mobi is not there")
RAW = {"IMAG": 0.714, "CUEX": 0.433, "PERQ": 0.872, "PERV": 0.817, "CUSA": 0.770, "CUSL": 0.442}
STANDARDIZED = [0.723, 0.452, 0.877, 0.824, 0.779, 0.472]


@needs_mobi
def test_the_alphas_of_ecsi_mobi_are_the_published_ones():
    answers = survey.wide_answers(load_ecsi_mobi(), SCALE)
    found = survey.reliability(answers.answers, survey.constructs_in(answers.items))
    assert found.loc[list(RAW), "alpha"].round(3).to_dict() == RAW
    assert found.loc[list(RAW), "alpha_standardized"].round(3).tolist() == STANDARDIZED
    assert (found.loc[list(RAW), "respondents"] == 250).all()
    assert np.isnan(found.loc["CUSCO", "alpha"])


def test_item_total_is_worked_by_hand():
    answers = pd.DataFrame({"q1": [1, 2, 3, 4], "q2": [2, 1, 4, 3], "q3": [4, 3, 2, 1.0]})
    found = survey.item_total(answers, {"q": ["q1", "q2", "q3"]})
    others = answers["q2"] + answers["q3"]
    assert found.loc[("q", "q1"), "item_total"] == pytest.approx(answers["q1"].corr(others))
    # q1 and q2: variances 5/3 each, of the sum 16/3.
    assert found.loc[("q", "q3"), "alpha_without"] == pytest.approx(2 * (1 - 10 / 16))


def test_equal_questions_agree_wholly_and_limits_hold_the_estimate():
    x = np.arange(12.0)
    assert survey.cronbach_alpha(np.column_stack([x, x, x])) == pytest.approx(1.0)
    low, high = survey.alpha_limits(0.8, 250, 4, 0.9)
    assert low < 0.8 < high


def test_feldts_limits_cover_the_true_alpha_as_often_as_they_say():
    rng, k, n, rho = np.random.default_rng(3), 4, 60, 0.4
    truth = k * rho / (1 + (k - 1) * rho)
    inside, runs = 0, 400
    for _ in range(runs):
        shared = rng.standard_normal((n, 1))
        x = np.sqrt(rho) * shared + np.sqrt(1 - rho) * rng.standard_normal((n, k))
        low, high = survey.alpha_limits(survey.cronbach_alpha(x), n, k, 0.9)
        inside += low < truth < high
    assert abs(inside / runs - 0.9) < 4 * np.sqrt(0.09 / runs)
