"""Errors say what is concerned, the rule, what arrived and what to do; all problems at once."""

from __future__ import annotations

import pytest

from clvlab.errors import (
    ClvlabError,
    InputError,
    NotFittedError,
    ParameterError,
    Problem,
    Problems,
    did_you_mean,
    name_rows,
)


def test_a_problem_reads_as_a_sentence_with_its_remedy():
    problem = Problem("column 'amount'", "must hold numbers", "row 3 does not", "Mend row 3.")
    assert str(problem) == "column 'amount' must hold numbers; row 3 does not. Mend row 3."


def test_a_problem_without_a_remedy_ends_with_what_arrived():
    assert str(Problem("the file", "can't be empty", "it is")) == "the file can't be empty; it is."


def test_all_problems_are_raised_together_in_the_order_found():
    problems = Problems()
    problems.add("a", "must be one", "got 2")
    problems.add("b", "must be three", "got 4")
    with pytest.raises(InputError) as caught:
        problems.raise_if_any()
    assert str(caught.value) == "a must be one; got 2.\nb must be three; got 4."
    assert [problem.subject for problem in caught.value.problems] == ["a", "b"]
    assert len(problems) == 2


def test_no_problem_raises_nothing():
    problems = Problems()
    problems.raise_if_any()
    assert list(problems) == []


def test_the_kind_of_error_can_be_chosen():
    problems = Problems(ParameterError)
    problems.add("a", "must be one", "got 2")
    with pytest.raises(ParameterError):
        problems.raise_if_any()


def test_every_error_is_caught_as_clvlab_error_and_as_its_builtin_kind():
    assert issubclass(InputError, (ClvlabError,))
    assert issubclass(InputError, (ValueError,))
    assert issubclass(NotFittedError, (ClvlabError,))
    assert issubclass(NotFittedError, (AttributeError,))


def test_a_near_word_is_suggested_and_a_far_one_lists_all():
    assert did_you_mean("horizn", ["unit", "horizon"]) == "Did you mean 'horizon'?"
    assert did_you_mean("zzz", ["week", "day"]) == "Known are: day, week."


def test_only_the_first_rows_are_named_and_the_rest_counted():
    assert name_rows([4]) == "row 4"
    assert name_rows([1, 2, 3, 4, 5]) == "rows 1, 2, 3, 4, 5"
    assert name_rows(list(range(1205))) == "rows 0, 1, 2, 3, 4 and 1,200 more"
