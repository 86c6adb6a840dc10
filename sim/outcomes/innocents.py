"""What moderation cost: whom it hit wrongly, for how long, and how much work it was."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.kernels.codes import OF_CITIZEN, OF_ORGANISER, OF_TROLLS_FROM
from sim.engine.state import Count
from sim.outcomes.ended import Ended, in_reality, of_people, sum_of_values, trolls_with
from sim.outcomes.outcome import Outcome
from sim.people.accounts import Status
from sim.society.groups import INNOCENT, Group

_LOST, _RESTORED, _SILENCED = int(Count.LOST_POSTS), int(Count.RESTORED), int(Count.SILENCED)
_INNOCENT, _OUTLET, _ANY = len(INNOCENT), int(Group.OUTLET), -1
_SUSPENDED = int(Status.SUSPENDED)


@inlined
def _wrongly_suspended(group: int, day: Ended) -> float:
    """Accounts in reality that are wrongly suspended, of a group or of any."""
    n = 0
    for i in range(day.room.found[0]):
        of_account = np.int64(day.group[day.room.wrongly[i]])
        if group == _ANY or of_account == group:
            day.room.values[n] = day.weight[of_account]
            n += 1
    return sum_of_values(n, day)


@inlined
def wrongful_removals(day: Ended) -> float:
    return _wrongly_suspended(_ANY, day)


@inlined
def wrongful_organisers(day: Ended) -> float:
    return _wrongly_suspended(OF_ORGANISER, day)


@inlined
def wrongful_outlets(day: Ended) -> float:
    return _wrongly_suspended(_OUTLET, day)


@inlined
def _citizens_suspended(began_on_the_movements_side: bool, day: Ended) -> float:
    n = 0
    for i in range(day.room.found[0]):
        account = day.room.wrongly[i]
        if day.group[account] == OF_CITIZEN:
            n += (day.anchor[day.person[account]] > 0.0) == began_on_the_movements_side
    return of_people(n, day)


@inlined
def wrongful_supporters(day: Ended) -> float:
    return _citizens_suspended(True, day)


@inlined
def wrongful_opponents(day: Ended) -> float:
    return _citizens_suspended(False, day)


@inlined
def wrongful_newcomers(day: Ended) -> float:
    n = 0
    for i in range(day.room.found[0]):
        account = day.room.wrongly[i]
        n += (day.group[account] == OF_CITIZEN) & (day.created[account] > 0)
    return of_people(n, day)


@inlined
def wrongful_marks(day: Ended) -> float:
    n = 0
    for account in range(day.group.size):
        marked = day.flags[account] != 0 and day.status[account] != _SUSPENDED
        if marked and day.group[account] < OF_TROLLS_FROM:
            day.room.values[n] = day.weight[day.group[account]]
            n += 1
    return sum_of_values(n, day)


@inlined
def _since_day_0(first: int, day: Ended) -> float:
    return in_reality(first, 0, _INNOCENT, day.room.total, day)


@inlined
def restored(day: Ended) -> float:
    return _since_day_0(_RESTORED, day)


@inlined
def days_silenced(day: Ended) -> float:
    n = day.room.found[0]
    for i in range(n):
        account = day.room.wrongly[i]
        ticks = np.float64(day.step - np.int64(day.suspended_since[account]))
        day.room.values[i] = ticks * day.weight[day.group[account]]
    return (_since_day_0(_SILENCED, day) + sum_of_values(n, day)) / day.ticks_per_day


@inlined
def posts_lost(day: Ended) -> float:
    return _since_day_0(_LOST, day)


@inlined
def trolls_removed(day: Ended) -> float:
    return trolls_with(_SUSPENDED, day)


@inlined
def review_hours(day: Ended) -> float:
    return day.review_hours


OUTCOMES = (
    Outcome(
        "wrongful_removals",
        "accounts",
        "suspended accounts of citizens, organisers and outlets at the end of the day, on both platforms",
        wrongful_removals,
        low=0.0,
        cost="innocents suspended",
    ),
    Outcome(
        "wrongful_marks",
        "accounts",
        "citizens', organisers' and outlets' accounts that are labelled or downranked and not suspended: who is both is counted "
        "once, among wrongful_removals",
        wrongful_marks,
        low=0.0,
        cost="innocents marked",
    ),
    Outcome(
        "wrongful_organisers",
        "accounts",
        "of wrongful_removals, organisers' accounts and pages",
        wrongful_organisers,
        low=0.0,
        cost="organisers suspended",
    ),
    Outcome(
        "wrongful_outlets",
        "accounts",
        "of wrongful_removals, genuine outlets' accounts and pages",
        wrongful_outlets,
        low=0.0,
        cost="genuine outlets suspended",
    ),
    Outcome(
        "wrongful_supporters",
        "accounts",
        "of wrongful_removals, those of citizens whose opinion at the start is above 0",
        wrongful_supporters,
        low=0.0,
        cost="supporters suspended",
    ),
    Outcome(
        "wrongful_opponents",
        "accounts",
        "of wrongful_removals, those of the other citizens; wrongful_removals = organisers + outlets + supporters + opponents",
        wrongful_opponents,
        low=0.0,
        cost="opponents suspended",
    ),
    Outcome(
        "wrongful_newcomers",
        "accounts",
        "of wrongful_removals, those of citizens who registered during the calendar; they are supporters or opponents as well",
        wrongful_newcomers,
        low=0.0,
        cost="newcomers suspended",
    ),
    Outcome(
        "restored",
        "accounts",
        "since0[restored accounts of citizens, organisers and outlets]; one restored twice counts twice",
        restored,
        low=0.0,
        cumulative=True,
        cost="innocents restored",
    ),
    Outcome(
        "days_silenced",
        "account-days",
        "sum over accounts of citizens, organisers and outlets of the days that they have been suspended, restored"
        " ones included",
        days_silenced,
        low=0.0,
        cumulative=True,
        cost="days silenced",
    ),
    Outcome(
        "posts_lost",
        "posts",
        "since0[posts that suspended citizens, organisers and outlets would have made, had they been active with "
        "the opinion that they had when suspended]",
        posts_lost,
        low=0.0,
        cumulative=True,
        cost="posts lost",
    ),
    Outcome(
        "trolls_removed",
        "accounts",
        "suspended troll accounts, active and sleeping alike",
        trolls_removed,
        low=0.0,
        whole=True,
    ),
    Outcome(
        "review_hours",
        "hours",
        "since0[cases reviewed · minutes each] / 60; accounts removed, marked or decided upon are cases, what happens to"
        " messages by itself is not",
        review_hours,
        low=0.0,
        cumulative=True,
    ),
)
