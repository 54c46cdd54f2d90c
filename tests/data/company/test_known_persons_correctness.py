"""Names, addresses and numbers of any customer never come through in what people wrote."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clvlab.data.company import CONTRACTS, load_company
from clvlab.data.company.known_persons import KnownPersons

EXAMPLE = Path(__file__).parents[3] / "data" / "example"
FILE = pd.DataFrame(
    {
        "customer_id": ["1", "2", "3"],
        "name": ["Baker & Sons", "Baker", "霞川11区教育局"],
        "address": ["300 Long Road", None, "示范区新皓庄路451号"],
        "phone": ["+86 000 9814 3724", None, "010-6275"],
        "email": ["a@baker.example", None, None],
        "contact_person": ["Li", "Chen Yong", "王明"],
    }
)


@pytest.fixture(scope="module")
def known():
    return KnownPersons.of([(CONTRACTS["customers"], FILE)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BAKER & SONS complained", "[name] complained"),
        ("Baker's bill; bakery stays", "[name]'s bill; bakery stays"),
        (
            "asked chen yong twice: Chen Yong",
            "asked [person to talk to] twice: [person to talk to]",
        ),
        ("请王明回电", "请[person to talk to]回电"),
        ("霞川11区教育局投诉", "[name]投诉"),
        ("at 300 long road", "at [address]"),
        ("call 000 9814 3724 or 0009814 3724", "call [phone] or 0009814 3724"),
        ("call 00098143724, 8600098143724", "call [phone], [phone]"),
        ("write to A@Baker.example", "write to [e-mail]"),
        ("ＢＡＫＥＲ came", "[name] came"),
        ("Li and the line stay", "Li and the line stay"),
        ("Chen Yongster, Achen Yong", "Chen Yongster, Achen Yong"),
    ],
)
def test_whole_words_of_any_customer_are_masked(known, text, expected):
    assert known.hidden_in(text) == expected


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """The example company, with names and numbers of others in every free text."""
    folder = tmp_path_factory.mktemp("planted")
    people = pd.read_csv(EXAMPLE / "customers.csv", dtype=str)
    named = people.dropna(subset=["name", "address", "phone", "email", "contact_person"])
    values = named[["name", "address", "phone", "email", "contact_person"]].to_numpy().ravel()
    for file in EXAMPLE.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    for name, columns in (("contacts", ["topic"]), ("losses", ["evidence"]),
                          ("customers", ["open_problem", "strategy", "management"])):  # fmt: skip
        table = pd.read_csv(folder / f"{name}.csv", dtype=str)
        # A row that repeats another has to go on doing so.
        places = pd.factorize(table["customer_id"])[0] if name == "customers" else range(len(table))
        for at, column in enumerate(columns):
            held = [values[(7 * place + at) % len(values)] for place in places]
            table[column] = [f"about {value.upper()}, again" for value in held]
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.mark.parametrize("tables", [None, ["contacts", "losses"]])
def test_what_was_planted_is_nowhere_in_a_loaded_company(planted, personal_values, tables):
    """Also where the customer file itself was not asked for."""
    company = load_company(planted, tables=tables)
    text = "\n".join(one.frame.to_csv() for one in company.tables.values()).casefold()
    assert [value for value in personal_values if value.casefold() in text] == []
    assert "about [" in text
    quality = company.tables["contacts"].quality.set_index("step")
    assert quality.loc["masked", "rows"] == quality.loc["rows_left", "rows"]


def test_words_that_group_customers_stay(planted):
    """A customer called like a region does not take the region away."""
    regions = load_company(EXAMPLE).table("customers")["region"]
    assert load_company(planted).table("customers")["region"].equals(regions)
