"""Who leads the movement: has its organisers post all day long, and call people to the events ahead."""

from __future__ import annotations

import datetime
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.agent import Actor
from sim.actors.surroundings import Accounts, Surroundings
from sim.actors.timetable import NEVER


class _Call(NamedTuple):
    """A call to an event of a side: from step ``begin`` on posts are calls to it, from ``louder`` on they are more frequent if
    the side is the organisers' own, and at ``join`` people decide."""

    begin: int
    louder: int
    join: int
    side: int


class Leadership(Actor):
    """Decides how much organisers post and which of their posts are calls.

    It writes that down for the accounts to follow, in the state: row number ``row`` of ``posting`` (steps,) are the expected
    posts of an organiser at each step, ``calls`` (2, steps) says whether a post is a call to an event of the movement (row 0) or
    of the government side (row 1).
    A call to an event begins ``call_days`` before people decide to join it, or when the agenda of the week is published that
    has it, and not before day 0. ``side`` is the organisers' own (1 or -1; 0 if they take none).
    """

    model: Surroundings

    def __init__(self, model: Surroundings, organisers: Accounts) -> None:
        super().__init__(model)
        world, schedule = model.world, model.schedule
        self.side, self.row = int(np.sign(organisers.stance.sum())), organisers.row
        ahead = math.floor(world.organisers.call_days * world.ticks_per_day)
        loud = np.maximum(world.burn_in_ticks, schedule.join_step - ahead)
        begin = loud
        agenda = world.organisers.agenda_weekday
        if agenda is not None:
            begin = np.maximum(world.burn_in_ticks, self._published(agenda, schedule.join_step))
            loud = np.maximum(begin, loud)
        steps = np.column_stack([begin, loud, schedule.join_step, schedule.join_side])
        self.calls_to_come = [call for call in (_Call(*row) for row in steps.tolist()) if call.begin < call.join]

    def next_step(self, step: int) -> int:
        return min((call.begin for call in self.calls_to_come if call.begin >= step), default=NEVER)

    def act(self, step: int) -> None:
        """Begin to post, and to call to the events whose time has come."""
        posts, calls = self.model.state.posting[self.row], self.model.state.calls
        if step == 0:
            posts[:] = self._ordinary(0, posts.size)
        for begin, louder, join, whose in self.calls_to_come:
            if begin == step:
                calls[0 if whose > 0 else 1, begin:join] = 1
                if whose == self.side:
                    factor = self.model.world.organisers.call_activity
                    posts[louder:join] = self._ordinary(louder, join) * factor

    def _published(self, agenda: int, steps: NDArray[np.int64]) -> NDArray[np.int64]:
        """The step at which the agenda is published that has an event, by the event's own step."""
        world = self.model.world
        days = steps // world.ticks_per_day
        weekdays = datetime.date.fromisoformat(world.first_day).weekday() + days - world.burn_in_days
        return np.asarray((days - (weekdays - agenda) % 7) * world.ticks_per_day)

    def _ordinary(self, first: int, last: int) -> NDArray[np.float64]:
        world = self.model.world
        clock = np.array(world.calendar.clock)
        return np.asarray(world.organisers.posts_per_day * clock[np.arange(first, last) % world.ticks_per_day])
