"""What names, telephones and addresses are compared as."""

import pandas as pd
import pytest

from clvlab.data.company.matching.addresses import (
    plain_address,
    plain_email,
    plain_phones,
    same_phone,
)
from clvlab.data.company.matching.candidates import LARGEST_BLOCK
from clvlab.data.company.matching.names import contradict, plain_name
from clvlab.data.company.matching.scores import THRESHOLD, WEIGHTS, near_duplicates

SAME = [
    ("Müller & Söhne GmbH", "MUELLER UND SOEHNE"),
    ("Acme Learning Ltd.", "acme  learning limited"),
    ("Acme Learning Co., Ltd", "Learning, Acme"),
    ("ＡＣＭＥ　Ｌｅａｒｎｉｎｇ", "Acme Learning"),
    ("Bildung G.m.b.H.", "Bildung"),
    ("Verein Freunde e.V.", "Freunde Verein"),
    ("北京阳光教育科技有限公司", "北京阳光教育科技有限责任公司"),
    ("阳光集团股份有限公司", "阳光"),
    ("北京第一中学", "北京第１中学"),
    ("École Supérieure", "ecole superieure"),
    ("No. 05 School", "School no 5"),
]
CONTRADICTING = [
    ("No. 1 middle school of X", "No. 2 middle school of X"),
    ("北京第一中学", "北京第二中学"),
    ("北京一中", "北京二中"),
    ("第十一小学", "第十二小学"),
    ("Riverside Primary School", "Riverside Middle School"),
    ("阳光小学", "阳光中学"),
    ("East Side Clinic", "West Side Clinic"),
    ("城东医院", "城西医院"),
    ("阳光学校", "阳光学校海淀分校"),
    ("School II", "School III"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_are_the_same(one, other):
    assert plain_name(one).text == plain_name(other).text or (
        plain_name(one).joined == plain_name(other).joined
    )
    assert not contradict(plain_name(one), plain_name(other))


@pytest.mark.parametrize(("one", "other"), CONTRADICTING)
def test_names_that_say_they_are_different(one, other):
    assert contradict(plain_name(one), plain_name(other))


def test_a_name_of_nothing_but_a_legal_form_stays_a_name():
    assert plain_name("GmbH").text == "gmbh"
    assert plain_name("集团").text == "集团"


def test_telephones_in_all_their_forms():
    forms = ["13800138000", "+86 138-0013-8000", "0086 13800138000", "8613800138000"]
    assert {phone for form in forms for phone in plain_phones(form)} == {"13800138000"}
    assert plain_phones("010-62751234转801; 13800138000") == ["1062751234", "13800138000"]
    assert plain_phones("030/1234567") == ["301234567"]
    assert plain_phones("62751234/62751235") == ["62751234", "62751235"]
    assert plain_phones("n/a") == []
    assert plain_phones("110") == []
    assert same_phone("62751234", "1062751234")
    assert not same_phone("62751234", "62751235")


def test_addresses():
    assert plain_email(" <Mailto:A@B.Example> ".replace("Mailto:", "")) == "a@b.example"
    assert plain_address("12 High Street") == plain_address("12, HIGH ST")
    assert plain_address("人民大街5号") == plain_address("人民街 5 号")


def test_each_observation_has_its_weight():
    pairs, _ = near_duplicates(
        pd.DataFrame(
            {
                "name": ["Oakfield Centre", "Oakfield Centre"],
                "phone": ["030 1234567", "030 7654321"],
                "email": ["a@oak.example", "a@oak.example"],
                "address": ["Mill Lane 5", "Mill Lane 5"],
            }
        )
    )
    words = "the same name, another telephone, the same e-mail, the same address"
    assert pairs["because"].tolist() == [words]
    assert pairs["score"].tolist() == [sum(WEIGHTS[word] for word in words.split(", "))]
    assert pairs["score"].iloc[0] >= THRESHOLD


def test_what_is_not_known_says_nothing():
    name_alone = pd.DataFrame({"name": ["Oakfield Centre", "Oakfield Centre", None, ""]})
    pairs, _ = near_duplicates(name_alone)
    assert pairs[["first", "second", "score"]].to_numpy().tolist() == [[0, 1, 4.0]]
    assert len(near_duplicates(name_alone.head(0))[0]) == 0


def test_many_that_share_everything_are_counted_and_not_compared():
    n = LARGEST_BLOCK + 1
    crowd = pd.DataFrame({"name": ["Oakfield"] * n, "phone": ["030 1234567"] * n})
    pairs, crowds = near_duplicates(crowd)
    assert len(pairs) == 0
    assert crowds > 0


def test_a_shared_switchboard_hides_nobody():
    n = LARGEST_BLOCK + 10
    crowd = pd.DataFrame(
        {"name": [f"Unit of the {word} Group" for word in map(chr, range(0x4E00, 0x4E00 + n))]}
    ).assign(phone="030 1234567")
    crowd = pd.concat([crowd, crowd.iloc[[3]]], ignore_index=True)
    pairs, _ = near_duplicates(crowd)
    assert [(3, n)] == list(zip(pairs["first"], pairs["second"], strict=True))
