"""Every draw is a pure function of its coordinates, of the published generator, and looks random."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.randomness import (
    Stream,
    exponential,
    exponentials,
    exponentials_of,
    philox4x32,
    uniform,
    uniforms,
    uniforms_of,
)

# Known-answer vectors published with Random123 (examples/kat_vectors, philox4x32 10).
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

# A number once given to a stream is part of the meaning of every seed. Add new streams; never change a line.
STREAMS = {
    "OPINION": 1,
    "CONFIDENCE": 2,
    "COURAGE": 3,
    "JOINING": 4,
    "ACTIVITY": 5,
    "TOPIC_READER": 6,
    "SUSCEPTIBILITY": 7,
    "INNER_CONFIDENCE": 8,
    "ATTACHMENT": 9,
    "FOLLOWEES": 10,
    "FITNESS": 11,
    "FOLLOW": 12,
    "ORGANISER_FOLLOWERS": 13,
    "TROLL_FOLLOWERS": 14,
    "FOLLOWER_ROUNDING": 15,
    "EDGE_DELAY": 16,
    "COMMUNITY": 17,
    "AMPLIFIERS": 18,
    "RANDOM_EDGES": 19,
    "WAKE": 20,
    "POST": 21,
    "NEW_OR_RESHARE": 22,
    "ON_TOPIC": 23,
    "APPEAL": 24,
    "QUALITY": 25,
    "DECEPTION": 26,
    "FEED_TIE": 27,
    "RESHARE_CHOICE": 28,
    "TOPIC_ENTRY": 29,
    "TOPIC_CHOICE": 30,
    "RANDOM_FOLLOWEE": 31,
    "FIRST_SIGHT": 32,
    "FIRST_POST": 33,
    "ILLEGAL": 34,
    "PROPENSITY": 35,
    "HIGH_RISK": 36,
    "SLEEPER_CREATED": 40,
    "SLEEPER_WAKES": 41,
    "REPLACEMENT": 42,
    "DETECTOR": 50,
    "TAKEDOWN": 51,
    "VISIBILITY": 52,
    "FRICTION": 53,
    "BACKLASH": 54,
    "STRATUM": 60,
    "NEWCOMER": 70,
    "PROFILE": 71,
    "LOGIN_ORIGIN": 72,
    "SCRIPT": 73,
    "REPORT": 74,
    "DEHUMANISING": 80,
    "MEMBER": 81,
    "PAGE_FOLLOWERS": 82,
    "LAST_CASE": 83,
    "WATCHED": 90,
}

SEED = np.uint64(11)
WORDS = st.integers(0, 2**32 - 1)


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter: str, key: str, answer: str) -> None:
    arguments = [np.uint32(word) for word in words(counter) + words(key)]
    assert tuple(int(word) for word in philox4x32(*arguments)) == words(answer)


@given(seed=st.integers(0, 2**63 - 1), stream=WORDS, tick=WORDS, who=WORDS, index=WORDS)
@settings(max_examples=200)
def test_a_uniform_is_two_words_of_the_published_generator(
    seed: int, stream: int, tick: int, who: int, index: int
) -> None:
    counter = [np.uint32(word) for word in (index, who, tick, stream, seed & 0xFFFFFFFF, seed >> 32)]
    w0, w1, _, _ = (int(word) for word in philox4x32(*counter))
    value = uniform(np.uint64(seed), stream, tick, who, index)
    assert value == ((w0 >> 5) * 2**26 + (w1 >> 6)) / 2**53
    assert 0.0 <= value < 1.0


@given(
    first=st.tuples(WORDS, WORDS, WORDS, WORDS), position=st.integers(0, 3), other=WORDS, seed=st.integers(0, 2**63 - 1)
)
@settings(max_examples=100)
def test_every_coordinate_matters(first: tuple[int, ...], position: int, other: int, seed: int) -> None:
    second = (*first[:position], other, *first[position + 1 :])
    same = uniform(np.uint64(seed), *first) == uniform(np.uint64(seed), *second)
    assert same == (first == second)


def test_uniforms_are_uniform() -> None:
    draws = uniforms(SEED, Stream.WAKE, 3, 200_000, 0)
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    assert draws.mean() == pytest.approx(0.5, abs=4 * math.sqrt(1 / 12 / draws.size))
    assert stats.kstest(draws, "uniform").pvalue > 0.001


@pytest.mark.parametrize(
    "other", [(Stream.POST, 3, 0), (Stream.WAKE, 4, 0), (Stream.WAKE, 3, 1)], ids=["stream", "tick", "index"]
)
def test_neighbouring_coordinates_are_independent(other: tuple[Stream, int, int]) -> None:
    n = 100_000
    stream, tick, index = other
    a, b = uniforms(SEED, Stream.WAKE, 3, n, 0), uniforms(SEED, stream, tick, n, index)
    table, _, _ = np.histogram2d(a, b, bins=8)
    assert stats.chisquare(table.ravel()).pvalue > 0.001
    assert abs(np.corrcoef(a[:-1], a[1:])[0, 1]) < 4 / math.sqrt(n)


def test_draws_do_not_depend_on_order_or_company() -> None:
    whos = np.array([7, 3, 2**32 - 1, 3, 0])
    together = uniforms_of(SEED, Stream.POST, 5, whos, 2)
    alone = [uniform(SEED, int(Stream.POST), 5, int(who), 2) for who in whos]
    assert together.tolist() == alone
    assert uniforms_of(SEED, Stream.POST, 5, whos[::-1], 2).tolist() == alone[::-1]
    assert uniforms(SEED, Stream.POST, 5, 8, 2)[[7, 3]].tolist() == alone[:2]


def test_exponentials_have_the_mean_of_a_half_life_of_one() -> None:
    draws = exponentials(SEED, Stream.RESHARE_CHOICE, 0, 200_000, 0)
    mean = 1.0 / math.log(2.0)
    assert draws.min() >= 0.0
    assert draws.mean() == pytest.approx(mean, abs=4 * mean / math.sqrt(draws.size))
    assert np.mean(draws > 1.0) == pytest.approx(0.5, abs=0.005)
    assert stats.kstest(draws, "expon", args=(0.0, mean)).pvalue > 0.001


def test_exponentials_agree_with_their_scalar() -> None:
    whos = np.array([5, 1, 4])
    alone = [exponential(SEED, int(Stream.EDGE_DELAY), 0, int(who), 9) for who in whos]
    assert exponentials_of(SEED, Stream.EDGE_DELAY, 0, whos, 9).tolist() == alone
    assert exponentials(SEED, Stream.EDGE_DELAY, 0, 6, 9)[whos].tolist() == alone


def test_races_choose_in_proportion_to_weight() -> None:
    weights = np.array([1.0, 2.0, 5.0])
    rounds = 50_000
    times = np.array([exponentials(SEED, Stream.TOPIC_CHOICE, i, rounds, 0) for i in range(3)]) / weights[:, None]
    wins = np.bincount(times.argmin(axis=0), minlength=3)
    assert stats.chisquare(wins, rounds * weights / weights.sum()).pvalue > 0.001


def test_streams_are_never_renumbered() -> None:
    present = {stream.name: int(stream) for stream in Stream}
    assert STREAMS.items() <= present.items(), "the number of a stream is part of the meaning of a seed"
    assert present.keys() <= STREAMS.keys(), "add the new stream to STREAMS, so that it keeps its number"
    numbers = [int(member) for member in Stream.__members__.values()]
    assert len(set(numbers)) == len(numbers)
    assert len(Stream.__members__) == len(list(Stream)), "two streams share a number"
