"""A tick's second half: awake accounts write their opinions, posts and traces; posts enter the topic stream."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_CITIZEN, OF_TROLLS_FROM
from sim.engine.kernels.workspace import NEW, NOTHING, RESHARE, Decisions
from sim.engine.parameters import Parameters
from sim.engine.state import MOST_REPORTS, Count, State, Trace
from sim.feed.outbox import EMPTY, OFF_TOPIC
from sim.feed.topic_stream import goes_before, topic_priority, waiting_time, weight_of_post, within_limit
from sim.feed.traces import script
from sim.society.schedule import Schedule
from sim.society.society import Society

_NEW_POSTS = int(Count.NEW_POSTS)
_RESHARES = int(Count.RESHARES)
_ON_TOPIC = int(Count.ON_TOPIC_POSTS)
_STANCE = int(Count.STANCE)
_OF_TROLLS = int(Count.RESHARES_OF_TROLLS)
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
        counts[(_NEW_POSTS if action == NEW else _RESHARES) + group] += 1
        if entry.stance != OFF_TOPIC:
            counts[_ON_TOPIC + group] += 1
            counts[_STANCE + group] += entry.stance
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
    limit = parameters.measures.topic_limit
    for i in range(n):
        if decisions.action[i] == NOTHING or decisions.entry[i].stance == OFF_TOPIC:
            continue
        after = np.int64(decisions.entry[i].posted) - parameters.measures.topic_window
        if within_limit(_posts_on_topic(awake[i], after, state) if limit else 0, limit):
            from_stream = decisions.action[i] == RESHARE and decisions.from_stream[i] == 1
            _enter(seed, decisions.entry[i], awake[i], from_stream, state, society, parameters)


@inlined
def _enter(
    seed: int, entry: Any, carrier: int, from_stream: bool, state: State, society: Society, parameters: Parameters
) -> None:
    """Enter a post. All those for which it stands go to its message's counterparts in the stream if it was reshared from there;
    else one goes to each, and those may come in that are not there."""
    stands_for, half_life = parameters.by_group.weight, parameters.feed.topic_half_life
    author, created = np.int64(entry.author), np.int64(entry.created)
    posts = stands_for[society.group[carrier]]
    weight = weight_of_post(society.group[carrier] >= OF_TROLLS_FROM, parameters.campaign.flooding)
    there = 0
    for s in range(state.stream_size[0]):
        there += _is(s, author, created, state)
    shared_out = from_stream and there > 0
    for s in range(state.stream_size[0]):
        if there > 0 and _is(s, author, created, state) and (shared_out or state.stream_counterpart[s] < posts):
            state.stream[s] = entry
            state.stream_carrier[s] = carrier
            state.stream_weight[s] += weight * (posts / there) if shared_out else weight
            state.stream_priority[s] = topic_priority(
                state.stream_arrival[s], state.stream_weight[s], entry.posted, half_life
            )
    if shared_out:
        return
    counterparts = max(posts, stands_for[society.group[author]])
    arrives = 0.0
    k = 0
    while k < posts:
        arrives += waiting_time(seed, author, created, k, counterparts)
        if there == 0 or not _is_there(author, created, k, state):
            priority = topic_priority(arrives, weight, entry.posted, half_life)
            s = _slot_for(priority, state)
            if s < 0:
                return
            state.stream[s] = entry
            state.stream_carrier[s] = carrier
            state.stream_weight[s] = weight
            state.stream_priority[s] = priority
            state.stream_counterpart[s] = k
            state.stream_arrival[s] = arrives
        k += 1


@inlined
def _is(s: int, author: int, created: int, state: State) -> bool:
    """Whether a slot holds a message."""
    return np.int64(state.stream[s].author) == author and np.int64(state.stream[s].created) == created


@inlined
def _is_there(author: int, created: int, counterpart: int, state: State) -> bool:
    """Whether one of a message's counterparts is in the stream."""
    for s in range(state.stream_size[0]):
        if state.stream_counterpart[s] == counterpart and _is(s, author, created, state):
            return True
    return False


@inlined
def _slot_for(priority: float, state: State) -> int:
    """The slot for a message: an unused one, or that of the first to go if its priority is not less; -1 if there is none."""
    if state.stream_size[0] < state.stream.size:
        state.stream_size[0] += 1
        return state.stream_size[0] - 1
    slot = np.int64(0)
    for s in range(1, state.stream.size):
        one, other = state.stream[s], state.stream[slot]
        if goes_before(
            state.stream_priority[s], one.author, one.created, state.stream_counterpart[s],
            state.stream_priority[slot], other.author, other.created, state.stream_counterpart[slot],
        ):  # fmt: skip
            slot = np.int64(s)
    return slot if priority < state.stream_priority[slot] else np.int64(-1)


@inlined
def _posts_on_topic(account: int, after: int, state: State) -> int:
    """How many of the posts of an account that are remembered are on the topic and were made after a step."""
    n = 0
    for k in range(state.outbox.shape[1]):
        entry = state.outbox[account, k]
        if entry.author != EMPTY and entry.stance != OFF_TOPIC and np.int64(entry.posted) > after:
            n += 1
    return n
