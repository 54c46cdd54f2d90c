"""Leads: a company worked by hand, and rates recovered where they are known."""

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import clvlab
from clvlab.data.company import Company, load_company
from clvlab.lifecycle.conversion import (
    conversion_within,
    funnel,
    lead_development,
    potential_value,
)
from clvlab.lifecycle.leads import Leads, leads_of
from clvlab.lifecycle.prospects import study_prospects
from clvlab.lifecycle.share_limits import wilson_limits
from clvlab.lifecycle.stage_value import OpenLeads
from clvlab.lifecycle.time_to_event import kaplan_meier
from clvlab.simulate.company.leads import draw_leads
from clvlab.simulate.company.parameters import default_parameters
from clvlab.simulate.company.period import Period

EXAMPLE = Path(__file__).parents[2] / "data" / "example"
SEEN_UNTIL = pd.Timestamp("2023-12-31") - pd.Timedelta("364 days")
LEADS = """\
lead_id,date,customer_id,converted_on,source,qualification,cost
1,2024-01-01,A,2024-01-11,fair,qualified,100
2,2024-01-01,B,,fair,new,50
3,2024-01-05,,,site,unqualified,30
4,2024-02-01,C,,site,qualified,20.5
5,2024-06-01,,,site,qualified,-5
6,2024-06-10,D,2024-07-05,fair,qualified,
7,2024-03-01,,2024-02-01,fair,qualified,10
8,2024-07-02,,,fair,qualified,10
"""
PURCHASES = """\
customer_id,date,amount
A,2024-01-11,10.1
A,2024-02-11,20.2
B,2024-03-01,5
C,2023-12-01,7
C,2024-02-15,7
D,2024-07-05,9
"""
CONTACTS = "customer_id,date,cost\nA,2024-01-05,3\nA,2024-01-20,4\nB,2024-03-01,2.5\n"
COSTS = "customer_id,date,category,amount\nA,2024-01-01,visit,1\nB,2023-12-31,visit,8\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("boards")
    for name, text in (
        ("leads", LEADS),
        ("purchases", PURCHASES),
        ("contacts", CONTACTS),
        ("costs", COSTS),
    ):
        (place / f"{name}.csv").write_text(text)
    return place


@pytest.fixture(scope="module")
def leads(folder):
    return leads_of(load_company(folder), date(2024, 6, 30))


@pytest.fixture(scope="module")
def example():
    return leads_of(load_company(EXAMPLE), date(2023, 12, 31))


def test_leads_are_followed_to_their_first_purchase(leads):
    # 4 bought before, 7 contradicts itself, 8 had not come, and 6 converted after the last day.
    assert leads.table.index.tolist() == ["1", "2", "3", "5", "6"]
    assert leads.left_out == {"already a customer": 1, "a customer before it came about": 1}
    assert leads.table["happened"].tolist() == [True, True, False, False, False]
    assert leads.table["days"].tolist() == [10, 60, 177, 29, 20]
    assert leads.table["orders"].fillna(0).tolist() == [2, 1, 0, 0, 0]
    assert leads.table["amount"].fillna(0).tolist() == [30.3, 5, 0, 0, 0]
    assert leads.table["cost"].fillna(-1).tolist() == [100, 50, 30, -1, -1]
    # Contacts and costs from the lead to the first purchase, on the very day too.
    assert leads.table["later_cost"].tolist() == [4, 2.5, 0, 0, 0]


def test_conversion_counts_leads_seen_long_enough(leads):
    found = conversion_within(leads, "30 days", by=["source"]).set_index("group")
    assert found["leads"].tolist() == [5, 3, 2]
    assert found["gained"].tolist() == [2, 2, 0]
    assert found["seen_long_enough"].to_dict() == {"all leads": 3, "fair": 2, "site": 1}
    assert found["within"].to_dict() == {"all leads": 1, "fair": 1, "site": 0}
    assert found["conversion"].to_dict() == {"all leads": 1 / 3, "fair": 0.5, "site": 0.0}
    later = conversion_within(leads, 60, by=[]).iloc[0]
    assert (later["seen_long_enough"], later["within"]) == (3, 2)
    never = conversion_within(leads, "300 days", by=[]).iloc[0]
    assert never["seen_long_enough"] == 0
    assert math.isnan(never["conversion"])
    assert math.isnan(never["upper"])


def test_funnel_by_hand(leads):
    found = funnel(leads)
    assert found["leads"].to_dict() == {
        "lead": 5,
        "qualified": 4,
        "customer": 2,
        "repeat customer": 1,
    }
    assert found["of_previous"].tolist()[1:] == [0.8, 0.5, 0.5]
    assert found["cost"].tolist() == [180, 150, 150, 100]
    assert found["amount"].tolist() == [35.3, 35.3, 35.3, 30.3]


def test_costs_by_hand(leads):
    found = lead_development(leads, "30 days", by=["source"]).set_index("group")
    assert found["cost_known"].to_dict() == {"all leads": 3, "fair": 2, "site": 1}
    assert found["cost"].to_dict() == {"all leads": 186.5, "fair": 156.5, "site": 30}
    assert found["cost_per_lead"]["fair"] == 78.25
    assert found["cost_per_customer"]["all leads"] == 93.25
    assert math.isnan(found["cost_per_customer"]["site"])


