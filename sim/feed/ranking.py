"""The one place where feeds are ranked and reshares are weighed: pure functions of a message's name and age.

Both engines call these compiled functions. Steps count from the start of the burn-in.
"""

from __future__ import annotations

import numpy as np
from numba import float64, int64, types, uint64
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.people.accounts import Role
from sim.randomness import Stream, exponential, uniform
from sim.tables import exp2, log2, power

_LOG2_E = 1.4426950408889634
_TROLL = int(Role.TROLL)
_TIE, _CHOICE = int(Stream.FEED_TIE), int(Stream.RESHARE_CHOICE)
_APPEAL, _DECEPTION, _QUALITY = int(Stream.APPEAL), int(Stream.DECEPTION), int(Stream.QUALITY)
_ON_TOPIC = int(Stream.ON_TOPIC)


@kernel
def _fill_recency(table: NDArray[np.float64]) -> None:
    for age in range(table.size):
        table[age] = exp2(-0.4 * _LOG2_E * power(float(age), 0.4))


def recency_table(ages: int) -> NDArray[np.float64]:
    """Recency e^(-0.4 age^0.4) of a message by its age in ticks, shape (ages,).

    The stretched exponential of Wu and Huberman 2007 (doi 10.1073/pnas.0704916104), as in SimSoM.
    """
    table = np.empty(ages)
    _fill_recency(table)
    return table


@scalar(float64(uint64, int64, int64, int64))
def feed_tie(seed: int, reader: int, author: int, created: int) -> float:
    """Order among messages of a feed that were last carried at the same step: lower comes first."""
    return uniform(seed, _TIE, created, reader, author)


@scalar(float64(uint64, int64, int64, int64, int64, float64))
def reshare_race(seed: int, reader: int, step: int, author: int, created: int, weight: float) -> float:
    """Running time of a message in the race to be reshared; the least wins. Infinite at weight 0."""
    if weight <= 0.0:
        return np.inf
    return exponential(seed, _CHOICE, (step << 16) | created, reader, author) / weight


@scalar(float64(uint64, int64, int64, int64, float64, float64))
def appeal(seed: int, author: int, created: int, role: int, exponent: float, deception: float) -> float:
    """Appeal of a message in [0, 1]; a troll's message has appeal 1 with probability ``deception`` (phi of SimSoM)."""
    if role == _TROLL and uniform(seed, _DECEPTION, created, author, 0) < deception:
        return 1.0
    return 1.0 - power(1.0 - uniform(seed, _APPEAL, created, author, 0), 1.0 / exponent)


@scalar(float64(uint64, int64, int64, int64, float64, float64, int64, float64))
def engagement(
    seed: int, author: int, created: int, role: int, exponent: float, deception: float, shares: int, recency: float
) -> float:
    """Weight of a message for a reader, appeal x shares x recency: how likely it is to be reshared, and how high a ranked feed
    places it (SimSoM's kernel, Truong et al. 2024, doi 10.1093/pnasnexus/pgae258)."""
    return appeal(seed, author, created, role, exponent, deception) * shares * recency


@scalar(float64(uint64, int64, int64, int64, float64))
def quality(seed: int, author: int, created: int, role: int, rate: float) -> float:
    """Quality of a message in [0, 1], density growing as e^(rate q); 0 for a troll's message."""
    if role == _TROLL:
        return 0.0
    u = uniform(seed, _QUALITY, created, author, 0)
    return log2(1.0 + u * (exp2(rate * _LOG2_E) - 1.0)) / (rate * _LOG2_E)


@scalar(types.boolean(uint64, int64, int64, float64))
def on_topic(seed: int, author: int, created: int, share: float) -> bool:
    """Whether a message is about the affair; a draw of its name."""
    return uniform(seed, _ON_TOPIC, created, author, 0) < share
