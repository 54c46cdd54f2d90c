"""How much speaks for two entries being one customer: points with stated weights.

The score adds what each field says, for or against, as Fellegi and Sunter (1969, A theory for
record linkage, JASA 64) add the logarithms of likelihood ratios; a field that one of the two does
not have says nothing. The weights are set by hand and stated in `WEIGHTS`, so that anybody can
follow why a pair was named; how well they part true pairs from others is measured in the tests.

The similarity of texts comes from RapidFuzz: it is compiled, has wheels for every platform, no
further dependency, the MIT licence, and releases several times a year. Splink and dedupe bring a
database or a trained model, which a table of some thousand customers does not need and which
would hide the reason; the last release of recordlinkage is of 2023.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from clvlab.data.company.matching.addresses import same_phone
from clvlab.data.company.matching.candidates import candidate_pairs
from clvlab.data.company.matching.entries import Entries
from clvlab.data.company.matching.names import contradict

THRESHOLD = 4.0
"""Points from which on a pair is named."""
WEIGHTS = {
    "the same name": 4.0,
    "a very similar name": 3.0,
    "a similar name": 2.0,
    "a somewhat similar name": 0.0,
    "another name": -5.0,
    "names that contradict each other": -8.0,
    "the same telephone": 3.0,
    "another telephone": -1.0,
    "the same e-mail": 4.0,
    "a similar e-mail": 2.0,
    "another e-mail": -1.0,
    "the same address": 2.0,
    "a similar address": 1.0,
    "another address": -2.0,
}
"""What each observation adds to the score."""
_VERY_SIMILAR, _SIMILAR, _SOMEWHAT = 0.92, 0.84, 0.72
_NOTHING_ALIKE = 0.4
"""Similarity below which two names are different in whatever order their words stand."""
_SAME_ADDRESS, _SIMILAR_ADDRESS, _OTHER_ADDRESS = 0.9, 0.75, 0.5
_TYPOS_IN_EMAIL = 2
Pairs = Sequence[tuple[int, int]]
Floats = NDArray[np.float64]


def near_duplicates(customers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Pairs of entries that may be one customer.

    Parameters
    ----------
    customers
        With the column ``name``, and of ``phone``, ``email``, ``address`` and ``region`` what
        there is. Two entries of different regions are never named: they are branches.

    Returns
    -------
    DataFrame
        One row for each pair, by position: ``first``, ``second`` (the later row), ``score`` (at
        least `THRESHOLD`), ``because`` (the observations, see `WEIGHTS`).
    int
        Groups of entries that were not compared pair by pair, because more than
        `clvlab.data.company.matching.candidates.LARGEST_BLOCK` share everything.

    Examples
    --------
    >>> pairs, _ = near_duplicates(pd.DataFrame({
    ...     "name": ["Müller & Söhne GmbH", "Sonne Schule", "MUELLER + SOEHNE"],
    ...     "phone": ["+49 30 1234567", "030 7654321", "030/123 45 67"],
    ... }))
    >>> pairs[["first", "second", "because"]].values.tolist()
    [[0, 2, 'the same name, the same telephone']]
    """
    entries = Entries.of(customers)
    pairs, left = candidate_pairs(entries)
    told = [_phones(entries, pairs), _emails(entries, pairs), _addresses(entries, pairs)]
    reach = [
        sum(map(_points, words)) + _points("the same name") for words in zip(*told, strict=True)
    ]
    near = [place for place, best in enumerate(reach) if best >= THRESHOLD]
    pairs = [pairs[place] for place in near]
    told = [_names(entries, pairs), *([words[place] for place in near] for words in told)]
    rows = [
        (first, second, sum(map(_points, words)), ", ".join(filter(None, words)))
        for (first, second), *words in zip(pairs, *told, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["first", "second", "score", "because"])
    return table[table["score"] >= THRESHOLD].reset_index(drop=True), left


def _points(observation: str) -> float:
    return WEIGHTS[observation] if observation else 0.0


def _similarity(one: Sequence[str], other: Sequence[str]) -> Floats:
    if not one:
        return np.zeros(0)
    compared = cpdist(one, other, scorer=fuzz.ratio, dtype=np.float64)
    return np.asarray(compared, dtype=np.float64) / 100


def _names(entries: Entries, pairs: Pairs) -> list[str]:
    names = entries.names
    in_order = [(names[first].text, names[second].text) for first, second in pairs]
    as_written = [(names[first].joined, names[second].joined) for first, second in pairs]
    likeness = np.maximum(_similarity(*_parted(in_order)), _similarity(*_parted(as_written)))
    for place in np.flatnonzero((likeness < _VERY_SIMILAR) & (likeness > _NOTHING_ALIKE)):
        likeness[place] = max(likeness[place], _in_pairs(*in_order[place]))
    words = []
    for (first, second), like in zip(pairs, likeness, strict=True):
        one, other = names[first], names[second]
        if not one.text or not other.text:
            words.append("another name")
        elif contradict(one, other):
            words.append("names that contradict each other")
        elif one.text == other.text or one.joined == other.joined:
            words.append("the same name")
        elif like >= _VERY_SIMILAR or (one.signs and one.signs == other.signs):
            words.append("a very similar name")
        elif like >= _SIMILAR:
            words.append("a similar name")
        else:
            words.append("a somewhat similar name" if like >= _SOMEWHAT else "another name")
    return words


def _parted(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


def _in_pairs(one: str, other: str) -> float:
    """Dice's share of common pairs of neighbours within words: it does not mind their order."""
    mine, theirs = _neighbours(one), _neighbours(other)
    both = len(mine) + len(theirs)
    return 2 * len(mine & theirs) / both if both else 0.0


def _neighbours(text: str) -> set[str]:
    words = text.split()
    return {word[place : place + 2] for word in words for place in range(len(word) - 1)}


def _phones(entries: Entries, pairs: Pairs) -> list[str]:
    words = []
    for first, second in pairs:
        one, other = entries.phones[first], entries.phones[second]
        if not one or not other:
            words.append("")
        elif any(same_phone(mine, theirs) for mine in one for theirs in other):
            words.append("the same telephone")
        else:
            words.append("another telephone")
    return words


def _emails(entries: Entries, pairs: Pairs) -> list[str]:
    emails = [(entries.emails[first], entries.emails[second]) for first, second in pairs]
    words = []
    for one, other in emails:
        if not one or not other:
            words.append("")
        elif one == other:
            words.append("the same e-mail")
        else:
            words.append("a similar e-mail" if _one_mistyped(one, other) else "another e-mail")
    return words


def _one_mistyped(one: str, other: str) -> bool:
    """Whether two addresses differ in a sign or two; numbers in them are there to tell apart."""
    if re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    return Levenshtein.distance(one, other, score_cutoff=_TYPOS_IN_EMAIL) <= _TYPOS_IN_EMAIL


def _addresses(entries: Entries, pairs: Pairs) -> list[str]:
    addresses = [(entries.addresses[first], entries.addresses[second]) for first, second in pairs]
    sorted_words = [tuple(" ".join(sorted(text.split())) for text in pair) for pair in addresses]
    likeness = np.maximum(
        _similarity(*_parted(addresses)),
        _similarity([one for one, _ in sorted_words], [other for _, other in sorted_words]),
    )
    words = []
    for (first, second), like in zip(pairs, likeness, strict=True):
        if not entries.addresses[first] or not entries.addresses[second]:
            words.append("")
            continue
        mine, theirs = entries.numbers(first), entries.numbers(second)
        # Another house of the same street is another address, however alike the two are written.
        if like < _OTHER_ADDRESS or not (mine <= theirs or theirs <= mine):
            words.append("another address")
        elif like >= _SAME_ADDRESS:
            words.append("the same address")
        else:
            words.append("a similar address" if like >= _SIMILAR_ADDRESS else "")
    return words
