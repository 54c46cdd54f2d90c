"""Groups of a few customers show no numbers, and nothing gives them away."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clvlab.data.small_groups import hide_small_groups
from clvlab.errors import InputError


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(2, 20))
def test_hidden_customers_are_none_or_as_many_as_asked(sizes, fewest):
    table = pd.DataFrame({"customers": sizes, "clv": [float(n) for n in sizes]})
    out, hidden = hide_small_groups(table, fewest)
    blank = out["customers"].isna()
    assert hidden == blank.sum()
    assert all(n >= fewest or n == 0 for n in out.loc[~blank, "customers"])
    together = table.loc[blank, "customers"].sum()
    assert together == 0 or together >= fewest or out["customers"].dropna().eq(0).all()
    assert out.loc[blank, "clv"].isna().all()
    assert table["customers"].tolist() == sizes


def test_words_stay_and_numbers_go():
    table = pd.DataFrame({"group": ["a", "b", "c"], "customers": [3, 50, 60], "clv": [1, 2, 3]})
    out, hidden = hide_small_groups(table, 5)
    assert hidden == 2
    assert out["group"].tolist() == ["a", "b", "c"]
    assert out["clv"].isna().tolist() == [True, True, False]


def test_large_groups_stay_as_they_are():
    table = pd.DataFrame({"customers": [5, 6], "clv": [1, 2]})
    out, hidden = hide_small_groups(table, 5)
    assert hidden == 0
    assert out is table


@pytest.mark.parametrize(
    ("table", "fewest", "part"),
    [
        (pd.DataFrame({"n": [1]}), 5, "must have a column 'customers'"),
        (pd.DataFrame({"customers": [1]}), 1, "must be at least 2"),
    ],
)
def test_bad_requests_are_refused(table, fewest, part):
    with pytest.raises(InputError, match=part):
        hide_small_groups(table, fewest)
