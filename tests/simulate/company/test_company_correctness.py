"""A simulated company against the rates that it was drawn with, recovered from its tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.simulate.company import default_parameters
from clvlab.simulate.company.futures import expected_orders_by_month
from clvlab.simulate.company.leads import conversions, draw_leads
from clvlab.simulate.company.orders import category_probabilities
from clvlab.simulate.company.period import Period
from clvlab.simulate.company.relationships import draw_relationships, usual_rates
from clvlab.simulate.company.satisfaction import draw_opinions
from clvlab.simulate.company.stages import STAGES, mean_transitions, transition_probabilities
from clvlab.simulate.company.traits import draw_traits

RATES = default_parameters()
ERRORS = 4.5
"""Standard errors that an average may be off: one in 150,000 would be off by more."""


@pytest.fixture(scope="module")
def company():
    return clvlab.simulate_company(20_000, seed=5, errors=False)


@pytest.fixture(scope="module")
def months(company):
    """One row per customer and month, with the stage of the next month and what weighed on it."""
    stages = company.truth["stages"]
    table = stages.merge(company.truth["customers"][["customer_id", "satisfaction"]])
    table["next"] = table.groupby("customer_id")["stage"].shift(-1)
    names = sorted(table["month"].unique())
    felt = np.zeros(len(names))
    for share in RATES.price_rise["starts_at"]:
        start = int(share * len(names))
        felt[start : start + RATES.price_rise["months"]] = 1
    table["price"] = table["month"].map(dict(zip(names, felt, strict=True)))
    return table


def off_by(values, expected):
    """Standard errors between a mean and what it should be."""
    values = np.asarray(values, float)
    return abs(values.mean() - expected) / (values.std(ddof=1) / np.sqrt(len(values)))


def logit(x, y):
    """Coefficients of a logistic regression, and their standard errors."""
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta = beta + np.linalg.solve(information, x.T @ (y - p))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


WORSE = [("exploration", "terminated"), ("stability", "decline"), ("decline", "terminated")]
BETTER = [("exploration", "formation"), ("formation", "stability"), ("recovered", "stability")]


@pytest.mark.parametrize(("old", "new"), WORSE + BETTER)
def test_monthly_rates_and_what_moves_them_are_recovered(months, old, new):
    """Between two outcomes of a multinomial logit the others don't matter: a logistic regression.

    Of those who stay or change to one stage, the log-odds to change are those of the monthly
    rates, plus or minus the pressure.
    """
    some = months[(months["stage"] == old) & months["next"].isin([old, new])]
    columns = [np.ones(len(some)), some["satisfaction"], some["late_support"], some["price"]]
    found, error = logit(np.column_stack(columns), (some["next"] == new).to_numpy(float))
    rates, weights = RATES.stages["monthly"][old], RATES.stages["pressure"]
    sign = 1 if (old, new) in WORSE else -1
    true = [np.log(rates[new] / (1 - sum(rates.values())))]
    true += [sign * weights[name] for name in ("satisfaction", "late_support", "price_rise")]
    assert (np.abs(found - true) < ERRORS * error).all()
    assert (error < 0.25).all()


def test_a_change_by_hand():
    """Odds against staying of 0.2/0.5 and 0.3/0.5, divided and multiplied by 2."""
    chances = transition_probabilities(
        np.array([STAGES.index("decline")]),
        np.array([np.log(2)]),
        {"decline": {"stability": 0.2, "terminated": 0.3}},
    )
    weights = np.array([0.2, 1.0, 1.2])
    assert chances[0, [2, 3, 4]] == pytest.approx(weights / weights.sum(), abs=1e-14)


def test_late_support_is_as_frequent_as_its_chances(company):
    chances = company.truth["customers"][["customer_id", "late_support_probability"]]
    stages = company.truth["stages"].merge(chances)
    stages = stages[stages["stage"] != "terminated"]
    surplus = stages["late_support"] - stages["late_support_probability"]
    assert off_by(surplus, 0) < ERRORS
    assert 0.04 < stages["late_support"].mean() < 0.08


def test_satisfaction_has_its_drivers(company):
    truth = company.truth["customers"]
    drivers = RATES.satisfaction["drivers"]
    x = truth[list(drivers)].to_numpy()
    found, *_ = np.linalg.lstsq(x, truth["satisfaction"].to_numpy(), rcond=None)
    noise = truth["satisfaction"].to_numpy() - x @ found
    assert noise.std() == pytest.approx(RATES.satisfaction["noise"], rel=0.03)
    assert found == pytest.approx(list(drivers.values()), abs=0.02)
    between = np.corrcoef(x.T)[np.triu_indices(3, 1)]
    assert between == pytest.approx(RATES.satisfaction["driver_correlation"], abs=0.04)


@pytest.fixture(scope="module")
def ordered(company):
    """Orders of customers in months of the first year, and what their own factors come to."""
    orders, rates = RATES.orders, RATES.base
    customers = company.tables["customers"].dropna(subset=["employees", "industry"])
    customers = customers[["customer_id", "employees", "industry", "customer_type"]]
    factors = company.truth["customers"][["customer_id", "rate_factor"]]
    stages = company.truth["stages"]
    # The first month of a customer and that of a return have exactly one order.
    before = stages["stage"].shift().where(stages["customer_id"].eq(stages["customer_id"].shift()))
    entry = before.isna() | (before.eq("terminated") & stages["stage"].eq("recovered"))
    table = stages[~entry & (stages["month"] < "2021")].merge(customers).merge(factors)
    median = table["industry"].map(rates["median_employees"])
    size = (table["employees"] / median) ** rates["size_elasticity"]
    project = table["customer_type"] == "project"
    group = np.where(project, "project", np.where(table["industry"] == "school", "school", "other"))
    month = table["month"].str[5:].astype(int) - 1
    season = [orders["season"][g][m] for g, m in zip(group, month, strict=True)]
    own = table["rate_factor"] * size * season * np.where(project, orders["project_rate"], 1)
    bought = company.tables["purchases"]
    bought = bought[(bought["amount"] > 0) & (bought["date"] < "2021")].drop_duplicates("order_id")
    key = bought["customer_id"] + " " + bought["date"].dt.strftime("%Y-%m")
    counts = (table["customer_id"] + " " + table["month"]).map(key.value_counts()).fillna(0)
    return pd.DataFrame({"stage": table["stage"], "own": own, "orders": counts})


@pytest.mark.parametrize("stage", RATES.orders["monthly_rate"])
def test_orders_come_at_the_rate_of_the_stage(ordered, stage):
    """In months without campaigns; those who are lost buy nothing."""
    some = ordered[ordered["stage"] == stage]
    expected = RATES.orders["monthly_rate"][stage] * some["own"].sum()
    assert abs(some["orders"].sum() - expected) <= ERRORS * np.sqrt(expected)
    assert expected > 200 or stage in ("recovered", "terminated")


def test_seasons_have_mean_one():
    for season in RATES.orders["season"].values():
        assert np.mean(season) == pytest.approx(1, abs=1e-9)


def test_shares_add_up():
    base, orders = RATES.base, RATES.orders
    shares = [base["industries"], base["regions"], base["sources"], orders["channels"]]
    shares += [RATES.leads["levels"], RATES.leads["qualification"], RATES.benefits["kinds"]]
    shares += [RATES.campaigns[kind]["arms"] for kind in ("sales", "winback")]
    shares += [*RATES.losses["reasons"].values(), RATES.stages["at_start"]]
    shares += [{one[0]: one[2] for one in products} for products in orders["products"].values()]
    assert [sum(one.values()) for one in shares] == pytest.approx([1.0] * len(shares))


def test_an_order_is_worth_what_is_expected_of_it(company):
    """Before the first price rise and the first campaign."""
    truth = company.truth["customers"].set_index("customer_id")
    index = (1 + RATES.price_rise["increase"]) ** len(RATES.price_rise["starts_at"])
    each = truth["expected_amount_12_months"] / truth["expected_orders_12_months"] / index
    bought = company.tables["purchases"]
    bought = bought[(bought["amount"] > 0) & (bought["date"] < "2021-01-01")]
    orders = bought.groupby(["customer_id", "order_id"])["amount"].sum().reset_index()
    assert off_by(orders["amount"] - orders["customer_id"].map(each), 0) < ERRORS


def test_margins_are_amounts_less_costs(company):
    bought = company.tables["purchases"]
    shares = {n: one["cost_share"] for n, one in RATES.orders["categories"].items()}
    products = [one for some in RATES.orders["products"].values() for one in some]
    listed = {name: price for name, price, _ in products}
    cost = bought["product"].map(listed) * bought["category"].map(shares) * bought["quantity"]
    # Prices and costs of a piece are whole cents.
    rounding = 0.01 * (bought["quantity"].abs() + 1)
    assert ((bought["amount"] - cost - bought["margin"]).abs() < rounding).all()


def test_categories_by_hand():
    chances = category_probabilities(RATES.orders["categories"])
    assert chances["accessory"] == pytest.approx(0.50 + 0.40 * 0.75 * 0.50)


def test_returns_are_as_frequent_as_they_should_be(company):
    bought = company.tables["purchases"]
    early = bought[bought["date"] < "2023-11-01"]
    lines, back = (early["amount"] > 0).sum(), (early["amount"] < 0).sum()
    expected = RATES.orders["return_probability"] * lines
    # Returns of the last weeks come later.
    assert abs(back - expected) < ERRORS * np.sqrt(expected) + 0.02 * expected


@pytest.mark.parametrize("source", RATES.base["sources"])
def test_leads_convert_at_the_rate_of_their_source(company, source):
    leads = company.tables["leads"]
    old = leads[(leads["date"] < "2022-06-01") & (leads["source"] == source)]
    rates = RATES.leads
    chance = (
        rates["conversion_by_source"][source]
        * old["level"].map(rates["level_factor"])
        * old["qualification"].map(rates["qualification_factor"])
    )
    assert off_by(old["converted_on"].notna() - chance, 0) < ERRORS
    assert len(old) > 300


def test_converted_leads_are_customers_since_that_day(company):
    leads = company.tables["leads"].dropna(subset=["customer_id"])
    both = leads.merge(company.tables["customers"], on="customer_id", suffixes=("", "_of"))
    assert len(both) == len(leads) == leads["customer_id"].nunique()
    assert (both["converted_on"] == both["customer_since"]).all()
    assert (both["name"] == both["name_of"]).all()


@pytest.mark.parametrize("industry", RATES.invoices["late_probability"])
def test_invoices_are_paid_late_at_the_rate_of_the_industry(company, industry):
    customers = company.tables["customers"].set_index("customer_id")
    invoices = company.tables["invoices"]
    due = invoices[(invoices["due_on"] < "2023-12-31") & (invoices["amount"] > 0)]
    due = due[due["customer_id"].map(customers["industry"]) == industry]
    late = due["paid_on"].isna() | (due["paid_on"] > due["due_on"])
    assert off_by(late, RATES.invoices["late_probability"][industry]) < ERRORS
    disputed = due["disputed"][late]
    assert off_by(disputed, RATES.invoices["disputed_when_late"]) < ERRORS


def test_invoices_add_up_to_purchases(company):
    bought, billed = company.tables["purchases"], company.tables["invoices"]
    cents = [(one["amount"] * 100).round().astype("int64") for one in (bought, billed)]
    sums = [
        each.groupby(one["customer_id"]).sum()
        for each, one in zip(cents, (bought, billed), strict=True)
    ]
    pd.testing.assert_series_equal(*sums)


def of_arms(company, kind):
    effects = company.truth["effects"]
    return effects[effects["campaign_id"].str.startswith(kind)]


def outcomes(company, effects):
    """What happened to each customer of a campaign while it ran, one row each, by own arm."""
    own = effects[effects["arm"] == effects["assigned"]].copy()
    campaigns = company.tables["campaigns"].drop_duplicates("campaign_id")
    own = own.merge(campaigns[["campaign_id", "start", "end"]])
    if own["outcome"].iloc[0] == "orders":
        bought = company.tables["purchases"]
        bought = bought[bought["amount"] > 0].drop_duplicates("order_id")[["customer_id", "date"]]
        happened = own[["campaign_id", "customer_id", "start", "end"]].merge(bought)
    else:
        stages = company.truth["stages"]
        back = stages["stage"].eq("recovered") & stages["stage"].shift().eq("terminated")
        dates = stages.assign(date=pd.to_datetime(stages["month"]))[back]
        happened = own[["campaign_id", "customer_id", "start", "end"]].merge(dates)
    happened = happened[happened["date"].between(happened["start"], happened["end"])]
    counts = happened.groupby(["campaign_id", "customer_id"]).size().rename("happened")
    return own.join(counts, on=["campaign_id", "customer_id"]).fillna({"happened": 0})


@pytest.mark.parametrize("kind", ["sales", "winback"])
@pytest.mark.parametrize("arm", ["call", "discount", "visit"])
def test_the_difference_between_arms_is_the_known_effect(company, kind, arm):
    """Without knowing anything of the customers: that is what drawing lots is for."""
    effects = of_arms(company, kind)
    seen = outcomes(company, effects)
    treated = seen.loc[seen["assigned"] == arm, "happened"]
    control = seen.loc[seen["assigned"] == "control", "happened"]
    true = effects.loc[effects["arm"] == arm, "effect"].mean()
    error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))
    assert abs(treated.mean() - control.mean() - true) < ERRORS * error
    assert true > 2 * error


@pytest.mark.parametrize("reason", RATES.campaigns["winback"]["by_reason"])
def test_lost_customers_come_back_as_their_reason_lets_them(company, reason):
    """The latest loss before the campaign has the reason."""
    seen = outcomes(company, of_arms(company, "winback"))
    losses = company.truth["losses"].sort_values("lost_on")
    known = seen.merge(losses, on="customer_id")
    known = known[known["lost_on"] < known["start"]]
    known = known.drop_duplicates(["campaign_id", "customer_id"], keep="last")
    some = known[known["true_reason"] == reason]
    assert off_by(some["happened"] - some["expected"], 0) < ERRORS
    odds = some.assign(log_odds=np.log(some["expected"] / (1 - some["expected"])))
    control = some["expected"] - some["effect"]
    found = (odds["log_odds"] - np.log(control / (1 - control))).groupby(some["assigned"]).mean()
    rule = RATES.campaigns["winback"]
    for arm in ("call", "discount", "visit"):
        true = rule["log_odds"][arm] + rule["by_reason"][reason][arm]
        assert found[arm] == pytest.approx(true, abs=1e-9)


def test_arms_have_their_shares_and_nobody_pushed_away_is_asked(company):
    seen = outcomes(company, of_arms(company, "winback"))
    for arm, share in RATES.campaigns["winback"]["arms"].items():
        assert off_by(seen["assigned"] == arm, share) < ERRORS
    losses = company.truth["losses"].merge(seen[["customer_id", "campaign_id", "start"]])
    last = losses[losses["lost_on"] < losses["start"]].sort_values("lost_on")
    last = last.drop_duplicates(["campaign_id", "customer_id"], keep="last")
    assert len(last) == len(seen)
    assert last["recorded"].all()
    assert "pushed_intentionally" not in set(last["true_reason"])


def test_the_visits_were_not_drawn_by_lot(company):
    """Who was visited is less satisfied, so that a comparison with the others misleads."""
    visited = of_arms(company, "visits")
    truth = company.truth["customers"].set_index("customer_id")["satisfaction"]
    month = visited["campaign_id"].iloc[0].removeprefix("visits-")
    stages = company.truth["stages"]
    here = stages[(stages["month"] == month) & (stages["stage"] != "terminated")]
    usual = here["customer_id"].map(truth).mean()
    assert off_by(visited["customer_id"].map(truth), usual) > 10
    assert visited["propensity"].std() > 0.1
    seen = outcomes(company, visited)
    assert off_by(seen["happened"] - seen["expected"], 0) < ERRORS


def test_reasons_have_their_shares(months, company):
    months = months.assign(lost=months["next"].eq("terminated") & months["stage"].ne("terminated"))
    usual = months[months["lost"] & months["late_support"].eq(0) & months["price"].eq(0)]
    after = pd.to_datetime(usual["month"]) + pd.DateOffset(months=1)
    key = usual["customer_id"] + " " + after.dt.strftime("%Y-%m")
    losses = company.truth["losses"]
    lost = losses["customer_id"] + " " + losses["lost_on"].dt.strftime("%Y-%m")
    some = losses[lost.isin(key)]
    assert len(some) == len(usual)
    for reason, share in RATES.losses["reasons"]["usual"].items():
        assert off_by(some["true_reason"] == reason, share) < ERRORS


def test_some_reasons_are_not_known(company):
    true = company.truth["losses"]
    noted = company.tables["losses"].merge(true)
    assert len(noted) == true["recorded"].sum() == len(company.tables["losses"])
    pushed = noted["true_reason"] == "pushed_intentionally"
    assert not (noted["reason"][pushed] == "unknown").any()
    hidden = noted["reason"][~pushed] == "unknown"
    assert off_by(hidden, RATES.losses["unknown_probability"]) < ERRORS
    known = noted["reason"] != "unknown"
    assert (noted["reason"] == noted["true_reason"])[known].all()


def test_the_satisfied_answer_more_often(company):
    surveys, section = company.tables["surveys"], RATES.surveys
    last = surveys[surveys["date"] > "2023-01-01"]["customer_id"].dropna().unique()
    month = f"{surveys['date'].max():%Y-%m}"
    stages = company.truth["stages"]
    here = stages[(stages["month"] == month) & (stages["stage"] != "terminated")]
    opinions = company.truth["customers"].set_index("customer_id").loc[here["customer_id"]]
    pressure = section["response_intercept"]
    pressure = pressure + section["response_satisfaction"] * opinions["satisfaction"]
    expected = section["invited"] / (1 + np.exp(-pressure))
    assert off_by(opinions.index.isin(last) - expected, 0) < ERRORS


@pytest.mark.parametrize("construct", RATES.surveys["items"])
def test_answers_load_on_what_customers_think(company, construct):
    surveys, section = company.tables["surveys"], RATES.surveys
    latent = company.truth["customers"].set_index("customer_id")[construct]
    for item in range(section["items"][construct]):
        asked = surveys["item"] == f"{construct}_{item + 1}"
        some = surveys[asked & surveys["customer_id"].notna()]
        x = some["customer_id"].map(latent)
        # Answers end at 1 and 7, so only the middle is a straight line.
        middle = x.abs() < 1
        slope, centre = np.polyfit(x[middle], some["answer"][middle], 1)
        assert slope == pytest.approx(section["loadings"][item], abs=0.05)
        assert centre == pytest.approx(section["centre"], abs=0.05)


def test_employees_think_too_well_by_the_known_gap():
    rates = RATES.changed(surveys={"employees": 3000, "waves_at": [0.9], "centre": 4.0})
    surveys = clvlab.simulate_company(20, seed=1, errors=False, parameters=rates).tables["surveys"]
    said = surveys[(surveys["role"] == "employee") & surveys["item"].str.endswith("_1")]
    means = said.groupby("item")["answer"].mean()
    for construct, gap in RATES.surveys["employee_gap"].items():
        assert means[f"{construct}_1"] == pytest.approx(4.0 + gap, abs=0.06)


def test_expected_orders_by_hand():
    """One lost customer who returns with chance 0.1, one who leaves with chance 0.5."""
    step = np.zeros((2, 6, 6))
    step[:, 5, 5] = step[0, 4, 4] = step[1, 4, 4] = 1.0
    step[0, 4, [4, 5]] = 0.9, 0.1
    step[1, 2, [2, 4]] = 0.5, 0.5
    now = np.eye(6)[[4, 2]]
    usual = [np.tile([0, 0, 0.4, 0, 0, 0.2], (2, 1))] * 2
    found = expected_orders_by_month(now, step, step, usual)
    # The return itself is one order; in the month after, 0.2 are usual and 0.09 more return.
    assert found == pytest.approx(np.array([[0.1, 0.1 * 0.2 + 0.09], [0.2, 0.1]]), abs=1e-14)


def test_orders_come_as_expected_of_what_is_true():
    """Two years of customers from before, without campaigns and price rises, all stages mixed."""
    nothing = {kind: {**RATES.campaigns[kind], "starts_at": []} for kind in ("sales", "visits")}
    nothing["winback"] = {**RATES.campaigns["winback"], "starts_at": []}
    rates = RATES.changed(
        campaigns=nothing, price_rise={"starts_at": []}, base={"share_started_before": 1.0}
    )
    rng, period, n = np.random.default_rng(8), Period(2020, 2), 20_000
    nobody = conversions(draw_leads(rng, 0, rates, period))
    traits = draw_traits(rng, n, rates.base, period, nobody)
    opinions = draw_opinions(rng, n, rates)
    liking = rng.gamma(3.0, 1 / 3.0, n)
    past = draw_relationships(rng, traits, opinions, liking, rates, period)
    later = mean_transitions(opinions.satisfaction, opinions.late_support_probability, rates.stages)
    usual = [usual_rates(traits, liking, period.calendar_month(m), rates) for m in range(1, 24)]
    now = np.eye(6)[past.stage[:, 0]]
    expected = expected_orders_by_month(now, later, later, usual)
    surplus = past.orders[:, 1:] - expected
    for months in (slice(0, 6), slice(12, 23), slice(0, 23)):
        assert off_by(surplus[:, months].sum(axis=1), 0) < ERRORS
