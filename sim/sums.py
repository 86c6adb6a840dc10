"""Sums in the order in which numpy takes them, so that what is measured in a page is what is measured in Python, bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel

BLOCK = 128
COLUMNS = 16
_DEEPEST = 64


class Sums(NamedTuple):
    """Where sums of up to 16 columns, which are taken side by side, keep the halves that are not done yet: where each ``begin``s,
    its ``length``, whether the other half has been ``done`` and its sums (``left``), shape (64,) and (64, 16). ``top`` (1,) is
    the half that is under way, ``values`` (16, 128) are those of a block of rows, ``total`` (16,) the sums found last."""

    begin: NDArray[np.int64]
    length: NDArray[np.int64]
    done: NDArray[np.int64]
    left: NDArray[np.float64]
    top: NDArray[np.int64]
    values: NDArray[np.float64]
    total: NDArray[np.float64]


def make_sums() -> Sums:
    """Room for sums."""
    begin, length, done = (np.zeros(_DEEPEST, dtype=np.int64) for _ in range(3))
    left, top = np.zeros((_DEEPEST, COLUMNS)), np.zeros(1, dtype=np.int64)
    return Sums(begin, length, done, left, top, np.zeros((COLUMNS, BLOCK)), np.zeros(COLUMNS))


@inlined
def start(n: int, sums: Sums) -> None:
    """Begin sums over ``n`` rows. Then, while ``goes_on``: take the rows of ``next_block``, put their ``block_sum``s into
    ``total``."""
    sums.top[0] = 0
    sums.begin[0], sums.length[0], sums.done[0] = 0, n, 0


@inlined
def next_block(sums: Sums) -> tuple[int, int]:
    """The first of the rows whose turn it is, and how many they are, at most 128."""
    top = sums.top[0]
    while sums.length[top] > BLOCK:
        begin, half = sums.begin[top], sums.length[top] // 2
        half -= half % 8
        sums.done[top] = 0
        top += 1
        sums.begin[top], sums.length[top] = begin, half
    sums.top[0] = top
    return sums.begin[top], sums.length[top]


@inlined
def goes_on(columns: int, sums: Sums) -> bool:
    """Add the block's ``total`` of so many columns to what it belongs to. Whether rows are left; if not, it is that of all."""
    top = sums.top[0] - 1
    while top >= 0 and sums.done[top] == 1:
        for column in range(columns):
            sums.total[column] = sums.left[top, column] + sums.total[column]
        top -= 1
    if top < 0:
        for column in range(columns):
            sums.total[column] = 0.0 + sums.total[column]
        return False
    for column in range(columns):
        sums.left[top, column] = sums.total[column]
    sums.done[top] = 1
    half = sums.length[top + 1]  # of the first half, which has just been done
    begin, length = sums.begin[top] + half, sums.length[top] - half
    top += 1
    sums.begin[top], sums.length[top], sums.done[top] = begin, length, 0
    sums.top[0] = top
    return True


@inlined
def block_sum(low: int, n: int, values: NDArray[np.float64]) -> float:
    """The sum of ``n`` values from ``low`` on, at most 128, in eight columns."""
    if n < 8:
        total = -0.0
        for i in range(low, low + n):
            total += values[i]
        return total
    r0, r1, r2, r3 = values[low], values[low + 1], values[low + 2], values[low + 3]
    r4, r5, r6, r7 = values[low + 4], values[low + 5], values[low + 6], values[low + 7]
    i = low + 8
    while i < low + n - n % 8:
        r0 += values[i]
        r1 += values[i + 1]
        r2 += values[i + 2]
        r3 += values[i + 3]
        r4 += values[i + 4]
        r5 += values[i + 5]
        r6 += values[i + 6]
        r7 += values[i + 7]
        i += 8
    total = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
    while i < low + n:
        total += values[i]
        i += 1
    return total


@lean_kernel
def sum_of(n: int, values: NDArray[np.float64], sums: Sums) -> float:
    """``values[:n].sum()``: halves are summed by themselves, and blocks of at most 128 in eight columns."""
    start(n, sums)
    more = True
    while more:
        low, length = next_block(sums)
        sums.total[0] = block_sum(low, length, values)
        more = goes_on(1, sums)
    return sums.total[0]
