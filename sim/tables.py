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
from numpy.typing import NDArray

from sim.compiled import kernel, scalar

_BITS = 12
_SIZE = 1 << _BITS
_UNIT = 2.0**-52
_LN2 = 0.6931471805599453
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


@scalar(float64(float64))
def normal_quantile(p: float) -> float:
    """The number that a standard normal variate stays below with probability p, absolute error below 1e-6 for p from 1e-15 to
    1 - 1e-15. Wichura 1988, algorithm AS 241 (doi 10.2307/2347330), the variant with seven digits."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((5.9109374720e1 * r + 1.5929113202e2) * r + 5.0434271938e1) * r + 3.3871327179
        return q * top / (((6.7187563600e1 * r + 7.8757757664e1) * r + 1.7895169469e1) * r + 1.0)
    r = math.sqrt(-_LN2 * log2(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        r -= 1.6
        top = ((1.7023821103e-1 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777
        x = top / ((1.2021132975e-1 * r + 7.3700164250e-1) * r + 1.0)
    else:
        r -= 5.0
        top = ((1.7337203997e-2 * r + 4.2868294337e-1) * r + 3.0812263860) * r + 6.6579051150
        x = top / ((1.2258202635e-2 * r + 2.4197894225e-1) * r + 1.0)
    return -x if q < 0.0 else x


@kernel
def _to_powers(values: NDArray[np.float64], exponent: float) -> None:
    for i in range(values.size):
        values[i] = power(values[i], exponent)


def powers(values: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """``power`` of each of the values, shape (len(values),)."""
    out = np.array(values, dtype=np.float64)
    _to_powers(out, exponent)
    return out


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
