"""All outcomes of a day, by one kernel that is made of their formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.engine import Engine
from sim.outcomes import attitudes, innocents, opinion, reach, turnout
from sim.outcomes.ended import Ended, Room, count_up, ended, make_room, prepare
from sim.outcomes.outcome import Outcome

OUTCOMES: tuple[Outcome, ...] = (
    opinion.OUTCOMES + reach.OUTCOMES + turnout.OUTCOMES + attitudes.OUTCOMES + innocents.OUTCOMES
)


def _one_after_the_other() -> Any:
    """``write(day, into)``: each formula, called by its name. A kernel that looped over them would call them by pointers,
    which is slow to compile and cannot be merged."""
    known = [(place, outcome) for place, outcome in enumerate(OUTCOMES) if outcome.value is not None]
    lines = [f"    into[{place}] = {outcome.name}(day)" for place, outcome in known]
    scope: dict[str, Any] = {outcome.name: outcome.value for _, outcome in known} | {"__name__": __name__}
    exec(compile("\n".join(["def write(day, into):", *lines]), __file__, "exec"), scope)
    return inlined(scope["write"])


_write = _one_after_the_other()


@lean_kernel
def measure_day(day: Ended, into: NDArray[np.float64]) -> None:
    """Write the outcomes of a day, shape (outcomes,), but for those that no kernel can compute."""
    prepare(day)
    _write(day, into)


def measured(model: Engine) -> dict[str, float]:
    """The outcomes at the end of the day that has just ended, by name."""
    found = np.full(len(OUTCOMES), np.nan)
    world = model.world
    measure_day(
        ended.py_func(
            model.step_index, world.burn_in_ticks, world.ticks_per_day, model.review_hours, model.state, model.society,
            model.schedule, model.fixed.parameters, _room_of(model),
        ),
        found,
    )  # fmt: skip
    row = dict(zip([outcome.name for outcome in OUTCOMES], found.tolist(), strict=True))
    return row | {outcome.name: outcome.of_engine(model) for outcome in OUTCOMES if outcome.of_engine is not None}


def counts(model: Engine, since_day_0: bool) -> NDArray[np.int64]:
    """Counts of the day before the present step, or of all since day 0, shape (columns,)."""
    world, room = model.world, _room_of(model)
    count_up(model.step_index, world.burn_in_ticks, world.ticks_per_day, model.state.counts, room)
    return (room.total if since_day_0 else room.today).copy()


def _room_of(model: Engine) -> Room:
    if model.room is None:
        model.room = make_room(model.society.group.size)
    return model.room
