"""Who joins an event: the rule and its corner cases, and turnout that feeds on turnout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.validation.granovetter import joined, ladder, threshold_world
from sim.calendar import Event
from sim.fields import InputError
from sim.opinion.mobilisation import joins, perceived_support
from sim.simulation import begin
from sim.society.schedule import last_of_the_side
from sim.world import World
from tests.strategies.worlds import SEEDS, worlds
from tests.worlds import assert_same, busy_world, date, run

SIDES = st.sampled_from([1, -1])
OPINIONS = st.floats(-1.0, 1.0)
SHARES = st.floats(0.0, 1.0)
WEIGHTS = st.floats(0.0, 10.0)
CALLED = st.integers(0, 1)


# The rule


@given(SIDES, OPINIONS, OPINIONS, CALLED, st.floats(-5.0, 5.0), st.floats(-10.0, 10.0), WEIGHTS, SHARES)
def test_without_turnout_support_is_the_climate_bit_for_bit(
    side: int, opinion: float, climate: float, called: int, threshold: float, effect: float, call: float, turnout: float
) -> None:
    support = perceived_support(side, climate, turnout, 0.0)
    assert support == side * climate
    lean = side * opinion
    before = lean > 0.0 and lean + effect * (side * climate) + call * called >= threshold
    assert joins(side, opinion, support, called, threshold, 1.0, effect, call) == before


@given(SIDES, OPINIONS, OPINIONS, SHARES)
def test_with_turnout_alone_support_is_turnout(side: int, climate: float, other: float, turnout: float) -> None:
    assert perceived_support(side, climate, turnout, 1.0) == turnout == perceived_support(-side, other, turnout, 1.0)


@given(SIDES, st.floats(1e-9, 1.0), SHARES, CALLED, st.floats(-5.0, 0.0), WEIGHTS, WEIGHTS, WEIGHTS)
def test_a_threshold_of_0_always_joins_its_side_where_support_encourages(
    side: int, lean: float, support: float, called: int, threshold: float, conviction: float, effect: float, call: float
) -> None:
    assert joins(side, side * lean, support, called, threshold, conviction, effect, call)
    assert not joins(-side, side * lean, support, called, threshold, conviction, effect, call)
    assert not joins(side, 0.0, support, called, threshold, conviction, effect, call)


@given(
    SIDES, OPINIONS, OPINIONS, SHARES, SHARES, CALLED, st.floats(-5.0, 5.0), WEIGHTS, st.floats(-10.0, 10.0), WEIGHTS
)
def test_the_rule_has_no_side(
    side: int, opinion: float, climate: float, turnout: float, weight: float, called: int, threshold: float,
    conviction: float, effect: float, call: float,
) -> None:  # fmt: skip
    a = perceived_support(side, climate, turnout, weight)
    b = perceived_support(-side, -climate, turnout, weight)
    assert a == b
    assert joins(side, opinion, a, called, threshold, conviction, effect, call) == joins(
        -side, -opinion, b, called, threshold, conviction, effect, call
    )


@given(SIDES, OPINIONS, OPINIONS, SHARES, SHARES, SHARES, st.floats(-5.0, 5.0), WEIGHTS, WEIGHTS)
def test_turnout_encourages_as_a_complement_and_lets_one_stay_home_as_a_substitute(
    side: int, opinion: float, climate: float, low: float, more: float, weight: float, threshold: float,
    conviction: float, effect: float,
) -> None:  # fmt: skip
    little, much = (perceived_support(side, climate, t, weight) for t in (low, min(1.0, low + more)))
    joined_with = [
        [joins(side, opinion, support, 0, threshold, conviction, sign * effect, 0.0) for support in (little, much)]
        for sign in (1.0, -1.0)
    ]
    assert joined_with[0][0] <= joined_with[0][1]
    assert joined_with[1][0] >= joined_with[1][1]


# Which event is looked back at


def test_the_last_event_of_the_side_is_one_at_an_earlier_step() -> None:
    sides = np.array([1, -1, 1, 1, -1, 1, 1])
    steps = np.array([30, 30, 10, 10, 40, -1, 50])
    assert last_of_the_side(sides, steps).tolist() == [3, -1, -1, -1, 1, -1, 0]
    assert last_of_the_side(-sides, steps).tolist() == [3, -1, -1, -1, 1, -1, 0]
    assert last_of_the_side(sides[:0], steps[:0]).tolist() == []


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_the_other_sides_turnout_is_not_looked_at(engine: str) -> None:
    crowd = {"mobilisation": {"turnout_weight": 1.0, "complementarity": 1.0}, "population.sessions_per_day": 0.0}
    mine = (Event(date(0), 1), Event(date(1), 1), Event(date(2), 1))
    theirs = (Event(date(0), -1), Event(date(1), -1))
    alone = run(busy_world(**crowd, **{"calendar.events": mine}), engine=engine).state.turnout
    beside = run(busy_world(**crowd, **{"calendar.events": (*mine, *theirs)}), engine=engine).state.turnout
    np.testing.assert_array_equal(beside[:3], alone)
    assert alone[0] < alone[1] <= alone[2]


def two_at_once() -> list[dict[str, Any]]:
    """Two events of one side in the same tick: opinions have moved when it is over."""
    return [{"day": "2019-05-02", "side": 1, "hour": 4, "name": name} for name in ("here", "there")]


@given(worlds(), SEEDS, st.floats(0.0, 1.0))
@settings(max_examples=15)
def test_turnout_does_not_matter_where_support_has_no_effect(world: World, seed: int, weight: float) -> None:
    a = world.replace({"mobilisation": {"complementarity": 0.0, "turnout_weight": 0.0}})
    assert_same(run(a, None, seed), run(a.replace({"mobilisation.turnout_weight": weight}), None, seed))


@given(worlds(), SEEDS, st.floats(-5.0, 0.0))
@example(busy_world(**{"calendar.events": two_at_once(), "calendar.event_pull": 0.5}), 1, 0.0)
@settings(max_examples=15)
def test_who_has_no_threshold_joins_every_event_of_their_side(world: World, seed: int, threshold: float) -> None:
    changes = {
        "thresholds": (threshold,) * world.people,
        "complementarity": 1.0,
        "turnout_weight": 1.0,
        "legitimacy_weight": 0.0,
    }
    model = begin(world.replace({"mobilisation": changes}), None, seed).engine
    steps, sides = model.schedule.join_step, model.schedule.join_side
    for step in np.unique(steps[steps >= 0]):
        model.advance(int(step))
        at_once = np.flatnonzero(steps == step)
        leaning = [int((sides[i] * model.state.opinion[:, 0] > 0.0).sum()) for i in at_once]
        model.advance(int(step) + 1)
        assert model.state.turnout[at_once].tolist() == leaning


# Granovetter


def granovetter(thresholds: list[float]) -> list[int]:
    """How many join each time, until no more do."""
    counts = [sum(t <= 0.0 for t in thresholds)]
    while (more := sum(t <= counts[-1] / len(thresholds) for t in thresholds)) != counts[-1]:
        counts.append(more)
    return counts


@given(st.lists(st.one_of(st.floats(-0.2, 1.2), st.integers(0, 8).map(lambda k: k / 9)), min_size=2, max_size=30))
@settings(max_examples=25)
def test_the_engine_iterates_granovetters_thresholds(thresholds: list[float]) -> None:
    assert joined(thresholds, 100).tolist() == granovetter(thresholds)


def test_both_engines_climb_the_ladder() -> None:
    world = threshold_world(ladder(12), 14)
    fast, slow = run(world, engine="arrays"), run(world, engine="agents")
    assert_same(fast, slow)
    assert fast.state.turnout.tolist() == [*range(1, 13), 12, 12]


def test_substitutes_alternate() -> None:
    """Those who stay home because many marched last time march again after few did."""
    world = threshold_world([-0.5] * 10, 6).replace({"mobilisation.complementarity": -1.0})
    assert run(world).state.turnout.tolist() == [10, 0, 10, 0, 10, 0]


def test_too_few_events_are_bad_input() -> None:
    with pytest.raises(InputError, match=r"granovetter\.longest must be more: after 5 events more people still join"):
        joined(ladder(20), 5)


def test_thresholds_are_one_a_person() -> None:
    with pytest.raises(
        InputError, match=r"mobilisation\.thresholds must have one value for each of the 120 people, not 3"
    ):
        busy_world(**{"mobilisation.thresholds": (0.1, 0.2, 0.3)})
    with pytest.raises(InputError, match=r"mobilisation\.thresholds\[1\] must be a number from -100 to 100, not 1000"):
        busy_world(people=2, graph={"kind": "complete"}, **{"mobilisation.thresholds": (0.1, 1000)})
