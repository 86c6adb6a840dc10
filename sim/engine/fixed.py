"""What stays the same during a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.parameters import Parameters, make_parameters
from sim.society.groups import Group
from sim.society.schedule import Schedule, make_schedule, sleepers_wake
from sim.society.society import Drawn
from sim.world import World


class Fixed(NamedTuple):
    """What stays the same during a run, whatever the branch: the society, the schedule, the parameters without any measure, and
    the step at which each sleeper wakes (``sim.actors.timetable.NEVER`` if it does not)."""

    drawn: Drawn
    schedule: Schedule
    parameters: Parameters
    wakes_at: NDArray[np.int64]


def fixed_for(world: World, drawn: Drawn, seed: int) -> Fixed:
    """What is fixed in a run of a world with this ``seed`` in a society that was drawn for it."""
    sleepers = np.flatnonzero(drawn.arrays.group == Group.SLEEPER)
    wakes_at = sleepers_wake(world, sleepers, drawn.arrays.created[sleepers], seed)
    return Fixed(drawn, make_schedule(world), make_parameters(world), wakes_at)
