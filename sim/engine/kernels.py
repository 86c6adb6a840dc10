"""The model on arrays: one tick as kernels over ranges of rows.

``agents.py`` says the same in plain Python and is easier to read. Every function here writes only to rows of the accounts it is
given, except ``enter_topic_stream``, which is called for all posts of a tick in the order of account ids.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel, prefetch
from sim.engine.state import Count, Group, Rules, Schedule, Society, State, Trace
from sim.feed.legality import illegal
from sim.feed.outbox import EMPTY, ENTRY, OFF_TOPIC, compand, expand, quantise, stance_of
from sim.feed.ranking import engagement, feed_tie, on_topic, quality, reshare_race, topic_priority, topic_race_inline
from sim.feed.severity import dehumanising
from sim.feed.traces import report_draw, script
from sim.moderation.content_takedown import taken_down_inline
from sim.moderation.flags import Flag, credibility
from sim.opinion.expression import confident, encouraged, willing
from sim.opinion.mobilisation import joins, perceived_support, threshold_now
from sim.opinion.provenance import channel_moved, moved
from sim.population.accounts import Role, Status
from sim.population.new_edges import edge_has_come_alive
from sim.randomness import Stream, fill_uniform, uniform

_ACTIVE, _SUSPENDED = int(Status.ACTIVE), int(Status.SUSPENDED)
_CITIZEN, _ORGANISER, _TROLL = int(Role.CITIZEN), int(Role.ORGANISER), int(Role.TROLL)
_OF_CITIZEN, _OF_ORGANISER, _OF_TROLLS_FROM = int(Group.CITIZEN), int(Group.ORGANISER), int(Group.ACTIVE_TROLL)
_SLEEPER = int(Group.SLEEPER)
_WAKE, _POST, _NEW = int(Stream.WAKE), int(Stream.POST), int(Stream.NEW_OR_RESHARE)
_RANDOM = int(Stream.RANDOM_FOLLOWEE)
_LABELLED, _DOWNRANKED = int(Flag.LABELLED), int(Flag.DOWNRANKED)
_VISIBILITY, _FRICTION = int(Stream.VISIBILITY), int(Stream.FRICTION)
_FIRST_SIGHT, _FIRST_POST = int(Stream.FIRST_SIGHT), int(Stream.FIRST_POST)
_READERS, _ROWS, _IMPRESSIONS, _SLOTS = (
    int(Count.READERS),
    int(Count.ROWS_SCANNED),
    int(Count.IMPRESSIONS),
    int(Count.SLOTS),
)
_QUALITY, _NEW_POSTS, _RESHARES = int(Count.QUALITY), int(Count.NEW_POSTS), int(Count.RESHARES)
_ON_TOPIC, _STANCE, _OF_TROLLS = int(Count.ON_TOPIC_POSTS), int(Count.STANCE), int(Count.RESHARES_OF_TROLLS)
_TROLL_ON_TOPIC, _LOST = int(Count.ON_TOPIC_TROLL_POSTS), int(Count.LOST_POSTS)
_DEHUMANISING = int(Count.DEHUMANISING)
_OFFICE, _TRACE_RESHARES = int(Trace.OFFICE_POSTS), int(Trace.RESHARES)
_COORDINATED, _REPORTS = int(Trace.COORDINATED), int(Trace.REPORTS)
_QUALITY_UNIT = 4294967296.0
NOTHING, NEW, RESHARE = 0, 1, 2
RANDOM_ATTEMPTS = 64
_AGE_BITS = 4  # entries are binned by age in 16 ticks


class Scratch(NamedTuple):
    """Work space of one thread: the candidates of one feed, and a hash table from message names to them.

    ``last_post`` (accounts,) is the step of each account's newest post, 0 before its first: read off the outbox, and one array
    for all threads. A look at it spares most looks into outboxes, which are far larger."""

    last_post: NDArray[np.uint16]

    table: NDArray[np.int32]
    used: NDArray[np.int64]
    name: NDArray[np.int64]
    entry: NDArray[np.void]
    latest: NDArray[np.int64]
    earliest: NDArray[np.int64]
    shares: NDArray[np.int64]
    weight: NDArray[np.float64]
    from_troll: NDArray[np.uint8]
    row: NDArray[np.int64]
    by_age: NDArray[np.int64]
    newest: NDArray[np.int64]
    feed: NDArray[np.int64]
    new: NDArray[np.int64]
    race: NDArray[np.float64]
    place: NDArray[np.int64]
    stance: NDArray[np.float64]
    role: NDArray[np.uint8]
    relayed: NDArray[np.uint8]
    factor: NDArray[np.float64]
    draws: NDArray[np.float64]
    topic_author: NDArray[np.int64]
    topic_created: NDArray[np.int64]
    topic_draw: NDArray[np.float64]


class Decisions(NamedTuple):
    """What each awake account is about to do: opinion and inner confidence after reading, action, and the entry it posts. Where
    signals are observed also whose message it reports (-1: nobody's) and the script that it copies; ``copies`` (0 between
    ticks) counts by script."""

    opinion: NDArray[np.float64]
    inner_confidence: NDArray[np.float64]
    action: NDArray[np.uint8]
    entry: NDArray[np.void]
    reported: NDArray[np.int64]
    script: NDArray[np.int64]
    copies: NDArray[np.int64]


class Elsewhere(NamedTuple):
    """What is read on the second platform in a tick: a row for each account there that is awake (``account``, ids ascending),
    with its first ``n`` readings as in ``Scratch``. ``discredits`` says whether any factor on a weight can be below 1."""

    account: NDArray[np.int64]
    n: NDArray[np.int64]
    stance: NDArray[np.float64]
    role: NDArray[np.uint8]
    relayed: NDArray[np.uint8]
    factor: NDArray[np.float64]
    discredits: bool


def make_elsewhere(account: NDArray[np.int64], readings: int, discredits: bool) -> Elsewhere:
    """Room for at most ``readings`` readings of each of these accounts."""
    rows = (account.size, readings)
    return Elsewhere(
        account=account,
        n=np.zeros(account.size, dtype=np.int64),
        stance=np.empty((*rows, 4)),
        role=np.empty(rows, dtype=np.uint8),
        relayed=np.empty(rows, dtype=np.uint8),
        factor=np.empty(rows),
        discredits=discredits,
    )


def make_scratch(
    candidates: int, followees: int, opinions: int, rules: Rules, topic_capacity: int, last_post: NDArray[np.uint16]
) -> Scratch:
    """Work space for feeds of at most ``candidates`` candidates from so many ``followees``, or for reading that many
    ``opinions`` at once; readings of two platforms fit in."""
    size = candidates + rules.topic_slots + 1
    table = 1 << max(4, int(2 * size).bit_length())
    shown = rules.length + rules.topic_slots
    readings = max(2 * shown, opinions) + 1
    return Scratch(
        last_post=last_post,
        table=np.full(table, -1, dtype=np.int32),
        used=np.empty(size, dtype=np.int64),
        name=np.empty(size, dtype=np.int64),
        entry=np.zeros(size, dtype=ENTRY),
        latest=np.empty(size, dtype=np.int64),
        earliest=np.empty(size, dtype=np.int64),
        shares=np.empty(size, dtype=np.int64),
        weight=np.empty(size),
        from_troll=np.empty(size, dtype=np.uint8),
        row=np.empty(followees + 1, dtype=np.int64),
        by_age=np.empty(128, dtype=np.int64),
        newest=np.empty(rules.length, dtype=np.int64),
        feed=np.empty(shown, dtype=np.int64),
        new=np.empty(shown, dtype=np.int64),
        race=np.empty(max(rules.topic_slots, 1) + rules.length, dtype=np.float64),
        place=np.empty(max(rules.topic_slots, 1) + rules.length, dtype=np.int64),
        stance=np.empty((readings, 4)),
        role=np.empty(readings, dtype=np.uint8),
        relayed=np.empty(readings, dtype=np.uint8),
        factor=np.ones(readings),
        draws=np.empty(512),
        topic_author=np.empty(topic_capacity, dtype=np.int64),
        topic_created=np.empty(topic_capacity, dtype=np.int64),
        topic_draw=np.empty(topic_capacity),
    )


def make_decisions(accounts: int, rules: Rules) -> Decisions:
    """Room for the decisions of ``accounts`` awake accounts."""
    observed = accounts if rules.observes else 0
    return Decisions(
        reported=np.empty(observed, dtype=np.int64),
        script=np.empty(observed, dtype=np.int64),
        copies=np.zeros(int((rules.first_script + rules.scripts).max()), dtype=np.int64),
        opinion=np.empty((accounts, 4)),
        inner_confidence=np.empty(accounts),
        action=np.empty(accounts, dtype=np.uint8),
        entry=np.zeros(accounts, dtype=ENTRY),
    )


@inlined
def role_of(group: int) -> int:
    if group >= _OF_TROLLS_FROM:
        return _TROLL
    return _ORGANISER if group == _OF_ORGANISER else _CITIZEN


@inlined
def _draw_sessions(
    seed: int, step: int, low: int, high: int, society: Society, schedule: Schedule, rules: Rules, sessions: NDArray[Any],
    n: int, draws: NDArray[np.float64],
) -> int:  # fmt: skip
    """Add the citizens of rows low … high - 1 who have a session at this step to the ``n`` in ``sessions``, as far as there is
    room; return how many there would be."""
    citizens = society.group.size - society.actor_weight.size
    expected = schedule.sessions[step]
    for start in range(low, min(high, citizens), draws.size):
        stop = min(start + draws.size, high, citizens)
        fill_uniform(seed, _WAKE, step, start, 0, draws[: stop - start])
        for account in range(start, stop):
            if draws[account - start] < society.activity[society.person[account]] * expected or _posts_first(
                seed, step, account, rules
            ):
                if n < sessions.size:
                    sessions[n] = account
                n += 1
    return n


@lean_kernel
def draw_block(
    seed: int, first: int, society: Society, schedule: Schedule, rules: Rules, draws: NDArray[np.float64],
    ends: NDArray[np.int64], sessions: NDArray[np.int32],
) -> int:  # fmt: skip
    """The citizens who have a session at steps ``first``, …, one step after the other: ``ends`` has where each step's end, one a
    step. Return how many there are; where that is more than fit into ``sessions``, some are left out."""
    n = 0
    for i in range(ends.size):
        n = _draw_sessions(seed, first + i, 0, society.group.size, society, schedule, rules, sessions, n, draws)
        ends[i] = n
    return n


@lean_kernel
def find_awake(
    seed: int, step: int, low: int, high: int, state: State, society: Society, schedule: Schedule, rules: Rules,
    awake: NDArray[np.int64], draws: NDArray[np.float64], counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write the accounts of rows low … high - 1 that are awake at this step to ``awake`` and return how many."""
    n = _draw_sessions(seed, step, low, high, society, schedule, rules, awake, 0, draws)
    return _wake(seed, step, low, high, awake[:n], state, society, schedule, rules, awake, counts)


