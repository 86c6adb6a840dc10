"""What a page's platform does: policies as rows of numbers, carried out by a kernel.

A row says when a policy begins and by which numbers it goes (``Row``); ``sim.page.policies`` writes one from a policy. What a row
does is what the policy's class does on its desk (``sim.moderation.policies``), bit for bit; the order of rows is that of the
branch.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_TROLLS_FROM
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.moderation.chance import cases_within, is_flagged, suspicion
from sim.moderation.flags import Flag
from sim.moderation.measures import Measures
from sim.page.kernels.ranking import rank
from sim.page.kernels.work import Work
from sim.people.accounts import Status
from sim.society.groups import Group
from sim.society.society import Society
from sim.sums import sum_of


class Row(IntEnum):
    """Columns of a policy's row."""

    KIND = 0  # ``Kind``; 0: there is no policy in the row
    STEP = 1  # its first step, counted from the start of the burn-in
    ACCOUNTS = 2  # how many to remove
    TPR = 3  # of its detector
    FPR = 4
    SALT = 5
    MINUTES = 6  # of work on a case
    FIRST = 7  # what else it goes by (``Kind``)
    SECOND = 8
    COLUMNS = 9


class Kind(IntEnum):
    """Kinds of policies, each with what FIRST and SECOND are."""

    NONE = 0
    TAKEDOWN = 1
    PREEMPTIVE_REMOVAL = 2
    LABELS = 3  # persuasion, reshare
    DOWNRANKING = 4  # visibility
    RESHARE_FRICTION = 5  # dropped
    HASHTAG_LIMIT = 6  # posts
    CIRCUIT_BREAKER = 7  # shares
    CONTENT_TAKEDOWN = 8  # half-life in days, recall


_KIND, _STEP, _ACCOUNTS, _MINUTES = int(Row.KIND), int(Row.STEP), int(Row.ACCOUNTS), int(Row.MINUTES)
_TPR, _FPR, _SALT, _FIRST, _SECOND = int(Row.TPR), int(Row.FPR), int(Row.SALT), int(Row.FIRST), int(Row.SECOND)
_NONE, _TAKEDOWN, _PREEMPTIVE = int(Kind.NONE), int(Kind.TAKEDOWN), int(Kind.PREEMPTIVE_REMOVAL)
_LABELS, _DOWNRANKING, _FRICTION = int(Kind.LABELS), int(Kind.DOWNRANKING), int(Kind.RESHARE_FRICTION)
_LIMIT, _BREAKER, _CONTENT = int(Kind.HASHTAG_LIMIT), int(Kind.CIRCUIT_BREAKER), int(Kind.CONTENT_TAKEDOWN)
_SUSPENDED = int(Status.SUSPENDED)
_ACTIVE = int(Status.ACTIVE)
_AT_ONCE = 1e9  # as in sim.moderation.policies.content_takedown
_LABELLED, _DOWNRANKED = int(Flag.LABELLED), int(Flag.DOWNRANKED)
_OF_SLEEPERS = int(Group.SLEEPER)


@inlined
def group_of(account: int, society: Society) -> int:
    """The group of an account, the reserve's among them."""
    return np.int64(society.group[account]) if account < society.group.size else np.int64(_OF_SLEEPERS)


@lean_kernel
def begin_campaign(step: int, state: State, society: Society, work: Work) -> None:
    """Make the campaign's accounts active that are not held back; without a campaign, suspend them all."""
    for account in range(state.status.size):
        group = group_of(account, society)
        if group < OF_TROLLS_FROM:
            continue
        if not work.campaign:
            if state.status[account] != _SUSPENDED:
                state.status[account] = _SUSPENDED
                state.suspended_since[account] = step
        elif group != _OF_SLEEPERS:
            state.status[account] = _ACTIVE


@lean_kernel
def moderate(
    seed: int, step: int, state: State, society: Society, parameters: Parameters, work: Work
) -> None:  # fmt: skip
    """Let the policies act on accounts that have something to do at a step."""
    for i in range(work.policies.shape[0]):
        row = work.policies[i]
        kind, first = np.int64(row[_KIND]), np.int64(row[_STEP])
        if kind == _NONE or step < first:
            continue
        if kind in (_TAKEDOWN, _PREEMPTIVE):
            if step == first:
                _remove(seed, step, kind == _TAKEDOWN, row, state, society, parameters, work)
        elif (step - first) % work.ticks_per_day == 0:
            if kind == _LABELS and (row[_FIRST] != 1.0 or row[_SECOND] != 1.0):
                _mark(seed, step, _LABELLED, row, state, society, parameters, work)
            elif kind == _DOWNRANKING and row[_FIRST] != 1.0:
                _mark(seed, step, _DOWNRANKED, row, state, society, parameters, work)


@inlined
def _is_flagged(seed: int, account: int, group: int, row: NDArray[np.float64]) -> bool:
    """Whether the row's detector flags an account."""
    return is_flagged(seed, np.int64(row[_SALT]), account, group >= OF_TROLLS_FROM, row[_TPR], row[_FPR])


