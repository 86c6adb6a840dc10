"""Accounts in the order of a number, where there is no numpy to sort them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel


class Ranking(NamedTuple):
    """The ``key`` of each account, shape (registered,), and the accounts that are sorted in one row of ``ranked``
    (2, registered) or the other."""

    key: NDArray[np.float64]
    ranked: NDArray[np.int32]


_HALVINGS = 12


@lean_kernel
def shortlist(n: int, wanted: int, ranking: Ranking) -> int:
    """Leave of the first ``n`` accounts, whose keys lie from -1 to 0, those with the ``wanted`` greatest and a few others, in
    their order; return how many. To sort hundreds of thousands for the sake of some hundred takes longer than a day's ticks."""
    ranked, key = ranking.ranked, ranking.key
    low, high = -1.0, 0.0  # as many as are wanted, or all, have at least ``low``
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        above = np.int64(0)
        for i in range(n):
            above += key[ranked[0, i]] >= middle
        if above >= wanted:
            low = middle
        else:
            high = middle
    left = np.int64(0)
    for i in range(n):
        account = ranked[0, i]
        if key[account] >= low:
            ranked[0, left] = account
            left += 1
    return left


@lean_kernel
def rank(n: int, ranking: Ranking) -> int:
    """Sort the first ``n`` accounts, which are ascending, by falling key, those of equal keys as they are; return the row of
    ``ranked`` in which they then stand."""
    ranked, key = ranking.ranked, ranking.key
    source, width = np.int64(0), np.int64(1)
    while width < n:
        target = 1 - source
        low = np.int64(0)
        while low < n:
            middle, high = min(low + width, n), min(low + 2 * width, n)
            a, b = low, middle
            for k in range(low, high):
                first = ranked[source, a] if a < middle else np.int32(-1)
                second = ranked[source, b] if b < high else np.int32(-1)
                if second < 0 or (first >= 0 and key[first] >= key[second]):
                    ranked[target, k] = first
                    a += 1
                else:
                    ranked[target, k] = second
                    b += 1
            low += 2 * width
        source = target
        width *= 2
    return source
