"""Whole ticks on one thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import lean_kernel
from sim.engine.kernels.committing import finish
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
    rule_parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere, awake: NDArray[np.int64],
    on_duty: NDArray[np.int64], block: int, ends: NDArray[np.int64], sessions: NDArray[np.int32],
) -> None:  # fmt: skip
    """Steps first … last - 1 on one thread, where there is no second platform; all of them in the block of ``sessions`` that
    begins with step ``block``. Numbered as in ``sim.engine.agents.TICK``."""
    begin = np.int64(0)  # the literal 0 is a type of its own, for which everything would be compiled a second time
    for step in range(first, last):
        counts = state.counts[step]
        # 2. march
        for event in range(schedule.join_step.size):
            if schedule.join_step[event] == step:
                state.turnout[event] = count_turnout(
                    step, event, begin, society.anchor.size, state, society, schedule, parameters
                )
        # 3. wake
        place = ends[step - block - 1] if step > block else begin
        due = sessions[place : ends[step - block]]
        n = wake(seed, step, due, on_duty, state, society, schedule, parameters, awake, scratch.draws, counts)
        # 4. read, 5. decide
        decide(
            seed, step, awake, begin, n, state, society, schedule, parameters, weight, rule_parameters, scratch, decisions,
            elsewhere, counts,
        )  # fmt: skip
        # 6. commit, 7. trace, 8. stream
        finish(
            seed, step, awake, n, n, state, society, schedule, parameters, decisions, scratch.last_post, counts,
        )  # fmt: skip
