"""A tick's second half: awake accounts write their opinions, posts and traces; posts enter the topic stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_CITIZEN, OF_TROLLS_FROM, TROLL, role_of
from sim.engine.kernels.workspace import NEW, NOTHING, RESHARE, Decisions
from sim.engine.parameters import Parameters
from sim.engine.state import MOST_REPORTS, Count, State, Trace
from sim.feed.outbox import EMPTY, OFF_TOPIC
from sim.feed.topic_stream import goes_before, topic_priority, weight_of_post, within_limit
from sim.feed.traces import script
from sim.society.schedule import Schedule
from sim.society.society import Society

_NEW_POSTS = int(Count.NEW_POSTS)
_RESHARES = int(Count.RESHARES)
_ON_TOPIC = int(Count.ON_TOPIC_POSTS)
_STANCE = int(Count.STANCE)
_OF_TROLLS = int(Count.RESHARES_OF_TROLLS)
_TROLL_ON_TOPIC = int(Count.ON_TOPIC_TROLL_POSTS)
_OFFICE = int(Trace.OFFICE_POSTS)
_TRACE_RESHARES = int(Trace.RESHARES)
_COORDINATED = int(Trace.COORDINATED)
_REPORTS = int(Trace.REPORTS)


@lean_kernel
def finish(
    seed: int, step: int, awake: NDArray[np.int64], n: int, first: int, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, decisions: Decisions,
) -> None:  # fmt: skip
    """What is left of a tick when all ``n`` accounts awake have committed. The ``first`` of them are those on the first platform,
    whose posts enter the topic stream. Numbered as in ``sim.engine.agents.TICK``."""
    # 7. trace
    if parameters.signals.observe:
        leave_traces(seed, step, awake, n, state, society, schedule, parameters, decisions)
    # 8. stream
    enter_topic_stream(seed, awake, first, state, society, parameters, decisions)


@lean_kernel
def commit(
    awake: NDArray[np.int64],
    low: int,
    high: int,
    state: State,
    society: Society,
    parameters: Parameters,
    decisions: Decisions,
    last_post: NDArray[np.uint16],
    counts: NDArray[np.int64],
) -> None:
    """Accounts awake[low:high] write their new opinion and their post to their own rows."""
    memory = state.outbox.shape[1]
    for i in range(low, high):
        account = awake[i]
        group = society.group[account]
        role = role_of(group)
        if group == OF_CITIZEN:
            for level in range(4):
                state.opinion[society.person[account], level] = decisions.opinion[i, level]
            if parameters.choices.by_confidence:
                state.inner_confidence[society.person[account]] = decisions.inner_confidence[i]
        action = decisions.action[i]
        if action == NOTHING:
            continue
        entry = decisions.entry[i]
        head = state.head[account]
        state.outbox[account, head] = entry
        last_post[account] = entry.posted
        state.head[account] = (head + 1) % memory
        state.posts[account] += 1
        counts[(_NEW_POSTS if action == NEW else _RESHARES) + role] += 1
        if entry.stance != OFF_TOPIC:
            counts[_ON_TOPIC] += 1
            counts[_STANCE] += entry.stance
            if role == TROLL:
                counts[_TROLL_ON_TOPIC] += 1
        if action == RESHARE and group == OF_CITIZEN and society.group[entry.author] >= OF_TROLLS_FROM:
            counts[_OF_TROLLS] += 1


@inlined
def leave_traces(
    seed: int, step: int, awake: NDArray[np.int64], n: int, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, decisions: Decisions,
) -> None:  # fmt: skip
    """Count what the tick's posts and reports show of the accounts concerned."""
    traces, copies, texts = state.traces, decisions.copies, parameters.by_group
    for i in range(n):
        reported = decisions.reported[i]
        if reported >= 0 and traces[reported, _REPORTS] < MOST_REPORTS:
            traces[reported, _REPORTS] += 1
        decisions.script[i] = -1
        if decisions.action[i] == NOTHING:
            continue
        account = awake[i]
        traces[account, _OFFICE] += schedule.office[step]
        if decisions.action[i] == RESHARE:
            traces[account, _TRACE_RESHARES] += 1
            continue
        group = society.group[account]
        copied = script(seed, account, step, texts.scripted[group], texts.first_script[group], texts.scripts[group])
        decisions.script[i] = copied
        if copied >= 0:
            copies[copied] += 1
    for i in range(n):
        copied = decisions.script[i]
        if copied >= 0 and copies[copied] > 1:
            traces[awake[i], _COORDINATED] += 1
    for i in range(n):
        if decisions.script[i] >= 0:
            copies[decisions.script[i]] = 0


@inlined
def enter_topic_stream(
    seed: int,
    awake: NDArray[np.int64],
    n: int,
    state: State,
    society: Society,
    parameters: Parameters,
    decisions: Decisions,
) -> None:
    """Enter the tick's posts on the topic into the topic stream (``sim.feed.topic_stream``)."""
    capacity = state.stream.size
    limit = parameters.measures.topic_limit
    for i in range(n):
        if decisions.action[i] == NOTHING or decisions.entry[i].stance == OFF_TOPIC:
            continue
        entry = decisions.entry[i]
        carrier = awake[i]
        after = np.int64(entry.posted) - parameters.measures.topic_window
        if not within_limit(_posts_on_topic(carrier, after, state) if limit else 0, limit):
            continue
        author, created = np.int64(entry.author), np.int64(entry.created)
        weight = weight_of_post(society.group[carrier] >= OF_TROLLS_FROM, parameters.campaign.flooding)
        used = state.stream_size[0]
        place = -1
        for s in range(used):
            if state.stream[s].author == entry.author and state.stream[s].created == entry.created:
                place = s
                weight += state.stream_weight[s]
                break
        priority = topic_priority(seed, author, created, weight, entry.posted, parameters.feed.topic_half_life)
        if place < 0:
            if used < capacity:
                place = used
                state.stream_size[0] += 1
            else:
                place = 0
                for s in range(1, capacity):
                    one, other = state.stream[s], state.stream[place]
                    if goes_before(
                        state.stream_priority[s], one.author, one.created,
                        state.stream_priority[place], other.author, other.created,
                    ):  # fmt: skip
                        place = s
                if priority >= state.stream_priority[place]:
                    continue
        state.stream[place] = entry
        state.stream_carrier[place] = carrier
        state.stream_weight[place] = weight
        state.stream_priority[place] = priority


@inlined
def _posts_on_topic(account: int, after: int, state: State) -> int:
    """How many of the posts of an account that are remembered are on the topic and were made after a step."""
    n = 0
    for k in range(state.outbox.shape[1]):
        entry = state.outbox[account, k]
        if entry.author != EMPTY and entry.stance != OFF_TOPIC and np.int64(entry.posted) > after:
            n += 1
    return n
