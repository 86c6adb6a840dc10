"""What formulas need of all people at once: sums and numbers, found in one pass over the rows of opinions and channels."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.opinion.provenance import DIRECT, FULL, RELAYED, WITHOUT_EVENTS, WITHOUT_ORGANISERS, WITHOUT_TROLLS
from sim.sums import Sums, block_sum, goes_on, next_block, start


class Sum(IntEnum):
    """Of which values there are sums: opinion, its positive and its negative part, and what made it what it is."""

    OPINION = 0
    ABOVE = 1
    BELOW = 2
    TROLLS = 3
    DIRECT = 4
    RELAYED = 5
    ORGANISERS = 6
    EVENTS = 7
    OWN = 8


class Number(IntEnum):
    """Of whom there are numbers: on the movement's side and on the other, and who crossed between them by trolls' words."""

    SUPPORTERS = 0
    OPPONENTS = 1
    TURNED_AWAY = 2
    TURNED_TOWARDS = 3


class OfPeople(NamedTuple):
    """The ``sums`` (``Sum``) and the ``numbers`` (``Number``) of all people."""

    sums: NDArray[np.float64]
    numbers: NDArray[np.int64]


def make_of_people() -> OfPeople:
    """Room for what is found."""
    return OfPeople(np.zeros(len(Sum)), np.zeros(len(Number), dtype=np.int64))


_SUMS = len(Sum)
_OPINION, _ABOVE, _BELOW, _TROLLS, _DIRECT, _RELAYED, _ORGANISERS, _EVENTS, _OWN = map(int, Sum)
_SUPPORTERS, _OPPONENTS, _TURNED_AWAY, _TURNED_TOWARDS = map(int, Number)


@lean_kernel
def look_at_people(opinion: NDArray[np.float64], channel: NDArray[np.float64], sums: Sums, found: OfPeople) -> None:
    """Find sums and numbers of opinions (people, 4) and channels of the troll part (people, 2)."""
    values = sums.values
    supporters = opponents = away = towards = 0
    start(opinion.shape[0], sums)
    more = True
    while more:
        low, length = next_block(sums)
        for i in range(length):
            x, without = opinion[low + i, FULL], opinion[low + i, WITHOUT_TROLLS]
            supporters += x > 0.0
            opponents += x < 0.0
            away += (without > 0.0) & (x <= 0.0)
            towards += (x > 0.0) & (without <= 0.0)
            values[_OPINION, i], values[_ABOVE, i], values[_BELOW, i] = x, max(x, 0.0), min(x, 0.0)
            values[_TROLLS, i] = x - without
            values[_ORGANISERS, i] = without - opinion[low + i, WITHOUT_ORGANISERS]
            values[_EVENTS, i] = opinion[low + i, WITHOUT_ORGANISERS] - opinion[low + i, WITHOUT_EVENTS]
            values[_OWN, i] = opinion[low + i, WITHOUT_EVENTS]
            values[_DIRECT, i], values[_RELAYED, i] = channel[low + i, DIRECT], channel[low + i, RELAYED]
        for column in range(_SUMS):
            sums.total[column] = block_sum(0, length, values[column])
        more = goes_on(_SUMS, sums)
    for column in range(_SUMS):
        found.sums[column] = sums.total[column]
    found.numbers[_SUPPORTERS], found.numbers[_OPPONENTS] = supporters, opponents
    found.numbers[_TURNED_AWAY], found.numbers[_TURNED_TOWARDS] = away, towards
