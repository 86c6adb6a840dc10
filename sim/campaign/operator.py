"""The campaign's operator: wakes sleepers as planned. What active accounts post is in the schedule."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population.accounts import Status
from sim.population.agent import Agent


class Operator(Agent):
    """Wakes each sleeper at its time, unless it was suspended first.

    ``sleepers`` are account ids and ``wakes_at`` the steps at which they wake.
    """

    def __init__(self, model: Any, sleepers: NDArray[np.int64], wakes_at: NDArray[np.int64]) -> None:
        super().__init__(model)
        order = np.lexsort((sleepers, wakes_at))
        self.sleepers = sleepers[order]
        self.wakes_at = wakes_at[order]

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        i = int(np.searchsorted(self.wakes_at, step))
        return int(self.wakes_at[i]) if i < self.wakes_at.size else int(np.iinfo(np.int64).max)

    def first_waking(self, sleepers: NDArray[np.int64]) -> int:
        """The step at which the first of some sleepers is to wake (a very large number if never)."""
        return int(self.wakes_at[np.isin(self.sleepers, sleepers)].min(initial=np.iinfo(np.int64).max))

    def act(self, step: int) -> None:
        """Wake the sleepers whose time has come."""
        first, last = np.searchsorted(self.wakes_at, [step, step + 1])
        due = self.sleepers[first:last]
        status = self.model.state.status
        waking = due[status[due] == Status.SLEEPING]
        if waking.size:
            self.model.wake(waking)
