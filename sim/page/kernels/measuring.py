"""The outcomes of a day as a kernel: those of ``sim.outcomes``, in their order and to the last bit.

Two are never numbers here: a page supports neither the prevalence of illegal messages nor a second platform.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_CITIZEN, OF_ORGANISER, OF_TROLLS_FROM
from sim.engine.parameters import Parameters
from sim.engine.state import Count, State
from sim.outcomes import OUTCOMES
from sim.page.kernels.moderating import group_of
from sim.page.kernels.sums import sum_of
from sim.page.kernels.work import Work
from sim.people.accounts import Role, Status
from sim.society.groups import INNOCENT, Group
from sim.society.schedule import Schedule
from sim.society.society import Society

_At: Any = namedtuple("At", [outcome.name for outcome in OUTCOMES])  # type: ignore[misc]
AT: Any = _At(*range(len(OUTCOMES)))
"""In which column each outcome is."""

_CODES = 32767.0
_GROUPS, _INNOCENT = len(Group), len(INNOCENT)
_OUTLET = int(Group.OUTLET)
_ACTIVE, _SUSPENDED = int(Status.ACTIVE), int(Status.SUSPENDED)
_TROLL = int(Role.TROLL)
_IMPRESSIONS, _SLOTS, _QUALITY = int(Count.IMPRESSIONS), int(Count.SLOTS), int(Count.QUALITY)
_DEHUMANISING, _OF_TROLLS = int(Count.DEHUMANISING), int(Count.RESHARES_OF_TROLLS)
_NEW_POSTS, _RESHARES, _ON_TOPIC = int(Count.NEW_POSTS), int(Count.RESHARES), int(Count.ON_TOPIC_POSTS)
_STANCE, _LOST = int(Count.STANCE), int(Count.LOST_POSTS)
_RESTORED, _SILENCED = int(Count.RESTORED), int(Count.SILENCED)


@inlined
def _ratio(part: float, whole: float) -> float:
    return part / whole if whole != 0.0 else np.nan


@inlined
def _count(first: int, last: int, column: int, state: State) -> int:
    """A column of the counts of steps first … last - 1, added up."""
    total = np.int64(0)
    for step in range(first, last):
        total += state.counts[step, column]
    return total


@inlined
def _in_reality(
    first: int, last: int, column: int, groups: int, low: int, state: State, parameters: Parameters
) -> float:
    """What the columns from ``column`` on count, of groups low … groups - 1, in reality."""
    total = 0.0
    for group in range(low, groups):
        total += np.float64(_count(first, last, column + group, state)) * parameters.by_group.weight[group]
    return total


@inlined
def _mean_gap(upper: int, lower: int, state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    for person in range(people):
        work.values[person] = state.opinion[person, upper] - state.opinion[person, lower]
    return sum_of(people, work.values, work.sums) / people


@inlined
def _mean_opinion(level: int, state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    for person in range(people):
        work.values[person] = state.opinion[person, level]
    return sum_of(people, work.values, work.sums) / people


@inlined
def _mean_channel(channel: int, state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    for person in range(people):
        work.values[person] = state.channel[person, channel]
    return sum_of(people, work.values, work.sums) / people


@inlined
def _spread(mean: float, state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    for person in range(people):
        away = state.opinion[person, 0] - mean
        work.values[person] = away * away
    return np.sqrt(sum_of(people, work.values, work.sums) / people)


@inlined
def _polarisation(state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    supporters = opponents = np.int64(0)
    for person in range(people):
        x = state.opinion[person, 0]
        supporters += x > 0.0
        opponents += x < 0.0
        work.values[person] = max(x, 0.0)
    if supporters == 0 or opponents == 0:
        return 0.0
    above = sum_of(people, work.values, work.sums)
    for person in range(people):
        work.values[person] = min(state.opinion[person, 0], 0.0)
    below = sum_of(people, work.values, work.sums)
    imbalance = np.float64(abs(supporters - opponents)) / people
    distance = above / supporters - below / opponents
    return (1.0 - imbalance) * distance / 2.0


@inlined
def _concentration(state: State, work: Work) -> float:
    """The share of the most exposed. The least of their numbers of impressions is found bit by bit."""
    people = state.troll_impressions.size
    least = np.int64(0)
    for bit in range(31, -1, -1):
        tried = least | (np.int64(1) << bit)
        n = np.int64(0)
        for person in range(people):
            n += np.int64(state.troll_impressions[person]) >= tried
        if n >= work.most_exposed:
            least = tried
    all_of_them = top = above = np.int64(0)
    for person in range(people):
        seen = np.int64(state.troll_impressions[person])
        all_of_them += seen
        if seen > least:
            top += seen
            above += 1
    top += (work.most_exposed - above) * least
    return _ratio(np.float64(top), np.float64(all_of_them))


@inlined
def _turnout(side: int, state: State, schedule: Schedule) -> float:
    joined, events = 0.0, np.int64(0)
    for event in range(state.turnout.size):
        if state.turnout[event] >= 0 and schedule.join_side[event] == side:
            joined += np.float64(state.turnout[event])
            events += 1
    return joined / events / state.opinion.shape[0] if events > 0 else np.nan


@inlined
def _mean_of_people(which: int, state: State, work: Work) -> float:
    people = state.opinion.shape[0]
    for person in range(people):
        work.values[person] = state.legitimacy[person] if which == 0 else state.trust[person]
    return sum_of(people, work.values, work.sums) / people


@lean_kernel
def measure(
    step: int, state: State, society: Society, schedule: Schedule, parameters: Parameters, work: Work
) -> None:  # fmt: skip
    """Write the outcomes of the day that ends with the beginning of a step."""
    weight = parameters.by_group.weight
    people, burn_in = state.opinion.shape[0], work.burn_in_ticks
    today = step - work.ticks_per_day
    out = work.outcomes[(step - burn_in) // work.ticks_per_day - 1]
    # opinion
    mean = _mean_opinion(0, state, work)
    troll_part = _mean_gap(0, 1, state, work)
    direct, relayed = _mean_channel(0, state, work), _mean_channel(1, state, work)
    out[AT.opinion_mean] = mean
    out[AT.opinion_sd] = _spread(mean, state, work)
    out[AT.polarisation] = _polarisation(state, work)
    supporters = turned_away = turned_towards = np.int64(0)
    for person in range(people):
        now, without = state.opinion[person, 0] > 0.0, state.opinion[person, 1] > 0.0
        supporters += now
        turned_away += without and not now
        turned_towards += now and not without
    out[AT.supporters] = np.float64(supporters) / people
    out[AT.turned_away] = np.float64(turned_away) / people
    out[AT.turned_towards] = np.float64(turned_towards) / people
    out[AT.expressed_climate] = _ratio(
        _in_reality(today, step, _STANCE, _GROUPS, 0, state, parameters) / _CODES,
        _in_reality(today, step, _ON_TOPIC, _GROUPS, 0, state, parameters),
    )
    out[AT.troll_part] = troll_part
    out[AT.troll_part_direct] = direct
    out[AT.troll_part_relayed] = relayed
    out[AT.troll_part_induced] = troll_part - (direct + relayed)
    out[AT.organiser_part] = _mean_gap(1, 2, state, work)
    out[AT.event_part] = _mean_gap(2, 3, state, work)
    out[AT.own_part] = _mean_opinion(3, state, work)
    # reach
    impressions = np.int64(0)
    for role in range(3):
        impressions += _count(today, step, _IMPRESSIONS + role, state)
    out[AT.troll_impression_share] = _ratio(
        np.float64(_count(today, step, _IMPRESSIONS + _TROLL, state)), np.float64(impressions)
    )
    out[AT.impressions] = np.float64(impressions) * weight[OF_CITIZEN]
    reached = np.int64(0)
    for person in range(people):
        reached += state.troll_impressions[person] > 0
    out[AT.reach] = np.float64(reached) / people
    out[AT.exposure_concentration] = _concentration(state, work)
    out[AT.engagement_per_post] = _ratio(
        np.float64(_count(burn_in, step, _OF_TROLLS, state)) * weight[OF_CITIZEN],
        _in_reality(burn_in, step, _NEW_POSTS, _GROUPS, OF_TROLLS_FROM, state, parameters)
        + _in_reality(burn_in, step, _RESHARES, _GROUPS, OF_TROLLS_FROM, state, parameters),
    )
    out[AT.posts] = _in_reality(today, step, _NEW_POSTS, _GROUPS, 0, state, parameters) + _in_reality(
        today, step, _RESHARES, _GROUPS, 0, state, parameters
    )
    out[AT.troll_posts] = _in_reality(
        today, step, _NEW_POSTS, _GROUPS, OF_TROLLS_FROM, state, parameters
    ) + _in_reality(today, step, _RESHARES, _GROUPS, OF_TROLLS_FROM, state, parameters)
    out[AT.page_posts] = 0.0
    active = removed = np.int64(0)
    for account in range(state.status.size):
        if group_of(account, society) >= OF_TROLLS_FROM:
            active += state.status[account] == _ACTIVE
            removed += state.status[account] == _SUSPENDED
    out[AT.active_trolls] = np.float64(active)
    out[AT.quality_shown] = np.nan
    if parameters.feed.measure_quality:
        slots = np.int64(0)
        for role in range(3):
            slots += _count(today, step, _SLOTS + role, state)
        out[AT.quality_shown] = _ratio(
            np.float64(_count(today, step, _QUALITY, state)) / 4294967296.0, np.float64(slots)
        )
    out[AT.prevalence] = np.nan
    # turnout, attitudes
    out[AT.turnout_movement] = _turnout(1, state, schedule)
    out[AT.turnout_government] = _turnout(-1, state, schedule)
    out[AT.legitimacy] = _mean_of_people(0, state, work)
    out[AT.trust] = _mean_of_people(1, state, work)
    out[AT.dehumanising_share] = _ratio(np.float64(_count(today, step, _DEHUMANISING, state)), np.float64(impressions))
    _measure_innocents(step, np.float64(removed), state, society, parameters, work)


@inlined
def _measure_innocents(
    step: int, trolls_removed: float, state: State, society: Society, parameters: Parameters, work: Work
) -> None:
    weight, burn_in = parameters.by_group.weight, work.burn_in_ticks
    out = work.outcomes[(step - burn_in) // work.ticks_per_day - 1]
    suspended = marked = organisers = outlets = supporters = opponents = newcomers = np.int64(0)
    for account in range(society.group.size):
        group = np.int64(society.group[account])
        if group >= OF_TROLLS_FROM or state.status[account] != _SUSPENDED:
            continue
        work.values[suspended] = weight[group]
        suspended += 1
        if group == OF_CITIZEN:
            supporters += society.anchor[society.person[account]] > 0.0
            opponents += society.anchor[society.person[account]] <= 0.0
            newcomers += society.created[account] > 0
        organisers += group == OF_ORGANISER
        outlets += group == _OUTLET
    out[AT.wrongful_removals] = sum_of(suspended, work.values, work.sums)
    for account in range(society.group.size):
        group = np.int64(society.group[account])
        if group < OF_TROLLS_FROM and state.flags[account] != 0:
            work.values[marked] = weight[group]
            marked += 1
    out[AT.wrongful_marks] = sum_of(marked, work.values, work.sums)
    out[AT.wrongful_organisers] = _equal(organisers, weight[OF_ORGANISER], work)
    out[AT.wrongful_outlets] = _equal(outlets, weight[_OUTLET], work)
    out[AT.wrongful_supporters] = np.float64(supporters) * weight[OF_CITIZEN]
    out[AT.wrongful_opponents] = np.float64(opponents) * weight[OF_CITIZEN]
    out[AT.wrongful_newcomers] = np.float64(newcomers) * weight[OF_CITIZEN]
    out[AT.restored] = _in_reality(burn_in, step, _RESTORED, _INNOCENT, 0, state, parameters)
    n = np.int64(0)
    for account in range(society.group.size):
        group = np.int64(society.group[account])
        if group < OF_TROLLS_FROM and state.status[account] == _SUSPENDED:
            work.values[n] = np.float64(step - np.int64(state.suspended_since[account])) * weight[group]
            n += 1
    silenced = _in_reality(burn_in, step, _SILENCED, _INNOCENT, 0, state, parameters)
    out[AT.days_silenced] = (silenced + sum_of(n, work.values, work.sums)) / work.ticks_per_day
    out[AT.posts_lost] = _in_reality(burn_in, step, _LOST, _INNOCENT, 0, state, parameters)
    out[AT.trolls_removed] = trolls_removed
    out[AT.review_hours] = work.review_hours[0]


@inlined
def _equal(n: int, value: float, work: Work) -> float:
    """The sum of ``n`` equal numbers."""
    for i in range(n):
        work.values[i] = value
    return sum_of(n, work.values, work.sums)
