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

from sim.compiled import inlined, kernel, lean_kernel, scalar
from sim.fields import checked
from sim.tables import log2


class Stream(IntEnum):
    """Names of the random streams. Numbers are part of the meaning of a seed: never reuse or renumber one."""

    OPINION = 1
    CONFIDENCE = 2
    COURAGE = 3
    JOINING = 4
    ACTIVITY = 5
    TOPIC_READER = 6
    SUSCEPTIBILITY = 7
    INNER_CONFIDENCE = 8
    ATTACHMENT = 9
    FOLLOWEES = 10
    FITNESS = 11
    FOLLOW = 12
    ORGANISER_FOLLOWERS = 13
    TROLL_FOLLOWERS = 14
    FOLLOWER_ROUNDING = 15
    EDGE_DELAY = 16
    COMMUNITY = 17
    AMPLIFIERS = 18
    RANDOM_EDGES = 19
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
    FIRST_SIGHT = 32
    FIRST_POST = 33
    ILLEGAL = 34
    PROPENSITY = 35
    HIGH_RISK = 36
    SLEEPER_CREATED = 40
    SLEEPER_WAKES = 41
    REPLACEMENT = 42
    DETECTOR = 50
    TAKEDOWN = 51
    VISIBILITY = 52
    FRICTION = 53
    BACKLASH = 54
    STRATUM = 60
    NEWCOMER = 70
    PROFILE = 71
    LOGIN_ORIGIN = 72
    SCRIPT = 73
    REPORT = 74
    DEHUMANISING = 80
    MEMBER = 81
    PAGE_FOLLOWERS = 82
    LAST_CASE = 83
    WATCHED = 90


_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLY_0, _MULTIPLY_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_DROP_5, _DROP_6 = np.uint64(5), np.uint64(6)


@inlined
def _philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    # All words are uint64 below 2**32: in this form the compiler turns a loop over counters into vector instructions.
    for _ in range(10):
        p0 = _MULTIPLY_0 * c0
        p1 = _MULTIPLY_1 * c2
        c0 = (p1 >> _HALF) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _HALF) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


@inlined
def uniform_inline(seed: int, stream: int, tick: int, who: int, index: int) -> float:
    w0, w1, _, _ = _philox(
        uint64(index) & _LOW, uint64(who) & _LOW, uint64(tick) & _LOW, uint64(stream) & _LOW, seed & _LOW, seed >> _HALF
    )
    return (float64(w0 >> _DROP_5) * 67108864.0 + float64(w1 >> _DROP_6)) * (1.0 / 9007199254740992.0)


@scalar(types.UniTuple(uint32, 4)(uint32, uint32, uint32, uint32, uint32, uint32))
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: counter words c0…c3 and key words k0, k1 (uint32) to four uint32 words."""
    w0, w1, w2, w3 = _philox(uint64(c0), uint64(c1), uint64(c2), uint64(c3), uint64(k0), uint64(k1))
    return uint32(w0), uint32(w1), uint32(w2), uint32(w3)


@scalar(float64(uint64, int64, int64, int64, int64))
def uniform(seed: int, stream: int, tick: int, who: int, index: int) -> float:
    """A number in [0, 1) with 53 random bits, a pure function of its five coordinates.

    ``seed`` is 64 bits wide; ``stream``, ``tick``, ``who`` and ``index`` are taken modulo 2**32.
    """
    return uniform_inline(seed, stream, tick, who, index)


@scalar(float64(uint64, int64, int64, int64, int64))
def exponential(seed: int, stream: int, tick: int, who: int, index: int) -> float:
    """An exponential draw in units of its half-life (mean 1/ln 2), a pure function of its coordinates.

    Used to choose among weighted alternatives: the one with the least ``exponential / weight`` is chosen with probability
    proportional to its weight, and adding an alternative changes only the choices that it wins (Efraimidis and Spirakis
    2006, doi 10.1016/j.ipl.2005.11.003). The unit does not matter for that.
    """
    return -log2(1.0 - uniform(seed, stream, tick, who, index))


@lean_kernel
def fill_uniform(seed: int, stream: int, tick: int, first: int, index: int, out: NDArray[np.float64]) -> None:
    """``uniform`` for who = first, first + 1, … into ``out``, several at a time."""
    for i in range(out.size):
        out[i] = uniform_inline(seed, stream, tick, first + i, index)


def checked_seed(seed: object, field: str = "seed") -> int:
    """A seed as a plain number, 0 to 2**63 - 1. Raises InputError for what is none."""
    return int(checked(seed, int, field, low=0, high=2**63 - 1))


def uniforms(seed: int, stream: int, tick: int, count: int, index: int) -> NDArray[np.float64]:
    """``uniform`` for who = 0 … count - 1, shape (count,)."""
    out = np.empty(count)
    fill_uniform(np.uint64(seed), int(stream), tick, 0, index, out)
    return out


@lean_kernel
def fill_uniform_of(seed: int, stream: int, tick: int, whos: NDArray[np.int64], index: int, out: Any) -> None:
    """``uniform`` for each of ``whos`` into ``out``, several at a time."""
    for i in range(whos.size):
        out[i] = uniform_inline(seed, stream, tick, whos[i], index)


def uniforms_of(seed: int, stream: int, tick: int, whos: NDArray[np.int64], index: int) -> NDArray[np.float64]:
    """``uniform`` for each of ``whos``, shape (len(whos),)."""
    out = np.empty(len(whos))
    fill_uniform_of(np.uint64(seed), int(stream), tick, whos.astype(np.int64), index, out)
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
