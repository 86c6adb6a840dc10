"""What a page's operator does about losses: what ``Operator`` has an operator do that rebuilds (``sim.actors``), bit for bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.adaptation import replacements
from sim.actors.volume import share_volume
from sim.compiled import lean_kernel
from sim.engine.kernels.waking import come_into_use
from sim.engine.planned import Planned
from sim.engine.state import State
from sim.page.kernels.ranking import Ranking, rank, shortlist
from sim.people.accounts import Status
from sim.randomness import Stream, uniform
from sim.society.groups import Group
from sim.society.society import Society

_ACTIVE, _SUSPENDED, _SLEEPING = int(Status.ACTIVE), int(Status.SUSPENDED), int(Status.SLEEPING)
_OF_ACTIVES, _OF_SLEEPERS = int(Group.ACTIVE_TROLL), int(Group.SLEEPER)
_REPLACEMENT = int(Stream.REPLACEMENT)


class Operator(NamedTuple):
    """An operator that ``reacts`` to losses by rebuilding, with the numbers of ``Rebuilding``.

    ``answer`` (3,) is its ``Response`` so far: ``lost``, ``replaced``, and whether it ``keeps_volume``. ``plan`` and ``usual``
    (ticks,) are the posts of all active accounts and of a woken sleeper from day 0 on; ``actives`` (actives,) the active
    accounts, those that post most first, with their ``weights``. ``left`` and ``rest`` (actives,) are to work in."""

    reacts: bool
    replacement: float
    notice_days: float
    budget_hours: float
    hours_per_account: float
    keeps_volume: bool
    answer: NDArray[np.int64]
    plan: NDArray[np.float64]
    usual: NDArray[np.float64]
    actives: NDArray[np.int64]
    weights: NDArray[np.float64]
    left: NDArray[np.float64]
    rest: NDArray[np.float64]


@lean_kernel
def see_to_losses(
    seed: int, step: int, burn_in_ticks: int, ticks_per_day: int, registered_from: NDArray[np.uint16], planned: Planned,
    state: State, society: Society, operator: Operator, ranking: Ranking,
) -> None:  # fmt: skip
    """In the morning of a day, once the sleepers who were to wake now have woken: take note of losses, wake sleepers in place of
    the lost, and plan anew what the others post."""
    come_into_use(step, np.searchsorted(planned.step, step), True, planned, state, society)
    tick, answer = step - burn_in_ticks, operator.answer
    lost = known = sleepers = np.int64(0)
    noticed = np.rint(operator.notice_days * ticks_per_day)
    for account in range(society.anchor.size, society.group.size):
        group = np.int64(society.group[account])
        if group not in (_OF_ACTIVES, _OF_SLEEPERS):
            continue
        used = group == _OF_ACTIVES or state.active_since[account] > 0 or state.posts[account] > 0
        if used and state.status[account] == _SUSPENDED:
            lost += 1
            known += step - np.int64(state.suspended_since[account]) >= noticed
        sleepers += group == _OF_SLEEPERS
    if lost == 0 and answer[0] == 0 and answer[1] == 0:
        return
    wanted = replacements(
        known, answer[1], sleepers, tick // ticks_per_day, operator.replacement, operator.budget_hours,
        operator.hours_per_account,
    )  # fmt: skip
    woken = np.int64(0)
    if wanted > 0:
        woken = _replace(seed, step, tick, wanted, registered_from, state, society, ranking)
    keeps_volume = np.int64(operator.keeps_volume and known > 0)
    if known != answer[0] or woken > 0 or keeps_volume != answer[2]:
        answer[0], answer[1], answer[2] = known, answer[1] + woken, keeps_volume
        _plan(step, tick, keeps_volume > 0, state, society, operator)


@lean_kernel
def _replace(
    seed: int, step: int, tick: int, wanted: int, registered_from: NDArray[np.uint16], state: State, society: Society,
    ranking: Ranking,
) -> int:  # fmt: skip
    """Wake as many sleepers as are wanted, or all that could wake, those with the least draws; return how many."""
    asleep = np.int64(0)
    for account in range(society.anchor.size, society.group.size):
        could_wake = society.group[account] == _OF_SLEEPERS and state.status[account] == _SLEEPING
        if could_wake and np.int64(registered_from[account]) <= tick:
            ranking.key[account] = -uniform(seed, _REPLACEMENT, 0, account, 0)
            ranking.ranked[0, asleep] = account
            asleep += 1
    woken = min(wanted, asleep)
    source = rank(shortlist(asleep, wanted, ranking), ranking)
    for i in range(woken):
        account = ranking.ranked[source, i]
        state.status[account] = _ACTIVE
        state.active_since[account] = step
    return woken


@lean_kernel
def _plan(step: int, tick: int, keeps_volume: bool, state: State, society: Society, operator: Operator) -> None:
    n = awake = np.int64(0)
    for i in range(operator.actives.size):
        if not keeps_volume or state.status[operator.actives[i]] != _SUSPENDED:
            operator.left[n] = operator.weights[i]
            n += 1
    if keeps_volume:
        for account in range(society.anchor.size, society.group.size):
            awake += (
                society.group[account] == _OF_SLEEPERS
                and state.status[account] == _ACTIVE
                and state.active_since[account] > 0
            )
    share_volume(
        operator.plan[tick:], operator.usual[tick:], operator.left[:n], awake, operator.rest,
        state.posting[_OF_ACTIVES, step:], state.posting[_OF_SLEEPERS, step:],
    )  # fmt: skip
