"""How sure a mean of paired differences is: intervals and p-values over seeds, and what many comparisons take from them.

There are two methods. ``student`` is for a number of seeds that was settled before anything was seen. ``anytime`` holds for every
number of seeds at once, however it came about: 95 of 100 such sequences of intervals never miss the true mean, so one may look
after each seed and stop when one likes.

``anytime`` is the t-test of Lai (1976, doi 10.1214/aos/1176343406) with the normal mixture of Wang and Ramdas (arXiv 2310.03722):
with t the statistic of n differences for a mean m, u = t²/(n − 1) and r = c/(n + c),

    e(m) = √r · ((1 + u) / (1 + r u))^(n/2),   c = 8,

is a ratio of likelihoods that, for normal differences of unknown variance, exceeds 1/α at any n with probability at most α. The
interval has all m with e(m) < 1/α, the p-value is 1/e(0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

LEVEL = 0.95
_MIXED = 8.0  # c: true means are expected within 1/√c standard deviations; chosen for 16 to 200 seeds
Floats = NDArray[np.float64]


class Moments(NamedTuple):
    """Of each row of differences: mean, standard deviation (n − 1 in the denominator) and n; nan where there is none."""

    mean: Floats
    deviation: Floats
    n: NDArray[np.int64]


class Method(NamedTuple):
    """How intervals and p-values are made: half-widths in standard deviations by n and level, two-sided p-values by t and n."""

    name: str
    half_widths: Callable[[Floats, float], Floats]
    p_values: Callable[[Floats, Floats], Floats]


def _student_half(n: Floats, level: float) -> Floats:
    return np.asarray(stdtrit(n - 1.0, 0.5 + level / 2) / np.sqrt(n))


def _student_p(t: Floats, n: Floats) -> Floats:
    return np.asarray(2.0 * stdtr(n - 1.0, -np.abs(t)))


def _anytime_half(n: Floats, level: float) -> Floats:
    r = _MIXED / (n + _MIXED)
    most = (1.0 / ((1.0 - level) * np.sqrt(r))) ** (2.0 / n)
    with np.errstate(divide="ignore"):
        u = np.where(most * r < 1.0, (most - 1.0) / (1.0 - most * r), np.nan)
    return np.sqrt(u * (n - 1.0) / n)


def _anytime_p(t: Floats, n: Floats) -> Floats:
    r, u = _MIXED / (n + _MIXED), t**2 / (n - 1.0)
    # Of infinite u, where differences do not vary, the limit.
    with np.errstate(invalid="ignore"):
        ratio = np.where(np.isinf(u), 1.0 / r, (1.0 + u) / (1.0 + r * u))
    return np.minimum(1.0, 1.0 / (np.sqrt(r) * ratio ** (n / 2.0)))


STUDENT = Method("student", _student_half, _student_p)
ANYTIME = Method("anytime", _anytime_half, _anytime_p)


def moments(differences: ArrayLike) -> Moments:
    """Of each row of differences (rows, seeds); those that are not finite are left out."""
    values = np.asarray(differences, dtype=np.float64)
    known = np.isfinite(values)
    n = known.sum(axis=1)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return Moments(mean, np.sqrt(squares / np.where(n > 1, n - 1.0, np.nan)), n)


def paired_intervals(
    differences: ArrayLike, level: float = LEVEL, method: Method = STUDENT
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """Mean, low, high and n of each row of differences (rows, seeds).

    Differences that are not finite are left out, n counts the rest. What these cannot give is nan: the interval where n is 1
    (``anytime``: below 9), all where it is 0.
    """
    mean, deviation, n = moments(differences)
    half = method.half_widths(np.where(n > 1, n, np.nan), level) * deviation
    return mean, mean - half, mean + half, n


def paired_interval(
    differences: Iterable[float], level: float = LEVEL, method: Method = STUDENT
) -> tuple[float, float, float, int]:
    """``paired_intervals`` of one row."""
    mean, low, high, n = paired_intervals([list(differences)], level, method)
    return float(mean[0]), float(low[0]), float(high[0]), int(n[0])


def p_values(differences: ArrayLike, method: Method = STUDENT) -> Floats:
    """Of each row of differences (rows, seeds), that its mean is 0; nan with fewer than two seeds. Where all differences are 0 it
    is 1."""
    mean, deviation, n = moments(differences)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = mean * np.sqrt(n) / deviation
    t = np.where(deviation == 0.0, np.where(mean == 0.0, 0.0, np.inf), t)
    return method.p_values(t, np.where(n > 1, n, np.nan))


def holm(p: ArrayLike) -> Floats:
    """P-values after Holm's correction: in a share α of such families any that is below α is wrong. nan stays nan and does not
    count."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)[: np.isfinite(values).sum()]  # nan is last
    steps = values[order] * np.arange(order.size, 0, -1)
    found = np.full(values.shape, np.nan)
    found[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return found


def false_discovery(p: ArrayLike) -> Floats:
    """P-values after Benjamini and Hochberg's correction: of those below α a share of α is wrong, on average. nan stays nan and
    does not count."""
    from scipy.stats import false_discovery_control  # slow to import

    values = np.asarray(p, dtype=np.float64)
    known = np.isfinite(values)
    found = np.full(values.shape, np.nan)
    if known.any():
        found[known] = false_discovery_control(values[known])
    return found
