"""Who opens the platform at a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import ACTIVE, OF_CITIZEN, OF_TROLLS_FROM, POST
from sim.engine.kernels.speaking import posts_first, silent
from sim.engine.parameters import Parameters
from sim.engine.planned import Planned
from sim.engine.state import Count, State
from sim.people.accounts import Status
from sim.randomness import Stream, fill_uniform, fill_uniform_of, uniform
from sim.society.schedule import Schedule
from sim.society.society import Society

_SLEEPING = int(Status.SLEEPING)
_SUSPENDED = int(Status.SUSPENDED)
_WAKE = int(Stream.WAKE)
_LOST = int(Count.LOST_POSTS)


@inlined
def _draw_sessions(
    seed: int, step: int, low: int, high: int, society: Society, schedule: Schedule, parameters: Parameters,
    sessions: NDArray[Any], n: int, draws: NDArray[np.float64],
) -> int:  # fmt: skip
    """Add the citizens of rows low … high - 1 who have a session at this step to the ``n`` in ``sessions``, as far as there is
    room; return how many there would be."""
    citizens = society.group.size - society.posting_weight.size
    expected = schedule.sessions[step]
    for start in range(low, min(high, citizens), draws.size):
        stop = min(start + draws.size, high, citizens)
        fill_uniform(seed, _WAKE, step, start, 0, draws[: stop - start])
        for account in range(start, stop):
            if draws[account - start] < society.sessions_per_day[society.person[account]] * expected or posts_first(
                seed, step, account, parameters
            ):
                if n < sessions.size:
                    sessions[n] = account
                n += 1
    return n


@lean_kernel
def draw_block(
    seed: int, first: int, society: Society, schedule: Schedule, parameters: Parameters, draws: NDArray[np.float64],
    ends: NDArray[np.int64], sessions: NDArray[np.int32],
) -> int:  # fmt: skip
    """The citizens who have a session at steps ``first``, …, one step after the other: ``ends`` has where each step's end, one a
    step. Return how many there are; where that is more than fit into ``sessions``, some are left out."""
    n = 0
    for i in range(ends.size):
        n = _draw_sessions(seed, first + i, 0, society.group.size, society, schedule, parameters, sessions, n, draws)
        ends[i] = n
    return n


@inlined
def come_into_use(step: int, row: int, writes: bool, planned: Planned, state: State, society: Society) -> int:
    """Let the accounts of the rows from ``row`` on come into use whose step it is, unless they do no more than sleep; one of
    several threads ``writes``. Return the first row of a later step."""
    while row < planned.step.size and planned.step[row] == step:
        account = planned.account[row]
        if writes and state.status[account] == _SLEEPING:
            state.status[account] = ACTIVE
            if society.group[account] != OF_CITIZEN:
                state.active_since[account] = step
        row += 1
    return row


@inlined
def list_on_duty(state: State, society: Society, out: NDArray[np.int64]) -> int:
    """Write ``Engine.on_duty`` to ``out``, where there is no second platform; return how many there are."""
    n = np.int64(0)
    for account in range(society.anchor.size, society.group.size):
        status = state.status[account]
        if status == ACTIVE or (status == _SUSPENDED and society.group[account] < OF_TROLLS_FROM):
            out[n] = account
            n += 1
    return n


@inlined
def join_on_duty(
    first: int, last: int, planned: Planned, state: State, society: Society, on_duty: NDArray[np.int64], n: int
) -> int:
    """Put those of the rows first … last - 1 who have come into use among the ``n`` who are ``on_duty``, which are ascending;
    return how many these are then. (All anew would be a look at every sleeper that could wake.)"""
    for row in range(first, last):
        account = np.int64(planned.account[row])
        place = np.searchsorted(on_duty[:n], account)
        is_there = place < n and on_duty[place] == account
        if account < society.anchor.size or state.status[account] != ACTIVE or is_there:
            continue
        for i in range(n, place, -1):
            on_duty[i] = on_duty[i - 1]
        on_duty[place] = account
        n += 1
    return n


@lean_kernel
def find_awake(
    seed: int, step: int, low: int, high: int, on_duty: NDArray[np.int64], state: State, society: Society, schedule: Schedule,
    parameters: Parameters, awake: NDArray[np.int64], draws: NDArray[np.float64], counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write which of the accounts that are awake at this step to ``awake`` and return how many; of citizens followed by those
    ``on_duty`` (``Engine.on_duty``), numbers low … high - 1 are looked at."""
    citizens = society.group.size - society.posting_weight.size
    n = _draw_sessions(seed, step, low, high, society, schedule, parameters, awake, 0, draws)
    others = on_duty[max(0, low - citizens) : max(0, high - citizens)]
    return wake(seed, step, awake[:n], others, state, society, schedule, parameters, awake, draws, counts)


@inlined
def wake(
    seed: int, step: int, sessions: NDArray[Any], on_duty: NDArray[np.int64], state: State, society: Society, schedule: Schedule,
    parameters: Parameters, awake: NDArray[np.int64], draws: NDArray[np.float64], counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write which of the citizens who have a session are awake to ``awake`` (which may be ``sessions``), and after them those
    ``on_duty`` that are, second accounts of citizens among them; return how many."""
    n = np.int64(0)  # the literal is of another type: what is called with n would be compiled for both
    citizens = society.group.size - society.posting_weight.size
    for i in range(sessions.size):
        account = np.int64(sessions[i])
        if state.status[account] == ACTIVE:
            awake[n] = account
            n += 1
        elif (
            state.status[account] == _SUSPENDED
            and uniform(seed, POST, step, account, 0) < parameters.expression.posting
        ):
            person = society.person[account]
            if not silent(person, state.opinion[person, 0], state.inner_confidence[person], state, society, parameters):
                counts[_LOST] += 1
    for i in range(on_duty.size):
        drawn = i % draws.size
        if drawn == 0:
            due = on_duty[i : i + draws.size]
            fill_uniform_of(seed, _WAKE, step, due, 0, draws[: due.size])
        account = on_duty[i]
        status = state.status[account]
        group = society.group[account]
        if group == OF_CITIZEN:
            probability = (
                society.sessions_per_day[society.person[account]] * schedule.sessions[step] * parameters.second.visits
            )
        else:
            probability = society.posting_weight[account - citizens] * state.posting[group, step]
        if draws[drawn] >= probability:
            continue
        if status == ACTIVE:
            awake[n] = account
            n += 1
        elif group != OF_CITIZEN:
            counts[_LOST + group] += 1
        elif uniform(seed, POST, step, account, 0) < parameters.expression.posting:
            person = society.person[account]
            if not silent(person, state.opinion[person, 0], state.inner_confidence[person], state, society, parameters):
                counts[_LOST] += 1
    return n
