"""What the (M)BG/CNBD-k models refuse, and in which words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clvlab


@pytest.mark.parametrize("k", [0, 13, 2.5, True, "3"])
def test_a_k_that_is_none_is_refused(regular, k):
    with pytest.raises(clvlab.InputError, match="'k' must be a whole number between 1 and 12"):
        clvlab.BetaGeoErlangModel(k).fit(regular)


def test_choosing_k_without_gaps_is_refused(regular, five_customers):
    older = replace(regular, table=regular.table.drop(columns="log_gaps"))
    for fit in (
        lambda: clvlab.BetaGeoErlangModel().fit(older),
        lambda: clvlab.ModifiedBetaGeoErlangModel().fit(five_customers, unit="week"),
    ):
        with pytest.raises(clvlab.InputError, match=r"column 'log_gaps'.*or state k"):
            fit()


def test_gaps_that_nobody_can_have_are_refused(regular):
    wrong = regular.table.assign(log_gaps=regular.table["log_gaps"] + 3.0)
    with pytest.raises(clvlab.InputError, match=r"'log_gaps' can't exceed frequency"):
        clvlab.BetaGeoErlangModel().fit(replace(regular, table=wrong))
    missing = regular.table.assign(log_gaps=np.nan)
    with pytest.raises(clvlab.InputError, match="'log_gaps' must hold finite numbers"):
        clvlab.BetaGeoErlangModel(3).fit(replace(regular, table=missing))


def test_parameters_from_elsewhere_need_their_k(regular):
    with pytest.raises(clvlab.InputError, match="'k' must be stated"):
        clvlab.BetaGeoErlangModel().evaluate([3, 2, 1, 3], regular)


def test_nobody_who_bought_twice_is_refused_in_words(five_customers):
    nobody = five_customers.assign(frequency=0, recency=0.0)
    with pytest.raises(clvlab.InputError, match=r"fit a BG/CNBD-k model to.*bought twice"):
        clvlab.BetaGeoErlangModel(2).fit(nobody, unit="week")


def test_regularity_needs_a_log_or_gaps_and_enough_customers(regular, five_customers):
    with pytest.raises(clvlab.InputError, match="must be a transaction log or a summary"):
        clvlab.purchase_regularity(five_customers)
    older = replace(regular, table=regular.table.drop(columns="log_gaps"))
    with pytest.raises(clvlab.InputError, match="must have the column 'log_gaps'"):
        clvlab.purchase_regularity(older)
    few = replace(regular, table=regular.table.iloc[:20])
    with pytest.raises(clvlab.InputError, match="at least 30 with three purchases"):
        clvlab.purchase_regularity(few)


def test_a_base_needs_a_whole_k():
    with pytest.raises(clvlab.InputError, match="'k' must be a whole number of at least 1"):
        clvlab.simulate_base(
            10, transaction=(1, 1, 1, 1), spend=(6, 4, 15), unit="week", seed=1, k=0
        )
