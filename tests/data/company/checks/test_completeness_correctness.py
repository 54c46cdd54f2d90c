"""Completeness and freshness of the customer file, reckoned by hand."""

import pytest

from clvlab.data.company.checks import check_company

AS_OF = "2024-12-31"


@pytest.fixture
def gaps(company):
    """Six customers; half lack an address, one is of no region, two are old and one undated."""

    def change(tables):
        customers = tables["customers"]
        for row in customers[:3]:
            row["address"] = None
        customers[0]["region"] = None
        for row, day in zip(customers, ["2024-12-31", "2024-12-21", "2024-12-01"], strict=False):
            row["updated_on"] = day
        customers[3]["updated_on"] = "2023-01-01"
        customers[4]["updated_on"] = "2023-12-31"
        customers[5]["updated_on"] = None
        tables["customers"].append(dict(customers[1]))

    return check_company(company(change), as_of=AS_OF)


def test_shares_of_columns_and_groups(gaps):
    shares = gaps.completeness.set_index(["by", "name"])["filled"]
    assert shares["column", "address"] == 0.5
    assert shares["column", "region"] == pytest.approx(5 / 6)
    # Eight columns of the basic data are there, three of the characteristics.
    assert shares["group", "basic"] == pytest.approx(1 - 0.5 / 8)
    assert shares["group", "characteristics"] == pytest.approx(1 - 1 / 18)
    assert shares["group", "file"] == pytest.approx(1 - 1 / 18)
    # The four groups weigh the same; the file's own is none of the customer's.
    assert shares["customers", "all"] == pytest.approx((1 - 1 / 16 + 1 - 1 / 18 + 2) / 4)
    assert shares["region", "not said"] == pytest.approx((7 / 8 + 2 / 3 + 2) / 4)


def test_each_customer_s_share(gaps):
    each = gaps.customers.set_index("customer_id")
    assert len(each) == 6
    assert each.loc["C01", "basic"] == pytest.approx(7 / 8)
    assert each.loc["C01", "completeness"] == pytest.approx((7 / 8 + 2 / 3 + 2) / 4)
    assert each.loc["C06", "completeness"] == 1.0


def test_columns_that_are_not_there_are_not_available_and_count_nowhere(gaps):
    absent = gaps.completeness.set_index("name").loc["founded_on"]
    assert absent["columns"] == 0
    assert absent["filled"] != absent["filled"]
    assert absent["status"] == "not available: needs the column founded_on of customers"


def test_ages_by_owner(gaps):
    ages = gaps.freshness.set_index("owner")
    assert ages.loc["all", ["customers", "dated", "stale"]].tolist() == [6, 5, 2]
    assert ages.loc["all", "median_days"] == 30
    assert ages.loc["all", "within"] == 0.6
    # Anna looks after C01, C03 and C05: 0, 30 and 366 days.
    assert ages.loc["Anna", ["median_days", "stale"]].tolist() == [30, 1]
    assert ages.loc["Anna", "p90_days"] == pytest.approx(30 + 0.8 * 336)
    assert gaps.findings["kind"].value_counts()["stale"] == 2


@pytest.mark.parametrize(
    ("max_age", "stale"),
    [("365 days", 2), ("366 days", 1), (29, 3), ("4 weeks", 3), ("3 years", 0)],
)
def test_the_age_that_is_allowed_is_allowed_itself(company, max_age, stale):
    def change(tables):
        days = ["2024-12-31", "2024-12-21", "2024-12-01", "2023-01-01", "2023-12-31", None]
        for row, day in zip(tables["customers"], days, strict=True):
            row["updated_on"] = day

    check = check_company(company(change), as_of=AS_OF, max_age=max_age)
    assert (check.findings["kind"] == "stale").sum() == stale


def test_without_owners_and_dates_nothing_is_guessed(company):
    def change(tables):
        for row in tables["customers"]:
            del row["owner"], row["updated_on"]

    check = check_company(company(change), as_of=AS_OF)
    assert len(check.freshness) == 0
    needs = "not available: needs the column updated_on of customers"
    assert check.not_available == {"freshness": needs}
    status = check.summary.set_index("kind")["status"]
    assert status["stale"] == needs


def test_without_customers_what_needs_them_is_not_available(company):
    def change(tables):
        tables["customers"] = None

    check = check_company(company(change), as_of=AS_OF)
    assert len(check.findings) == 0
    needs = "not available: needs the table customers"
    of_references = check.summary[check.summary["kind"] == "broken_reference"]
    assert set(of_references["status"]) <= {"done", needs}
    assert needs in set(of_references["status"])
    assert check.completeness["status"].tolist() == [needs]
    assert check.not_available["table customers"] == "not available: there is no customers"
