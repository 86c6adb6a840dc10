"""The rules of the topic stream: entry, capacity and slots."""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.feed.topic_stream import goes_before, may_be_shown, topic_priority, weight_of_post, within_limit


class Held(NamedTuple):
    """A message of the stream with its priority."""

    priority: float
    author: int
    created: int


held = st.builds(Held, st.sampled_from([-1.5, 0.0, 2.0]), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(held, min_size=1, max_size=8, unique=True))
def test_the_first_to_go_has_the_largest_priority_then_the_largest_name(messages: list[Held]) -> None:
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
        a = topic_priority(7, author, 3, float(weight), 3 + later, 4.0)
        return bool(a < topic_priority(7, other, 5, float(other_weight), 5 + later, 4.0))

    assert order(0) == order(ticks) or author == other


def test_weight_brings_forward_and_age_sets_back() -> None:
    assert topic_priority(1, 2, 3, 2.0, 3, 4.0) == topic_priority(1, 2, 3, 1.0, 3, 4.0) - 1.0
    assert topic_priority(1, 2, 3, 1.0, 7, 4.0) == topic_priority(1, 2, 3, 1.0, 3, 4.0) - 1.0


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
