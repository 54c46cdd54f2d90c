"""What a base of a given size can and can't support."""

from __future__ import annotations

import pytest

import clvlab


def verdicts(summary):
    table = clvlab.supported_questions(summary)
    return table.set_index("question")["answerable"]


@pytest.fixture(scope="module")
def small():
    base = clvlab.simulate_base(
        150, transaction=(0.5, 6, 0.8, 2.5), spend=(6, 4, 15), unit="week", seed=8,
        acquisition_days=180, observed_days=547,
    )  # fmt: skip
    return clvlab.summarize(base.log, calibration_end="2023-12-31", unit="week")


def test_a_base_of_150_customers_cannot_rank_tenths_with_confidence(small):
    table = clvlab.supported_questions(small)
    tenth = table[table["question"].str.startswith("Which tenth")].iloc[0]
    assert tenth["answerable"] == "with care"
    assert tenth["why"] == "a tenth has 15 customers"


def test_a_base_of_150_customers_says_how_far_off_a_total_may_be(small):
    why = clvlab.supported_questions(small)["why"].iloc[0]
    error = 1.64 / small.repeat_purchases**0.5
    assert why == (
        f"{small.repeat_purchases} repeat purchases: counting error alone is about "
        f"{error:.0%} either way"
    )


def test_cdnow_supports_every_question_but_that_of_a_single_customer(sample):
    answers = verdicts(sample)
    assert answers["What will one customer do?"] == "no"
    assert (answers.drop("What will one customer do?") == "yes").all()


def test_without_a_holdout_nobody_can_say_whether_the_forecast_was_right(small):
    table = clvlab.supported_questions(small).set_index("question")
    assert table.loc["Can the forecast be checked?"].tolist() == ["no", "there is no holdout"]


def test_a_short_holdout_is_read_with_care(sample_log):
    summary = clvlab.summarize(
        sample_log, calibration_end="1997-09-30", holdout_end="1997-10-31", unit="week"
    )
    table = clvlab.supported_questions(summary).set_index("question")
    assert table.loc["Can the forecast be checked?"].tolist() == [
        "with care",
        "the holdout has 31 days after 273 days of calibration",
    ]
