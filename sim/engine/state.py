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

from sim.array_table import array, arrays_of
from sim.feed.outbox import ENTRY, copy_of, empty_outbox
from sim.people.accounts import Status
from sim.society.groups import INNOCENT, Group, groups_where, of_campaign
from sim.society.schedule import posts_by_the_clock
from sim.society.society import Drawn
from sim.world import World


class Count(IntEnum):
    """Columns of the counts kept for every tick (integers; quality in units of 2**-32, stance in codes). They count what is in
    the model; what that stands for in reality differs by group."""

    READERS = 0
    ROWS_SCANNED = 1
    IMPRESSIONS = 2  # + role of the author: messages on the topic, new to the citizen who reads them
    SLOTS = 5  # + role of the author: all messages shown to citizens, where the world measures their quality
    QUALITY = 8
    DEHUMANISING = 9  # impressions of dehumanising messages
    RESHARES_OF_TROLLS = 10  # by citizens, of messages that trolls wrote
    NEW_POSTS = 11  # + group
    RESHARES = NEW_POSTS + len(Group)  # + group
    ON_TOPIC_POSTS = RESHARES + len(Group)  # + group
    STANCE = ON_TOPIC_POSTS + len(Group)  # + group: the sum over these
    LOST_POSTS = STANCE + len(Group)  # + group, of the innocent: posts that those suspended would have made
    RESTORED = LOST_POSTS + len(INNOCENT)  # + group, of the innocent: accounts
    SILENCED = RESTORED + len(INNOCENT)  # + group, of the innocent: ticks for which those restored had been suspended
    COLUMNS = SILENCED + len(INNOCENT)


class Trace(IntEnum):
    """Columns of the counts kept for every account where signals are observed."""

    OFFICE_POSTS = 0  # made on working days in office hours
    RESHARES = 1
    COORDINATED = 2  # new posts copied from a script that somebody else posted in the same tick
    REPORTS = 3  # by readers, of messages that the account wrote; at most ``MOST_REPORTS`` are counted
    COLUMNS = 4


# 32 bits; no other count of an account can exceed the number of steps times what is shown at once.
MOST_REPORTS = 2**32 - 1


# What arrays start from: functions of the world and the society that was drawn for it, each described by its docstring.


def _anchors(_world: World, drawn: Drawn) -> NDArray[np.float64]:
    """as drawn, four times"""
    return np.repeat(drawn.arrays.anchor[:, None], 4, axis=1)


def _inner_confidence(_world: World, drawn: Drawn) -> NDArray[np.float64]:
    """as drawn"""
    return drawn.inner_confidence.copy()


def _legitimacy(_world: World, drawn: Drawn) -> NDArray[np.float64]:
    """as drawn"""
    return drawn.arrays.legitimacy_at_start.copy()


def _trust(world: World, drawn: Drawn) -> NDArray[np.float64]:
    """`trust.start`"""
    return np.full(drawn.arrays.anchor.size, world.trust.start)


def _status(_world: World, drawn: Drawn) -> NDArray[np.uint8]:
    """active; asleep are the campaign's, until day 0, and those who have not registered yet"""
    society = drawn.arrays
    absent = of_campaign(society.group) | ((society.group == Group.CITIZEN) & (society.created > 0))
    status = np.full(drawn.registered, Status.SLEEPING, dtype=np.uint8)
    status[: absent.size][~absent] = Status.ACTIVE
    return status


def _posts(_world: World, drawn: Drawn) -> NDArray[np.uint32]:
    """1 in groups that have posted before (`Kind.have_posted`), else 0"""
    return np.isin(drawn.arrays.group, groups_where(lambda kind: kind.have_posted)).astype(np.uint32)


def _outbox(world: World, drawn: Drawn) -> NDArray[np.void]:
    """no posts"""
    return empty_outbox(drawn.arrays.group.size, world.feed.memory)


def _posting(world: World, _drawn: Drawn) -> NDArray[np.float64]:
    """those of groups that post by the clock, else 0"""
    return posts_by_the_clock(world)


