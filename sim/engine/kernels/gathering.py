"""What could be in a feed: the messages in the outboxes of those whom an account follows."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined, prefetch
from sim.engine.kernels.codes import ACTIVE, OF_TROLLS_FROM
from sim.engine.kernels.stored import note_copy
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.feed.legality import illegal
from sim.feed.outbox import EMPTY, OFF_TOPIC
from sim.graph.new_edges import edge_has_come_alive
from sim.moderation.flags import Flag
from sim.moderation.policies.content_takedown import taken_down_inline
from sim.randomness import Stream, uniform
from sim.society.groups import Group
from sim.society.society import Society

_SLEEPER = int(Group.SLEEPER)
_DOWNRANKED = int(Flag.DOWNRANKED)
_VISIBILITY = int(Stream.VISIBILITY)
_NEAR = 32_768  # outboxes in 2 MB
_AGE_BITS = 4  # entries are binned by age in 16 ticks


@inlined
def live_followees(
    seed: int, step: int, reader: int, state: State, society: Society, parameters: Parameters, scratch: Scratch
) -> int:
    """List the active followees whose posts reach the reader in ``scratch.row``; return how many."""
    n = 0
    citizens = society.group.size - society.posting_weight.size
    if society.complete:
        first, last = 0, society.group.size
    else:
        first, last = society.indptr[reader], society.indptr[reader + 1]
    for e in range(first, last):
        followee = np.int64(e if society.complete else society.followees[e])
        if state.status[followee] != ACTIVE or followee == reader:
            continue
        # Citizens have the first numbers, which spares a look at their group.
        was_asleep = followee >= citizens and society.group[followee] == _SLEEPER
        if was_asleep and not edge_has_come_alive(
            seed, reader, followee, step - state.active_since[followee], parameters.ticks.follow_half_life
        ):
            continue
        scratch.row[n] = followee
        n += 1
    return n


@inlined
def taken_down(seed: int, author: int, created: int, step: int, society: Society, parameters: Parameters) -> bool:
    """Whether a message was illegal and is gone."""
    return illegal(seed, author, created, society.illegal_share[author]) and taken_down_inline(
        seed, author, created, step, parameters.measures.takedowns
    )


@inlined
def hidden(seed: int, reader: int, author: int, created: int, state: State, parameters: Parameters) -> bool:
    """Whether a message is hidden from a reader because its author is downranked."""
    return (state.flags[author] & _DOWNRANKED) != 0 and uniform(
        seed, _VISIBILITY, created, reader, author
    ) >= parameters.measures.visibility


@inlined
def lies_near(state: State) -> bool:
    """Whether a processor's cache has all outboxes, so that to ask for memory ahead of time costs more than it brings."""
    return state.head.size <= _NEAR


@inlined
def fetch_outboxes(rows: int, since: int, state: State, scratch: Scratch) -> None:
    """Have the outboxes fetched, all at once, of the followees in ``scratch.row`` that have posted at step ``since`` or later:
    to wait for them one by one is most of what a look at them takes."""
    if lies_near(state):
        return
    for i in range(rows):
        if scratch.last_post[scratch.row[i]] >= since:
            prefetch(state.outbox, scratch.row[i])
            prefetch(state.head, scratch.row[i])


@inlined
def _recent_enough(step: int, rows: int, state: State, parameters: Parameters, scratch: Scratch) -> int:
    """A step such that the entries posted from it on are likely to fill the feed (0 where there are few entries)."""
    memory = state.outbox.shape[1]
    wanted = parameters.feed.length + parameters.feed.length // 2 + 4
    if rows * memory <= 2 * wanted:
        return 0
    bins = scratch.by_age.size
    for i in range(bins):
        scratch.by_age[i] = 0
    for i in range(rows):
        followee = scratch.row[i]
        for k in range(memory):
            age = (step - np.int64(state.outbox[followee, k].posted)) >> _AGE_BITS
            if age < bins:
                scratch.by_age[age] += 1
    entries = 0
    for i in range(bins):
        entries += scratch.by_age[i]
        if entries >= wanted:
            return max(0, step - ((i + 1) << _AGE_BITS) + 1)
    return 0


@inlined
def _insert(
    seed: int,
    step: int,
    reader: int,
    n: int,
    low: int,
    high: int,
    rows: int,
    state: State,
    society: Society,
    parameters: Parameters,
    scratch: Scratch,
) -> int:
    """Make candidates of the messages in entries posted in low … high - 1; ``n`` are there already. Return how many are."""
    mask = scratch.table.size - 1
    memory = state.outbox.shape[1]
    takes_down = parameters.measures.takedowns.size > 0
    hides = parameters.measures.visibility < 1.0
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < low:
            continue
        troll = society.group[followee] >= OF_TROLLS_FROM
        k = np.int64(state.head[followee])
        for _ in range(memory):
            k = (k if k > 0 else memory) - 1  # from the newest entry to the oldest
            entry = state.outbox[followee, k]
            posted = np.int64(entry.posted)
            author = np.int64(entry.author)
            if posted < low or author == EMPTY:
                break
            if (
                posted >= high
                or (author == reader and not parameters.choices.by_arrival)
                or state.status[author] != ACTIVE
            ):
                continue
            name = (author << 16) | np.int64(entry.created)
            slot = ((name * 0x9E3779B1) >> 7) & mask
            while scratch.table[slot] >= 0 and scratch.name[scratch.table[slot]] != name:
                slot = (slot + 1) & mask
            c = np.int64(scratch.table[slot])
            if c < 0:
                if takes_down and taken_down(seed, author, name & 0xFFFF, step, society, parameters):
                    continue
                if hides and hidden(seed, reader, author, name & 0xFFFF, state, parameters):
                    continue
                c = n
                n += 1
                scratch.table[slot] = c
                scratch.used[c] = slot
                scratch.name[c] = name
                scratch.entry[c] = entry
                scratch.latest[c] = posted
                scratch.earliest[c] = posted
                scratch.shares[c] = 0
                scratch.from_troll[c] = 0
            _add_copy(followee, k, troll, c, state, parameters, scratch)
    return n


