"""Who opens the platform when: the draws that the branches of a study share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import numpy as np
import pytest

import sim
from sim.engine.arrays import ArrayEngine
from sim.engine.crew import Crew, crew_of
from sim.engine.fixed import Fixed, fixed_for
from sim.engine.kernels.waking import draw_block
from sim.engine.sessions import Sessions
from sim.randomness import Stream, uniforms
from sim.society.society import draw


def _fixed(**changes: object) -> Fixed:
    world = sim.World.hk2019(people=1000, days=3, burn_in_days=1, **changes)
    return fixed_for(world, draw(world, 1))


def _sessions(fixed: Fixed) -> Sessions:
    sessions = Sessions(1, fixed.drawn.arrays, fixed.schedule, fixed.parameters)
    assert sessions.length == 960  # for a thousand people
    sessions.length = 24
    return sessions


def test_sessions_are_the_draws_below_activity() -> None:
    fixed = _fixed(**{"expression.first_posts": 0.5})
    society, sessions = fixed.drawn.arrays, _sessions(fixed)
    citizens = np.arange(1000)
    for step in range(fixed.schedule.sessions.size):
        ends, accounts = sessions.block(step // sessions.length, Crew(1))
        i = step % sessions.length
        limit = society.sessions_per_day[society.person[citizens]].astype(np.float64) * fixed.schedule.sessions[step]
        due = uniforms(1, Stream.WAKE, step, 1000, 0) < limit
        if step == 0:
            due |= uniforms(1, Stream.FIRST_POST, 0, 1000, 0) < 0.5
        np.testing.assert_array_equal(accounts[ends[i - 1] if i else 0 : ends[i]], np.flatnonzero(due))


def test_a_block_of_any_size_is_drawn_whole() -> None:
    """More sessions than there is room for at first: everybody has one at the first step, though hardly anybody was expected."""
    fixed = _fixed(**{"population.sessions_per_day": 0.1, "expression.first_posts": 1.0})
    ends, accounts = _sessions(fixed).block(0, Crew(1))
    assert accounts[:1000].tolist() == [*range(1000)] and ends[0] == 1000 < ends[-1] == accounts.size < 1300
    assert all(np.unique(part).size == part.size for part in np.split(accounts, ends[:-1]))


@pytest.mark.parametrize("sessions", [0.5, 20.0, 900.0])
def test_a_block_is_drawn_once(sessions: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for what is expected."""
    fixed = _fixed(**{"population.sessions_per_day": sessions})
    draws = Mock(side_effect=draw_block)
    monkeypatch.setattr("sim.engine.sessions.draw_block", draws)
    ends, accounts = _sessions(fixed).block(0, Crew(1))
    assert draws.call_count == 1 and ends[-1] == accounts.size > 0


def test_forks_have_their_sessions_in_common() -> None:
    """Side by side, each on a thread of its own, and in blocks that are not the same."""
    world = sim.World.hk2019(people=1000, days=3, burn_in_days=1)
    trunk = ArrayEngine(world)
    trunk.sessions.length = 5
    trunk.advance(11)
    forks = [trunk.fork() for _ in range(4)]
    assert all(fork.sessions is trunk.sessions for fork in forks)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda fork: fork.advance(world.burn_in_ticks + world.ticks), forks))
    alone = ArrayEngine(world)
    alone.advance(alone.last_step)
    assert {fork.digest for fork in forks} == {alone.digest}


def test_blocks_are_kept_as_far_as_there_is_room() -> None:
    fixed = _fixed()
    sessions = _sessions(fixed)
    first = sessions.block(0, Crew(1))
    assert sessions.block(0, Crew(1)) is first  # the last one
    sessions.block(1, Crew(1))
    assert sessions.block(0, Crew(1)) is not first
    sessions.room = sum(part.nbytes for part in _sessions(fixed).block(2, Crew(1)))
    kept = sessions.block(2, Crew(1))
    sessions.block(3, Crew(1))
    assert sessions.block(2, Crew(1)) is kept
    dropped = sessions.block(1, Crew(1))
    sessions.block(3, Crew(1))
    assert sessions.block(1, Crew(1)) is not dropped


def test_threads_draw_a_block_together() -> None:
    fixed = _fixed()
    with crew_of(5) as crew:
        for one, many in zip(_sessions(fixed).block(1, Crew(1)), _sessions(fixed).block(1, crew), strict=True):
            np.testing.assert_array_equal(one, many)
        last = _sessions(fixed)
        last.length = 94  # of 96 steps; three of the five threads have none of the two in the last block
        np.testing.assert_array_equal(last.block(1, crew)[1], last._draw(94, Crew(1))[1])