def test_value_of_a_lead_by_hand(leads):
    found = potential_value(
        lead_development(leads, "30 days", by=["source"]), value=300, lower=200, upper=450
    ).set_index("group")
    assert found["potential_value"].to_dict() == {"all leads": 100.0, "fair": 150.0, "site": 0.0}
    fair = found.loc["fair"]
    away = math.hypot(math.log(fair["upper"] / 0.5), math.log(1.5))
    assert fair["potential_upper"] == pytest.approx(150 * math.exp(away))
    assert fair["net_value"] == pytest.approx(150 - 78.25)
    assert (found.loc["site", "potential_lower"], found.loc["site", "net_value"]) == (0, -30)


def test_without_customers_and_purchases_the_leads_own_dates_are_enough(tmp_path):
    (tmp_path / "leads.csv").write_text(
        "lead_id,date,converted_on\n1,2024-01-01,2024-01-11\n2,2024-01-02,\n"
    )
    leads = leads_of(load_company(tmp_path))
    assert leads.last_day == date(2024, 1, 11)
    assert list(funnel(leads).index) == ["lead", "customer"]
    assert "cost" not in lead_development(leads, 5)
    found = potential_value(conversion_within(leads, 5), value=1, lower=1, upper=1)
    assert "net_value" not in found


@pytest.mark.parametrize(("happened", "of"), [(0, 8), (1, 9), (7, 20), (20, 20)])
def test_limits_are_those_of_statsmodels(happened, of):
    lower, upper = wilson_limits(happened, of, 0.8)
    assert (lower, upper) == pytest.approx(proportion_confint(happened, of, 0.2, method="wilson"))


def test_rates_of_the_example_are_recovered(example):
    truth = pd.read_csv(EXAMPLE / "truth" / "leads.csv", index_col="lead_id")
    chance = truth["conversion_probability"]
    assert set(chance.index) == set(example.table.index)
    found = conversion_within(example, "52 weeks", interval=0.95)
    seen = example.table[example.table["date"] <= SEEN_UNTIL].assign(**{"all leads": "all leads"})
    inside = []
    for row in found.itertuples():
        members = seen.index[seen[row.characteristic] == row.group]
        inside.append(row.lower <= chance[members].mean() <= row.upper)
    assert inside[0]
    assert np.mean(inside) >= 0.85


def test_the_wait_of_the_example_is_recovered(example):
    truth = json.loads((EXAMPLE / "truth" / "truth.json").read_text())["parameters"]["leads"]
    table = example.table
    curve = kaplan_meier(table["days"], table["happened"], interval=0.95)
    chance = pd.read_csv(EXAMPLE / "truth" / "leads.csv")["conversion_probability"].mean()
    for day in (30, 60, 120):
        row = curve[curve["day"] <= day].iloc[-1]
        known = chance * -math.expm1(-day / truth["mean_days_to_convert"])
        assert row["lower"] <= known <= row["upper"]


def test_limits_cover_the_chance_as_often_as_they_say():
    rates = default_parameters()
    rng = np.random.default_rng(5)
    period = Period(2020, 4)
    covered = []
    for _ in range(120):
        drawn = draw_leads(rng, 150, rates, period).set_index("lead_id")
        leads = Leads(followed(drawn, period.as_of), period.as_of, {})
        found = conversion_within(leads, "52 weeks", by=["qualification"], interval=0.90)
        seen = drawn[drawn["date"] <= SEEN_UNTIL]
        chances = seen.groupby("qualification")["conversion_probability"].mean()
        row = found.set_index("group").loc["qualified"]
        covered.append(row["lower"] <= chances["qualified"] <= row["upper"])
    assert 0.83 <= np.mean(covered) <= 0.97


def followed(drawn, end):
    became = drawn["converted_on"]
    days = (became.fillna(pd.Timestamp(end)) - drawn["date"]).dt.days
    return drawn.assign(days=days, happened=became.notna())


def test_a_page_of_leads_and_its_absence(folder):
    company = load_company(folder)
    terms = {"value": 300, "lower": 200, "upper": 450, "last_day": date(2024, 6, 30)}
    found = study_prospects(company, "30 days", **terms)
    assert found.absent == ""
    assert found.describe()["potential_value"] == 100.0
    assert found.describe()["left_out"] == 2
    assert found.curve["share"].iloc[-1] > 0
    assert found.too_young == ""
    all_leads = found.development.iloc[0]
    assert found.open_leads == OpenLeads(
        open=5 - 2, ended=int(all_leads["seen_long_enough"]), converted=int(all_leads["within"])
    )
    early = study_prospects(company, "52 weeks", **terms)
    assert early.too_young == (
        "Of 5 leads 2 became customers so far. "
        "Conversion and value: not available, no lead was seen for 52 weeks."
    )
    nothing = study_prospects(Company("Shop", {}), "30 days", **terms)
    assert nothing.absent == "Not available: needs the table leads."
    assert nothing.describe() == {}
    assert nothing.open_leads is None


def test_small_groups_are_hidden_within_each_characteristic(folder):
    terms = {"value": 300, "lower": 200, "upper": 450, "last_day": date(2024, 6, 30)}
    shown = study_prospects(load_company(folder), "30 days", **terms).shown(3)
    leads = shown.set_index(["characteristic", "group"])["leads"]
    # Of 5 leads 3 came from fairs: they would tell that 2 came from the site.
    assert leads["all leads"].tolist() == [5]
    assert leads["source"].isna().all()
    assert leads["qualification"].isna().all()


def test_other_tables_are_not_even_opened(folder):
    (folder / "invoices.csv").write_text("nothing,of,use\n1,2,3\n")
    log = clvlab.open_log(folder)
    company = clvlab.open_company(folder, log, tables=["leads"])
    assert set(company.tables) == {"leads"}
    pd.testing.assert_frame_equal(company.purchases().table, log.table)
