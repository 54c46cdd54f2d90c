"""Pairs of entries that are worth comparing: those that share something telling.

Every pair of 100,000 customers would be five billion. A pair whose score reaches the threshold
shares its telephone, its e-mail address, its address, or its name but for one sign, or but for
the order of its signs; so only such pairs are formed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clvlab.data.company.matching.entries import Entries

LARGEST_BLOCK = 40
"""Entries that may share a key; more share it because it tells nothing, such as a switchboard."""
_LAST_DIGITS = 7
_LONGEST = 60
"""Signs of a name that are looked at for one that is missing."""
Rows = NDArray[np.int64]


def candidate_pairs(entries: Entries) -> tuple[list[tuple[int, int]], int]:
    """Pairs of positions, the smaller first, in order; and how many keys were too common to use.

    Entries of different regions are no pair, however much they share.
    """
    n = len(entries)
    firsts, seconds, crowds = _sharing(
        (row, key) for row in range(n) for key in _keys(entries, row)
    )
    too_common = 0
    for crowd in crowds:
        finer = _sharing((row, key) for row in crowd for key in _finer_keys(entries, row))
        firsts, seconds = np.append(firsts, finer[0]), np.append(seconds, finer[1])
        too_common += len(finer[2])
    firsts, seconds = np.divmod(np.unique(firsts * max(n, 1) + seconds), max(n, 1))
    known, regions = pd.factorize(pd.Series(entries.regions, dtype=object))
    of_first, of_second = known[firsts], known[seconds]
    unknown = np.flatnonzero(regions == "")
    near = (of_first == of_second) | np.isin(of_first, unknown) | np.isin(of_second, unknown)
    return list(zip(firsts[near].tolist(), seconds[near].tolist(), strict=True)), too_common


def _sharing(keys: Iterable[tuple[int, str]]) -> tuple[Rows, Rows, list[list[int]]]:
    """Pairs of rows that share a key, and the rows of each key that more share than are compared.

    Rows come in ascending order.
    """
    listed = [(row, hash(key)) for row, key in keys]
    nothing = np.zeros(0, dtype=np.int64)
    if not listed:
        return nothing, nothing, []
    # Keys are compared by their hashes: a pair too many is compared and found to be none.
    rows, hashes = np.array(listed, dtype=np.int64).T
    order = np.argsort(hashes, kind="stable")
    rows, hashes = rows[order], hashes[order]
    starts = np.flatnonzero(np.diff(hashes, prepend=hashes[0] - 1))
    sizes = np.diff(starts, append=len(hashes))
    crowded = sizes > LARGEST_BLOCK
    crowds = [
        list(dict.fromkeys(rows[start : start + size].tolist()))
        for start, size in zip(starts[crowded], sizes[crowded], strict=True)
    ]
    few = ~np.repeat(crowded, sizes)
    rows, hashes = rows[few], hashes[few]
    pairs = []
    for apart in range(1, LARGEST_BLOCK):
        same = hashes[apart:] == hashes[:-apart]
        same &= rows[apart:] != rows[:-apart]
        pairs.append((rows[:-apart][same], rows[apart:][same]))
    firsts, seconds = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    return firsts, seconds, crowds


def _keys(entries: Entries, row: int) -> Iterator[str]:
    name = entries.names[row]
    for phone in entries.phones[row]:
        yield f"phone {phone[-_LAST_DIGITS:]}"
    if entries.emails[row]:
        yield f"email {entries.emails[row]}"
    if entries.addresses[row]:
        yield "address " + "".join(sorted(entries.addresses[row].split()))
    if not name.text:
        return
    yield f"name {name.text}"
    if name.signs:
        yield f"signs {name.signs}"
    joined = name.joined[:_LONGEST]
    # Two names that differ in one sign have one text in common when each lacks one sign.
    yield joined
    for place in range(len(joined)):
        yield joined[:place] + joined[place + 1 :]


def _finer_keys(entries: Entries, row: int) -> Iterator[str]:
    """For entries that share what many share: what else they would share if they were one."""
    name = entries.names[row].text
    yield f"name {name} {entries.regions[row]}"
    for phone in entries.phones[row]:
        yield f"phone {phone} {name}"
    if entries.addresses[row]:
        yield f"address {entries.addresses[row]}"
