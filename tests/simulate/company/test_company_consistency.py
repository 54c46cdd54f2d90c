"""A simulated company holds together; errors are where its account says and nowhere else."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clvlab
from clvlab.data.company import CONTRACTS, load_company
from clvlab.data.text_stream import open_text
from clvlab.errors import InputError
from clvlab.simulate.company import default_parameters, tables_files, write_company
from clvlab.simulate.company.errors import KINDS

RATES = default_parameters()
EXAMPLE = Path(__file__).resolve().parents[3] / "data"
REACH = re.compile(r"@|\d{3}[ -]?\d{4}")
"""An e-mail, or as many digits in a row as only phone numbers have."""


@pytest.fixture(scope="module", params=[(20, 1), (400, 4)], ids=str)
def clean(request):
    customers, years = request.param
    return clvlab.simulate_company(customers, seed=7, years=years, errors=False)


@pytest.fixture(scope="module")
def loaded(clean, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    write_company(clean, folder)
    return load_company(folder)


@pytest.fixture(scope="module")
def planted():
    return clvlab.simulate_company(300, seed=3)


@pytest.fixture(scope="module")
def files(planted):
    return tables_files(planted)


def table_of(files, name):
    """A written table with every cell as text, as it stands there."""
    return pd.read_csv(io.BytesIO(files[f"{name}.csv"]), dtype=str, keep_default_na=False)


def test_the_same_seed_makes_the_same_bytes(files):
    assert tables_files(clvlab.simulate_company(300, seed=3)) == files


def test_another_seed_makes_another_company():
    one, two = (clvlab.simulate_company(20, seed=seed, errors=False) for seed in (1, 2))
    assert not one.tables["purchases"].equals(two.tables["purchases"])
    assert not one.tables["customers"]["name"].equals(two.tables["customers"]["name"])


def test_a_clean_company_is_loaded_without_leave_of_any_policy(clean, loaded):
    assert loaded.simulated
    assert loaded.purchases().simulated
    assert "no such company" in loaded.name
    assert set(loaded.tables) == set(CONTRACTS)
    for name, table in loaded.tables.items():
        named = CONTRACTS[name].columns.items()
        written = clean.tables[name].columns
        kept = [column for column, facts in named if column in written and not facts.personal]
        # Of the ways to reach a customer only stays whether there is one.
        assert list(table.frame) == [*kept, *(["reachable"] if name == "customers" else [])]
        assert len(table.frame) == len(clean.tables[name])
        quality = table.quality.set_index("step")
        assert quality["rows"].drop(["rows_read", "rows_left"]).sum() == 0
    steps = loaded.purchases().quality.set_index("step")["rows"]
    assert steps[["missing_ids", "after_as_of", "duplicates", "zero_amounts"]].sum() == 0
    assert steps["returns_unmatched"] == 0


def test_what_is_loaded_is_what_was_drawn(clean, loaded):
    for name, drawn in clean.tables.items():
        if name == "purchases":
            continue
        for column, facts in CONTRACTS[name].columns.items():
            if facts.personal or column not in drawn:
                continue
            read, was = loaded.table(name)[column], drawn[column]
            assert (read.isna().to_numpy() == was.isna().to_numpy()).all()
            if facts.kind in ("money", "number", "count"):
                assert np.allclose(read.dropna(), was.dropna().astype(float), atol=0.005)
            elif facts.kind in ("id", "text", "code", "day"):
                assert (read.dropna().to_numpy() == was.dropna().to_numpy()).all()


def test_references_of_a_clean_company_are_whole(clean):
    for name, contract in CONTRACTS.items():
        for column, facts in contract.columns.items():
            if facts.refers:
                known = set(clean.tables[facts.refers][CONTRACTS[facts.refers].key[0]])
                assert set(clean.tables[name][column].dropna()) <= known
    assert set(clean.tables["purchases"]["customer_id"]) <= set(
        clean.tables["customers"]["customer_id"]
    )


def test_nothing_of_a_clean_company_is_impossible(clean):
    tables, last = clean.tables, pd.Timestamp(clean.period.as_of)
    for name, contract in CONTRACTS.items():
        frame = tables[name]
        assert not frame.duplicated().any()
        assert not contract.key or not frame.duplicated(list(contract.key)).any()
        assert frame[list(contract.required)].notna().all(axis=None)
        for column, facts in contract.columns.items():
            if column not in frame:
                assert not facts.required
                continue
            values = frame[column].dropna()
            if facts.kind == "count":
                assert (values >= 0).all()
                assert (values == values.round()).all()
            if facts.kind in ("money", "number"):
                assert values.between(*_limits(facts)).all()
            if facts.kind == "day" and column not in ("due_on", "end"):
                assert (values <= last).all()
            if facts.kind == "text" and not facts.personal:
                assert not values.astype(str).str.contains(REACH).any()


def _limits(facts):
    return [
        limit if limit is not None else bound
        for limit, bound in ((facts.least, -np.inf), (facts.most, np.inf))
    ]


def test_days_of_a_clean_company_come_in_order(clean):
    tables = clean.tables
    customers = tables["customers"].set_index("customer_id")
    known = customers.dropna(subset=["founded_on"])
    assert (known["founded_on"] < known["customer_since"]).all()
    assert (customers["updated_on"] >= customers["customer_since"]).all()
    age = pd.Timestamp(clean.period.as_of) - customers["updated_on"]
    assert (age.dt.days <= RATES.file["maximum_age_days"]).all()
    invoices = tables["invoices"]
    assert (invoices["issued_on"] <= invoices["due_on"]).all()
    paid = invoices.dropna(subset=["paid_on"])
    assert (paid["issued_on"] <= paid["paid_on"]).all()
    first = tables["purchases"].groupby("customer_id")["date"].min()
    losses = tables["losses"]
    assert (losses["customer_id"].map(first) < losses["lost_on"]).all()
    assert (losses["customer_id"].map(customers["customer_since"]) < losses["lost_on"]).all()
    assert (losses["lost_on"] <= losses["recorded_on"]).all()
    leads = tables["leads"]
    assert (leads["converted_on"].notna() == leads["customer_id"].notna()).all()
    assert (leads["date"] <= leads["converted_on"].fillna(leads["date"])).all()


def test_first_purchases_are_made_when_somebody_becomes_a_customer(clean):
    first = clean.tables["purchases"].groupby("customer_id")["date"].min()
    since = clean.tables["customers"].set_index("customer_id")["customer_since"]
    new = since >= pd.Timestamp(clean.period.first_day)
    pd.testing.assert_series_equal(first.reindex(since[new].index), since[new], check_names=False)
    others = first[~first.index.isin(since[new].index)]
    assert len(others)
    assert (others >= pd.Timestamp(clean.period.first_day)).all()


def test_nobody_buys_while_lost(clean):
    stages = clean.truth["stages"]
    lost = stages[stages["stage"] == "terminated"]
    bought = clean.tables["purchases"]
    bought = bought[bought["amount"] > 0]
    key = bought["customer_id"] + " " + bought["date"].dt.strftime("%Y-%m")
    assert not (lost["customer_id"] + " " + lost["month"]).isin(key).any()


def test_contacts_of_campaigns_lie_within_them_and_controls_had_none(clean):
    contacts, campaigns = clean.tables["contacts"], clean.tables["campaigns"]
    both = contacts.dropna(subset=["campaign_id"]).merge(campaigns, on=["campaign_id", "arm"])
    assert len(both) == contacts["campaign_id"].notna().sum()
    assert both["date"].between(both["start"], both["end"]).all()
    control = both[both["arm"] == "control"]
    assert control[["measure_x", "channel", "responded"]].isna().all(axis=None)
    assert (control[["cost_x", "hours_x"]] == 0).all(axis=None)


def test_answers_of_a_clean_company_are_on_their_scale(clean):
    surveys = clean.tables["surveys"]
    assert surveys["answer"].between(surveys["scale_least"], surveys["scale_most"]).all()
    assert not surveys.duplicated(["respondent_id", "item"]).any()
    employees = surveys["role"] == "employee"
    assert surveys["customer_id"].isna().eq(employees).all()


def test_identities_are_fictitious_and_nobody_has_another_s(clean):
    customers = clean.tables["customers"]
    for column in ("name", "address", "phone", "email"):
        assert not customers[column].dropna().duplicated().any()
    assert customers["phone"].dropna().str.startswith("+86 000 ").all()
    assert customers["email"].dropna().str.endswith(".example.com").all()
    assert customers["address"].dropna().str.contains("Model District|示范区").all()
    chinese = customers["name"].str.contains("[\u4e00-\u9fff]").mean()
    assert 0.1 < chinese < 0.8


def test_every_kind_of_error_is_planted(planted):
    errors = planted.truth["errors"]
    assert set(errors["kind"]) == set(KINDS)
    assert not errors.duplicated(["table", "row"]).any()
    counts = errors["kind"].value_counts()
    for kind, number in RATES.errors.items():
        per_600 = sum(number.values()) if isinstance(number, dict) else number
        assert counts[kind] == pytest.approx(per_600 / 2, abs=4)


def test_errors_are_where_the_account_says(files):
    account = table_of(files, "truth/errors")
    for name, rows in account.groupby("table"):
        table = table_of(files, name)
        key = CONTRACTS[name].key or (table.columns[0],)
        for one in rows.itertuples():
            cells = table.iloc[int(one.row)]
            assert " ".join(cells[list(key)]) == one.key
            assert not one.column or cells[one.column] == one.found
            assert not one.column or one.found != one.was or not one.key


def test_without_its_errors_the_company_is_the_clean_one(planted, files):
    """Added rows out, changed cells back: nothing else was touched."""
    clean = tables_files(clvlab.simulate_company(300, seed=3, errors=False))
    account = table_of(files, "truth/errors")
    added = account["kind"].isin(["exact_duplicate", "near_duplicate", "same_key"])
    added |= (account["table"] == "customers") & (account["kind"] == "missing_required")
    for name in planted.tables:
        table, rows = table_of(files, name), account[account["table"] == name]
        for one in rows[~added[rows.index]].itertuples():
            table.iloc[int(one.row), table.columns.get_loc(one.column)] = one.was
        table = table.drop(index=rows.loc[added[rows.index], "row"].astype(int))
        assert table.to_csv(index=False, lineterminator="\n").encode() == clean[f"{name}.csv"]


def test_duplicates_repeat_the_rows_that_the_account_names(planted, files):
    account = table_of(files, "truth/errors")
    for one in account[account["kind"] == "exact_duplicate"].itertuples():
        table = table_of(files, one.table)
        same = table.eq(table.iloc[int(one.row)]).all(axis=1)
        assert same.sum() == 2
        assert same[same].index[-1] == int(one.row)
        assert one.key == one.other
    customers = table_of(files, "customers").drop_duplicates("customer_id", keep=False)
    customers = customers.set_index("customer_id")
    pairs = planted.truth["duplicates"]
    twice = account[account["kind"] == "near_duplicate"]
    assert dict(zip(twice["key"], twice["other"], strict=True)) == dict(
        zip(pairs["duplicate_id"], pairs["customer_id"], strict=True)
    )
    first, second = (customers.loc[pairs[name]] for name in ("customer_id", "duplicate_id"))
    digits = [one["phone"].str.replace(r"\D", "", regex=True).str[-8:] for one in (first, second)]
    same_phone = digits[0].to_numpy() == digits[1].to_numpy()
    same_address = [
        a.replace(" Road, Model District", "").replace("示范区", "")
        == b.replace(" Rd.", "").replace(" Road, Model District", "").replace("示范区", "")
        for a, b in zip(first["address"], second["address"], strict=True)
    ]
    assert all(same_address)
    assert (same_phone | second["phone"].eq("").to_numpy()).all()
    assert (first["phone"].to_numpy() != second["phone"].to_numpy()).all()
    ways = {"typo", "swapped_words", "legal_form", "phone_format", "short_form"}
    assert set(pairs["how"]) == ways


def test_two_customers_with_one_number_are_two(planted, files):
    account = table_of(files, "truth/errors")
    customers = table_of(files, "customers")
    twice = account[(account["kind"] == "same_key") & (account["table"] == "customers")]
    for one in twice.itertuples():
        both = customers[customers["customer_id"] == one.key]
        assert both["name"].nunique() == len(both) == 2
        assert both.loc[int(one.row), "updated_on"] == both["updated_on"].min()


def test_each_impossible_value_is_impossible(planted):
    tables, errors = planted.tables, planted.truth["errors"]
    last = pd.Timestamp(planted.period.as_of)

    def rows(kind, table):
        some = errors[(errors["kind"] == kind) & (errors["table"] == table)]
        return tables[table].iloc[some["row"].astype(int)], some

    early, _ = rows("paid_before_issued", "invoices")
    assert (early["paid_on"] < early["issued_on"]).all()
    first = tables["purchases"].groupby("customer_id")["date"].min()
    lost, _ = rows("lost_before_bought", "losses")
    assert (lost["lost_on"] < lost["customer_id"].map(first)).all()
    answers, _ = rows("off_scale", "surveys")
    assert (~answers["answer"].between(answers["scale_least"], answers["scale_most"])).all()
    stale, _ = rows("stale", "customers")
    age = (last - stale["updated_on"]).dt.days
    assert (age > RATES.file["maximum_age_days"]).all()
    assert (stale["updated_on"] >= stale["customer_since"]).all()
    for table in RATES.errors["beyond_limits"]:
        _, some = rows("beyond_limits", table)
        for one in some.itertuples():
            facts = CONTRACTS[table].columns[one.column]
            least = 0 if facts.kind == "count" else facts.least
            assert one.found < least or (facts.most is not None and one.found > facts.most)
    for table in RATES.errors["personal_in_text"]:
        _, some = rows("personal_in_text", table)
        assert some["found"].str.contains(REACH).all()
    for table in RATES.errors["missing_required"]:
        _, some = rows("missing_required", table)
        assert some["found"].isna().all()
        assert set(some["column"]) <= set(CONTRACTS[table].required)
    for table in RATES.errors["in_the_future"]:
        _, some = rows("in_the_future", table)
        assert (pd.to_datetime(some["found"]) > last).all()
    for table, refers in (("contacts", "campaigns"), ("invoices", "customers")):
        _, some = rows("broken_reference", table)
        assert not set(some["found"]) & set(tables[refers].iloc[:, 0])
    leads, _ = rows("inconsistent", "leads")
    assert leads["customer_id"].isna().all()
    assert leads["converted_on"].notna().all()
    contacts, _ = rows("inconsistent", "contacts")
    dates = tables["campaigns"].drop_duplicates("campaign_id").set_index("campaign_id")
    assert (contacts["date"] < contacts["campaign_id"].map(dates["start"])).all()


def test_a_company_with_errors_is_loaded_by_its_own_policies(planted, tmp_path):
    """And nothing is read of the truth beside it."""
    write_company(planted, tmp_path)
    for path in (tmp_path / "truth").iterdir():
        path.write_bytes(b"\xff\xfe not a table \xff")
    loaded = load_company(tmp_path)
    assert set(loaded.tables) == set(CONTRACTS)
    quality = loaded.quality()
    removed = quality[quality["effect"] == "removed"].groupby("step")["rows"].sum()
    errors = planted.truth["errors"]
    keyed = errors["table"].map(lambda name: bool(CONTRACTS[name].key))
    assert removed["incomplete"] == (errors["kind"] == "missing_required").sum()
    assert removed["repeated"] == ((errors["kind"] == "exact_duplicate") & keyed).sum()
    assert removed["same_key"] == (errors["kind"] == "same_key").sum()


def test_the_truth_tells_every_rate(files, planted):
    facts = json.loads(files["truth/truth.json"])
    assert facts["simulated"] is True
    assert facts["seed"] == 3
    assert facts["parameters"] == planted.parameters.as_dict()
    assert facts["as_of"] == "2023-12-31"


def test_a_careless_export_says_the_same_where_it_can_be_read(tmp_path):
    drawn = clvlab.simulate_company(40, seed=2, errors=False)
    write_company(drawn, tmp_path / "clean")
    write_company(drawn, tmp_path / "dirty", dirty=True)
    with pytest.raises(InputError) as refused:
        load_company(tmp_path / "dirty")
    errors = pd.read_csv(tmp_path / "dirty" / "truth" / "errors.csv")
    contacts = len(drawn.tables["contacts"])
    message = str(refused.value)
    assert len(refused.value.problems) == 1
    assert "column 'date' of contacts.csv must hold dates in ISO form" in message
    # Lines count from 1 and the header is one.
    first = ", ".join(str(row + 2) for row in errors["row"][:5])
    assert f"not so in {len(errors)} of {contacts} rows: rows {first} and" in message
    assert set(errors["kind"]) == {"unreadable"}
    (tmp_path / "dirty" / "contacts.csv").unlink()
    clean, dirty = load_company(tmp_path / "clean"), load_company(tmp_path / "dirty")
    for name in ("customers", "invoices", "leads"):
        pd.testing.assert_frame_equal(clean.table(name), dirty.table(name))
    text = (tmp_path / "dirty" / "invoices.csv").read_bytes()
    assert "Fällig am".encode("latin-1") in text
    assert "客户代码" in open_text(tmp_path / "dirty" / "客户.csv", "gb18030").head
    with pytest.raises(UnicodeDecodeError):
        (tmp_path / "dirty" / "客户.csv").read_bytes().decode("utf-8")


def test_writing_again_leaves_nothing_of_the_run_before(tmp_path):
    drawn = clvlab.simulate_company(20, seed=2, errors=False)
    write_company(drawn, tmp_path, dirty=True)
    (tmp_path / "notes.txt").write_text("mine")
    write_company(drawn, tmp_path, force=True)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {*tables_files(drawn), "notes.txt"}


def test_changed_rates_change_what_they_name_only():
    rates = RATES.changed(invoices={"never_paid_when_late": 0.9})
    one = clvlab.simulate_company(40, seed=4, errors=False)
    two = clvlab.simulate_company(40, seed=4, errors=False, parameters=rates)
    differing = {name for name in one.tables if not one.tables[name].equals(two.tables[name])}
    assert differing == {"invoices"}


WRITTEN_BY_HAND = "stage_policy.csv"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="not a clone")
@pytest.mark.parametrize(
    ("folder", "customers", "seed", "dirty"),
    [("example", 600, 11, False), ("example-dirty", 40, 12, True)],
)
def test_the_example_is_what_the_command_makes(folder, customers, seed, dirty):
    made = clvlab.simulate_company(customers, seed=seed, errors=not dirty)
    expected = tables_files(made, dirty=dirty)
    there = {
        path.relative_to(EXAMPLE / folder).as_posix(): path.read_bytes()
        for path in (EXAMPLE / folder).rglob("*")
        if path.is_file() and path.name != WRITTEN_BY_HAND
    }
    assert sorted(there) == sorted(expected)
    assert [name for name in expected if there[name] != expected[name]] == []
    assert sum(map(len, there.values())) < 2.5e6
