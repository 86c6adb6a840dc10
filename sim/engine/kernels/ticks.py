"""Whole ticks on one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.engine.kernels.committing import commit, enter_topic_stream, leave_traces
from sim.engine.kernels.deciding import decide
from sim.engine.kernels.turnout import count_turnout
from sim.engine.kernels.waking import wake
from sim.engine.kernels.workspace import Decisions, Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.society.schedule import Schedule
from sim.society.society import Society


@lean_kernel
def run_ticks(
    seed: int, first: int, last: int, state: State, society: Society, schedule: Schedule, parameters: Parameters, weight: Any,
    rule_parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere, awake: NDArray[np.int64], block: int,
    ends: NDArray[np.int64], sessions: NDArray[np.int32],
) -> None:  # fmt: skip
    """Steps first … last - 1 on one thread, where there is no second platform; all of them in the block of ``sessions`` that
    begins with step ``block``."""
    accounts = society.group.size
    begin = np.int64(0)  # the literal 0 is a type of its own, for which everything would be compiled a second time
    for step in range(first, last):
        counts = state.counts[step]
        for event in range(schedule.join_step.size):
            if schedule.join_step[event] == step:
                state.turnout[event] = count_turnout(
                    step, event, begin, society.anchor.size, state, society, schedule, parameters
                )
        place = ends[step - block - 1] if step > block else begin
        due = sessions[place : ends[step - block]]
        n = wake(seed, step, begin, accounts, due, state, society, schedule, parameters, awake, counts)
        decide(
            seed, step, awake, begin, n, state, society, schedule, parameters, weight, rule_parameters, scratch, decisions,
            elsewhere, counts,
        )  # fmt: skip
        commit(awake, begin, n, state, society, parameters, decisions, scratch.last_post, counts)
        if parameters.signals.observe:
            leave_traces(seed, step, awake, n, state, society, schedule, parameters, decisions)
        enter_topic_stream(seed, awake, n, state, society, parameters, decisions)
