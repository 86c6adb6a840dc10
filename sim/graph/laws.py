"""Laws of how many people somebody follows and is followed by, and a table to draw people in proportion."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.tables import exp2, normal_quantile, power

_LOG2_E = 1.4426950408889634
_LEAST_DRAW = 2.0**-54


@kernel
def bounded_pareto(draws: NDArray[np.float64], shape: float, ratio: float) -> NDArray[np.float64]:
    # Inverse distribution function of a Pareto law cut off at 1 / ratio times its least value, in units of that value.
    out = np.empty(draws.size)
    span = 1.0 - power(ratio, shape)
    for i in range(draws.size):
        out[i] = power(1.0 - draws[i] * span, -1.0 / shape)
    return out


@kernel
def lognormal(draws: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    # Inverse distribution function of a lognormal law with median 1.
    out = np.empty(draws.size)
    for i in range(draws.size):
        out[i] = exp2(_LOG2_E * spread * normal_quantile(max(draws[i], _LEAST_DRAW)))
    return out


@kernel
def _sum(values: NDArray[np.float64]) -> float:
    # In written order: numpy's sum depends on the machine's vector length.
    total = 0.0
    for value in values:
        total += value
    return total


def ratio_for(shape: float, mean: float) -> float:
    """Least over greatest value of a bounded Pareto law whose mean is ``mean`` times the greatest."""
    grid = (np.arange(16384) + 0.5) / 16384
    low, high = 1e-12, 1.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        if _sum(bounded_pareto(grid, shape, middle)) * middle < mean * grid.size:
            low = middle
        else:
            high = middle
    return high


@kernel
def scale_for(values: NDArray[np.float64], total: float, ceiling: float) -> float:
    # Bisection for the factor with which the values, cut at the ceiling, sum to the total (or all reach the ceiling).
    mean = _sum(values) / values.size
    low = 0.0
    high = total / (mean * values.size)
    for _ in range(64):
        reached = 0.0
        for value in values:
            reached += min(high * value, ceiling)
        if reached >= total * (1.0 - 1e-12):
            break
        low = high
        high *= 2.0
    if low == 0.0:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        reached = 0.0
        for value in values:
            reached += min(middle * value, ceiling)
        if reached < total:
            low = middle
        else:
            high = middle
    return low


@kernel
def cumulated(values: NDArray[np.float64], ceiling: float) -> NDArray[np.int64]:
    # Whole numbers of followees whose sum is that of the values: what rounding takes from one row, it gives to the
    # next.
    indptr = np.zeros(values.size + 1, dtype=np.int64)
    total = 0.0
    for i in range(values.size):
        total += min(values[i], ceiling)
        indptr[i + 1] = min(np.int64(total + 1e-6), indptr[i] + np.int64(ceiling))
    return indptr


@kernel
def fill_alias(weights: NDArray[np.float64], table: NDArray[np.uint64]) -> None:
    # Walker's alias table (Vose 1991, doi 10.1109/32.92917), threshold and alias packed in one word: one cache line a
    # pick.
    n = weights.size
    mean = _sum(weights) / n
    left = weights / mean
    small = np.empty(n, dtype=np.uint32)
    large = np.empty(n, dtype=np.uint32)
    smalls = larges = 0
    for i in range(n):
        if left[i] < 1.0:
            small[smalls] = i
            smalls += 1
        else:
            large[larges] = i
            larges += 1
    while smalls > 0 and larges > 0:
        smalls -= 1
        i = np.int64(small[smalls])
        j = np.int64(large[larges - 1])
        table[i] = (np.uint64(j) << np.uint64(32)) | np.uint64(min(left[i] * 4294967296.0, 4294967295.0))
        left[j] -= 1.0 - left[i]
        if left[j] < 1.0:
            larges -= 1
            small[smalls] = j
            smalls += 1
    for k in range(smalls):
        i = np.int64(small[k])
        table[i] = (np.uint64(i) << np.uint64(32)) | np.uint64(0xFFFFFFFF)
    for k in range(larges):
        i = np.int64(large[k])
        table[i] = (np.uint64(i) << np.uint64(32)) | np.uint64(0xFFFFFFFF)
