"""Who joins an event."""

from __future__ import annotations

from sim.compiled import lean_kernel
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.opinion.mobilisation import joins, perceived_support, threshold_now
from sim.society.schedule import Schedule
from sim.society.society import Society


@lean_kernel
def count_turnout(
    step: int,
    event: int,
    low: int,
    high: int,
    state: State,
    society: Society,
    schedule: Schedule,
    parameters: Parameters,
) -> int:
    """How many of the people low … high - 1 join an event."""
    side = schedule.join_side[event]
    row = 0 if side > 0 else 1
    previous = schedule.join_previous[event]
    turnout = state.turnout[previous] / state.opinion.shape[0] if previous >= 0 else 0.0
    joined = 0
    for person in range(low, high):
        seen = state.last_call[person, row]
        called = 1 if seen >= 0 and step - seen <= parameters.ticks.call_window else 0
        support = perceived_support(side, state.climate[person], turnout, parameters.mobilisation.turnout_weight)
        threshold = society.joining[person]
        if parameters.mobilisation.legitimacy_weight > 0.0:
            gained = state.legitimacy[person] - society.legitimacy_at_start[person]
            threshold = threshold_now(
                threshold, parameters.movement * side, gained, parameters.mobilisation.legitimacy_weight
            )
        if joins(
            side,
            state.opinion[person, 0],
            support,
            called,
            threshold,
            parameters.mobilisation.conviction,
            parameters.mobilisation.complementarity,
            parameters.mobilisation.call,
        ):
            joined += 1
            if state.joined.size > 0:
                state.joined[person, row] += 1
    return joined
