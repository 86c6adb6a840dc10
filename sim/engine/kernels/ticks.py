"""Whole ticks on one platform, on one thread or on several side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.engine.kernels.committing import commit, finish
from sim.engine.kernels.deciding import decide
from sim.engine.kernels.team import Member, any_unfit, meet, part_of
from sim.engine.kernels.turnout import count_turnout
from sim.engine.kernels.waking import come_into_use, join_on_duty, list_on_duty, wake
from sim.engine.kernels.workspace import Decisions, Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.planned import Planned
from sim.engine.state import State
from sim.society.schedule import Schedule
from sim.society.society import Society


@lean_kernel
def run_ticks(
    seed: int, first: int, last: int, state: State, society: Society, schedule: Schedule, parameters: Parameters, weight: Any,
    rule_parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere, awake: NDArray[np.int64],
    on_duty: NDArray[np.int64], planned: Planned, block: int, ends: NDArray[np.int64], sessions: NDArray[np.int32],
    counts: NDArray[np.int64], member: Member,
) -> None:  # fmt: skip
    """What a ``member`` does in steps first … last - 1, where there is no second platform; all of them are in the block of
    ``sessions`` that begins with step ``block``. Each member has its own ``scratch``, ``awake``, ``on_duty`` (accounts,) and
    ``counts`` (steps, columns). Numbered as in ``sim.engine.agents.TICK``."""
    begin = np.int64(0)  # the literal 0 is a type of its own, for which everything would be compiled a second time
    people = society.anchor.size
    row = np.searchsorted(planned.step, first)
    others = list_on_duty(state, society, on_duty)
    for step in range(first, last):
        counted = counts[step - first]
        # 1. act, as planned
        if row < planned.step.size and planned.step[row] == step:
            after = come_into_use(step, row, member.number == 0, planned, state, society)
            if not meet(member):
                return
            others = join_on_duty(row, after, planned, state, society, on_duty, others)
            row = after
        # 2. march
        for event in range(schedule.join_step.size):
            if schedule.join_step[event] == step:
                low, high = part_of(member, people, people)
                member.joined[member.number] = count_turnout(
                    step, event, low, high, state, society, schedule, parameters
                )
                if not meet(member):
                    return
                if member.number == 0:
                    state.turnout[event] = member.joined.sum()
                if not meet(member):
                    return
        # 3. wake: each finds all, and the first of them counts
        place = ends[step - block - 1] if step > block else begin
        due = sessions[place : ends[step - block]]
        n = wake(seed, step, due, on_duty[:others], state, society, schedule, parameters, awake, scratch.draws, counted)
        if member.number > 0:
            counted[:] = 0
        low, high = part_of(member, np.searchsorted(awake[:n], people), n)
        # 4. read, 5. decide
        decide(
            seed, step, awake, low, high, state, society, schedule, parameters, weight, rule_parameters, scratch, decisions,
            elsewhere, counted,
        )  # fmt: skip
        if not meet(member) or any_unfit(member):
            return
        # 6. commit
        commit(awake, low, high, state, society, parameters, decisions, scratch.last_post, counted)
        if parameters.measures.topic_limit > 0 and not meet(member):
            return
        # 7. trace, 8. stream
        if member.number == 0:
            finish(seed, step, awake, n, n, state, society, schedule, parameters, decisions)
        if not meet(member):
            return