class State(NamedTuple):
    """Everything that changes, one row an array (``docs/state.md`` has the table).

    An array is added by a row here; what reads and writes it comes beside. Entries of the ``stream`` and what is known of them
    lie in slots, which mean nothing by themselves. ``posting`` and ``calls`` are what actors have told their accounts to do.
    All ``accounts`` may be in use; what are ``registered`` are these and after them the campaign's reserve.
    """

    opinion: NDArray[np.float64] = array(
        "people", 4, first=_anchors, doc="Private opinion and its three shadows (`sim.opinion.provenance`)."
    )
    channel: NDArray[np.float64] = array("people", 2, doc="The direct and the relayed part of what trolls moved.")
    climate: NDArray[np.float64] = array("people", doc="Perceived climate of opinion, -1 to 1.")
    inner_confidence: NDArray[np.float64] = array(
        "people", first=_inner_confidence, doc="Inner confidence, where silence goes by it (`sim.opinion.expression`)."
    )
    last_call: NDArray[np.int32] = array(
        "people",
        2,
        first=-1,
        doc="Step at which a call of the movement's and of the government's side was last seen; -1 never.",
    )
    troll_impressions: NDArray[np.uint32] = array(
        "people", doc="Messages by trolls, on the topic and new, that were read."
    )
    impressions: NDArray[np.uint32] = array(
        "people", len(INNOCENT), on_demand=True, in_digest=False, when="impressions of people are kept",
        doc="Everybody else's messages that were read since day 0, by the group of their author.",
    )  # fmt: skip
    joined: NDArray[np.uint16] = array(
        "people", 2, on_demand=True, in_digest=False, when="individual-level data are kept",
        doc="Events of the movement and of the government side that were joined since day 0.",
    )  # fmt: skip
    legitimacy: NDArray[np.float64] = array(
        "people", first=_legitimacy, doc="How legitimate the movement is to the person, 0 to 1."
    )
    trust: NDArray[np.float64] = array("people", first=_trust, doc="Trust in the platform, 0 to 1.")
    dehumanising_read: NDArray[np.float64] = array(
        "people", kept=lambda world: world.severity.occurs and world.legitimacy.dehumanising > 0.0,
        when="dehumanising messages move legitimacy",
        doc="Dehumanising messages read since the start of the day, each as far as it was believed.",
    )  # fmt: skip
    status: NDArray[np.uint8] = array("registered", first=_status, doc="Active, suspended or asleep (`Status`).")
    flags: NDArray[np.uint8] = array("registered", doc="Marks that the platform has set (`Flag`).")
    active_since: NDArray[np.uint16] = array("accounts", doc="Step from which the account is active.")
    last_awake: NDArray[np.int32] = array("accounts", first=-1, doc="Step at which it was last awake; -1 never.")
    posts: NDArray[np.uint32] = array("accounts", first=_posts, doc="Posts, new and reshared.")
    traces: NDArray[np.uint32] = array(
        "accounts", Trace.COLUMNS, kept=lambda world: world.signals.observe, when="signals are observed",
        doc="What a platform can count of it (`Trace`).",
    )  # fmt: skip
    suspended_since: NDArray[np.int32] = array("registered", first=-1, doc="Step of its suspension; -1: not suspended.")
    head: NDArray[np.uint8] = array("accounts", doc="Where in its outbox the next post goes.")
    outbox: NDArray[np.void] = array("accounts", "memory", first=_outbox, dtype=ENTRY, doc="Its last posts.")
    stream: NDArray[np.void] = array("slots", dtype=ENTRY, doc="Messages of the topic stream.")
    stream_carrier: NDArray[np.uint32] = array("slots", doc="The account that carried each last.")
    stream_weight: NDArray[np.float64] = array("slots", doc="How many shares each has.")
    stream_priority: NDArray[np.float64] = array("slots", doc="Those of least priority stay.")
    stream_counterpart: NDArray[np.int64] = array(
        "slots", doc="Which of those in reality it is for which the message stands (`sim.feed.topic_stream`)."
    )
    stream_arrival: NDArray[np.float64] = array("slots", doc="Its luck in the race for the stream.")
    stream_size: NDArray[np.int64] = array(1, doc="How many slots are in use.")
    turnout: NDArray[np.int64] = array("events", first=-1, doc="People who joined; -1 until the event.")
    counts: NDArray[np.int64] = array("steps", Count.COLUMNS, doc="What happened in each tick (`Count`).")
    posting: NDArray[np.float64] = array(
        "groups", "steps", first=_posting, in_digest=False, doc="Posts expected of an account of unit weight."
    )
    calls: NDArray[np.uint8] = array(
        2, "steps", in_digest=False,
        doc="Whether an organiser's post is a call to an event of the movement, and of the government side.",
    )  # fmt: skip

    def copy(self) -> State:
        """An independent copy (a fork)."""
        copied = {name: held.copy() for name, held in self._asdict().items() if name != "outbox"}
        return State(outbox=copy_of(self.outbox), **copied)

    def counting_people(self, impressions: bool) -> State:
        """The same, with ``joined`` and, if asked for, ``impressions`` counted from now on."""
        sizes = {"people": self.troll_impressions.size}
        wanted = ("joined", "impressions") if impressions else ("joined",)
        arrays = {name: ARRAYS[name] for name in wanted}
        return self._replace(**{name: np.zeros(a.shape_for(sizes), dtype=a.dtype) for name, a in arrays.items()})

    def digest(self, step: int) -> str:
        """SHA-256 of the state after ``step`` ticks, in hexadecimal: people and accounts in the order of their ids, the topic
        stream in the order of its priorities (its slots have no meaning); what is planned, and what is counted only where it is
        kept, is not part of it."""
        used = int(self.stream_size[0])
        names = (self.stream_counterpart[:used], self.stream["created"][:used], self.stream["author"][:used])
        order = np.lexsort((*names, self.stream_priority[:used]))
        digest = hashlib.sha256(str(step).encode())
        for name, declared in ARRAYS.items():
            if not declared.in_digest:
                continue
            held = getattr(self, name)
            if declared.shape[0] == "slots":
                held = held[:used][order]
            elif declared.shape[0] == "steps":
                held = held[:step]
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(held).tobytes())
        return digest.hexdigest()


ARRAYS = arrays_of(State)


def sizes_of_state(world: World, people: int, accounts: int, registered: int) -> dict[str, int]:
    """The sizes that arrays of the state have, by name, in a world of so many people and accounts."""
    return {
        "people": people,
        "accounts": accounts,
        "registered": registered,
        "memory": world.feed.memory,
        "slots": world.feed.topic_capacity,
        "events": len(world.calendar.events),
        "steps": world.burn_in_ticks + world.ticks,
        "groups": len(Group),
    }


def first_state(world: World, drawn: Drawn) -> State:
    """The state at the start of the burn-in of a world in a society that was drawn for it."""
    sizes = sizes_of_state(world, drawn.arrays.anchor.size, drawn.arrays.group.size, drawn.registered)
    return State(**{name: declared.made(sizes, world, drawn) for name, declared in ARRAYS.items()})
