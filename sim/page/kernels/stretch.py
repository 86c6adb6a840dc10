"""The model by itself: a kernel that goes from step to step with nobody beside it to decide.

It calls the kernels that the array engine calls. What else happens to a run, and is Python there, is a kernel here: who opens the
platform is drawn, the campaign begins, the platform's policies act, the operator answers losses.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.compiled import lean_kernel
from sim.engine.kernels.team import Member
from sim.engine.kernels.ticks import run_ticks
from sim.engine.kernels.waking import draw_block
from sim.engine.kernels.workspace import Decisions, Elsewhere, Scratch
from sim.engine.parameters import Parameters
from sim.engine.planned import Planned
from sim.engine.state import State
from sim.outcomes.ended import ended
from sim.outcomes.measuring import measure_day
from sim.page.kernels.moderating import Row, begin_campaign, moderate, parameters_at
from sim.page.kernels.operating import see_to_losses
from sim.page.kernels.work import Work
from sim.society.schedule import Schedule
from sim.society.society import Society

_KIND, _STEP = int(Row.KIND), int(Row.STEP)
DONE, UNFIT = 0, 1
"""What ``stretch`` returns: that it has got there, or that the opinion rule gave a weight that it must not give."""


class Whole(NamedTuple):
    """Everything that a world in a page is: what the kernels take."""

    seed: int
    rule_parameters: tuple[float, ...]
    state: State
    society: Society
    schedule: Schedule
    parameters: Parameters
    scratch: Scratch
    decisions: Decisions
    elsewhere: Elsewhere
    planned: Planned
    work: Work


@lean_kernel
def _next_stop(step: int, last: int, work: Work) -> int:
    """The first step from the next on at which something other than a tick happens."""
    stop = min(last, (step // work.ticks_per_day + 1) * work.ticks_per_day)
    if step < work.burn_in_ticks:
        stop = min(stop, work.burn_in_ticks)
    for i in range(work.policies.shape[0]):
        begins = np.int64(work.policies[i, _STEP])
        if work.policies[i, _KIND] != 0.0:
            while begins <= step:  # those that mark accounts do so again every day
                begins += work.ticks_per_day
            stop = min(stop, begins)
    return stop


@lean_kernel
def stretch(last: int, weight: Any, whole: Whole) -> int:
    """Go on from ``whole.work.step`` to the beginning of step ``last``; ``weight`` is that of opinion rules."""
    seed, state, society, work = whole.seed, whole.state, whole.society, whole.work
    fixed = whole.parameters
    member = Member(np.int64(0), np.int64(1), np.int64(0), work.met, work.joined, work.unfit)
    while work.step[0] < last:
        step = work.step[0]
        if step == work.burn_in_ticks:
            begin_campaign(step, state, society, work)
        moderate(seed, step, state, society, fixed, work)
        if work.operator.reacts and work.campaign and step >= work.burn_in_ticks and step % work.ticks_per_day == 0:
            see_to_losses(
                seed, step, work.burn_in_ticks, work.ticks_per_day, work.registered_from, whole.planned, state, society,
                work.operator, work.ranking,
            )  # fmt: skip
        parameters = parameters_at(step, fixed, work)
        stop = _next_stop(step, last, work)
        ends = work.ends[: stop - step]
        draw_block(seed, step, society, whole.schedule, parameters, whole.scratch.draws, ends, work.sessions)
        run_ticks(
            seed, step, stop, state, society, whole.schedule, parameters, weight, whole.rule_parameters, whole.scratch,
            whole.decisions, whole.elsewhere, work.awake, work.on_duty, whole.planned, step, ends, work.sessions,
            state.counts[step:stop], member,
        )  # fmt: skip
        if whole.scratch.unfit[0] != 0.0:
            return UNFIT
        work.step[0] = stop
        if stop % work.ticks_per_day == 0 and stop > work.burn_in_ticks:
            day = ended(
                stop, work.burn_in_ticks, work.ticks_per_day, work.review_hours[0], state, society, whole.schedule, fixed,
                work.room,
            )  # fmt: skip
            measure_day(day, work.outcomes[(stop - work.burn_in_ticks) // work.ticks_per_day - 1])
    return DONE
