"""Surveys that the tests share: the example company's, and one by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import clvlab
from clvlab.relations import survey

EXAMPLE = Path(__file__).parents[3] / "data" / "example"


@pytest.fixture(scope="session")
def company():
    return clvlab.load_company(EXAMPLE, tables={"surveys", "customers", "purchases"})


@pytest.fixture(scope="session")
def example(company):
    return survey.survey_of(company)


@pytest.fixture(scope="session")
def constructs(example):
    return survey.constructs_in(example.items)


def long(rows, **more):
    """A table of (respondent, question, answer)."""
    table = pd.DataFrame(rows, columns=["respondent_id", "item", "answer"])
    return table.assign(**more)
