"""What people type: the same customer once more in other words, and numbers where none belong."""

from __future__ import annotations

import numpy as np

_FORMS = (("有限公司", "有限责任公司"), ("Co., Ltd.", "Company Limited"), ("Ltd.", "Limited"))
"""Two ways to write a legal form, the longer ones first."""
_SHORT = (
    ("Primary School", "Primary Sch."),
    ("Middle School", "Middle Sch."),
    ("Hospital No.", "Hosp. No."),
    ("Education Office", "Educ. Office"),
    ("Electronics Market", "Electr. Market"),
    ("第", ""),
)
"""What people leave out."""
_SIDES = "东西南北新"


def is_latin(text: str) -> bool:
    """Whether a name is written in Latin letters."""
    return text.isascii()


def mistyped(rng: np.random.Generator, text: str) -> str:
    """The text with two neighbouring letters exchanged, one left out, or one doubled."""
    letters = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    if not letters:
        return f"{text}."
    i = letters[int(rng.integers(0, len(letters)))]
    how = rng.integers(0, 3)
    if how == 0 and text[i] != text[i + 1]:
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    if how == 1:
        return text[:i] + text[i] + text[i:]
    return text[:i] + text[i + 1 :]


def swapped(rng: np.random.Generator, text: str) -> str:
    """The text with the place, which comes first, at the end.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> swapped(rng, "Yunxi No. 3 Primary School"), swapped(rng, "南玉川第5小学")
    ('No. 3 Primary School, Yunxi', '第5小学（南玉川）')
    """
    del rng
    if not is_latin(text):
        end = 3 if text[0] in _SIDES else 2
        return f"{text[end:]}（{text[:end]}）"
    first, _, rest = text.partition(" ")
    return f"{rest}, {first}"


def other_form(rng: np.random.Generator, text: str) -> str:
    """The text with its legal form written another way."""
    del rng
    return _replaced(text, _FORMS)


def shortened(rng: np.random.Generator, text: str) -> str:
    """The text with one of its words shortened; mistyped where none is ever shortened."""
    short = _replaced(text, _SHORT)
    return short if short != text else mistyped(rng, text)


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for one, other in pairs:
        if one in text:
            return text.replace(one, other, 1)
    return text


def same_name(rng: np.random.Generator, text: str) -> str:
    """The text in capitals, or in Chinese as it is: only the phone is written another way."""
    del rng
    return text.upper() if is_latin(text) else text


HOW = {
    "typo": mistyped,
    "swapped_words": swapped,
    "legal_form": other_form,
    "phone_format": same_name,
    "short_form": shortened,
}
"""Ways in which a second entry differs."""


def how_of(number: int, name: str) -> str:
    """The way for the entry of that number: the first four in turn.

    What has no legal form is shortened instead.
    """
    how = ("typo", "swapped_words", "legal_form", "phone_format")[number % 4]
    without = how == "legal_form" and _replaced(name, _FORMS) == name
    return "short_form" if without else how


def other_phone(rng: np.random.Generator, phone: str) -> str:
    """The same number, written another way."""
    digits = phone.removeprefix("+86 000 ").replace(" ", "")
    forms = (f"000-{digits}", f"(000) {digits[:4]}-{digits[4:]}", f"0086000{digits}")
    return forms[int(rng.integers(0, len(forms)))]


def other_address(address: str) -> str:
    """The same address, abbreviated.

    Examples
    --------
    >>> other_address("88 Songhe Road, Model District")
    '88 Songhe Rd.'
    """
    return address.replace(" Road, Model District", " Rd.").replace("示范区", "")


def gossip(rng: np.random.Generator) -> str:
    """A sentence with a phone number or an e-mail in it."""
    digits = f"{int(rng.integers(0, 10**8)):08d}"
    texts = (
        f"ask Mou, +86 000 {digits[:4]} {digits[4:]}",
        f"write to mou.{digits[:4]}@private.example.com",
        f"call 000-{digits} after six",
        f"联系人手机 000 {digits}",
    )
    return texts[int(rng.integers(0, len(texts)))]
