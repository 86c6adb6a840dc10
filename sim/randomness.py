"""Counter-based randomness: every draw is a pure function of its coordinates.

No stream is ever advanced. ``uniform(seed, stream, tick, who, index)`` is one call of Philox4x32-10 (Salmon, Moraes, Dror and
Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405) with key = seed and counter =
(index, who, tick, stream). The same coordinates give the same number in any order, on any thread, in any engine.

Streams are named below and never renumbered. Draws about accounts are keyed by account id, about people by person id, and
about messages by their name (author, tick of creation).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numba import float64, int64, types, uint32, uint64
from numpy.typing import NDArray

from sim.compiled import kernel, scalar
from sim.tables import log2


class Stream(IntEnum):
    """Names of the random streams. Numbers are part of the meaning of a seed: never reuse or renumber one."""

    OPINION = 1
    CONFIDENCE = 2
    COURAGE = 3
    JOINING = 4
    ACTIVITY = 5
    TOPIC_READER = 6
    FOLLOWEES = 10
    FITNESS = 11
    FOLLOW = 12
    ORGANISER_FOLLOWERS = 13
    TROLL_FOLLOWERS = 14
    FOLLOWER_ROUNDING = 15
    EDGE_DELAY = 16
    COMMUNITY = 17
    AMPLIFIERS = 18
    WAKE = 20
    POST = 21
    NEW_OR_RESHARE = 22
    ON_TOPIC = 23
    APPEAL = 24
    QUALITY = 25
    DECEPTION = 26
    FEED_TIE = 27
    RESHARE_CHOICE = 28
    TOPIC_ENTRY = 29
    TOPIC_CHOICE = 30
    RANDOM_FOLLOWEE = 31
    SLEEPER_CREATED = 40
    SLEEPER_WAKES = 41
    DETECTOR = 50
    STRATUM = 60


@scalar(types.UniTuple(uint32, 4)(uint32, uint32, uint32, uint32, uint32, uint32))
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: counter words c0…c3 and key words k0, k1 (uint32) to four uint32 words."""
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * np.uint64(c0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(c2)
        high0 = np.uint32(p0 >> np.uint64(32))
        high1 = np.uint32(p1 >> np.uint64(32))
        low0 = np.uint32(p0 & np.uint64(0xFFFFFFFF))
        low1 = np.uint32(p1 & np.uint64(0xFFFFFFFF))
        c0 = np.uint32(high1 ^ c1 ^ k0)
        c1 = low1
        c2 = np.uint32(high0 ^ c3 ^ k1)
        c3 = low0
        k0 = np.uint32(np.uint64(k0) + np.uint64(0x9E3779B9))
        k1 = np.uint32(np.uint64(k1) + np.uint64(0xBB67AE85))
    return c0, c1, c2, c3


@scalar(float64(uint64, int64, int64, int64, int64))
def uniform(seed: int, stream: int, tick: int, who: int, index: int) -> float:
    """A number in [0, 1) with 53 random bits, a pure function of its five coordinates.

    ``seed`` is 64 bits wide; ``stream``, ``tick``, ``who`` and ``index`` are taken modulo 2**32.
    """
    mask = uint64(0xFFFFFFFF)
    w0, w1, _, _ = philox4x32(
        np.uint32(uint64(index) & mask),
        np.uint32(uint64(who) & mask),
        np.uint32(uint64(tick) & mask),
        np.uint32(uint64(stream) & mask),
        np.uint32(seed & mask),
        np.uint32(seed >> uint64(32)),
    )
    high = np.int64(w0) >> 5
    low = np.int64(w1) >> 6
    return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0)


@scalar(float64(uint64, int64, int64, int64, int64))
def exponential(seed: int, stream: int, tick: int, who: int, index: int) -> float:
    """An exponential draw in units of its half-life (mean 1/ln 2), a pure function of its coordinates.

    Used to choose among weighted alternatives: the one with the least ``exponential / weight`` is chosen with probability
    proportional to its weight, and adding an alternative changes only the choices that it wins (Efraimidis and Spirakis
    2006, doi 10.1016/j.ipl.2005.11.003). The unit does not matter for that.
    """
    return -log2(1.0 - uniform(seed, stream, tick, who, index))


@kernel
def _fill_uniform(seed: int, stream: int, tick: int, index: int, out: NDArray[np.float64]) -> None:
    for who in range(out.size):
        out[who] = uniform(seed, stream, tick, who, index)


def uniforms(seed: int, stream: int, tick: int, count: int, index: int) -> NDArray[np.float64]:
    """``uniform`` for who = 0 … count - 1, shape (count,)."""
    out = np.empty(count)
    _fill_uniform(np.uint64(seed), int(stream), tick, index, out)
    return out


@kernel
def _fill_uniform_of(seed: int, stream: int, tick: int, whos: NDArray[np.int64], index: int, out: Any) -> None:
    for i in range(whos.size):
        out[i] = uniform(seed, stream, tick, whos[i], index)


def uniforms_of(seed: int, stream: int, tick: int, whos: NDArray[np.int64], index: int) -> NDArray[np.float64]:
    """``uniform`` for each of ``whos``, shape (len(whos),)."""
    out = np.empty(len(whos))
    _fill_uniform_of(np.uint64(seed), int(stream), tick, whos.astype(np.int64), index, out)
    return out


@kernel
def _to_exponential(values: NDArray[np.float64]) -> None:
    for i in range(values.size):
        values[i] = -log2(1.0 - values[i])


def exponentials(seed: int, stream: int, tick: int, count: int, index: int) -> NDArray[np.float64]:
    """``exponential`` for who = 0 … count - 1, shape (count,), in half-lives."""
    out = uniforms(seed, stream, tick, count, index)
    _to_exponential(out)
    return out


def exponentials_of(seed: int, stream: int, tick: int, whos: NDArray[np.int64], index: int) -> NDArray[np.float64]:
    """``exponential`` for each of ``whos``, shape (len(whos),), in half-lives."""
    out = uniforms_of(seed, stream, tick, whos, index)
    _to_exponential(out)
    return out
