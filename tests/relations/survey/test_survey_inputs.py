"""What is wrong with a survey is named, with rows; what can't be an answer is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.relations.survey.conftest import EXAMPLE, long

import clvlab
from clvlab.errors import InputError, NotAvailableError
from clvlab.relations import survey


def steps(answers):
    return answers.ledger.set_index("step")["answers"].to_dict()


def test_codes_outside_the_scale_are_named_as_in_the_file_and_counted(example):
    planted = pd.read_csv(EXAMPLE / "truth" / "errors.csv")
    off = planted[(planted["table"] == "surveys") & (planted["kind"] == "off_scale")]
    ledger = example.ledger.set_index("step")
    assert steps(example)["off_scale"] == len(off)
    lines = {
        int(word)
        for word in ledger.loc["off_scale", "where"].replace(",", "").split()
        if word.isdigit()
    }
    raw = (EXAMPLE / "surveys.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(off)
    assert all(raw[line - 1].split(",")[5] in {"0", "9", "77"} for line in lines)
    found = steps(example)
    assert (
        found["read"] - found["skipped"] - found["off_scale"] - found["repeated"] == found["left"]
    )


def test_declared_codes_are_skipped_and_not_off_the_scale(company, example):
    declared = survey.survey_of(company, skip_codes=[77])
    assert steps(declared)["skipped"] + steps(declared)["off_scale"] == steps(example)["off_scale"]
    assert steps(declared)["skipped"] == 3
    pd.testing.assert_frame_equal(declared.answers, example.answers)


def test_codes_outside_the_scale_are_refused_on_demand():
    with pytest.raises(InputError, match=r"must be on their scale; 1 are not: row 2\."):
        survey.read_answers(long([("a", "q", 1), ("b", "q", 9)]), scale=(1, 7), off_scale="error")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scale": None}, "it lacks scale_least, scale_most. Say the scale"),
        ({"scale": (7, 1)}, "must go from less to more"),
        ({"reversed_items": ["other"]}, "there is no other"),
        ({"off_scale": "guess"}, "parameter 'off_scale' must be one of missing, error"),
    ],
)
def test_what_is_declared_wrongly_is_told(change, said):
    with pytest.raises(InputError, match=said):
        survey.read_answers(long([("a", "q", 1)]), **({"scale": (1, 7)} | change))


def test_a_question_with_two_scales_is_named():
    rows = long([("a", "q", 1), ("b", "q", 2)], scale_least=1, scale_most=[7, 10])
    with pytest.raises(InputError, match="must be the same in all rows; q has several"):
        survey.read_answers(rows)


def test_a_second_answer_to_the_same_question_is_counted_and_the_first_stays():
    answers = survey.read_answers(long([("a", "q", 1), ("a", "q", 5)]), scale=(1, 7))
    assert steps(answers)["repeated"] == 1
    assert answers.ledger.set_index("step").loc["repeated", "where"] == "row 2"
    assert answers.answers.loc["a", "q"] == 1


def test_a_company_without_surveys_is_told_so(tmp_path):
    (tmp_path / "customers.csv").write_text("customer_id\n1\n", encoding="utf-8")
    with pytest.raises(NotAvailableError, match="needs the table surveys"):
        survey.survey_of(clvlab.load_company(tmp_path))


def test_latin_1_and_decimal_commas_are_read_by_declaration(tmp_path):
    text = "respondent_id;item;answer;scale_least;scale_most\nJürgen;Qualität1;4,5;1;7\n"
    (tmp_path / "surveys.csv").write_bytes(text.encode("latin-1"))
    (tmp_path / "tables.toml").write_text(
        '[tables.surveys]\nencoding = "latin-1"\ndecimal = ","\n', encoding="utf-8"
    )
    answers = survey.survey_of(clvlab.load_company(tmp_path))
    assert answers.answers.loc["Jürgen", "Qualität1"] == 4.5
    assert survey.constructs_in(answers.items) == {"Qualität": ["Qualität1"]}


@pytest.mark.parametrize(
    ("outcome", "drivers", "said"),
    [
        ("joy", ["quality"], "got joy"),
        ("satisfaction", [], "1 to 10, each once"),
        ("satisfaction", ["satisfaction"], "and not the outcome"),
    ],
)
def test_unknown_drivers_are_told(example, constructs, outcome, drivers, said):
    with pytest.raises(InputError, match=said):
        survey.drivers_of(example, constructs, outcome, drivers, seed=1)


def test_too_few_customers_tell_no_drivers():
    rows = [(str(who), item, 1 + who % 5) for who in range(5) for item in ("q1", "r1")]
    answers = survey.read_answers(long(rows), scale=(1, 7))
    with pytest.raises(InputError, match="must have 20 customers"):
        survey.drivers_of(answers, survey.constructs_in(answers.items), "q", ["r"], seed=1)


def test_other_refusals_name_what_they_mean(example, constructs):
    with pytest.raises(InputError, match="of two questions and two respondents"):
        survey.cronbach_alpha([[1.0, np.nan], [2.0, 3.0]])
    with pytest.raises(InputError, match="must be below the lowest answer of a promoter"):
        survey.net_promoters([1], promoters_from=5, detractors_to=6)
    with pytest.raises(InputError, match="fewer than two employee answers"):
        survey.views_of_both_sides(example.of("customer"), constructs)
    with pytest.raises(InputError, match="must be construct or item"):
        survey.views_of_both_sides(example, constructs, by="role")
    with pytest.raises(InputError, match="less than the points of every scale"):
        survey.top_boxes(example, boxes=7)
    with pytest.raises(InputError, match="numbers separated by commas"):
        survey.numbers_in("77; 99")
    with pytest.raises(InputError, match="must be between 0 and 1"):
        survey.index_scores(example.scores(constructs), example.clusters, interval=1.0)


def test_purchases_that_hardly_differ_say_nothing_of_scores():
    found = pd.DataFrame({"bought": [True] * 30, "score": range(30), "orders_before": 0})
    with pytest.raises(InputError, match="30 of 30 bought"):
        survey.odds_of_buying(found)
