"""Which of the messages that could be in a feed are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined
from sim.engine.kernels.codes import role_of
from sim.engine.kernels.stored import select_stored
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.feed.outbox import OFF_TOPIC, stance_of
from sim.feed.ranking import engagement, feed_tie
from sim.feed.severity import dehumanising
from sim.society.society import Society


@inlined
def select(
    seed: int, step: int, reader: int, n: int, society: Society, parameters: Parameters, scratch: Scratch
) -> int:  # fmt: skip
    """Choose the messages of the feed among the candidates. Returns how many; ``scratch.feed`` has them."""
    if parameters.choices.by_arrival:
        return select_stored(seed, reader, n, parameters, scratch)
    if n <= parameters.feed.length:
        for c in range(n):
            scratch.feed[c] = c
        return n
    if parameters.choices.ranked:
        return _select_ranked(seed, step, reader, n, society, parameters, scratch)
    return _select_newest(seed, reader, n, parameters, scratch)


@inlined
def weight_of(seed: int, step: int, c: int, society: Society, parameters: Parameters, scratch: Scratch) -> float:
    """Weight of a candidate in a ranked feed and among the messages to reshare."""
    author, created = np.int64(scratch.entry[c].author), np.int64(scratch.entry[c].created)
    role = role_of(society.group[author])
    recency = parameters.recency[step - 1 - scratch.arrived[c] if parameters.choices.by_arrival else step - created]
    exponent, deception = parameters.feed.appeal_exponent, parameters.campaign.deception
    w = engagement(seed, author, created, role, exponent, deception, scratch.shares[c], recency)
    if parameters.choices.dehumanises and is_dehumanising(seed, c, society, parameters, scratch):
        w *= parameters.severity.appeal
    return w


@inlined
def is_dehumanising(seed: int, c: int, society: Society, parameters: Parameters, scratch: Scratch) -> bool:
    """Whether a candidate is on the topic and dehumanises the movement's people."""
    entry = scratch.entry[c]
    return entry.stance != OFF_TOPIC and dehumanising(
        seed, entry.author, entry.created, role_of(society.group[entry.author]),
        -parameters.movement * stance_of(entry.stance), parameters.severity.campaign, parameters.severity.citizens,
        parameters.severity.hostile,
    )  # fmt: skip


@inlined
def _select_ranked(
    seed: int, step: int, reader: int, n: int, society: Society, parameters: Parameters, scratch: Scratch
) -> int:  # fmt: skip
    """Keep the messages of greatest weight, ties by draw."""
    held = 0
    for c in range(n):
        scratch.weight[c] = weight_of(seed, step, c, society, parameters, scratch)
        held = keep_least(scratch.race, scratch.place, held, parameters.feed.length, -scratch.weight[c], c)
    cutoff = -scratch.race[parameters.feed.length - 1]
    shown = 0
    for c in range(n):
        if scratch.weight[c] > cutoff:
            scratch.feed[shown] = c
            shown += 1
    held = 0
    for c in range(n):
        if scratch.weight[c] == cutoff:
            name = scratch.name[c]
            tie = feed_tie(seed, reader, name >> 16, name & 0xFFFF)
            held = keep_least(scratch.race, scratch.place, held, parameters.feed.length - shown, tie, c)
    for i in range(held):
        scratch.feed[shown + i] = scratch.place[i]
    return shown + held


@inlined
def _select_newest(seed: int, reader: int, n: int, parameters: Parameters, scratch: Scratch) -> int:
    """Keep the newest messages: latest carried first, ties by draw."""
    length = parameters.feed.length
    newest = scratch.newest
    kept = 0
    for c in range(n):
        latest = scratch.latest[c]
        if kept < length or latest > newest[kept - 1]:
            i = kept if kept < length else length - 1
            while i > 0 and newest[i - 1] < latest:
                newest[i] = newest[i - 1]
                i -= 1
            newest[i] = latest
            if kept < length:
                kept += 1
    cutoff = newest[length - 1]
    shown = 0
    for c in range(n):
        if scratch.latest[c] > cutoff:
            scratch.feed[shown] = c
            shown += 1
    room = length - shown
    held = 0
    for c in range(n):
        if scratch.latest[c] == cutoff:
            name = scratch.name[c]
            tie = feed_tie(seed, reader, name >> 16, name & 0xFFFF)
            held = keep_least(scratch.race, scratch.place, held, room, tie, c)
    for i in range(held):
        scratch.feed[shown + i] = scratch.place[i]
    return shown + held


@inlined
def keep_least(
    race: NDArray[np.float64], place: NDArray[np.int64], held: int, room: int, value: float, item: int
) -> int:
    """Insert an item into the ascending list of at most ``room`` least values; return the list's length."""
    if held == room and (room == 0 or value >= race[room - 1]):
        return held
    i = held if held < room else room - 1
    while i > 0 and race[i - 1] > value:
        race[i] = race[i - 1]
        place[i] = place[i - 1]
        i -= 1
    race[i] = value
    place[i] = item
    return min(held + 1, room)


@inlined
def order_by_name(n: int, items: NDArray[np.int64], name: NDArray[np.int64]) -> None:
    """Sort candidates by message name, so that sums over them are taken in an order that does not depend on positions."""
    for i in range(1, n):
        c = items[i]
        j = i
        while j > 0 and name[items[j - 1]] > name[c]:
            items[j] = items[j - 1]
            j -= 1
        items[j] = c
