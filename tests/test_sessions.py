"""Who opens the platform when: the draws that the branches of a study share."""

from __future__ import annotations

import numpy as np

import sim
from sim.engine.crew import Crew, crew_of
from sim.engine.fixed import Fixed, fixed_for
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
    """More sessions than there is room for at first: everybody has one at nearly every step."""
    fixed = _fixed(**{"population.sessions_per_day": 900.0, "population.equal_sessions": True})
    ends, accounts = _sessions(fixed).block(0, Crew(1))
    assert ends[-1] == accounts.size > 1536
    assert all(np.unique(part).size == part.size for part in np.split(accounts, ends[:-1]))


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
