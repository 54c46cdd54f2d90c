"""In the example that comes with the project, all planted errors are found and nothing else."""

from pathlib import Path

import pandas as pd
import pytest

from clvlab.data.company.checks import check_company

EXAMPLE = Path(__file__).parents[4] / "data" / "example"
TRUTH = EXAMPLE / "truth" / "errors.csv"
PAIRS = ("near_duplicate", "same_key", "exact_duplicate")


@pytest.fixture(scope="module")
def truth():
    return pd.read_csv(TRUTH, dtype={"key": "string", "other": "string"})


@pytest.fixture(scope="module")
def check():
    return check_company(EXAMPLE)


def places(rows, kind):
    """What is told: of pairs both keys, of other kinds table and row."""
    of = rows[rows["kind"] == kind]
    if kind in PAIRS[:1]:
        return {frozenset(pair) for pair in zip(of["key"], of["other"], strict=True)}
    return set(zip(of["table"], of["row"].astype(int), of["column"].fillna(""), strict=True))


def test_near_duplicates(truth, check):
    planted, found = (places(rows, "near_duplicate") for rows in (truth, check.findings))
    right = len(planted & found)
    assert right / len(found) >= 0.95
    assert right / len(planted) >= 0.95


def test_every_other_planted_error_is_found_and_nothing_else_is_accused(truth, check):
    kinds = (set(truth["kind"]) | set(check.findings["kind"])) - {"near_duplicate"}
    for kind in sorted(kinds):
        if kind in PAIRS:
            planted, found = (
                set(of.loc[of["kind"] == kind, "table"] + of.loc[of["kind"] == kind, "key"])
                for of in (truth, check.findings)
            )
        else:
            planted, found = places(truth, kind), places(check.findings, kind)
        assert found == planted, kind
