"""The campaign's operator: wakes sleepers as planned. What active accounts post is in the schedule."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population.accounts import Status
from sim.population.agent import Agent
from sim.population.timetable import Timetable


class Operator(Agent):
    """Wakes each sleeper at its time, unless it was suspended first.

    ``sleepers`` are account ids and ``wakes_at`` the steps at which they wake.
    """

    def __init__(self, model: Any, sleepers: NDArray[np.int64], wakes_at: NDArray[np.int64]) -> None:
        super().__init__(model)
        self.timetable = Timetable(sleepers, wakes_at)

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        return self.timetable.next_step(step)

    def act(self, step: int) -> None:
        """Wake the sleepers whose time has come."""
        due = self.timetable.due(step)
        status = self.model.state.status
        waking = due[status[due] == Status.SLEEPING]
        if waking.size:
            self.model.wake(waking)
