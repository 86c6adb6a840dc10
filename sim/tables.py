"""Logarithms and powers of two from checked-in integer tables, so that they have the same bits on every machine.

``log2`` and ``exp2`` interpolate linearly between 4,097 tabulated values (int64, in units of 2**-52), which
``python -m sim.tables`` writes from exact decimal arithmetic. Their error is below 2e-8. Everything that the model needs
beyond addition, multiplication and division (exponential draws, power laws of appeal, recency) is made from these two,
because the C library's ``pow`` and ``exp`` differ between machines in the last bit.
"""

from __future__ import annotations

import math
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np
from numba import float64

from sim.compiled import scalar

_BITS = 12
_SIZE = 1 << _BITS
_UNIT = 2.0**-52
_FILE = Path(__file__).with_name("tables.npy")
_LOG2, _EXP2 = np.load(_FILE) if _FILE.exists() else np.zeros((2, _SIZE + 1), dtype=np.int64)


@scalar(float64(float64))
def log2(x: float) -> float:
    """Logarithm to base 2 of x > 0 (minus infinity at 0), absolute error below 2e-8."""
    if x <= 0.0:
        return -np.inf
    mantissa, exponent = math.frexp(x)
    position = (2.0 * mantissa - 1.0) * _SIZE
    i = int(position)
    low = _LOG2[i] * _UNIT
    return (exponent - 1) + (low + (position - i) * (_LOG2[i + 1] * _UNIT - low))


@scalar(float64(float64))
def exp2(x: float) -> float:
    """Two to the power x for x <= 1023 (0 below -1022), relative error below 1e-8."""
    if x < -1022.0:
        return 0.0
    whole = math.floor(x)
    position = (x - whole) * _SIZE
    i = min(int(position), _SIZE - 1)  # just below a whole number the difference rounds to 1
    low = _EXP2[i] * _UNIT
    return math.ldexp(low + (position - i) * (_EXP2[i + 1] * _UNIT - low), int(whole))


@scalar(float64(float64, float64))
def power(x: float, exponent: float) -> float:
    """x to the given power for x >= 0, from the same tables (0 at x = 0, also for exponent 0)."""
    if x <= 0.0:
        return 0.0
    return exp2(exponent * log2(x))


def write_tables() -> None:
    """Compute both tables in 40-digit decimal arithmetic and write them beside this file."""
    getcontext().prec = 40
    scale = Decimal(2) ** 52
    ln2 = Decimal(2).ln()
    fractions = [Decimal(i) / _SIZE for i in range(_SIZE + 1)]
    logs = [int(((1 + f).ln() / ln2 * scale).to_integral_value()) for f in fractions]
    powers = [int(((f * ln2).exp() * scale).to_integral_value()) for f in fractions]
    np.save(_FILE, np.array([logs, powers], dtype=np.int64))


if __name__ == "__main__":
    write_tables()
