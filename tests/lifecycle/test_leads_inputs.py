"""What leads and products can't be read from is said in the user's words."""

from datetime import date

import pandas as pd
import pytest

from clvlab.data import load_transactions
from clvlab.data.company import Company, load_company
from clvlab.errors import InputError, NotAvailableError
from clvlab.lifecycle.conversion import conversion_within, potential_value
from clvlab.lifecycle.leads import leads_of
from clvlab.lifecycle.products import LifeCycleRules, first_products, product_life_cycles
from clvlab.lifecycle.share_limits import wilson_limits


@pytest.fixture
def company(tmp_path):
    def write(text):
        (tmp_path / "leads.csv").write_text(text)
        return load_company(tmp_path)

    return write


@pytest.fixture
def log():
    rows = [("a", "2024-01-05", 1.0), ("a", "2024-02-05", 1.0)]
    return load_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))


def test_tables_and_columns_that_are_missing(company, log):
    with pytest.raises(NotAvailableError, match="not available: needs the table leads"):
        leads_of(Company("Shop", {}))
    needs = "needs the column converted_on of leads, or customer_id and the table purchases"
    with pytest.raises(NotAvailableError, match=needs):
        leads_of(company("lead_id,date\n1,2024-01-01\n"))
    with pytest.raises(NotAvailableError, match="needs the column product of purchases"):
        first_products(log, "30 days")
    with pytest.raises(NotAvailableError, match="needs the column category of purchases"):
        product_life_cycles(log, column="category")


def test_leads_that_are_all_later(company):
    later = company("lead_id,date,converted_on\n1,2024-01-01,\n")
    with pytest.raises(InputError, match="table leads must hold leads; none is dated up to 2023"):
        leads_of(later, date(2023, 12, 31))


def test_characteristics_that_are_not_known(company):
    leads = leads_of(company("lead_id,date,converted_on,source\n1,2024-01-01,,fair\n"))
    message = "'by' must be characteristics of the leads; got 'sorce', known are source. Did you"
    with pytest.raises(InputError, match=message):
        conversion_within(leads, 5, by=["sorce"])
    with pytest.raises(InputError, match="horizon"):
        conversion_within(leads, "soon")


@pytest.mark.parametrize("limits", [(0, 0, 1), (5, 6, 7), (5, 4, 4.5)])
def test_values_outside_of_their_limits(limits):
    value, lower, upper = limits
    with pytest.raises(InputError, match="the value must be above 0 and within its limits; got"):
        potential_value(pd.DataFrame(), value=value, lower=lower, upper=upper)


@pytest.mark.parametrize("interval", [0, 1, 95])
def test_intervals_that_are_none(interval):
    with pytest.raises(InputError, match="parameter 'interval' must be between 0 and 1"):
        wilson_limits(1, 2, interval)


@pytest.mark.parametrize(
    "rules", [{"mature": 0.5}, {"introduced": 0.0}, {"mature": 1.5}, {"declining": 0.1}]
)
def test_rules_that_contradict_each_other(rules):
    with pytest.raises(InputError, match="must keep 0 < introduced < declining < mature <= 1"):
        LifeCycleRules(**rules)


def test_smoothing_over_nothing_and_periods_that_do_not_fit(log):
    with pytest.raises(InputError, match="'smoothing' must be at least 1; got 0"):
        LifeCycleRules(smoothing=0)
    short = load_transactions(log.table.assign(product="x"))
    with pytest.raises(InputError, match="'period' must fit into the log; the log covers 2024-01"):
        product_life_cycles(short, period="quarter")
