"""Nothing in the model prefers a side: negate everybody and everything that happens is negated, bit for bit.

The world is mirrored after it is built: opinions, stances of actors, sides of events, which side a call is for, and on which
side the movement is, whose legitimacy then stays what it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.branch import Branch
from sim.engine.engine import Engine, Snapshot
from sim.engine.state import Count, State
from sim.feed.outbox import OFF_TOPIC
from sim.moderation import Disclosure
from sim.simulation import begun
from sim.society.groups import Group
from sim.world import World
from tests.strategies.worlds import SEEDS, cases
from tests.worlds import STANDING, busy_branch, busy_world, canonical, daily

SHIFTS = ("troll_shift", "organiser_shift", "event_shift")


def mirrored(start: Snapshot) -> Snapshot:
    """The same people, accounts and edges with every opinion and every side negated."""
    fixed, arrays = start.fixed, start.fixed.drawn.arrays
    drawn = fixed.drawn._replace(arrays=arrays._replace(anchor=-arrays.anchor, fixed_stance=-arrays.fixed_stance))
    schedule = fixed.schedule._replace(event_side=-fixed.schedule.event_side, join_side=-fixed.schedule.join_side)
    parameters = fixed.parameters._replace(movement=-fixed.parameters.movement)
    held = tuple(accounts._replace(stance=-accounts.stance) for accounts in fixed.held)
    return start._replace(
        fixed=fixed._replace(drawn=drawn, schedule=schedule, parameters=parameters, held=held),
        state=start.state._replace(opinion=-start.state.opinion),
    )


def pair(world: World, branch: Branch | None, seed: int, engine: str) -> tuple[Engine, Engine]:
    """A model and its mirror image."""
    start = begun(world, None, seed).engine.snapshot()
    branches = (branch, None if branch is None else mirrored_branch(branch))
    a, b = (
        begun(world, what, seed, engine, start=side).engine
        for what, side in zip(branches, (start, mirrored(start)), strict=True)
    )
    return a, b


def mirrored_branch(branch: Branch) -> Branch:
    """The branch whose disclosures are of a campaign of the other side; no other policy has one."""
    policies = (replace(p, stance=-p.stance) if isinstance(p, Disclosure) else p for p in branch.policies)
    return replace(branch, policies=tuple(policies))


def negated_codes(codes: np.ndarray) -> np.ndarray:
    return np.where(codes == OFF_TOPIC, OFF_TOPIC, -codes.astype(np.int64))


def assert_mirrored(a: Engine, b: Engine) -> None:
    x, y = canonical(a.state), canonical(b.state)
    for name in ("opinion", "channel", "climate"):
        np.testing.assert_array_equal(getattr(x, name), -getattr(y, name), err_msg=name)
    np.testing.assert_array_equal(x.last_call, y.last_call[:, ::-1], err_msg="last_call")
    for entries, other in ((x.outbox, y.outbox), (x.stream, y.stream)):
        for name in ("author", "created", "posted"):
            np.testing.assert_array_equal(entries[name], other[name], err_msg=name)
        np.testing.assert_array_equal(entries["stance"], negated_codes(other["stance"]))
        for name in SHIFTS:
            np.testing.assert_array_equal(entries[name], -other[name], err_msg=name)
    counts, others = x.counts.copy(), y.counts.copy()
    stances = slice(Count.STANCE, Count.STANCE + len(Group))
    np.testing.assert_array_equal(counts[:, stances], -others[:, stances])
    counts[:, stances] = others[:, stances] = 0
    np.testing.assert_array_equal(counts, others)
    special = {"opinion", "channel", "climate", "last_call", "outbox", "stream", "counts", "calls"}
    np.testing.assert_array_equal(x.calls, y.calls[::-1])
    for name in set(State._fields) - special:
        np.testing.assert_array_equal(getattr(x, name), getattr(y, name), err_msg=name)
    assert a.removals == b.removals


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"feed.reading": "ranked"},
        {"feed.reading": "one_random_followee", "opinion.rule": "voter"},
        {"feed.reading": "all_followees", "opinion.rule": {"name": "hegselmann_krause", "bound": 0.4}},
        {"expression.silence_by": "confidence", "mobilisation": {"turnout_weight": 0.6, "complementarity": 1.0}},
        STANDING,
        {"organisers.stance": 0.0},
        {"organisers.stance": 1e-7},  # of which nothing is left in a message
    ],
    ids=[
        "newest",
        "ranked",
        "random followee",
        "all followees",
        "by confidence",
        "legitimacy and trust",
        "no side",
        "hardly a side",
    ],
)
def test_every_tick_of_the_busy_world_is_mirrored(engine: str, changes: dict[str, Any]) -> None:
    world = busy_world(**changes)
    a, b = pair(world, busy_branch(), 3, engine)
    while a.step_index < a.last_step:
        a.advance(a.step_index + 1)
        b.advance(a.step_index)
        assert_mirrored(a, b)
    assert (a.state.turnout >= 0).sum() == 3
    assert np.abs(a.state.opinion[:, 0] - a.society.anchor).max() > 0.01


@given(cases(), SEEDS)
@settings(max_examples=40)
def test_every_day_of_any_world_is_mirrored(case: tuple[World, Branch], seed: int) -> None:
    world, branch = case
    a, b = pair(world, branch, seed, "arrays")
    for day in range(world.burn_in_days + world.days):
        for model in (a, b):
            model.advance((day + 1) * world.ticks_per_day)
        assert_mirrored(a, b)


def test_outcomes_are_mirrored() -> None:
    a, b = pair(busy_world(), busy_branch(), 1, "arrays")
    for model in (a, b):
        model.advance(model.last_step)
    left, right = daily(a), daily(b)
    negated = ["opinion_mean", "expressed_climate", "own_part", "event_part", "organiser_part"]
    negated += ["troll_part", "troll_part_direct", "troll_part_relayed", "troll_part_induced"]
    sides = {"wrongful_supporters": "wrongful_opponents", "wrongful_opponents": "wrongful_supporters"}
    sides |= {"turned_away": "turned_towards", "turned_towards": "turned_away"}
    sides |= {"turnout_movement": "turnout_government", "turnout_government": "turnout_movement"}
    assert not (a.state.opinion[:, 0] == 0.0).any()  # who is on no side is no supporter in either
    for name in left.columns:
        other = 1.0 - right[name] if name == "supporters" else right[sides.get(name, name)]
        np.testing.assert_allclose(left[name], -other if name in negated else other, rtol=1e-12, atol=1e-15)