@inlined
def _add_older_copies(
    step: int,
    low: int,
    n: int,
    rows: int,
    whole: bool,
    state: State,
    society: Society,
    parameters: Parameters,
    scratch: Scratch,
) -> None:
    """Count the copies of candidates in entries posted before ``low``; unless the ``whole`` feed is wanted, only those of
    messages on the topic, for all that a reader then has to know is which of them are new."""
    oldest = low
    for c in range(n):
        if whole or scratch.entry[c].stance != OFF_TOPIC:
            oldest = min(oldest, scratch.name[c] & 0xFFFF)
    if oldest >= low:
        return  # all were created since, so nobody can have carried one before
    if not whole:
        fetch_outboxes(rows, oldest, state, scratch)
    mask = scratch.table.size - 1
    memory = state.outbox.shape[1]
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < oldest:
            continue
        troll = society.group[followee] >= OF_TROLLS_FROM
        for k in range(memory):
            entry = state.outbox[followee, k]
            posted = np.int64(entry.posted)
            if posted >= low or posted < oldest or step - posted > parameters.ticks.lifetime:
                continue
            if not whole and entry.stance == OFF_TOPIC:
                continue
            name = (np.int64(entry.author) << 16) | np.int64(entry.created)
            slot = ((name * 0x9E3779B1) >> 7) & mask
            while scratch.table[slot] >= 0 and scratch.name[scratch.table[slot]] != name:
                slot = (slot + 1) & mask
            c = np.int64(scratch.table[slot])
            if c >= 0:
                _add_copy(followee, k, troll, c, state, parameters, scratch)


@inlined
def _add_copy(
    followee: int, k: int, troll: bool, c: int, state: State, parameters: Parameters, scratch: Scratch
) -> None:
    """Count the copy of candidate ``c`` in entry ``k`` of a followee; each followee's share counts once, at its newest copy, but
    in feeds by arrival, for which all copies are noted."""
    entry = state.outbox[followee, k]
    posted = np.int64(entry.posted)
    scratch.latest[c] = max(scratch.latest[c], posted)
    scratch.earliest[c] = min(scratch.earliest[c], posted)
    if troll:
        scratch.from_troll[c] = 1
    if parameters.choices.by_arrival:
        note_copy(posted, c, troll, scratch)
        return
    newest = True
    for other in range(state.outbox.shape[1]):
        copy = state.outbox[followee, other]
        if copy.posted > entry.posted and copy.author == entry.author and copy.created == entry.created:
            newest = False
    if newest:
        scratch.shares[c] += parameters.campaign.flooding if troll else 1


@inlined
def posted_last(step: int, followee: int, author: int, created: int, state: State, parameters: Parameters) -> int:
    """When an account last posted a message that can still be read there; -1 where there is none."""
    posted = np.int64(-1)
    for k in range(state.outbox.shape[1]):
        entry = state.outbox[followee, k]
        if entry.author == author and entry.created == created and step - entry.posted <= parameters.ticks.lifetime:
            posted = max(posted, np.int64(entry.posted))
    return posted


@inlined
def takes_all(parameters: Parameters) -> bool:
    """Whether a feed is not chosen by the latest posts, so that every copy has to be looked at."""
    return parameters.choices.ranked or parameters.choices.by_arrival


@inlined
def gather(
    seed: int, step: int, reader: int, rows: int, whole: bool, state: State, society: Society, parameters: Parameters,
    scratch: Scratch,
) -> int:  # fmt: skip
    """Collect the distinct messages that the followees in ``scratch.row`` carry; return how many. The reader's own are left out
    but in feeds by arrival.

    Unless the ``whole`` feed is wanted, only those that somebody has carried since the reader was last awake: what is new
    ranks before all else, and that is all that a reader takes from a feed who is not going to reshare.
    """
    fetch_outboxes(rows, 0 if whole else state.last_awake[reader], state, scratch)
    oldest = max(0, step - parameters.ticks.lifetime)
    if takes_all(parameters):
        low = 0
    elif whole:
        low = _recent_enough(step, rows, state, parameters, scratch)
    else:
        low = state.last_awake[reader]
    low = max(oldest, low)
    scratch.copied[0] = 0
    n = _insert(seed, step, reader, 0, low, step, rows, state, society, parameters, scratch)
    if whole and n < parameters.feed.length and low > oldest:
        n = _insert(seed, step, reader, n, oldest, low, rows, state, society, parameters, scratch)
    elif low > oldest:
        _add_older_copies(step, low, n, rows, whole, state, society, parameters, scratch)
    for c in range(n):
        scratch.table[scratch.used[c]] = -1
    return n
