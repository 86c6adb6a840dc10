"""What is known before a run starts, step by step: rhythm and events."""

from __future__ import annotations

import datetime
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.calendar import event_days
from sim.society.groups import KINDS, Group, groups_where
from sim.world import World


class Schedule(NamedTuple):
    """What is known in advance, one column a step: expected sessions of a citizen per daily session and the side of the day's
    events; for each event its side, the step of the decision to join, and which event was the last of its side before that
    (-1 none); and whether each step lies in office hours."""

    sessions: NDArray[np.float64]
    event_side: NDArray[np.float64]
    join_side: NDArray[np.int64]
    join_step: NDArray[np.int64]
    join_previous: NDArray[np.int64]
    office: NDArray[np.uint8]


def make_schedule(world: World) -> Schedule:
    """The schedule of a world."""
    calendar = world.calendar
    per_day, burn_in = world.ticks_per_day, world.burn_in_ticks
    step = np.arange(burn_in + world.ticks)
    day = step // per_day - world.burn_in_days
    live = day >= 0

    on_day = event_days(calendar, world.first_day, world.days)
    sides = np.array([event.side for event in calendar.events], dtype=np.int64)
    balance = np.zeros(world.days)
    eventful = np.zeros(world.days, dtype=bool)
    join_step = np.full(len(sides), -1, dtype=np.int64)
    for i, event in enumerate(calendar.events):
        if on_day[i] < 0:
            continue
        balance[on_day[i]] += event.side
        eventful[on_day[i]] = True
        join_step[i] = burn_in + on_day[i] * per_day + math.floor(event.hour * per_day / 24)

    # Everybody is online more on the day of an event; before day 0 there are none.
    busy = np.where(live, eventful[np.maximum(day, 0)], False)
    return Schedule(
        sessions=np.array(calendar.clock)[step % per_day] * np.where(busy, calendar.event_activity, 1.0),
        event_side=np.where(live, np.sign(balance[np.maximum(day, 0)]), 0.0),
        join_side=sides,
        join_step=join_step,
        join_previous=last_of_the_side(sides, join_step),
        office=office_hours(world, step - burn_in),
    )


def last_of_the_side(sides: NDArray[np.int64], join_step: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each event the last one of its side at an earlier step; -1 if there is none. Of several at that step it is the last
    in the calendar's list."""
    previous = np.full(len(sides), -1, dtype=np.int64)
    for side in (1, -1):
        mine = np.flatnonzero((sides == side) & (join_step >= 0))
        ordered = mine[np.argsort(join_step[mine], kind="stable")]
        before = np.searchsorted(join_step[ordered], join_step[ordered], side="left")
        previous[ordered[before > 0]] = ordered[before[before > 0] - 1]
    return previous


def office_hours(world: World, tick: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Whether each tick, counted from day 0, lies on a working day (Monday to Friday) and in office hours."""
    weekday = (datetime.date.fromisoformat(world.first_day).weekday() + tick // world.ticks_per_day) % 7
    hour = tick % world.ticks_per_day * 24 / world.ticks_per_day
    open_now = (hour >= world.signals.office_opens) & (hour < world.signals.office_closes)
    return (open_now & (weekday < 5)).astype(np.uint8)


def posts_by_the_clock(world: World) -> NDArray[np.float64]:
    """Expected posts of an account of each group at each step where its accounts follow the readers' day, shape (groups, steps);
    0 where somebody decides about them, or they are people's."""
    steps = np.arange(world.burn_in_ticks + world.ticks)
    posts = np.zeros((len(Group), steps.size))
    clock = np.array(world.calendar.clock)
    for group in groups_where(lambda kind: kind.by_the_clock):
        posts[group] = KINDS[group].posts_per_day(world) * clock[steps % world.ticks_per_day]
    return posts
