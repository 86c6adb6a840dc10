"""The rules of the topic stream: entry, capacity and slots."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.feed.topic_stream import (
    goes_before,
    may_be_shown,
    topic_priority,
    topic_race,
    waiting_time,
    weight_of_post,
    within_limit,
)
from sim.randomness import Stream, exponential
from tests.worlds import assert_same, busy_world, run


class Held(NamedTuple):
    """A message of the stream with its priority."""

    priority: float
    author: int
    created: int
    counterpart: int


held = st.builds(Held, st.sampled_from([-1.5, 0.0, 2.0]), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2))


@given(st.lists(held, min_size=1, max_size=8, unique=True))
def test_the_first_to_go_has_the_largest_priority_then_the_largest_name_and_counterpart(messages: list[Held]) -> None:
    first = messages[0]
    for message in messages[1:]:
        if goes_before(*message, *first):
            first = message
    assert first == max(messages)
    assert not any(goes_before(*message, *message) for message in messages)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 9), st.integers(1, 9), st.integers(0, 100))
def test_the_order_of_two_messages_does_not_change_as_time_passes(
    author: int, other: int, weight: int, other_weight: int, ticks: int
) -> None:
    def order(later: int) -> bool:
        a = topic_priority(waiting_time(7, author, 3, 0, 1.0), float(weight), 3 + later, 4.0)
        return bool(a < topic_priority(waiting_time(7, other, 5, 0, 1.0), float(other_weight), 5 + later, 4.0))

    assert order(0) == order(ticks) or author == other


def test_weight_brings_forward_and_age_sets_back() -> None:
    assert topic_priority(0.3, 2.0, 3, 4.0) == topic_priority(0.3, 1.0, 3, 4.0) - 1.0
    assert topic_priority(0.3, 1.0, 7, 4.0) == topic_priority(0.3, 1.0, 3, 4.0) - 1.0


@pytest.mark.parametrize("counterparts", [1, 2, 7, 2.5])
def test_counterparts_arrive_as_so_many_messages_would(counterparts: float) -> None:
    """The mean of the k-th of n exponential times is the sum of 1 / (n - i) over i < k, in units of 1 / ln 2."""
    times, authors = np.arange(counterparts), range(4000)
    waits = np.array([[waiting_time(3, a, 5, int(k), float(counterparts)) for k in times] for a in authors])
    arrivals = waits.cumsum(axis=1) * math.log(2)
    expected = np.cumsum(1.0 / (counterparts - times))
    error = arrivals.std(axis=0) / math.sqrt(len(authors))
    assert (np.abs(arrivals.mean(axis=0) - expected) < 4.0 * error).all()


def test_the_first_of_one_is_that_one() -> None:
    assert waiting_time(3, 4, 5, 0, 1.0) == exponential(np.uint64(3), int(Stream.TOPIC_ENTRY), 5, 4, 0)


def test_counterparts_of_a_message_run_races_of_their_own() -> None:
    times = {topic_race(1, reader, 9, 4, 5, counterpart) for reader in range(20) for counterpart in range(20)}
    assert len(times) == 400


def test_the_campaign_posts_many_times_and_everybody_else_once() -> None:
    assert (weight_of_post(True, 5), weight_of_post(True, 1), weight_of_post(False, 5)) == (5.0, 1.0, 1.0)


@pytest.mark.parametrize(("recent", "limit", "enters"), [(9, 0, True), (0, 2, True), (2, 2, True), (3, 2, False)])
def test_a_limit_counts_the_post_itself(recent: int, limit: int, enters: bool) -> None:
    assert within_limit(recent, limit) is enters


@pytest.mark.parametrize(
    ("reader", "author", "carried", "shares", "breaker", "shown"),
    [
        (1, 2, True, 3.0, math.inf, True),
        (2, 2, True, 3.0, math.inf, False),
        (1, 2, False, 3.0, math.inf, False),
        (1, 2, True, 3.0, 3.0, False),
        (1, 2, True, 2.0, 3.0, True),
        (1, 2, True, 1.0, 0.0, False),
    ],
)
def test_what_may_be_in_a_slot(
    reader: int, author: int, carried: bool, shares: float, breaker: float, shown: bool
) -> None:
    assert may_be_shown(reader, author, carried, shares, breaker) is shown


def test_engines_agree_where_counterparts_have_the_same_priority() -> None:
    """So fast do weights halve that luck is lost in rounding."""
    world = busy_world(people_reachable=360, **{"feed.topic_half_life": 1e-27, "feed.topic_capacity": 12})
    assert_same(run(world), run(world, engine="agents"))
