"""Sums in the order in which numpy takes them, so that what is measured in a page is what is measured in Python, bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel

_BLOCK = 128
_DEEPEST = 64


class Sums(NamedTuple):
    """Where a sum keeps the halves that it has not done yet: where each begins, how long it is, and the sum of the other half if
    that has been done, shape (64,) each."""

    begin: NDArray[np.int64]
    length: NDArray[np.int64]
    done: NDArray[np.int64]
    left: NDArray[np.float64]


def make_sums() -> Sums:
    """Room for a sum."""
    begin, length, done = (np.zeros(_DEEPEST, dtype=np.int64) for _ in range(3))
    return Sums(begin, length, done, np.zeros(_DEEPEST))


@inlined
def _block(low: int, n: int, values: NDArray[np.float64]) -> float:
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
    top = np.int64(0)
    sums.begin[0], sums.length[0], sums.done[0] = 0, n, 0
    while True:
        begin, length = sums.begin[top], sums.length[top]
        if length > _BLOCK:
            half = length // 2
            half -= half % 8
            sums.done[top] = 0
            top += 1
            sums.begin[top], sums.length[top] = begin, half
            continue
        total = _block(begin, length, values)
        top -= 1
        while top >= 0 and sums.done[top] == 1:
            total = sums.left[top] + total
            top -= 1
        if top < 0:
            return 0.0 + total
        sums.left[top], sums.done[top] = total, 1
        half = sums.length[top] // 2
        half -= half % 8
        begin, length = sums.begin[top] + half, sums.length[top] - half
        top += 1
        sums.begin[top], sums.length[top], sums.done[top] = begin, length, 0
