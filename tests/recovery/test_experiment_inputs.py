"""Every broken campaign is named: nothing is swallowed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clvlab.errors import InputError
from clvlab.recovery import (
    CampaignTerms,
    CostRates,
    Fixed,
    assign_arms,
    choose,
    draw_returns,
    effects,
    read_experiment,
    read_reasons,
    read_returns,
    with_reasons,
)

SHARES = {"control": 0.5, "call": 0.5}


def campaign(n=80):
    arms = ["control", "call"] * (n // 2)
    return pd.DataFrame(
        {
            "customer_id": range(n),
            "arm": arms,
            "contacted_on": pd.Timestamp("2024-01-31"),
            "observed_until": pd.Timestamp("2024-07-31"),
            "returned": [0, 1] * (n // 2),
        }
    )


def read(table, **given):
    return read_experiment(
        table, **{"shares": SHARES, "control": "control", "outcomes": ["returned"], **given}
    )


def test_a_sound_campaign_passes_without_a_caution():
    assert read(campaign()).cautions == ()


def test_a_customer_in_two_arms_is_named():
    table = campaign()
    table.loc[1, "customer_id"] = 0
    with pytest.raises(InputError, match=r"must be in one arm, once; 1 are in two arms: 0"):
        read(table)


def test_a_return_before_the_contact_is_named():
    table = campaign().assign(returned_on=pd.Timestamp("2024-03-01"))
    table.loc[3, "returned_on"] = pd.Timestamp("2024-01-31")
    with pytest.raises(InputError, match=r"must hold days after the contact; 1 returns .* row 3"):
        read(table)


@pytest.mark.parametrize("column", ["contacted_on", "observed_until"])
def test_arms_with_different_dates_are_named(column):
    table = campaign()
    table.loc[table["arm"] == "call", column] += pd.Timedelta(days=14)
    with pytest.raises(InputError, match=f"column '{column}', must be the same for every arm"):
        read(table)


def test_a_control_group_of_five_is_said_on_the_page():
    table = campaign()
    kept = pd.concat([table[table["arm"] == "control"].head(5), table[table["arm"] == "call"]])
    cautions = read(kept).cautions
    assert cautions[0] == ("Arms with too few customers for limits to be trusted: control 5.")
    assert "sample-ratio" in cautions[1]


def test_without_a_control_group_nothing_is_an_effect():
    table = campaign()[lambda one: one["arm"] == "call"]
    one = read(table, shares={"call": 1.0}, control=None)
    assert one.cautions == ("There was no control group: nothing here is an effect.",)
    with pytest.raises(InputError, match="must be measured against a control group"):
        effects(one, ["returned"])


@pytest.mark.parametrize("cost", ["communication", "hours", "set_up"])
@pytest.mark.parametrize("amount", [None, np.nan, -1.0, np.inf, "2"])
def test_a_missing_cost_is_never_assumed(cost, amount):
    given = {
        "communication": 2.0,
        "incentive": 10.0,
        "hours": 0.0,
        "hourly_rate": 0.0,
        "set_up": 500.0,
        "overhead": 0.0,
    }
    with pytest.raises(InputError, match=f"cost '{cost}' must be a finite amount"):
        CostRates(**{**given, cost: amount})


def test_missing_outcomes_and_unknown_arms_are_told_together():
    table = campaign().astype({"returned": float})
    table.loc[2, "returned"] = np.nan
    table.loc[4, "arm"] = "letter"
    with pytest.raises(InputError) as caught:
        read(table)
    text = str(caught.value)
    assert "there is also letter" in text
    assert (
        "column 'returned' of the campaign must hold finite numbers; 1 rows do not: row 2" in text
    )


def test_shares_that_do_not_sum_to_one_and_columns_that_are_not_there():
    with pytest.raises(InputError, match="'shares' must sum to 1"):
        read(campaign(), shares={"control": 0.5, "call": 0.4})
    with pytest.raises(InputError, match="column 'margin' of the campaign must be there"):
        read(campaign(), outcomes=["margin"])


def test_benefits_of_talk_need_their_basis():
    with pytest.raises(InputError, match=r"must say what benefits .* rest on"):
        CampaignTerms(
            contacted=10,
            return_treated=0.1,
            return_control=0.05,
            second_lifetime_value=10,
            acquisition_cost=5,
            new_customer_value=5,
            communication=100,
        )


def test_a_campaign_without_any_cost_has_no_return():
    free = CostRates(communication=0, incentive=0, hours=0, hourly_rate=0, set_up=0, overhead=0)
    terms = CampaignTerms(
        contacted=10,
        return_treated=0.1,
        return_control=0.05,
        second_lifetime_value=10,
        acquisition_cost=5,
        new_customer_value=5,
    )
    with pytest.raises(InputError, match="every cost is 0"):
        read_returns(terms, free)


def test_undeclared_inputs_are_listed():
    free = CostRates(communication=1, incentive=0, hours=0, hourly_rate=0, set_up=0, overhead=0)
    with pytest.raises(InputError, match="missing: return_control, second_lifetime_value"):
        draw_returns(
            {
                "return_treated": Fixed(0.1),
                "acquisition_cost": Fixed(1),
                "new_customer_value": Fixed(1),
                "other_benefits": Fixed(0),
            },
            free,
            contacted=10,
            seed=1,
        )


def test_reasons_nobody_knows_are_refused_and_missing_ones_stay_unknown():
    lost = pd.DataFrame(index=pd.Index([1, 2, 3], name="customer_id"))
    said = pd.DataFrame({"customer_id": [1, 2], "reason": ["pulled", None]})
    found = with_reasons(lost, said, read_reasons())
    assert found["reason"].tolist() == ["pulled", "unknown", "unknown"]
    with pytest.raises(InputError, match=r"there is also pulld. Did you mean 'pulled'"):
        with_reasons(lost, said.assign(reason="pulld"), read_reasons())


def test_a_policy_that_says_something_else_is_refused(tmp_path):
    path = tmp_path / "reasons.toml"
    path.write_text(
        '[unknown]\nen="u"\nzh="不明"\nrecover="maybe"\nmeasures=["none"]\nwhy="x"\n', "utf-8"
    )
    with pytest.raises(InputError, match="'recover' one of target, high_price, exclude"):
        read_reasons(path)


def test_an_assignment_says_what_is_wrong_with_it():
    who = pd.DataFrame({"class": ["A", "A"]}, index=[1, 1])
    with pytest.raises(InputError) as caught:
        assign_arms(who, {"control": 0.5, "call": 0.6}, strata=["region"], seed=1)
    text = str(caught.value)
    assert "must have shares that sum to 1" in text
    assert "must name columns of the customers; got 'region'" in text
    assert "1 ids come again" in text


@pytest.mark.parametrize(
    ("values", "costs", "budget", "said"),
    [
        ([[1.0]], [[-1.0]], 1.0, "must be finite and at least 0"),
        ([[np.nan]], [[1.0]], 1.0, "can't be missing or infinite"),
        ([[1.0]], [[1.0, 2.0]], 1.0, "must be two tables of the same shape"),
        ([[1.0]], [[1.0]], -1.0, "'budget' must be at least 0"),
    ],
)
def test_a_knapsack_that_makes_no_sense_is_refused(values, costs, budget, said):
    with pytest.raises(InputError, match=said):
        choose(np.array(values), np.array(costs), budget)