@inlined
def _wake(
    seed: int, step: int, low: int, high: int, sessions: NDArray[Any], state: State, society: Society, schedule: Schedule,
    rules: Rules, awake: NDArray[np.int64], counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write which of the citizens who have a session are awake to ``awake`` (which may be ``sessions``), and after them the
    other accounts of rows low … high - 1 that are, second ones of citizens among them; return how many."""
    n = np.int64(0)  # the literal is of another type: what is called with n would be compiled for both
    citizens = society.group.size - society.actor_weight.size
    for i in range(sessions.size):
        account = np.int64(sessions[i])
        if state.status[account] == _ACTIVE:
            awake[n] = account
            n += 1
        elif state.status[account] == _SUSPENDED and uniform(seed, _POST, step, account, 0) < rules.posting:
            person = society.person[account]
            if not silent(person, state.opinion[person, 0], state.inner_confidence[person], state, society, rules):
                counts[_LOST] += 1
    for account in range(max(low, citizens), high):
        status = state.status[account]
        group = society.group[account]
        if status != _ACTIVE and (status != _SUSPENDED or group >= _OF_TROLLS_FROM):
            continue
        if group == _OF_CITIZEN:
            probability = society.activity[society.person[account]] * schedule.sessions[step] * rules.second_visits
        else:
            probability = society.actor_weight[account - citizens] * state.posting[group, step]
        if probability <= 0.0 or uniform(seed, _WAKE, step, account, 0) >= probability:
            continue
        if status == _ACTIVE:
            awake[n] = account
            n += 1
        elif group != _OF_CITIZEN:
            counts[_LOST + role_of(group)] += 1
        elif uniform(seed, _POST, step, account, 0) < rules.posting:
            person = society.person[account]
            if not silent(person, state.opinion[person, 0], state.inner_confidence[person], state, society, rules):
                counts[_LOST] += 1
    return n


@inlined
def silent(person: int, opinion: float, inner: float, state: State, society: Society, rules: Rules) -> bool:
    """Whether the spiral of silence keeps a person from speaking."""
    if rules.by_confidence:
        return not confident(inner, society.courage[person])
    return rules.silence and not willing(opinion, state.climate[person], society.courage[person])


@inlined
def _posts_first(seed: int, step: int, account: int, rules: Rules) -> bool:
    """Whether a citizen is one of those who post at the first tick of all."""
    return step == 0 and uniform(seed, _FIRST_POST, 0, account, 0) < rules.first_posts


@inlined
def _live_followees(
    seed: int, step: int, reader: int, state: State, society: Society, rules: Rules, scratch: Scratch
) -> int:
    """List the active followees whose posts reach the reader in ``scratch.row``; return how many."""
    n = 0
    if society.complete:
        first, last = 0, society.group.size
    else:
        first, last = society.indptr[reader], society.indptr[reader + 1]
    for e in range(first, last):
        followee = np.int64(e if society.complete else society.followees[e])
        if state.status[followee] != _ACTIVE or followee == reader:
            continue
        if society.group[followee] == _SLEEPER and not edge_has_come_alive(
            seed, reader, followee, step - state.active_since[followee], rules.follow_half_life
        ):
            continue
        scratch.row[n] = followee
        n += 1
    return n


@inlined
def _taken_down(seed: int, author: int, created: int, step: int, society: Society, rules: Rules) -> bool:
    """Whether a message was illegal and is gone."""
    return illegal(seed, author, created, society.illegal_share[author]) and taken_down_inline(
        seed, author, created, step, rules.measures.takedowns
    )


@inlined
def _hidden(seed: int, reader: int, author: int, created: int, state: State, rules: Rules) -> bool:
    """Whether a message is hidden from a reader because its author is downranked."""
    return (state.flags[author] & _DOWNRANKED) != 0 and uniform(
        seed, _VISIBILITY, created, reader, author
    ) >= rules.measures.visibility


@inlined
def _recent_enough(step: int, rows: int, state: State, rules: Rules, scratch: Scratch) -> int:
    """A step such that the entries posted from it on are likely to fill the feed (0 where there are few entries)."""
    memory = state.outbox.shape[1]
    wanted = rules.length + rules.length // 2 + 4
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
    rules: Rules,
    scratch: Scratch,
) -> int:
    """Make candidates of the messages in entries posted in low … high - 1; ``n`` are there already. Return how many are."""
    mask = scratch.table.size - 1
    memory = state.outbox.shape[1]
    takes_down = rules.measures.takedowns.size > 0
    hides = rules.measures.visibility < 1.0
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < low:
            continue
        troll = society.group[followee] >= _OF_TROLLS_FROM
        k = np.int64(state.head[followee])
        for _ in range(memory):
            k = (k if k > 0 else memory) - 1  # from the newest entry to the oldest
            entry = state.outbox[followee, k]
            posted = np.int64(entry.posted)
            author = np.int64(entry.author)
            if posted < low or author == EMPTY:
                break
            if posted >= high or author == reader or state.status[author] != _ACTIVE:
                continue
            name = (author << 16) | np.int64(entry.created)
            slot = ((name * 0x9E3779B1) >> 7) & mask
            while scratch.table[slot] >= 0 and scratch.name[scratch.table[slot]] != name:
                slot = (slot + 1) & mask
            c = np.int64(scratch.table[slot])
            if c < 0:
                if takes_down and _taken_down(seed, author, name & 0xFFFF, step, society, rules):
                    continue
                if hides and _hidden(seed, reader, author, name & 0xFFFF, state, rules):
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
            _add_copy(followee, k, troll, c, state, rules, scratch)
    return n


@inlined
def _add_older_copies(
    step: int, low: int, n: int, rows: int, whole: bool, state: State, society: Society, rules: Rules, scratch: Scratch
) -> None:
    """Count the copies of candidates in entries posted before ``low``; unless the ``whole`` feed is wanted, only those of
    messages on the topic, for all that a reader then has to know is which of them are new."""
    oldest = low
    for c in range(n):
        if whole or scratch.entry[c].stance != OFF_TOPIC:
            oldest = min(oldest, scratch.name[c] & 0xFFFF)
    if oldest >= low:
        return  # all were created since, so nobody can have carried one before
    mask = scratch.table.size - 1
    memory = state.outbox.shape[1]
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < oldest:
            continue
        troll = society.group[followee] >= _OF_TROLLS_FROM
        for k in range(memory):
            entry = state.outbox[followee, k]
            posted = np.int64(entry.posted)
            if posted >= low or posted < oldest or step - posted > rules.lifetime:
                continue
            if not whole and entry.stance == OFF_TOPIC:
                continue
            name = (np.int64(entry.author) << 16) | np.int64(entry.created)
            slot = ((name * 0x9E3779B1) >> 7) & mask
            while scratch.table[slot] >= 0 and scratch.name[scratch.table[slot]] != name:
                slot = (slot + 1) & mask
            c = np.int64(scratch.table[slot])
            if c >= 0:
                _add_copy(followee, k, troll, c, state, rules, scratch)


@inlined
def _add_copy(followee: int, k: int, troll: bool, c: int, state: State, rules: Rules, scratch: Scratch) -> None:
    """Count the copy of candidate ``c`` in entry ``k`` of a followee; each followee's share counts once, at its newest copy."""
    entry = state.outbox[followee, k]
    posted = np.int64(entry.posted)
    scratch.latest[c] = max(scratch.latest[c], posted)
    scratch.earliest[c] = min(scratch.earliest[c], posted)
    newest = True
    for other in range(state.outbox.shape[1]):
        copy = state.outbox[followee, other]
        if copy.posted > entry.posted and copy.author == entry.author and copy.created == entry.created:
            newest = False
    if newest:
        scratch.shares[c] += rules.flooding if troll else 1
    if troll:
        scratch.from_troll[c] = 1


@inlined
def _gather(
    seed: int, step: int, reader: int, rows: int, whole: bool, state: State, society: Society, rules: Rules, scratch: Scratch
) -> int:  # fmt: skip
    """Collect the distinct messages of others that the followees in ``scratch.row`` carry; return how many.

    Unless the ``whole`` feed is wanted, only those that somebody has carried since the reader was last awake: what is new
    ranks before all else, and that is all that a reader takes from a feed who is not going to reshare. In a ranked feed that is
    not so, and all are wanted.
    """
    since = 0 if whole else state.last_awake[reader]
    for i in range(rows):
        if scratch.last_post[scratch.row[i]] >= since:
            prefetch(state.outbox, scratch.row[i])
    oldest = max(0, step - rules.lifetime)
    if rules.ranked:
        low = 0
    elif whole:
        low = _recent_enough(step, rows, state, rules, scratch)
    else:
        low = state.last_awake[reader]
    low = max(oldest, low)
    n = _insert(seed, step, reader, 0, low, step, rows, state, society, rules, scratch)
    if whole and n < rules.length and low > oldest:
        n = _insert(seed, step, reader, n, oldest, low, rows, state, society, rules, scratch)
    elif low > oldest:
        _add_older_copies(step, low, n, rows, whole, state, society, rules, scratch)
    for c in range(n):
        scratch.table[scratch.used[c]] = -1
    return n


@inlined
def _select(
    seed: int, step: int, reader: int, n: int, society: Society, rules: Rules, scratch: Scratch
) -> int:  # fmt: skip
    """Choose the messages of the feed among the candidates. Returns how many; ``scratch.feed`` has them."""
    if n <= rules.length:
        for c in range(n):
            scratch.feed[c] = c
        return n
    if rules.ranked:
        return _select_ranked(seed, step, reader, n, society, rules, scratch)
    return _select_newest(seed, reader, n, rules, scratch)


@inlined
def _weight(seed: int, step: int, c: int, society: Society, rules: Rules, scratch: Scratch) -> float:
    """Weight of a candidate in a ranked feed and among the messages to reshare."""
    author, created = np.int64(scratch.entry[c].author), np.int64(scratch.entry[c].created)
    role = role_of(society.group[author])
    recency = rules.recency[step - created]
    w = engagement(seed, author, created, role, rules.appeal_exponent, rules.deception, scratch.shares[c], recency)
    if rules.dehumanises and _dehumanising(seed, c, society, rules, scratch):
        w *= rules.dehumanising_appeal
    return w


@inlined
def _dehumanising(seed: int, c: int, society: Society, rules: Rules, scratch: Scratch) -> bool:
    """Whether a candidate is on the topic and dehumanises the movement's people."""
    entry = scratch.entry[c]
    return entry.stance != OFF_TOPIC and dehumanising(
        seed, entry.author, entry.created, role_of(society.group[entry.author]),
        -rules.movement * stance_of(entry.stance), rules.dehumanising_campaign, rules.dehumanising_citizens, rules.hostile,
    )  # fmt: skip


@inlined
def _select_ranked(
    seed: int, step: int, reader: int, n: int, society: Society, rules: Rules, scratch: Scratch
) -> int:  # fmt: skip
    """Keep the messages of greatest weight, ties by draw."""
    held = 0
    for c in range(n):
        scratch.weight[c] = _weight(seed, step, c, society, rules, scratch)
        held = _keep_least(scratch.race, scratch.place, held, rules.length, -scratch.weight[c], c)
    cutoff = -scratch.race[rules.length - 1]
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
            held = _keep_least(scratch.race, scratch.place, held, rules.length - shown, tie, c)
    for i in range(held):
        scratch.feed[shown + i] = scratch.place[i]
    return shown + held


@inlined
def _select_newest(seed: int, reader: int, n: int, rules: Rules, scratch: Scratch) -> int:
    """Keep the newest messages: latest carried first, ties by draw."""
    length = rules.length
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
            held = _keep_least(scratch.race, scratch.place, held, room, tie, c)
    for i in range(held):
        scratch.feed[shown + i] = scratch.place[i]
    return shown + held


@inlined
def _keep_least(
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


@lean_kernel
def _topic_draws(
    seed: int,
    step: int,
    reader: int,
    size: int,
    author: NDArray[np.int64],
    created: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Running times of the topic stream's messages; a function of its own, which is compiled to vector instructions."""
    for s in range(size):
        out[s] = topic_race_inline(seed, reader, step, author[s], created[s])


@inlined
def _carried(step: int, rows: int, author: int, created: int, state: State, rules: Rules, scratch: Scratch) -> bool:
    """Whether one of the followees in ``scratch.row`` carries a message."""
    for i in range(rows):
        followee = scratch.row[i]
        if scratch.last_post[followee] < created:
            continue
        for k in range(state.outbox.shape[1]):
            entry = state.outbox[followee, k]
            if entry.author == author and entry.created == created and step - entry.posted <= rules.lifetime:
                return True
    return False


@inlined
def _add_topic(
    seed: int, step: int, reader: int, rows: int, whole: bool, n: int, shown: int, state: State, society: Society,
    rules: Rules, scratch: Scratch,
) -> int:  # fmt: skip
    """Add messages of the topic stream; return the number of messages shown.

    A slot stays empty if its message is one that followees carry: the feed is where it is seen. Unless the ``whole`` feed is
    wanted, messages that were in the stream when the reader was last awake are left out.
    """
    held = 0
    size = state.stream_size[0]
    takes_down = rules.measures.takedowns.size > 0
    hides = rules.measures.visibility < 1.0
    _topic_draws(seed, step, reader, size, scratch.topic_author, scratch.topic_created, scratch.topic_draw)
    for s in range(size):
        time = scratch.topic_draw[s]
        if held == rules.topic_slots and time >= scratch.race[held - 1]:
            continue
        author = scratch.topic_author[s]
        if author == reader or state.status[author] != _ACTIVE or state.status[state.stream_carrier[s]] != _ACTIVE:
            continue
        if step - state.stream[s].posted > rules.lifetime:
            continue
        if state.stream_weight[s] >= rules.measures.breaker:
            continue
        if takes_down and _taken_down(seed, author, scratch.topic_created[s], step, society, rules):
            continue
        if hides and _hidden(seed, reader, author, scratch.topic_created[s], state, rules):
            continue
        held = _keep_least(scratch.race, scratch.place, held, rules.topic_slots, time, s)
    for i in range(held):
        s = scratch.place[i]
        entry = state.stream[s]
        if not whole and entry.posted < state.last_awake[reader]:
            continue
        if _carried(step, rows, scratch.topic_author[s], scratch.topic_created[s], state, rules, scratch):
            continue
        scratch.entry[n] = entry
        scratch.name[n] = (np.int64(entry.author) << 16) | np.int64(entry.created)
        scratch.latest[n] = entry.posted
        scratch.earliest[n] = entry.posted
        scratch.shares[n] = np.int64(state.stream_weight[s])
        scratch.from_troll[n] = 1 if society.group[state.stream_carrier[s]] >= _OF_TROLLS_FROM else 0
        scratch.feed[shown] = n
        n += 1
        shown += 1
    return shown


@inlined
def _order_by_name(n: int, items: NDArray[np.int64], name: NDArray[np.int64]) -> None:
    """Sort candidates by message name, so that sums over them are taken in an order that does not depend on positions."""
    for i in range(1, n):
        c = items[i]
        j = i
        while j > 0 and name[items[j - 1]] > name[c]:
            items[j] = items[j - 1]
            j -= 1
        items[j] = c


@inlined
def _random_followee(seed: int, step: int, reader: int, state: State, society: Society) -> int:
    """One active followee, each as likely as the others; -1 if there is none.

    Candidates are drawn until one is active, so that a removal changes only the choices that had fallen on the removed.
    """
    accounts = society.group.size
    first = society.indptr[reader]
    degree = accounts - 1 if society.complete else society.indptr[reader + 1] - first
    if degree == 0:
        return -1
    for attempt in range(RANDOM_ATTEMPTS):
        i = np.int64(uniform(seed, _RANDOM, step, reader, attempt) * degree)
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == _ACTIVE:
            return followee
    active = 0
    for i in range(degree):
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == _ACTIVE:
            active += 1
    pick = np.int64(uniform(seed, _RANDOM, step, reader, RANDOM_ATTEMPTS) * active)
    for i in range(degree):
        followee = (i if i < reader else i + 1) if society.complete else np.int64(society.followees[first + i])
        if state.status[followee] == _ACTIVE:
            if pick == 0:
                return followee
            pick -= 1
    return -1


@inlined
def _says(account: int, state: State, society: Society, rules: Rules) -> bool:
    """Whether the opinion that an account holds now can be read: by confidence, people say it or are silent."""
    if not rules.by_confidence or society.group[account] != _OF_CITIZEN:
        return True
    person = society.person[account]
    return confident(state.inner_confidence[person], society.courage[person])


@inlined
def _read_current_opinion(followee: int, n: int, state: State, society: Society, scratch: Scratch) -> None:
    """Make the opinion that an account holds now the reading number ``n``."""
    group = society.group[followee]
    for level in range(4):
        if group == _OF_CITIZEN:
            scratch.stance[n, level] = state.opinion[society.person[followee], level]
        else:
            scratch.stance[n, level] = society.actor_stance[followee - (society.group.size - society.actor_weight.size)]
    scratch.role[n] = role_of(group)
    scratch.relayed[n] = 0


@inlined
def _read_all_opinions(
    seed: int, step: int, reader: int, state: State, society: Society, rules: Rules, scratch: Scratch
) -> int:
    """Read the opinions that all active followees hold now; return how many."""
    rows = _live_followees(seed, step, reader, state, society, rules, scratch)
    n = 0
    for i in range(rows):
        if _says(scratch.row[i], state, society, rules):
            _read_current_opinion(scratch.row[i], n, state, society, scratch)
            n += 1
    return n


@inlined
def read_new_messages(
    seed: int, step: int, reader: int, shown: int, state: State, society: Society, rules: Rules, schedule: Schedule,
    scratch: Scratch, counts: NDArray[np.int64],
) -> int:  # fmt: skip
    """Read the messages of the feed that are new to the reader, a citizen; return how many are on the topic."""
    person = society.person[reader]
    since = state.last_awake[reader]
    n = 0
    for i in range(shown):
        c = scratch.feed[i]
        entry = scratch.entry[c]
        if rules.measure_quality:
            author = np.int64(entry.author)
            role = role_of(society.group[author])
            counts[_SLOTS + role] += 1
            counts[_QUALITY] += np.int64(quality(seed, author, entry.created, role, rules.quality_rate) * _QUALITY_UNIT)
        if scratch.earliest[c] >= since and entry.stance != OFF_TOPIC:
            scratch.new[n] = c
            n += 1
    _order_by_name(n, scratch.new, scratch.name)
    measures = rules.measures
    discredited = discredits(rules)
    for i in range(n):
        c = scratch.new[i]
        entry = scratch.entry[c]
        role = role_of(society.group[entry.author])
        counts[_IMPRESSIONS + role] += 1
        stance = stance_of(entry.stance)
        scratch.stance[i, 0] = stance
        scratch.stance[i, 1] = stance - expand(entry.troll_shift)
        scratch.stance[i, 2] = scratch.stance[i, 1] - expand(entry.organiser_shift)
        scratch.stance[i, 3] = scratch.stance[i, 2] - expand(entry.event_shift)
        scratch.role[i] = role
        scratch.relayed[i] = 0 if scratch.from_troll[c] else 1
        if discredited:
            scratch.factor[i] = credibility(
                np.int64(state.flags[entry.author]), stance, measures.label_persuasion, measures.discount,
                measures.disclosed, measures.resemblance,
            )  # fmt: skip
        else:
            scratch.factor[i] = 1.0
        if rules.dehumanises and _dehumanising(seed, c, society, rules, scratch):
            counts[_DEHUMANISING] += 1
            if state.dehumanising_read.size > 0:
                state.dehumanising_read[person] += scratch.factor[i]
        if role == _TROLL:
            state.troll_impressions[person] += 1
        elif role == _ORGANISER:
            side = 0 if stance > 0.0 else 1
            if state.calls[side, entry.created]:
                state.last_call[person, side] = step
    return n


@inlined
def discredits(rules: Rules) -> bool:
    """Whether the weight of any message is less than it would be without measures; opinions read directly keep theirs."""
    return not rules.reads_opinions and (rules.measures.label_persuasion < 1.0 or rules.measures.discount > 0.0)


@inlined
def choose_report(
    seed: int, reader: int, n: int, state: State, society: Society, rules: Rules, scratch: Scratch
) -> int:
    """Whose message, of the ``n`` just read, the reader reports: the one with the least draw, if that is below the
    probability of a report; -1 if none is."""
    person = society.person[reader]
    confidence = np.float64(society.confidence[person])
    reported = -1
    least = 1.0
    for i in range(n):
        distance = abs(scratch.stance[i, 0] - state.opinion[person, 0])
        probability = rules.reports if distance >= confidence else rules.mistaken_reports
        if rules.dehumanises and _dehumanising(seed, scratch.new[i], society, rules, scratch):
            probability *= rules.dehumanising_reports
        name = scratch.name[scratch.new[i]]
        draw = report_draw(seed, reader, name >> 16, name & 0xFFFF)
        if draw < probability and draw < least:
            least = draw
            reported = name >> 16
    return reported


@inlined
def change_mind(
    step: int, person: int, n: int, discredited: bool, state: State, society: Society, rules: Rules, schedule: Schedule,
    weight: Any, parameters: Any, scratch: Scratch, out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Opinion (into ``out``), troll channels and perceived climate after ``n`` readings, of which some may be ``discredited``."""
    x = state.opinion[person]
    confidence = np.float64(society.confidence[person])
    pull0 = pull1 = pull2 = pull3 = direct = relayed = other = total = 0.0
    share, anchoring = 1.0, rules.anchoring
    if rules.averages:
        share = rules.own_weight
        for i in range(n):
            w = weight(x[0], scratch.stance[i, 0], confidence, parameters)
            share += w * scratch.factor[i] if discredited else w
        share = 1.0 / share if share > 0.0 else 0.0
    if rules.susceptible:
        share *= np.float64(society.susceptibility[person])
        anchoring = 1.0 - np.float64(society.susceptibility[person])
    for i in range(n):
        stance = scratch.stance[i]
        w = share * weight(x[0], stance[0], confidence, parameters)
        if discredited:
            w *= scratch.factor[i]
        step0 = w * (stance[0] - x[0])
        pull0 += step0
        total += stance[0]
        if scratch.role[i] == _TROLL:
            if scratch.relayed[i]:
                relayed += step0
            else:
                direct += step0
        else:
            other += w
            pull1 += w * (stance[1] - x[1])
            if scratch.role[i] != _ORGANISER:
                pull2 += w * (stance[2] - x[2])
                pull3 += w * (stance[3] - x[3])
    side = schedule.event_side[step]
    event_pull = rules.event_pull if side != 0.0 else 0.0
    anchor = society.anchor[person]
    out[0] = moved(x[0], pull0, anchor, anchoring, event_pull, side)
    out[1] = moved(x[1], pull1, anchor, anchoring, event_pull, side)
    out[2] = moved(x[2], pull2, anchor, anchoring, event_pull, side)
    out[3] = moved(x[3], pull3, anchor, anchoring, 0.0, 0.0)
    channel = state.channel[person]
    channel[0] = channel_moved(channel[0], direct, other, anchoring, event_pull)
    channel[1] = channel_moved(channel[1], relayed, other, anchoring, event_pull)
    if n > 0:
        state.climate[person] += rules.climate_memory * (total / n - state.climate[person])


@inlined
def gain_confidence(person: int, n: int, state: State, rules: Rules, scratch: Scratch) -> float:
    """Inner confidence after ``n`` readings, by how many are on the person's own side and on the other."""
    same = opposed = 0
    x = state.opinion[person, 0]
    for i in range(n):
        agreement = x * scratch.stance[i, 0]
        if agreement > 0.0:
            same += 1
        elif agreement < 0.0:
            opposed += 1
    return encouraged(state.inner_confidence[person], same, opposed, rules.confidence_step)


@inlined
def _choose_reshare(
    seed: int, step: int, reader: int, shown: int, opinion: float, state: State, society: Society, rules: Rules, scratch: Scratch
) -> int:  # fmt: skip
    """Candidate to reshare: the least running time with weight appeal x shares x recency; -1 if nothing is acceptable."""
    best = -1
    least = np.inf
    citizen = society.group[reader] == _OF_CITIZEN
    confidence = np.float64(society.confidence[society.person[reader]]) if citizen else 0.0
    for i in range(shown):
        c = scratch.feed[i]
        entry = scratch.entry[c]
        if (
            citizen
            and rules.congenial_only
            and entry.stance != OFF_TOPIC
            and abs(stance_of(entry.stance) - opinion) >= confidence
        ):
            continue
        w = _weight(seed, step, c, society, rules, scratch)
        if state.flags[entry.author] & _LABELLED:
            w *= rules.measures.label_reshare
        time = reshare_race(seed, reader, step, entry.author, entry.created, w)
        if time < least:
            least = time
            best = c
    return best


@inlined
def _choose_at_first_sight(seed: int, reader: int, shown: int, state: State, rules: Rules, scratch: Scratch) -> int:
    """Candidate that the reader has decided to share and has not shared yet (the least draw first); -1 if none."""
    best = -1
    least = rules.first_sight
    for i in range(shown):
        c = scratch.feed[i]
        name = scratch.name[c]
        draw = uniform(seed, _FIRST_SIGHT, name & 0xFFFF, reader, name >> 16)
        if draw >= least:
            continue
        if state.flags[name >> 16] & _LABELLED and draw >= rules.first_sight * rules.measures.label_reshare:
            continue
        carried = False
        for k in range(state.outbox.shape[1]):
            own = state.outbox[reader, k]
            if (np.int64(own.author) << 16) | np.int64(own.created) == name:
                carried = True
        if not carried:
            least = draw
            best = c
    return best


@inlined
def _take_up(step: int, c: int, scratch: Scratch, i: int, decisions: Decisions) -> None:
    """Decide to post candidate ``c`` again."""
    decisions.action[i] = RESHARE
    decisions.entry[i] = scratch.entry[c]
    decisions.entry[i].posted = step


@inlined
def shares_at_first_sight(
    seed: int, step: int, account: int, shown: int, state: State, rules: Rules, scratch: Scratch, i: int, decisions: Decisions
) -> bool:  # fmt: skip
    """Whether the reader has decided to share one of the messages shown; they do, unless they drop it on being asked."""
    c = _choose_at_first_sight(seed, account, shown, state, rules, scratch)
    if c >= 0 and not _put_off(seed, step, account, rules):
        _take_up(step, c, scratch, i, decisions)
    return c >= 0


@inlined
def _put_off(seed: int, step: int, account: int, rules: Rules) -> bool:
    """Whether a citizen drops a reshare on being asked."""
    return rules.measures.friction > 0.0 and uniform(seed, _FRICTION, step, account, 0) < rules.measures.friction


@inlined
def speak(
    seed: int,
    step: int,
    account: int,
    shown: int,
    first: bool,
    state: State,
    society: Society,
    rules: Rules,
    scratch: Scratch,
    i: int,
    decisions: Decisions,
) -> None:
    """Decide what an account that speaks now posts: something new, or a message of its feed."""
    group = society.group[account]
    opinion = decisions.opinion[i]
    if shown > 0 and not first and uniform(seed, _NEW, step, account, 0) >= rules.new_share[group]:
        if group != _OF_CITIZEN or not rules.at_first_sight:
            c = _choose_reshare(seed, step, account, shown, opinion[0], state, society, rules, scratch)
            if c >= 0 and not (group == _OF_CITIZEN and _put_off(seed, step, account, rules)):
                _take_up(step, c, scratch, i, decisions)
        return
    decisions.action[i] = NEW
    entry = decisions.entry[i]
    entry.author = account
    entry.created = step
    entry.posted = step
    entry.stance = OFF_TOPIC
    entry.troll_shift = 0
    entry.organiser_shift = 0
    entry.event_shift = 0
    if on_topic(seed, account, step, rules.on_topic_share[group]):
        entry.stance = quantise(opinion[0])
        entry.troll_shift = compand(opinion[0] - opinion[1])
        entry.organiser_shift = compand(opinion[1] - opinion[2])
        entry.event_shift = compand(opinion[2] - opinion[3])


@inlined
def look(
    seed: int, step: int, account: int, whole: bool, topic: bool, state: State, society: Society, rules: Rules, scratch: Scratch
) -> tuple[int, int]:  # fmt: skip
    """Choose the feed of an account; return how many followees were looked at and how many messages are shown."""
    rows = _live_followees(seed, step, account, state, society, rules, scratch)
    n = _gather(seed, step, account, rows, whole, state, society, rules, scratch)
    shown = _select(seed, step, account, n, society, rules, scratch)
    if topic:
        shown = _add_topic(seed, step, account, rows, whole, n, shown, state, society, rules, scratch)
    return rows, shown


@inlined
def row_of(accounts: NDArray[np.int64], account: int) -> int:
    """Where an account is in an ascending list; -1 if it is not there."""
    row = np.searchsorted(accounts, account)
    return row if row < accounts.size and accounts[row] == account else -1


@inlined
def recall(elsewhere: Elsewhere, row: int, n: int, scratch: Scratch) -> int:
    """Add what an account has read on the second platform to ``n`` readings; return how many there are now."""
    for i in range(elsewhere.n[row]):
        for level in range(4):
            scratch.stance[n + i, level] = elsewhere.stance[row, i, level]
        scratch.role[n + i] = elsewhere.role[row, i]
        scratch.relayed[n + i] = elsewhere.relayed[row, i]
        scratch.factor[n + i] = elsewhere.factor[row, i]
    return n + elsewhere.n[row]


@inlined
def _fetch_ahead(awake: NDArray[np.int64], i: int, high: int, state: State, society: Society) -> None:
    """Have the memory fetched that the next accounts will read: they lie apart, and waiting for it takes longer than all else."""
    if society.complete or i + 2 >= high:
        return
    prefetch(society.indptr, awake[i + 2])
    account = awake[i + 1]
    prefetch(society.followees, society.indptr[account])
    prefetch(state.last_awake, account)
    person = np.int64(society.person[account])
    if person >= 0:
        prefetch(state.opinion, person)
        prefetch(state.channel, person)
        prefetch(state.climate, person)
        prefetch(society.anchor, person)
        prefetch(society.confidence, person)


@lean_kernel
def decide(
    seed: int, step: int, awake: NDArray[np.int64], low: int, high: int, state: State, society: Society, schedule: Schedule,
    rules: Rules, weight: Any, parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere,
    counts: NDArray[np.int64],
) -> None:  # fmt: skip
    """Accounts awake[low:high] of the first platform read the state left by the previous tick and decide; rows of others are only
    read."""
    citizens = society.group.size - society.actor_weight.size
    for s in range(state.stream_size[0]):
        scratch.topic_author[s] = state.stream[s].author
        scratch.topic_created[s] = state.stream[s].created
    for i in range(low, high):
        account = awake[i]
        _fetch_ahead(awake, i, high, state, society)
        group = society.group[account]
        decisions.action[i] = NOTHING
        if rules.observes:
            decisions.reported[i] = -1
        shown = 0
        first = group == _OF_CITIZEN and _posts_first(seed, step, account, rules)
        would_post = group != _OF_CITIZEN or first or uniform(seed, _POST, step, account, 0) < rules.posting
        if not rules.reads_opinions and (group == _OF_CITIZEN or rules.new_share[group] < 1.0):
            topic = group == _OF_CITIZEN and rules.topic_slots > 0 and society.topic_reader[society.person[account]]
            reshares = would_post and uniform(seed, _NEW, step, account, 0) >= rules.new_share[group]
            whole = reshares or rules.at_first_sight or rules.measure_quality or rules.ranked
            rows, shown = look(seed, step, account, whole, topic, state, society, rules, scratch)
            counts[_ROWS] += rows
        if group == _OF_CITIZEN:
            person = np.int64(society.person[account])
            counts[_READERS] += 1
            if rules.one_random_followee:
                readings = 0
                followee = _random_followee(seed, step, account, state, society)
                if followee >= 0 and _says(followee, state, society, rules):
                    _read_current_opinion(followee, 0, state, society, scratch)
                    readings = 1
            elif rules.reads_opinions:
                readings = _read_all_opinions(seed, step, account, state, society, rules, scratch)
            else:
                readings = read_new_messages(
                    seed, step, account, shown, state, society, rules, schedule, scratch, counts
                )
            if rules.observes and not rules.reads_opinions:
                decisions.reported[i] = choose_report(seed, account, readings, state, society, rules, scratch)
            if society.twin.size > 0 and society.twin[account] >= 0:
                row = row_of(elsewhere.account, society.twin[account])
                if row >= 0:
                    readings = recall(elsewhere, row, readings, scratch)
            opinion = decisions.opinion[i]
            discredited = discredits(rules) or elsewhere.discredits
            change_mind(
                step,
                person,
                readings,
                discredited,
                state,
                society,
                rules,
                schedule,
                weight,
                parameters,
                scratch,
                opinion,
            )
            inner = 0.0
            if rules.by_confidence:
                inner = gain_confidence(person, readings, state, rules, scratch)
                decisions.inner_confidence[i] = inner
            state.last_awake[account] = step
            if not first:
                if rules.at_first_sight and shares_at_first_sight(
                    seed, step, account, shown, state, rules, scratch, i, decisions
                ):
                    continue
                if not would_post or silent(person, opinion[0], inner, state, society, rules):
                    continue
        else:
            for level in range(4):
                decisions.opinion[i, level] = society.actor_stance[account - citizens]
            state.last_awake[account] = step
        speak(seed, step, account, shown, first, state, society, rules, scratch, i, decisions)


@lean_kernel
def list_feeds(
    seed: int, step: int, low: int, high: int, state: State, society: Society, rules: Rules, scratch: Scratch,
    names: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write the names of the messages in the feeds that active accounts low … high - 1 would read at a step; return how many
    (a message is listed once for each feed that has it)."""
    n = 0
    for account in range(low, high):
        if state.status[account] != _ACTIVE:
            continue
        rows = _live_followees(seed, step, account, state, society, rules, scratch)
        candidates = _gather(seed, step, account, rows, True, state, society, rules, scratch)
        shown = _select(seed, step, account, candidates, society, rules, scratch)
        for i in range(shown):
            names[n] = scratch.name[scratch.feed[i]]
            n += 1
    return n


@lean_kernel
def commit(
    awake: NDArray[np.int64],
    low: int,
    high: int,
    state: State,
    society: Society,
    rules: Rules,
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
        if group == _OF_CITIZEN:
            for level in range(4):
                state.opinion[society.person[account], level] = decisions.opinion[i, level]
            if rules.by_confidence:
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
            if role == _TROLL:
                counts[_TROLL_ON_TOPIC] += 1
        if action == RESHARE and group == _OF_CITIZEN and society.group[entry.author] >= _OF_TROLLS_FROM:
            counts[_OF_TROLLS] += 1


@lean_kernel
def leave_traces(
    seed: int, step: int, awake: NDArray[np.int64], n: int, state: State, society: Society, schedule: Schedule, rules: Rules,
    decisions: Decisions,
) -> None:  # fmt: skip
    """Count what the tick's posts and reports show of the accounts concerned."""
    traces, copies = state.traces, decisions.copies
    for i in range(n):
        if decisions.reported[i] >= 0:
            traces[decisions.reported[i], _REPORTS] += 1
        decisions.script[i] = -1
        if decisions.action[i] == NOTHING:
            continue
        account = awake[i]
        traces[account, _OFFICE] += schedule.office[step]
        if decisions.action[i] == RESHARE:
            traces[account, _TRACE_RESHARES] += 1
            continue
        group = society.group[account]
        copied = script(seed, account, step, rules.scripted[group], rules.first_script[group], rules.scripts[group])
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


@lean_kernel
def enter_topic_stream(
    seed: int, awake: NDArray[np.int64], n: int, state: State, society: Society, rules: Rules, decisions: Decisions
) -> None:
    """Enter the tick's posts on the topic into the topic stream, which keeps the messages of least priority."""
    capacity = state.stream.size
    limit = rules.measures.topic_limit
    for i in range(n):
        if decisions.action[i] == NOTHING or decisions.entry[i].stance == OFF_TOPIC:
            continue
        entry = decisions.entry[i]
        carrier = awake[i]
        if limit > 0 and _posts_on_topic(carrier, np.int64(entry.posted) - rules.measures.topic_window, state) > limit:
            continue
        author, created = np.int64(entry.author), np.int64(entry.created)
        weight = np.float64(rules.flooding if society.group[carrier] >= _OF_TROLLS_FROM else 1)
        used = state.stream_size[0]
        place = -1
        for s in range(used):
            if state.stream[s].author == entry.author and state.stream[s].created == entry.created:
                place = s
                weight += state.stream_weight[s]
                break
        priority = topic_priority(seed, author, created, weight, entry.posted, rules.topic_half_life)
        if place < 0:
            if used < capacity:
                place = used
                state.stream_size[0] += 1
            else:
                place = 0
                for s in range(1, capacity):
                    if _yields_first(state.stream, state.stream_priority, s, place):
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


@inlined
def _yields_first(stream: NDArray[np.void], priority: NDArray[np.float64], a: int, b: int) -> bool:
    """Whether message a of the stream has to go before message b: larger priority, then larger name."""
    if priority[a] != priority[b]:
        return priority[a] > priority[b]
    if stream[a].author != stream[b].author:
        return stream[a].author > stream[b].author
    return stream[a].created > stream[b].created


@lean_kernel
def count_turnout(
    step: int, event: int, low: int, high: int, state: State, society: Society, schedule: Schedule, rules: Rules
) -> int:
    """How many of the people low … high - 1 join an event."""
    side = schedule.join_side[event]
    row = 0 if side > 0 else 1
    previous = schedule.join_previous[event]
    turnout = state.turnout[previous] / state.opinion.shape[0] if previous >= 0 else 0.0
    joined = 0
    for person in range(low, high):
        seen = state.last_call[person, row]
        called = 1 if seen >= 0 and step - seen <= rules.call_window else 0
        support = perceived_support(side, state.climate[person], turnout, rules.turnout_weight)
        threshold = society.joining[person]
        if rules.legitimacy_weight > 0.0:
            gained = state.legitimacy[person] - society.legitimacy_at_start[person]
            threshold = threshold_now(threshold, rules.movement * side, gained, rules.legitimacy_weight)
        if joins(
            side,
            state.opinion[person, 0],
            support,
            called,
            threshold,
            rules.conviction,
            rules.complementarity,
            rules.call,
        ):
            joined += 1
    return joined


@lean_kernel
def run_ticks(
    seed: int, first: int, last: int, state: State, society: Society, schedule: Schedule, rules: Rules, weight: Any,
    parameters: Any, scratch: Scratch, decisions: Decisions, elsewhere: Elsewhere, awake: NDArray[np.int64], block: int,
    ends: NDArray[np.int64], sessions: NDArray[np.int32],
) -> None:  # fmt: skip
    """Steps first … last - 1 on one thread, where there is no second platform; all of them in the block of ``sessions`` that
    begins with step ``block``."""
    accounts = society.group.size
    begin = np.int64(0)  # the literal 0 is a type of its own, for which everything would be compiled a second time
    for step in range(first, last):
        counts = state.counts[step]
        for event in range(schedule.join_step.size):
            if schedule.join_step[event] == step:
                state.turnout[event] = count_turnout(
                    step, event, begin, society.anchor.size, state, society, schedule, rules
                )
        place = ends[step - block - 1] if step > block else begin
        due = sessions[place : ends[step - block]]
        n = _wake(seed, step, begin, accounts, due, state, society, schedule, rules, awake, counts)
        decide(
            seed, step, awake, begin, n, state, society, schedule, rules, weight, parameters, scratch, decisions, elsewhere,
            counts,
        )  # fmt: skip
        commit(awake, begin, n, state, society, rules, decisions, scratch.last_post, counts)
        if rules.observes:
            leave_traces(seed, step, awake, n, state, society, schedule, rules, decisions)
        enter_topic_stream(seed, awake, n, state, society, rules, decisions)
