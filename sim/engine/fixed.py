"""What stays the same during a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.actors.surroundings import Accounts
from sim.engine.parameters import Parameters, make_parameters
from sim.society.groups import Group
from sim.society.schedule import Schedule, make_schedule
from sim.society.society import Drawn, Society
from sim.world import World


class Fixed(NamedTuple):
    """What stays the same during a run, whatever the branch: the society, the schedule, the parameters without any measure, and
    the accounts of each group with an agenda (in the order of ``Group``, citizens' empty)."""

    drawn: Drawn
    schedule: Schedule
    parameters: Parameters
    held: tuple[Accounts, ...]


def fixed_for(world: World, drawn: Drawn) -> Fixed:
    """What is fixed in a run of a world in a society that was drawn for it."""
    held = tuple(_held(drawn.arrays, group) for group in Group)
    return Fixed(drawn, make_schedule(world), make_parameters(world), held)


def _held(society: Society, group: Group) -> Accounts:
    """The accounts of a group with an agenda, for whoever decides about them."""
    people = society.anchor.size
    others = society.group[people:]
    row = np.flatnonzero((others == int(group)) & (others != int(Group.CITIZEN)))
    ids = people + row
    created = society.created[ids].astype(np.int64)
    return Accounts(ids, society.fixed_stance[row], society.posting_weight[row], created, int(group))
