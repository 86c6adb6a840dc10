"""What the topic stream adds to a feed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import ACTIVE, OF_TROLLS_FROM
from sim.engine.kernels.gathering import fetch_outboxes, hidden, taken_down
from sim.engine.kernels.selecting import keep_least
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.feed.topic_stream import may_be_shown, topic_race_inline
from sim.society.society import Society


@inlined
def list_stream(state: State, scratch: Scratch) -> None:
    """Note what is in the stream, for all readers of a tick: ``add_topic`` goes by that."""
    for s in range(state.stream_size[0]):
        scratch.topic_author[s] = state.stream[s].author
        scratch.topic_created[s] = state.stream[s].created
        scratch.topic_counterpart[s] = state.stream_counterpart[s]


@lean_kernel
def _topic_draws(
    seed: int,
    step: int,
    reader: int,
    size: int,
    author: NDArray[np.int64],
    created: NDArray[np.int64],
    counterpart: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Running times of the topic stream's messages; a function of its own, which is compiled to vector instructions."""
    for s in range(size):
        out[s] = topic_race_inline(seed, reader, step, author[s], created[s], counterpart[s])


@inlined
def _carried(
    step: int, rows: int, author: int, created: int, state: State, parameters: Parameters, scratch: Scratch
) -> bool:
    """Whether one of the followees in ``scratch.row`` carries a message."""
    fetch_outboxes(rows, created, state, scratch)
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < created:
            continue
        for k in range(state.outbox.shape[1]):
            entry = state.outbox[followee, k]
            if entry.author == author and entry.created == created and step - entry.posted <= parameters.ticks.lifetime:
                return True
    return False


@inlined
def _shown_before(i: int, scratch: Scratch) -> bool:
    """Whether the i-th of the slots shows a counterpart of a message that one before it shows."""
    s = scratch.place[i]
    for j in range(i):
        other = scratch.place[j]
        if (
            scratch.topic_author[s] == scratch.topic_author[other]
            and scratch.topic_created[s] == scratch.topic_created[other]
        ):
            return True
    return False


@inlined
def add_topic(
    seed: int, step: int, reader: int, rows: int, whole: bool, n: int, shown: int, state: State, society: Society,
    parameters: Parameters, scratch: Scratch,
) -> int:  # fmt: skip
    """Add messages of the topic stream (``sim.feed.topic_stream``); return the number of messages shown.

    Unless the ``whole`` feed is wanted, messages that were in the stream when the reader was last awake are left out.
    """
    held = 0
    size = state.stream_size[0]
    takes_down = parameters.measures.takedowns.size > 0
    hides = parameters.measures.visibility < 1.0
    _topic_draws(
        seed,
        step,
        reader,
        size,
        scratch.topic_author,
        scratch.topic_created,
        scratch.topic_counterpart,
        scratch.topic_draw,
    )
    for s in range(size):
        time = scratch.topic_draw[s]
        if held == parameters.feed.topic_slots and time >= scratch.race[held - 1]:
            continue
        author = scratch.topic_author[s]
        carried = state.status[state.stream_carrier[s]] == ACTIVE
        if not may_be_shown(reader, author, carried, state.stream_weight[s], parameters.measures.breaker):
            continue
        if state.status[author] != ACTIVE or step - state.stream[s].posted > parameters.ticks.lifetime:
            continue
        if takes_down and taken_down(seed, author, scratch.topic_created[s], step, society, parameters):
            continue
        if hides and hidden(seed, reader, author, scratch.topic_created[s], state, parameters):
            continue
        held = keep_least(scratch.race, scratch.place, held, parameters.feed.topic_slots, time, s)
    for i in range(held):
        s = scratch.place[i]
        entry = state.stream[s]
        if _shown_before(i, scratch):
            continue
        if not whole and entry.posted < state.last_awake[reader]:
            continue
        if _carried(step, rows, scratch.topic_author[s], scratch.topic_created[s], state, parameters, scratch):
            continue
        scratch.entry[n] = entry
        scratch.name[n] = (np.int64(entry.author) << 16) | np.int64(entry.created)
        scratch.latest[n] = entry.posted
        scratch.earliest[n] = entry.posted
        scratch.arrived[n] = entry.posted
        scratch.shares[n] = np.int64(state.stream_weight[s])
        scratch.from_troll[n] = 1 if society.group[state.stream_carrier[s]] >= OF_TROLLS_FROM else 0
        scratch.feed[shown] = n
        n += 1
        shown += 1
    return shown
