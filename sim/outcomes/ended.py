"""The end of a day as formulas of outcomes see it: in a notebook, and in a page that has no Python.

A formula takes an ``Ended`` and returns a number. What several of them need, the counts of the day and of all days, and the
accounts that are wrongly suspended, is found once and put into a ``Room``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_CITIZEN, OF_TROLLS_FROM
from sim.engine.parameters import Parameters
from sim.engine.state import Count, State
from sim.outcomes.people import OfPeople, look_at_people, make_of_people
from sim.people.accounts import Status
from sim.society.groups import Group
from sim.society.schedule import Schedule
from sim.society.society import Society
from sim.sums import Sums, make_sums, sum_of

GROUPS = len(Group)
_COLUMNS, _ROLES = int(Count.COLUMNS), 3
_SUSPENDED = int(Status.SUSPENDED)


class Room(NamedTuple):
    """Where a run's days are measured.

    ``today`` and ``total`` (columns,) are the counts (``Count``) of the last day and of all since day 0, ``until`` (1,) the step
    up to which the latter have been added up, 0 for none. ``wrongly`` (accounts,) begins with the ``found`` (1,) accounts of
    citizens, organisers and outlets that are suspended, ascending. ``values`` (accounts,) are those to be summed, ``people`` has
    what was found of all people."""

    today: NDArray[np.int64]
    total: NDArray[np.int64]
    until: NDArray[np.int64]
    wrongly: NDArray[np.int32]
    found: NDArray[np.int64]
    values: NDArray[np.float64]
    sums: Sums
    people: OfPeople


def make_room(accounts: int) -> Room:
    """Room for the days of a run with so many accounts in use."""
    today, total = (np.zeros(_COLUMNS, dtype=np.int64) for _ in range(2))
    until, found = (np.zeros(1, dtype=np.int64) for _ in range(2))
    return Room(
        today,
        total,
        until,
        np.zeros(accounts, dtype=np.int32),
        found,
        np.zeros(accounts),
        make_sums(),
        make_of_people(),
    )


class Ended(NamedTuple):
    """A day that has ended with the beginning of ``step``.

    Arrays are those of ``State``, ``Society`` and ``Schedule``; ``weight`` (groups,) says how many accounts in reality an account
    of each group stands for, ``second`` is the first account on the second platform.
    """

    step: int
    burn_in_ticks: int
    ticks_per_day: int
    second: int
    measure_quality: bool
    review_hours: float
    weight: NDArray[np.float64]
    opinion: NDArray[np.float64]
    channel: NDArray[np.float64]
    legitimacy: NDArray[np.float64]
    trust: NDArray[np.float64]
    troll_impressions: NDArray[np.uint32]
    status: NDArray[np.uint8]
    suspended_since: NDArray[np.int32]
    flags: NDArray[np.uint8]
    posts: NDArray[np.uint32]
    turnout: NDArray[np.int64]
    counts: NDArray[np.int64]
    group: NDArray[np.uint8]
    person: NDArray[np.int32]
    created: NDArray[np.int32]
    anchor: NDArray[np.float64]
    join_side: NDArray[np.int64]
    room: Room


@inlined
def ended(
    step: int, burn_in_ticks: int, ticks_per_day: int, review_hours: float, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, room: Room,
) -> Ended:  # fmt: skip
    """The day that ends with the beginning of a step."""
    return Ended(
        step, burn_in_ticks, ticks_per_day, society.second, parameters.feed.measure_quality, review_hours,
        parameters.by_group.weight, state.opinion, state.channel, state.legitimacy, state.trust, state.troll_impressions,
        state.status, state.suspended_since, state.flags, state.posts, state.turnout, state.counts, society.group, society.person,
        society.created, society.anchor, schedule.join_side, room,
    )  # fmt: skip


# What several formulas need


@lean_kernel
def count_up(step: int, burn_in_ticks: int, ticks_per_day: int, counts: NDArray[np.int64], room: Room) -> None:
    """Have the counts of the ``ticks_per_day`` steps before a step, and of those since day 0, in the room. Steps that have been
    added up are not added up again, or long calendars would take the square."""
    _add_up(max(step - ticks_per_day, 0), step, counts, room.today, True)
    begins_anew = room.until[0] == 0 or room.until[0] > step
    _add_up(burn_in_ticks if begins_anew else room.until[0], step, counts, room.total, begins_anew)
    room.until[0] = max(step, burn_in_ticks)


@inlined
def _add_up(first: int, last: int, counts: NDArray[np.int64], into: NDArray[np.int64], anew: bool) -> None:
    if anew:
        into[:] = 0
    for step in range(first, last):
        for column in range(_COLUMNS):
            into[column] += counts[step, column]


@lean_kernel
def prepare(day: Ended) -> None:
    """Put into the room what several formulas need."""
    count_up(day.step, day.burn_in_ticks, day.ticks_per_day, day.counts, day.room)
    n = 0
    for account in range(day.group.size):
        if day.status[account] == _SUSPENDED and day.group[account] < OF_TROLLS_FROM:
            day.room.wrongly[n] = account
            n += 1
    day.room.found[0] = n
    look_at_people(day.opinion, day.channel, day.room.sums, day.room.people)


# What formulas are made of


@inlined
def ratio(part: float, whole: float) -> float:
    """part / whole, nan where there is nothing to divide by."""
    return part / whole if whole != 0.0 else np.nan


@inlined
def sum_of_values(n: int, day: Ended) -> float:
    """The sum of the first values in the room."""
    return sum_of(n, day.room.values, day.room.sums)


@inlined
def mean_of_people(which: int, day: Ended) -> float:
    """The mean of what there is a sum of (``Sum``)."""
    return day.room.people.sums[which] / day.opinion.shape[0]


@inlined
def share_of_people(which: int, day: Ended) -> float:
    """The share of people of whom there is a number (``Number``)."""
    return np.float64(day.room.people.numbers[which]) / day.opinion.shape[0]


@inlined
def by_role(first: int, counts: NDArray[np.int64]) -> int:
    """What the three columns by role that begin at ``first`` count together."""
    total = 0
    for role in range(_ROLES):
        total += counts[first + role]
    return total


@inlined
def in_reality(first: int, low: int, high: int, counts: NDArray[np.int64], day: Ended) -> float:
    """What the columns by group that begin at ``first`` count, of groups low … high - 1 together, in reality."""
    total = 0.0
    for group in range(low, high):
        total += np.float64(counts[first + group]) * day.weight[group]
    return total


@inlined
def of_people(n: int, day: Ended) -> float:
    """For how many people, or accounts of citizens, so many modelled ones stand."""
    return np.float64(n) * day.weight[OF_CITIZEN]


@inlined
def trolls_with(status: int, day: Ended) -> float:
    """How many of the campaign's accounts have a status."""
    in_use, n = day.group.size, 0
    for account in range(in_use):
        n += (day.group[account] >= OF_TROLLS_FROM) & (day.status[account] == status)
    for account in range(in_use, day.status.size):  # the reserve are sleepers, all of them
        n += day.status[account] == status
    return np.float64(n)
