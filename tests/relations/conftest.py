"""The example company, opened once for all tests of relations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clvlab.data.company import load_company

EXAMPLE = Path(__file__).parents[2] / "data" / "example"


@pytest.fixture(scope="session")
def example_folder():
    return EXAMPLE


@pytest.fixture(scope="session")
def example():
    return load_company(EXAMPLE)


@pytest.fixture(scope="session")
def last_day():
    return date(2023, 12, 31)
