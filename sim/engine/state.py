"""Everything that changes during a run (``State``), everything that does not (``Society``, ``Schedule``, ``Rules``).

All are named tuples of arrays, so that kernels take them whole. Steps count ticks from the start of the burn-in; a step fits 16
bits. A state after ``step`` ticks is everything needed to go on: a copy of it is a fork.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.feed.outbox import ENTRY, empty_outbox
from sim.moderation.measures import Measures
from sim.population.accounts import Role


class Group(IntEnum):
    """What an account is for the schedule. Outlets are genuine newspapers and pages. The campaign's accounts, from ACTIVE_TROLL
    on, are trolls that are active from the start, sleepers, and pages on the second platform."""

    CITIZEN = 0
    ORGANISER = 1
    OUTLET = 2
    ACTIVE_TROLL = 3
    SLEEPER = 4
    PAGE = 5


def role_of_group(group: int) -> Role:
    """Who runs the accounts of a group; outlets count among everybody else, as citizens do."""
    if group >= Group.ACTIVE_TROLL:
        return Role.TROLL
    return Role.ORGANISER if group == Group.ORGANISER else Role.CITIZEN


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


class Society(NamedTuple):
    """Who lives there. People first (one row a person), then accounts (one row an account), actors (accounts that are not
    first accounts of citizens, one row from the first organiser on), and the follower graph in rows of followees. The accounts on
    the second platform are those from ``second`` on; ``twin`` (people or, without such a platform, 0) is the second account of
    the holder of each first account, -1 if there is none."""

    anchor: NDArray[np.float64]
    confidence: NDArray[np.float32]
    susceptibility: NDArray[np.float32]
    courage: NDArray[np.float32]
    legitimacy_at_start: NDArray[np.float64]
    joining: NDArray[np.float64]
    activity: NDArray[np.float32]
    topic_reader: NDArray[np.uint8]
    group: NDArray[np.uint8]
    person: NDArray[np.int32]
    created: NDArray[np.int32]
    illegal_share: NDArray[np.float32]
    actor_stance: NDArray[np.float64]
    actor_weight: NDArray[np.float64]
    wakes_at: NDArray[np.int64]
    indptr: NDArray[np.int64]
    followees: NDArray[np.uint32]
    complete: bool
    second: int
    twin: NDArray[np.int64]


class Schedule(NamedTuple):
    """What is known in advance, one column a step: expected sessions of a citizen per daily session and the side of the day's
    events; for each event its side, the step of the decision to join, and which event was the last of its side before that
    (-1 none); and whether each step lies in office hours."""

    sessions: NDArray[np.float64]
    event_side: NDArray[np.float64]
    join_side: NDArray[np.int64]
    join_step: NDArray[np.int64]
    join_previous: NDArray[np.int64]
    office: NDArray[np.uint8]


class Rules(NamedTuple):
    """Parameters of the model as the kernels take them; by-group rows are indexed by ``Group``. ``measures`` are those that the
    platform takes at the moment; all else stays the same during a run. ``movement`` is the side of the movement: 1, but for its
    mirror image."""

    reads_opinions: bool
    ranked: bool
    by_arrival: bool
    one_random_followee: bool
    averages: bool
    own_weight: float
    susceptible: bool
    length: int
    topic_slots: int
    topic_half_life: float
    appeal_exponent: float
    quality_rate: float
    measure_quality: bool
    flooding: int
    deception: float
    follow_half_life: float
    lifetime: int
    posting: float
    at_first_sight: bool
    first_sight: float
    first_posts: float
    congenial_only: bool
    climate_memory: float
    silence: bool
    by_confidence: bool
    confidence_step: float
    anchoring: float
    event_pull: float
    conviction: float
    complementarity: float
    turnout_weight: float
    call: float
    call_window: float
    new_share: NDArray[np.float64]
    on_topic_share: NDArray[np.float64]
    recency: NDArray[np.float64]
    measures: Measures
    observes: bool
    reports: float
    mistaken_reports: float
    scripted: NDArray[np.float64]
    scripts: NDArray[np.int64]
    first_script: NDArray[np.int64]
    second_visits: float
    movement: int
    dehumanises: bool
    dehumanising_campaign: float
    dehumanising_citizens: float
    hostile: float
    dehumanising_appeal: float
    dehumanising_reports: float
    legitimacy_weight: float


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
            impressions=np.zeros((people if impressions else 0, Group.ACTIVE_TROLL), dtype=np.uint32),
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
