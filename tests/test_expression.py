"""The spiral of silence by confidence: its formulas, and the engine against Ross et al. (2019) written out once more."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.validation.spiral_of_silence import Outcome, Parameters, outcome, silence_world
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.opinion.expression import confidence_of, confidences, confident, encouraged, speakers
from sim.simulation import begin
from sim.society.groups import Group
from sim.world import World
from tests.strategies.worlds import SEEDS, cases, worlds
from tests.worlds import assert_same, busy_world, run

COUNTS = st.integers(0, 500)
INNER = st.floats(-50.0, 50.0)


@given(INNER)
def test_confidence_is_that_of_the_paper(inner: float) -> None:
    assert confidence_of(inner) == pytest.approx(max(0.0, 2.0 / (1.0 + math.exp(-inner)) - 1.0), abs=2e-8)
    assert 0.0 <= confidence_of(inner) <= confidence_of(inner + 0.01) <= 1.0


@given(INNER, COUNTS, COUNTS, st.floats(0.0, 10.0))
def test_inner_confidence_moves_by_the_share_by_which_one_side_outnumbers_the_other(
    inner: float, same: int, opposed: int, step: float
) -> None:
    after = encouraged(inner, same, opposed, step)
    assert abs(after - inner) <= step * (1.0 + 1e-12) + 1e-12
    if same + opposed:
        assert after == inner + step * (same - opposed) / (same + opposed)
    else:
        assert after == inner
    assert encouraged(-inner, opposed, same, step) == -after


@given(INNER, st.floats(0.0, 1.0, width=32))
def test_the_less_courage_the_more_confidence_it_takes(inner: float, courage: float) -> None:
    assert confident(inner, courage) == (confidence_of(inner) > 1.0 - courage)
    assert not confident(inner, 0.0)
    assert confident(inner, 1.0) == (confidence_of(inner) > 0.0)
    (one,) = speakers(np.array([inner]), np.array([courage], dtype=np.float32))
    assert one == confident(inner, courage)
    assert confidences(np.array([inner])) == [confidence_of(inner)]


def ross(model: Engine, ticks: int) -> tuple[np.ndarray, np.ndarray]:
    """Inner confidence of each person and who speaks, from a model's people and graph, by the paper's words."""
    society, people = model.society, model.world.people
    person = society.person[:people]
    side = np.concatenate([society.anchor[person], society.fixed_stance])
    threshold = 1.0 - society.courage[person].astype(float)
    inner = model.state.inner_confidence[person].copy()
    bots = np.ones(side.size - people, dtype=bool)
    for _ in range(ticks):
        speak = np.concatenate([np.maximum(0.0, 2.0 / (1.0 + np.exp(-inner)) - 1.0) > threshold, bots])
        for account, z in enumerate(inner.copy()):
            heard = society.followees[society.indptr[account] : society.indptr[account + 1]]
            heard = heard[speak[heard]]
            if heard.size:
                same = int((side[heard] == side[account]).sum())
                inner[account] = z + (2 * same - heard.size) / heard.size
    return inner, np.maximum(0.0, 2.0 / (1.0 + np.exp(-inner)) - 1.0) > threshold


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_the_engine_does_what_the_paper_says(engine: str) -> None:
    world = silence_world(Parameters(people=150, links=2, longest=12), bots=5)
    model = begin(world, None, 3, engine).engine
    inner, speak = ross(model, 12)
    model.advance(12)
    person = model.society.person[:150]
    np.testing.assert_array_equal(model.state.inner_confidence[person], inner)
    np.testing.assert_array_equal(speakers(model.state.inner_confidence, model.society.courage)[person], speak)
    assert 0 < speak.sum() < 150
    np.testing.assert_array_equal(model.state.opinion[:, 0], model.society.anchor)


def test_who_is_silent_is_not_read_but_trolls_are() -> None:
    world = silence_world(Parameters(people=60, links=3, longest=200), bots=0).replace({"opinion.rule": "degroot"})
    silent = begin(world, None, 1).engine
    silent.state.inner_confidence[:] = -1.0
    silent.advance(5)
    np.testing.assert_array_equal(silent.state.opinion[:, 0], silent.society.anchor)
    loud = begin(world, None, 1).engine
    loud.state.inner_confidence[:] = 40.0
    loud.advance(5)
    assert (loud.state.opinion[:, 0] != loud.society.anchor).all()
    trolled = begin(world.replace({"campaign.accounts": 9}), None, 1).engine
    trolled.state.inner_confidence[:] = -1e9  # for good
    trolled.advance(5)
    moved = trolled.state.opinion[:, 0] != trolled.society.anchor
    follow_trolls = np.array(
        [
            any(trolled.society.followees[trolled.society.indptr[a] : trolled.society.indptr[a + 1]] >= 60)
            for a in range(60)
        ]
    )[trolled.society.person[:60]]
    assert moved.any()
    assert not (moved & ~follow_trolls).any()


def test_messages_raise_and_lower_confidence_and_the_silent_post_nothing() -> None:
    world = busy_world(**{"expression.silence_by": "confidence", "expression.first_posts": 0.0})
    model = run(world)
    before = begin(world, None, 1).engine.state.inner_confidence
    change = model.state.inner_confidence - before
    assert (change > 0.0).any()
    assert (change < 0.0).any()
    mute = begin(world, None, 1).engine
    mute.state.inner_confidence[:] = -1e9
    mute.advance(mute.last_step)
    counts = mute.state.counts.sum(axis=0)
    assert counts[Count.NEW_POSTS + Group.CITIZEN] + counts[Count.RESHARES + Group.CITIZEN] == 0
    assert counts[Count.NEW_POSTS + Group.ACTIVE_TROLL] > 0


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_without_steps_confidence_stays_as_it_was_drawn(engine: str) -> None:
    model = run(busy_world(**{"expression.silence_by": "confidence", "expression.confidence_step": 0.0}), engine=engine)
    drawn = begin(busy_world(), None, 1).engine.state.inner_confidence
    np.testing.assert_array_equal(model.state.inner_confidence, drawn)
    assert 0.4 < drawn.mean() < 0.6


@given(cases(), SEEDS)
@settings(max_examples=15)
def test_where_nobody_is_silenced_the_form_does_not_matter(case: tuple[World, object], seed: int) -> None:
    world = case[0].replace({"expression.silence": False})
    a, b = (
        world.replace({"expression": {"silence_by": by, "confidence_step": 0.5}}) for by in ("climate", "confidence")
    )
    assert_same(run(a, case[1], seed), run(b, case[1], seed))


@given(worlds(), SEEDS)
@settings(max_examples=15)
def test_by_climate_confidence_is_left_alone(world: World, seed: int) -> None:
    world = world.replace({"expression.silence_by": "climate"})
    model = begin(world, None, seed).engine
    drawn = model.state.inner_confidence.copy()
    model.advance(model.last_step)
    np.testing.assert_array_equal(model.state.inner_confidence, drawn)


def test_equal_numbers_of_speakers_are_half_a_win() -> None:
    assert Outcome(np.array([[0, 5], [0, 3]]), 1.0).won(-1.0) == 0.0
    assert Outcome(np.array([[9, 3], [0, 5]]), 1.0).won(-1.0) == 1.0
    assert Outcome(np.array([[0, 4], [9, 4]]), 1.0).won(1.0) == 0.5


def test_more_bots_help_their_side() -> None:
    worlds_of_bots = [silence_world(Parameters(people=200), bots) for bots in (0, 60)]
    wins = [np.mean([outcome(world, seed).won(-1.0) for seed in range(1, 31)]) for world in worlds_of_bots]
    assert wins[1] > wins[0] + 0.2
