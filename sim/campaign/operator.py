"""The campaign's operator: has its accounts post, and wakes sleepers as planned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.campaign.volume import even_out, posting_plan, weekly_rhythm
from sim.population.accounts import Status
from sim.population.agent import Agent
from sim.population.timetable import Timetable


class Operator(Agent):
    """Has the accounts post from day 0 on, and wakes each sleeper at its time unless it was suspended first.

    ``weights`` are the relative posting rates of the active accounts; ``sleepers`` are account ids and ``wakes_at`` the steps at
    which they wake. ``posts`` and ``sleepers_posts`` (steps,) are what the operator writes down: expected posts at each step
    of an active account of unit weight, and of a woken sleeper.
    """

    def __init__(
        self,
        model: Any,
        weights: NDArray[np.float64],
        sleepers: NDArray[np.int64],
        wakes_at: NDArray[np.int64],
        posts: NDArray[np.float64],
        sleepers_posts: NDArray[np.float64],
    ) -> None:
        super().__init__(model)
        self.weights, self.posts, self.sleepers_posts = weights, posts, sleepers_posts
        self.timetable = Timetable(sleepers, wakes_at)

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        return self.timetable.next_step(step)

    def first_waking(self, sleepers: NDArray[np.int64]) -> int:
        """The step at which the first of some sleepers is to wake (a very large number if never)."""
        return self.timetable.first_step_of(sleepers)

    def act(self, step: int) -> None:
        """Begin to post, and wake the sleepers whose time has come."""
        if step == self.model.world.burn_in_ticks:
            self._begin(step)
        due = self.timetable.due(step)
        status = self.model.state.status
        waking = due[status[due] == Status.SLEEPING]
        if waking.size:
            self.model.wake(waking)

    def _begin(self, step: int) -> None:
        world = self.model.world
        self.posts[step:] = even_out(posting_plan(world) * world.scale, self.weights)
        self.sleepers_posts[step:] = world.campaign.sleepers.posts_per_day * weekly_rhythm(world)
