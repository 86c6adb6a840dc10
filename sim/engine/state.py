"""Everything that changes during a run (what does not is in ``Fixed``).

It is a named tuple of arrays, so that kernels take it whole. Steps count ticks from the start of the burn-in; a step fits 16
bits. A state after ``step`` ticks is everything needed to go on: a copy of it is a fork.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.feed.outbox import ENTRY, empty_outbox
from sim.people.accounts import Status
from sim.society.groups import INNOCENT, IS_CAMPAIGN, Group, groups_where
from sim.society.schedule import posts_by_the_clock
from sim.society.society import Drawn
from sim.world import World


class Count(IntEnum):
    """Columns of the counts kept for every tick (integers; quality in units of 2**-32, stance in codes)."""

    READERS = 0
    ROWS_SCANNED = 1
    IMPRESSIONS = 2  # + role of the author: messages on the topic, new to the citizen who reads them
    SLOTS = 5  # + role of the author: all messages shown to citizens, where the world measures their quality
    QUALITY = 8
    NEW_POSTS = 9  # + role
    RESHARES = 12  # + role
    ON_TOPIC_POSTS = 15
    STANCE = 16
    RESHARES_OF_TROLLS = 17  # by citizens, of messages that trolls wrote
    ON_TOPIC_TROLL_POSTS = 18
    LOST_POSTS = 19  # + role: posts that wrongly suspended citizens and organisers would have made
    RESTORED = 21  # accounts of citizens and organisers
    SILENCED = 22  # ticks for which those restored had been suspended
    DEHUMANISING = 23  # impressions of dehumanising messages
    COLUMNS = 24


class Trace(IntEnum):
    """Columns of the counts kept for every account where signals are observed."""

    OFFICE_POSTS = 0  # made on working days in office hours
    RESHARES = 1
    COORDINATED = 2  # new posts copied from a script that somebody else posted in the same tick
    REPORTS = 3  # by readers, of messages that the account wrote; at most ``MOST_REPORTS`` are counted
    COLUMNS = 4


MOST_REPORTS = (
    2**32 - 1
)  # 32 bits; no other count of an account can exceed the number of steps times what is shown at once


class State(NamedTuple):
    """Everything that changes. ``opinion`` (people, 4) as in ``sim.opinion.provenance``; ``channel`` (people, 2) the direct and
    relayed troll parts; ``climate`` and ``inner_confidence`` (people,) as in ``sim.opinion.expression``; ``last_call`` (people,
    2) step at which a call of either side was last seen (-1 never); ``troll_impressions`` (people,) and, where individual-level
    data are kept, since day 0: ``impressions`` (people or 0, 3) of everybody else's messages, by the group of their author, and
    ``joined`` (people or 0, 2) events of the movement and of the government side; ``legitimacy`` and ``trust``
    (people,) as in ``sim.population``; ``dehumanising_read`` (people or, where it moves nothing, 0) dehumanising messages read
    since the start of the day, each as far as it was believed; ``status``, ``flags`` (``sim.moderation.flags``),
    ``active_since``, ``last_awake`` (-1 never), ``posts``, ``head`` (accounts,); ``traces`` (accounts or, unobserved, 0; columns
    of ``Trace``); ``suspended_since`` (accounts,) step (-1: not suspended); ``outbox`` (accounts, memory); the topic stream
    (capacity,); ``turnout`` (events,); ``counts`` (steps, columns).

    What actors have told their accounts to do, one column a step: ``posting`` (groups, steps) expected posts of an account of
    unit weight, ``calls`` (2, steps) whether an organiser's post is a call to an event of the movement (row 0) or of the
    government side (row 1)."""

    opinion: NDArray[np.float64]
    channel: NDArray[np.float64]
    climate: NDArray[np.float64]
    inner_confidence: NDArray[np.float64]
    last_call: NDArray[np.int32]
    troll_impressions: NDArray[np.uint32]
    impressions: NDArray[np.uint32]
    joined: NDArray[np.uint16]
    legitimacy: NDArray[np.float64]
    trust: NDArray[np.float64]
    dehumanising_read: NDArray[np.float64]
    status: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    active_since: NDArray[np.uint16]
    last_awake: NDArray[np.int32]
    posts: NDArray[np.uint32]
    traces: NDArray[np.uint32]
    suspended_since: NDArray[np.int32]
    head: NDArray[np.uint8]
    outbox: NDArray[np.void]
    stream: NDArray[np.void]
    stream_carrier: NDArray[np.uint32]
    stream_weight: NDArray[np.float64]
    stream_priority: NDArray[np.float64]
    stream_size: NDArray[np.int64]
    turnout: NDArray[np.int64]
    counts: NDArray[np.int64]
    posting: NDArray[np.float64]
    calls: NDArray[np.uint8]

    def copy(self) -> State:
        """An independent copy (a fork)."""
        outbox = empty_outbox(*self.outbox.shape)
        outbox[...] = self.outbox
        return State._make(outbox if array is self.outbox else array.copy() for array in self)

    def counting_people(self, impressions: bool) -> State:
        """The same, with ``joined`` and, if asked for, ``impressions`` counted from now on."""
        people = self.troll_impressions.size
        return self._replace(
            joined=np.zeros((people, 2), dtype=np.uint16),
            impressions=np.zeros((people if impressions else 0, len(INNOCENT)), dtype=np.uint32),
        )

    def digest(self, step: int) -> str:
        """SHA-256 of the state after ``step`` ticks, in hexadecimal: people and accounts in the order of their ids, the topic
        stream in the order of its priorities (its slots have no meaning); what is planned, and what is counted only where it is
        kept, is not part of it."""
        used = int(self.stream_size[0])
        order = np.lexsort((self.stream["created"][:used], self.stream["author"][:used], self.stream_priority[:used]))
        parts: dict[str, NDArray[np.generic]] = {
            **self._asdict(),
            "stream": self.stream[:used][order],
            "stream_carrier": self.stream_carrier[:used][order],
            "stream_weight": self.stream_weight[:used][order],
            "stream_priority": self.stream_priority[:used][order],
            "counts": self.counts[:step],
        }
        for name in ("posting", "calls", "impressions", "joined"):
            del parts[name]
        digest = hashlib.sha256(str(step).encode())
        for name, array in parts.items():
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def empty_stream(capacity: int) -> NDArray[np.void]:
    """Topic stream without messages."""
    return np.zeros(capacity, dtype=ENTRY)


def first_state(world: World, drawn: Drawn) -> State:
    """The state at the start of the burn-in of a world in a society that was drawn for it."""
    society = drawn.arrays
    people, accounts, memory = society.anchor.size, society.group.size, world.feed.memory
    # The campaign begins on day 0: until then all its accounts are asleep.
    absent = IS_CAMPAIGN[society.group] | ((society.group == Group.CITIZEN) & (society.created > 0))
    status = np.where(absent, Status.SLEEPING, Status.ACTIVE).astype(np.uint8)
    posts = np.isin(society.group, groups_where(lambda kind: kind.have_posted)).astype(np.uint32)
    capacity, steps = world.feed.topic_capacity, world.burn_in_ticks + world.ticks
    return State(
        opinion=np.repeat(society.anchor[:, None], 4, axis=1),
        channel=np.zeros((people, 2)),
        climate=np.zeros(people),
        inner_confidence=drawn.inner_confidence.copy(),
        last_call=np.full((people, 2), -1, dtype=np.int32),
        troll_impressions=np.zeros(people, dtype=np.uint32),
        impressions=np.zeros((0, len(INNOCENT)), dtype=np.uint32),
        joined=np.zeros((0, 2), dtype=np.uint16),
        legitimacy=society.legitimacy_at_start.copy(),
        trust=np.full(people, world.trust.start),
        dehumanising_read=np.zeros(people if world.severity.occurs and world.legitimacy.dehumanising > 0.0 else 0),
        status=status,
        flags=np.zeros(accounts, dtype=np.uint8),
        active_since=np.zeros(accounts, dtype=np.uint16),
        last_awake=np.full(accounts, -1, dtype=np.int32),
        posts=posts,
        traces=np.zeros((accounts if world.signals.observe else 0, Trace.COLUMNS), dtype=np.uint32),
        suspended_since=np.full(accounts, -1, dtype=np.int32),
        head=np.zeros(accounts, dtype=np.uint8),
        outbox=empty_outbox(accounts, memory),
        stream=empty_stream(capacity),
        stream_carrier=np.zeros(capacity, dtype=np.uint32),
        stream_weight=np.zeros(capacity),
        stream_priority=np.zeros(capacity),
        stream_size=np.zeros(1, dtype=np.int64),
        turnout=np.full(len(world.calendar.events), -1, dtype=np.int64),
        counts=np.zeros((steps, Count.COLUMNS), dtype=np.int64),
        posting=posts_by_the_clock(world),
        calls=np.zeros((2, steps), dtype=np.uint8),
    )
