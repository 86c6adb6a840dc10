"""Cascades: who decides at first sight, how long a post can be seen, and that worlds are compared message by message."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.validation import cascades, moderation_delay, nudges
from experiments.validation.cascade_world import (
    MOST_REMEMBERED,
    Compared,
    Posts,
    advance,
    advance_until_quiet,
    cascade_world,
    compare,
    measured_reduction,
    memory_for,
    messages_needed,
    people_needed,
    reduction,
    remembered,
    sizes,
)
from experiments.validation.check import no_progress
from experiments.validation.ensemble import ensemble
from sim.engine.engine import Engine
from sim.fields import InputError
from sim.randomness import Stream, uniform
from sim.simulation import begin
from sim.world import World
from tests.worlds import assert_same, run

WAKE, PEOPLE = 0.25, 5


def lonely_message(lifetime: int) -> World:
    """Everybody follows everybody and shares what they see, and about one person begins by posting."""
    world = cascade_world(PEOPLE, 1.0, 1.0, 1.0, first_posts=1 / PEOPLE, wake=WAKE, lifetime=lifetime, ticks=200)
    return world.replace({"graph.kind": "complete"})


def sharers_by_hand(author: int, lifetime: int, seed: int, ticks: int) -> dict[int, int]:
    """When each person posts the message: at the first visit at which a copy of it is at most ``lifetime`` ticks old."""
    posted = {author: 0}
    for tick in range(1, ticks):
        seen = any(tick - when <= lifetime for when in posted.values())
        visitors = [
            person
            for person in range(PEOPLE)
            if person not in posted and uniform(np.uint64(seed), int(Stream.WAKE), tick, person, 0) < WAKE
        ]
        if seen:
            posted |= dict.fromkeys(visitors, tick)
    return posted


def posts_of(model: Engine) -> dict[int, int]:
    outbox = model.state.outbox
    return {account: int(outbox[account, 0]["posted"]) for account in np.flatnonzero(model.state.posts)}


@pytest.mark.parametrize("lifetime", [1, 2, 3, 7])
@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_post_can_be_read_in_as_many_ticks_as_it_lives(engine: str, lifetime: int) -> None:
    missed = 0
    for seed in range(1, 60):
        model = begin(lonely_message(lifetime), None, seed, engine).engine
        model.advance(1)
        authors = np.flatnonzero(model.state.posts)
        if authors.size != 1:
            continue
        model.advance(40)
        expected = sharers_by_hand(int(authors[0]), lifetime, seed, 40)
        assert posts_of(model) == expected
        missed += len(expected) < PEOPLE
    assert missed > 0


def test_the_share_that_comes_in_time_is_that_of_the_formula() -> None:
    for wake, delay in ((0.05, 6), (0.3, 1), (0.01, 500)):
        assert moderation_delay.woken(wake, delay) == pytest.approx(1.0 - (1.0 - wake) ** delay)
    assert moderation_delay.woken(1.0, 3) == 1.0


def carriers(posts: Posts) -> set[tuple[int, int]]:
    return set(zip(posts.carrier.tolist(), posts.message.tolist(), strict=True))


def dense_world(share: float = 0.08) -> World:
    return cascade_world(2000, 10.0, share, 0.25 / (1.0 - 10.0 * share), first_posts=0.25)


def test_no_cascade_depends_on_how_many_others_there_are_or_on_when_posts_disappear() -> None:
    world = dense_world()
    short = advance_until_quiet(ensemble(world, 4).start(4))
    for_ever = advance_until_quiet(ensemble(world.replace({"feed.lifetime": None, "feed.memory": 32}), 4).start(4))
    assert carriers(short) == carriers(for_ever)
    # Waiting times change nothing but time.
    sleepy = ensemble(world.replace({"population.sessions_per_day": 0.5, "feed.lifetime": None}), 4).start(4)
    assert carriers(advance(sleepy, 400)) == carriers(for_ever)
    assert len(carriers(short)) == short.carrier.size  # nobody shares a message twice
    assert np.bincount(short.carrier).max() > 5


def test_who_is_nudged_shares_some_of_what_they_would_have_shared() -> None:
    plain, nudged = (carriers(advance_until_quiet(ensemble(dense_world(share), 4).start(4))) for share in (0.08, 0.06))
    assert nudged < plain


def test_what_is_removed_early_is_shared_by_some_of_those_who_would_have_shared_it() -> None:
    p = moderation_delay.Parameters(people=3000, branching=0.6, degree=4.0, delay=(8, 40))
    whole, late, early = (moderation_delay.followed(p, 0.6, delay, 300, 2) for delay in (None, 40, 8))
    for less, more in ((early, late), (late, whole), (early, whole)):
        before, after = compare(more, less)
        assert before.size > 100
        assert (after > before).mean() < 0.01  # two messages wanted at once may change places
        assert after.sum() < before.sum()


def test_engines_agree_on_worlds_of_cascades() -> None:
    for lifetime, wake in ((None, 1.0), (5, 0.3)):
        world = cascade_world(80, 4.0, 0.2, 1.0, first_posts=0.2, posting=0.05, wake=wake, lifetime=lifetime, ticks=60)
        fast = run(world, None, 2, "arrays")
        assert_same(fast, run(world, None, 2, "agents"))
        assert fast.state.posts.sum() > 100


# Formulas


@pytest.mark.parametrize(
    ("branching", "expected"),
    [(0.75, (0.6880, 0.4669, 0.0695)), (0.44, (0.3661, 0.1866, 0.0192)), (0.9, (0.8687, 0.7244, 0.1830))],
)
def test_the_table_of_delays(branching: float, expected: tuple[float, ...]) -> None:
    p = moderation_delay.Parameters()
    found = [reduction(branching, p.reduced(branching, delay)) for delay in p.delays()]
    assert found == pytest.approx(expected, abs=5e-5)


def test_the_kernel_of_the_paper() -> None:
    hours = (1, 24, 168)
    found = [moderation_delay.kernel_reduction(3600.0 * hour) for hour in hours]
    assert found == pytest.approx((0.5109, 0.3421, 0.2531), abs=1e-4)


def test_the_table_of_nudges() -> None:
    found = [reduction(0.59, 0.59 * (1.0 - e)) for e in (0.05, 0.1, 0.2)]
    assert found == pytest.approx((0.067, 0.126, 0.223), abs=1e-3)
    assert found == pytest.approx([e * 0.59 / (1.0 - (1.0 - e) * 0.59) for e in (0.05, 0.1, 0.2)])


def test_the_standard_error_that_is_aimed_at_is_reached() -> None:
    rng = np.random.default_rng(3)

    def pair(branching: float, kept: float) -> tuple[int, int]:
        """Sizes of a branching process before and after each edge is kept with probability ``kept``."""
        before = after = 0
        waiting = [True]
        while waiting:
            reached = waiting.pop()
            before, after = before + 1, after + reached
            waiting += [bool(reached and rng.random() < kept) for _ in range(rng.poisson(branching))]
        return before, after

    sizes_: NDArray[np.int64] = np.array([pair(0.6, 0.7) for _ in range(20_000)])
    found, error = measured_reduction([Compared(sizes_[:, 0], sizes_[:, 1])])
    assert found == pytest.approx(reduction(0.6, 0.42), abs=4 * error)
    assert messages_needed(0.6, 0.42, error) == pytest.approx(20_000, rel=0.1)


def test_nobody_has_to_remember_more_than_can_be_remembered() -> None:
    assert memory_for(0.0, 1000) == 1
    most = remembered(50_000)
    assert memory_for(most * 0.999, 50_000) == MOST_REMEMBERED
    with pytest.raises(InputError, match="messages must be fewer: somebody would share up to 33 of them"):
        memory_for(most * 1.05, 50_000)


def test_an_outbox_that_forgets_is_noticed() -> None:
    model = ensemble(dense_world().replace({"feed.memory": 2}), 1).start(1)
    with pytest.raises(InputError, match="messages must be fewer"):
        advance_until_quiet(model)
    model = ensemble(dense_world().replace({"feed.memory": 2}), 1).start(1)
    with pytest.raises(InputError, match="messages must be fewer"):
        advance(model, 40)


def test_cascades_feel_that_people_are_few_about_as_much_as_expected() -> None:
    few = people_needed(0.8, 10.0, 0.05)
    world = cascade_world(few, 10.0, 0.08, 0.4 * 5.0, first_posts=0.4)
    found = np.concatenate(
        [sizes(advance_until_quiet(ensemble(world, seed).start(seed))).sharers for seed in range(1, 7)]
    )
    error = float(found.std() / math.sqrt(found.size))
    assert 0.9 * 5.0 < found.mean() < 5.0
    assert found.mean() < 5.0 - 2.0 * error  # felt indeed


# Parameters of the user's own


def test_everybody_shares_everything_ten_times_above_the_threshold() -> None:
    p = cascades.VALIDATION.chosen(
        {"people": 3000, "degree": 10, "above": 10, "below": 0.4, "messages": 3000, "runs": 2}
    )
    result = cascades.run(p, no_progress)
    assert [check.holds for check in result.checks] == [True] * len(result.checks)
    assert result.checks[-1].measured > 0.99


def test_delays_and_nudges_with_other_parameters() -> None:
    given = {"people": 10_000, "branching": [0.3, 0.6], "degree": 5, "delay": 3, "wake": 0.2, "error": 0.005}
    p = moderation_delay.VALIDATION.chosen(given)
    result = moderation_delay.run(p, no_progress)
    assert [check.holds for check in result.checks] == [True, True]
    phi = 1.0 - 0.8**3
    assert result.checks[1].expected == pytest.approx((0.6 - 0.6 * phi) / (1.0 - 0.6 * phi))
    given = {"people": 10_000, "reproduction": 0.4, "effect": 0.5, "messages": 8000, "runs": 2, "degree": 6}
    (check,) = nudges.run(nudges.VALIDATION.chosen(given), no_progress).checks
    assert check.holds
    assert check.expected == pytest.approx(0.25)
    assert check.standard_error < 0.01
