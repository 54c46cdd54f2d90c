"""A campaign of a company's own tables: with and without a control group, and whom it can reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data.company import Company
from clvlab.data.company.contracts import CONTRACTS
from clvlab.data.company.table import CompanyTable
from clvlab.errors import InputError
from clvlab.recovery import (
    Fixed,
    Limits,
    Valuation,
    bounds_of_return,
    contactable,
    describe_bounds,
    evaluate,
    lost_structure,
    measure_return,
    open_campaign,
    sixth_rule_returns,
)

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
LOSSES = {
    "silent": "26 weeks",
    "window": "181 days",
    "least_rate": 0.5,
    "horizon": "52 weeks",
    "margin_rate": 0.3,
    "annual_discount_rate": 0.1,
    "n_draws": 50,
    "seed": 1,
}
COSTS = {
    "communication": 0.0,
    "hours": 0.0,
    "set_up": 0.0,
    "incentive": 100.0,
    "incentive_arms": ["discount"],
    "hourly_rate": 25.0,
    "overhead": 90.0,
}
WORTH = Valuation(acquisition_cost=500.0, new_customer_value=1000.0, extrapolation=Fixed(1.0))


def example_without(folder, table, arm):
    """The example without one arm of a campaign in one of its tables."""
    for path in EXAMPLE.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    rows = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    gone = (rows["campaign_id"] == "winback-2021-10") & (rows["arm"] == arm)
    rows[~gone].to_csv(folder / f"{table}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def log():
    return clvlab.open_log(EXAMPLE)


@pytest.fixture(scope="module")
def controlled(log):
    return open_campaign(log, EXAMPLE, "winback-2021-10", losses=LOSSES, costs=COSTS, seed=1)


@pytest.fixture(scope="module")
def uncontrolled(log, tmp_path_factory):
    """The same with a control group that nobody kept a record of."""
    folder = example_without(tmp_path_factory.mktemp("company"), "contacts", "control")
    return open_campaign(log, folder, "winback-2021-10", losses=LOSSES, costs=COSTS, seed=1)


def test_without_a_control_group_there_are_bounds_and_a_comparison(uncontrolled):
    base, case = uncontrolled
    assert case.experiment.control is None
    assert case.experiment.cautions[-1] == "There was no control group: nothing here is an effect."
    others = case.untouched(base)
    assert not others.lost.index.intersection(base.lost.index).size
    assert (others.lost["silent_days"] >= 182).all()
    natural = others.describe()["return_rate"]
    table = bounds_of_return(case, natural)
    for arm in ("call", "discount", "visit"):
        own = case.experiment.of(arm)
        cost = case.costs[arm].total(len(own), own["returned"].mean())
        least, compared, most = table.loc[arm, "net_return"]
        assert least == -1.0
        assert most == pytest.approx(own["value"].sum() / cost - 1)
        caused = max(own["returned"].mean() - natural, 0) * len(own)
        worth = own.loc[own["returned"] == 1, "value"].mean()
        assert compared == pytest.approx(caused * worth / cost - 1)
    told = describe_bounds(table)
    assert told["most"] == table["net_return"].max()
    with pytest.raises(InputError, match="against a control group"):
        evaluate(case, base, WORTH, limits=Limits(), n_draws=100, seed=1)


def test_the_bounds_hold_what_the_control_group_shows(controlled):
    _, case = controlled
    table = bounds_of_return(case, np.nan)
    assert table["net_return"].xs("compared with natural return", level="bound").isna().all()
    own = measure_return(
        case.experiment, "call", case.costs["call"], WORTH, contacted=19, n_draws=100, seed=1
    )
    assert table.loc[("call", "most"), "net_return"] == pytest.approx(
        own.table["net_return"]["gross"]
    )


def test_an_evaluation_of_arms_with_few_customers_has_all_its_parts(controlled):
    base, case = controlled
    found = evaluate(case, base, WORTH, limits=Limits(budget=1e4), n_draws=200, seed=1)
    assert found.ledger()["cost"].sum() == pytest.approx(found.returns["cost"]["incremental"])
    assert list(found.by_class.index) == sorted(case.experiment.table["class"].unique())
    assert len(found.tenths) == 10
    ratio = sixth_rule_returns(
        WORTH.acquisition_cost / 6,
        benefit=found.returns["benefit"]["incremental"],
        caused=found.caused,
        cost=found.returns["cost"]["incremental"],
        new_customer_value=WORTH.new_customer_value,
    )
    for reading in ("stock_maintaining", "full_replacement"):
        assert ratio.loc[6.0, reading] == pytest.approx(found.returns["net_return"][reading])
    assert ratio["full_replacement"].is_monotonic_increasing == (found.caused > 0)


def company_of(**columns):
    frame = pd.DataFrame({"customer_id": ["a", "b", "c"], **columns})
    table = CompanyTable(CONTRACTS["customers"], frame, pd.DataFrame(), "customers", str)
    return Company("Shop", {"customers": table})


def test_who_can_be_contacted_is_as_recorded():
    ids = pd.Index(["a", "b", "c", "d"])
    both = company_of(contact_permission=[True, False, None], reachable=[True, True, True])
    holds, said = contactable(both, ids)
    assert holds.tolist() == [True, False, False, False]
    assert said == "contactable is who may be contacted and can be reached"
    holds, said = contactable(company_of(reachable=[True, False, True]), ids)
    assert holds.tolist() == [True, False, True, False]
    assert said.endswith("permissions are not on record")
    assert contactable(company_of(), ids)[0] is None


def test_the_funnel_goes_on_with_who_can_be_contacted(controlled):
    _, case = controlled
    assert "can be reached" in case.contactable_basis
    steps = case.funnel(pd.Series(data=True, index=case.experiment.table.index))
    assert list(steps.index) == ["lost", "valuable", "recoverable", "contactable", "targeted"]
    nobody = replace(case, contactable=pd.Series(data=False, index=case.experiment.table.index))
    assert nobody.funnel(None).loc["contactable", "customers"] == 0
    unknown = replace(case, contactable=None)
    assert "contactable" not in unknown.funnel(None).index


def test_of_addresses_only_stays_whether_there_is_one():
    customers = clvlab.load_company(EXAMPLE).table("customers")
    raw = pd.read_csv(EXAMPLE / "customers.csv", dtype=str)
    assert not {"address", "phone", "email"} & set(customers)
    by_hand = raw[["address", "phone", "email"]].notna().any(axis=1)
    assert customers["reachable"].sum() == pytest.approx(
        by_hand.sum(), abs=len(raw) - len(customers)
    )


def test_the_structure_of_the_lost_base_loses_nobody_and_hides_small_groups(log, controlled):
    base, case = controlled
    table, missing = lost_structure(
        case.experiment.table, log, "lifetime", as_of=base.offered_on, fewest=2
    )
    assert missing == []
    assert {"reason", "class", "time", "region", "product", "channel"} == set(
        table.index.get_level_values(0)
    )
    assert table.groupby(level=0)["customers"].sum().max() == len(base.lost)
    assert not (table["customers"] < 2).any()
    bare = replace(log, table=log.table[["customer_id", "date", "amount"]])
    _, missing = lost_structure(
        case.experiment.table, bare, "lifetime", as_of=base.offered_on, fewest=2
    )
    assert missing[0] == "By region: not available, needs the column region of the purchases."


def test_arms_that_nobody_planned_are_named(log, tmp_path):
    folder = example_without(tmp_path, "campaigns", "visit")
    with pytest.raises(InputError, match=r"table campaigns must have every arm.*: visit"):
        open_campaign(log, folder, "winback-2021-10", losses=LOSSES, costs=COSTS, seed=1)
