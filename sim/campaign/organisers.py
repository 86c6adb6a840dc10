"""The movement's organisers: they post all day long, and call people to the events ahead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.population.agent import Agent
from sim.population.timetable import NEVER


class Organisers(Agent):
    """Decide how much organisers post and which of their posts are calls.

    They write it down for the accounts to follow: ``posts`` (steps,) are the expected posts of an organiser at each step,
    ``calls`` (2, steps) says whether a post is a call to an event of the movement (row 0) or of the government side (row 1).
    A call to an event begins ``call_days`` before people decide to join it, and not before day 0. ``side`` is the
    organisers' own (1 or -1; 0 if they take none).
    """

    def __init__(self, model: Any, side: int, posts: NDArray[np.float64], calls: NDArray[np.uint8]) -> None:
        super().__init__(model)
        world, schedule = model.world, model.schedule
        self.side, self.posts, self.calls = side, posts, calls
        ahead = math.floor(world.organisers.call_days * world.ticks_per_day)
        first = np.maximum(world.burn_in_ticks, schedule.join_step - ahead)
        self.agenda = [
            (int(begin), int(join), int(whose))
            for begin, join, whose in zip(first, schedule.join_step, schedule.join_side, strict=True)
            if begin < join
        ]

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        return min((begin for begin, _, _ in self.agenda if begin >= step), default=NEVER)

    def act(self, step: int) -> None:
        """Begin to post, and to call to the events whose time has come."""
        if step == 0:
            self.posts[:] = self._ordinary(0, self.posts.size)
        for begin, join, whose in self.agenda:
            if begin == step:
                self.calls[0 if whose > 0 else 1, begin:join] = 1
                if whose == self.side:
                    louder = self.model.world.organisers.call_activity
                    self.posts[begin:join] = self._ordinary(begin, join) * louder

    def _ordinary(self, first: int, last: int) -> NDArray[np.float64]:
        world = self.model.world
        clock = np.array(world.calendar.clock)
        return np.asarray(world.organisers.posts_per_day * clock[np.arange(first, last) % world.ticks_per_day])
