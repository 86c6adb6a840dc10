"""What stays the same during a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.surroundings import Accounts
from sim.engine.parameters import Parameters, make_parameters
from sim.society.groups import Group
from sim.society.schedule import Schedule, make_schedule, sleepers_wake
from sim.society.society import Drawn, Society
from sim.world import World


class Fixed(NamedTuple):
    """What stays the same during a run, whatever the branch: the society, the schedule, the parameters without any measure, the
    accounts of each group with an agenda (in the order of ``Group``, citizens' empty), and the step at which each sleeper wakes
    (``sim.actors.timetable.NEVER`` if it does not)."""

    drawn: Drawn
    schedule: Schedule
    parameters: Parameters
    held: tuple[Accounts, ...]
    wakes_at: NDArray[np.int64]


def fixed_for(world: World, drawn: Drawn, seed: int) -> Fixed:
    """What is fixed in a run of a world with this ``seed`` in a society that was drawn for it."""
    held = tuple(_held(drawn.arrays, group) for group in Group)
    sleepers = held[Group.SLEEPER].ids
    wakes_at = sleepers_wake(world, sleepers, drawn.arrays.created[sleepers], seed)
    return Fixed(drawn, make_schedule(world), make_parameters(world), held, wakes_at)


def _held(society: Society, group: Group) -> Accounts:
    """The accounts of a group with an agenda, for whoever decides about them."""
    people = society.anchor.size
    others = society.group[people:]
    row = np.flatnonzero((others == int(group)) & (others != int(Group.CITIZEN)))
    ids = people + row
    created = society.created[ids].astype(np.int64)
    return Accounts(ids, society.fixed_stance[row], society.posting_weight[row], created, int(group))
