"""Names of organisations in a form in which the same name is the same text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CHINESE_FORMS = re.compile(
    r"(?:股份有限责任公司|股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|总公司|"
    r"[(]集团[)]|集团|公司)"
)
_LATIN_FORMS = re.compile(
    r"gmbh|mbh|ug|ag|kg|kgaa|ohg|gbr|ev|eg|se|ltd|limited|llc|llp|lp|inc|"
    r"incorporated|corp|corporation|co|company|plc|pty|pte|sa|sas|sarl|srl|spa|"
    r"bv|nv|oy|oyj|ab|as|asa|aps|sl|slu|doo|zoo|sro|kft|haftungsbeschrankt"
)
_AND = frozenset({"and", "und", "et", "&", "the", "of", "der", "die", "das", "de", "du", "la"})
_SIGN = re.compile(r"[\u4e00-\u9fff]")
_CHINESE_DIGITS = {sign: place for place, sign in enumerate("零一二三四五六七八九")}
_CHINESE_NUMBER = re.compile(
    r"第([一二三四五六七八九十]+)|(?<![一二三四五六七八九十])([一二三四五六七八九十]+)"
    r"(?=中(?!心|国|华|文|医)|小(?!型|微)|院|校|附|分|号|店|部|幼)"
)
_ORDINALS = {
    word: str(place)
    for place, words in enumerate(
        ("first 1st i", "second 2nd ii", "third 3rd iii", "fourth 4th iv", "fifth 5th v"), start=1
    )
    for word in words.split()
}
_NUMBER_WORDS = frozenset({"no", "nr", "num", "number", "nummer"})
_BRANCHES = re.compile(r"分公司|分校|分店|分院|分部|校区|院区|\bbranch\b|\bcampus\b|\bfiliale\b")
_OPPOSITES = (
    re.compile(r"东|西|南|北|\b(?:east|west|north|south|ost|nord|sud)(?:ern|side)?\b"),
    re.compile(
        r"小学|中学|高中|初中|大学|学院|幼儿园|"
        r"\b(?:primary|elementary|middle|high|secondary|kindergarten|university|college)\b"
    ),
    re.compile(r"新|老|旧|\b(?:new|old|junior|senior|upper|lower)\b"),
    re.compile(r"实验|附属|外国语|职业|\b(?:experimental|vocational|language)\b"),
)
"""Words of which two names with different ones are different names; one may lack them."""


@dataclass(frozen=True, slots=True)
class PlainName:
    """A name without what does not tell names apart.

    Attributes
    ----------
    text
        Its words in the order of the alphabet, with blanks between them.
    joined
        The same as it was written, without blanks.
    numbers
        The numbers in it, and whether it names a branch: names with others are not the same.
    sides
        For each group of opposites, which of them it holds.
    signs
        Of a name in signs rather than letters, all of them in order of their code: it has no
        blanks that would tell which of its parts were moved. Empty for other names.
    """

    text: str
    joined: str
    numbers: str
    sides: tuple[str, ...]
    signs: str


@lru_cache(maxsize=300_000)
def plain_name(name: str) -> PlainName:
    """A name as it is compared: case, accents, full-width signs, legal form and order set aside.

    Examples
    --------
    >>> plain_name("Müller & Söhne GmbH").text == plain_name("SOEHNE, MUELLER gmbh").text
    True
    >>> plain_name("北京第一中学").numbers, plain_name("Ｎｏ．１ Middle School").numbers
    ('1', '1')
    >>> plain_name("阳光教育科技有限公司").joined
    '阳光教育科技'
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    text = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    text = _CHINESE_NUMBER.sub(lambda found: f" {_chinese(found[1] or found[2])} ", text)
    text = re.sub(r"第\s*(\d)", r"\1", text)
    without = _CHINESE_FORMS.sub("", text)
    text = without if without.strip() else text
    # Letters of an abbreviation belong together: G.m.b.H., e.V., S.A.
    text = re.sub(r"\b(?:[a-z]\.\s?){2,}", lambda found: re.sub(r"[.\s]", "", found[0]) + " ", text)
    words = [_ORDINALS.get(word, word) for word in re.findall(r"[^\W_]+", text)]
    words = [word.lstrip("0") or "0" if word.isdigit() else word for word in words]
    left_out = _AND | _NUMBER_WORDS
    kept = [word for word in words if word not in left_out and not _LATIN_FORMS.fullmatch(word)]
    words = kept or words
    joined = "".join(words)
    spaced = " ".join(words)
    branch = "branch" if _BRANCHES.search(spaced) else ""
    numbers = sorted(re.findall(r"\d+", spaced))
    return PlainName(
        " ".join(sorted(words)),
        joined,
        " ".join([*numbers, *filter(None, [branch])]),
        tuple(" ".join(sorted(set(group.findall(spaced)))) for group in _OPPOSITES),
        "".join(sorted(joined)) if _SIGN.search(joined) else "",
    )


def _chinese(number: str) -> int:
    tens, ten, ones = number.rpartition("十")
    if not ten:
        return int("".join(str(_CHINESE_DIGITS[sign]) for sign in number))
    return 10 * (_CHINESE_DIGITS[tens] if tens else 1) + (_CHINESE_DIGITS[ones] if ones else 0)


def contradict(one: PlainName, other: PlainName) -> bool:
    """Whether two names say that they are not the same: another number, side, level or age.

    Examples
    --------
    >>> contradict(plain_name("No. 1 middle school"), plain_name("No. 2 middle school"))
    True
    >>> contradict(plain_name("Riverside School"), plain_name("Riverside Primary School"))
    False
    """
    if one.numbers != other.numbers:
        return True
    pairs = zip(one.sides, other.sides, strict=True)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