@inlined
def _is_registered(step: int, account: int, work: Work) -> bool:
    return np.int64(work.registered_from[account]) <= max(np.int64(0), step - work.burn_in_ticks)


@inlined
def _weight_of(group: int, parameters: Parameters) -> float:
    return parameters.by_group.weight[group]


@lean_kernel
def _remove(
    seed: int, step: int, have_posted: bool, row: NDArray[np.float64], state: State, society: Society, parameters: Parameters,
    work: Work,
) -> None:  # fmt: skip
    """Suspend as many as the row asks for of the flagged accounts that have posted, or that have not, the most suspicious
    first."""
    n = np.int64(0)
    in_use = society.group.size
    for account in range(state.status.size):
        if state.status[account] == _SUSPENDED or not _is_registered(step, account, work):
            continue
        posted = account < in_use and state.posts[account] > 0
        if posted == have_posted and _is_flagged(seed, account, group_of(account, society), row):
            work.ranking.key[account] = suspicion(seed, np.int64(row[_SALT]), account)
            work.ranking.ranked[0, n] = account
            n += 1
    source = rank(n, work.ranking)
    for i in range(n):
        work.values[i] = _weight_of(group_of(np.int64(work.ranking.ranked[source, i]), society), parameters)
    removed = cases_within(seed, work.ranking.ranked[source, :n], work.values[:n], row[_ACCOUNTS])
    _review(removed, row[_MINUTES], work)
    for i in range(removed):
        account = np.int64(work.ranking.ranked[source, i])
        if not work.spares_innocents or group_of(account, society) >= OF_TROLLS_FROM:
            state.status[account] = _SUSPENDED
            state.suspended_since[account] = step


@inlined
def _review(cases: int, minutes: float, work: Work) -> None:
    """Put on record the work on so many cases, for each of which ``work.values`` has how many there are in reality."""
    work.review_hours[0] += sum_of(cases, work.values, work.sums) * minutes / 60.0


@lean_kernel
def _mark(
    seed: int, step: int, flag: int, row: NDArray[np.float64], state: State, society: Society, parameters: Parameters, work: Work
) -> None:  # fmt: skip
    """Mark the accounts that the row's detector flags; whom it flagged before it flags again, so that only those who have
    registered since then are looked at."""
    before = np.int64(row[_STEP]) != step
    yesterday = step - work.burn_in_ticks - work.ticks_per_day
    n = np.int64(0)
    for account in range(state.status.size):
        if not _is_registered(step, account, work) or (before and np.int64(work.registered_from[account]) <= yesterday):
            continue
        group = group_of(account, society)
        if not _is_flagged(seed, account, group, row):
            continue
        work.values[n] = _weight_of(group, parameters)
        n += 1
        if not work.spares_innocents or group >= OF_TROLLS_FROM:
            state.flags[account] |= np.uint8(flag)
    _review(n, row[_MINUTES], work)


@lean_kernel
def _measures_at(step: int, work: Work) -> Measures:
    """What the platform does to messages and feeds at a step."""
    label_persuasion = label_reshare = visibility = 1.0
    friction, breaker = 0.0, np.inf
    limit = window = takedowns = np.int64(0)
    for i in range(work.policies.shape[0]):
        row = work.policies[i]
        kind = np.int64(row[_KIND])
        if kind == _NONE or step < np.int64(row[_STEP]):
            continue
        if kind == _LABELS:
            label_persuasion = min(label_persuasion, row[_FIRST])
            label_reshare = min(label_reshare, row[_SECOND])
        elif kind == _DOWNRANKING:
            visibility = min(visibility, row[_FIRST])
        elif kind == _FRICTION:
            friction = 1.0 - (1.0 - friction) * (1.0 - row[_FIRST])
        elif kind == _LIMIT:
            posts = np.int64(row[_FIRST])
            if posts > 0:
                limit = min(posts, limit) if limit > 0 else posts
                window = np.int64(work.ticks_per_day)
        elif kind == _BREAKER:
            if row[_FIRST] > 0.0:
                breaker = min(breaker, row[_FIRST])
        elif kind == _CONTENT:
            work.takedowns[takedowns, 0] = min(1.0 / (row[_FIRST] * work.ticks_per_day), _AT_ONCE)
            work.takedowns[takedowns, 1] = row[_STEP]
            work.takedowns[takedowns, 2] = row[_SECOND]
            takedowns += 1
    return Measures(
        np.int64(0), work.takedowns[:takedowns], label_persuasion, label_reshare, visibility, friction, breaker, limit, window,
        0.0, 0.0, 0.0,
    )  # fmt: skip


@lean_kernel
def parameters_at(step: int, fixed: Parameters, work: Work) -> Parameters:
    """The parameters of a world with what the platform does at a step."""
    p = fixed
    return Parameters(
        p.calendar, p.feed, p.opinion, p.expression, p.mobilisation, p.severity, p.signals, p.campaign, p.second, p.choices,
        p.rule, p.ticks, p.by_group, p.recency, _measures_at(step, work), p.movement,
    )  # fmt: skip
