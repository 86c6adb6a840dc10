"""Newcomers register: from their time on they are on the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.actors.agent import Actor
from sim.actors.timetable import NEVER, Timetable
from sim.people.accounts import Status
from sim.society.groups import Group

if TYPE_CHECKING:
    from sim.engine.engine import Engine


class Arrivals(Actor):
    """Lets each newcomer onto the platform at its time."""

    model: Engine

    def __init__(self, model: Engine) -> None:
        super().__init__(model)
        created = model.society.created
        newcomers = np.flatnonzero((model.society.group == Group.CITIZEN) & (created > 0))
        self.timetable = Timetable(newcomers, model.world.burn_in_ticks + created[newcomers].astype(np.int64))

    def next_step(self, step: int) -> int:
        return NEVER  # the timetable is carried out by the engine (Engine.carry_out)

    def act(self, step: int) -> None:
        """Register the newcomers whose time has come."""
        due, status = self.timetable.due(step), self.model.state.status
        status[due[status[due] == Status.SLEEPING]] = Status.ACTIVE
