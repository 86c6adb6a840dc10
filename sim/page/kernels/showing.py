"""The feed that a person would read now, with why each message is in it: a look at a world, which changes nothing in it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import ACTIVE
from sim.engine.kernels.feeds import look
from sim.engine.kernels.gathering import posted_last
from sim.engine.kernels.reading import believed, discredits, is_news, share_of_weights, weight_of_reading
from sim.engine.kernels.selecting import weight_of
from sim.engine.kernels.topic_slots import list_stream
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.feed.outbox import OFF_TOPIC, stance_of
from sim.feed.ranking import feed_tie
from sim.page.kernels.moderating import parameters_at
from sim.page.kernels.work import Work
from sim.society.society import Society

READS_NOTHING = -1
"""What ``show_feed`` returns for an account that is nobody's or is not in use."""


class Shown(IntEnum):
    """What is known of a message in a feed: a column each.

    Its name (``AUTHOR``, ``CREATED``); the step at which it was ``POSTED`` last by somebody whom the reader follows (or entered
    the topic stream); ``SHARES`` as the model counts them; whether it is there ``FROM_STREAM`` alone; whether its author, who is
    ``FOLLOWED``, carries it; how many others of those followed do (``RELAYED``), and which of them posted it last (``CARRIER``,
    -1 where none does); whether it is ``NEW`` to the reader and on the topic; what it says (``STANCE``, nan where it is off the
    topic); its ``WEIGHT`` among the messages to reshare; how far it ``PULL``s the reader's opinion, with all
    that is read at once (nan where it is not new); and whether the opinion rule gives it no weight for being too ``FAR`` away
    (it would give some to what the reader thinks)."""

    AUTHOR = 0
    CREATED = 1
    POSTED = 2
    SHARES = 3
    FROM_STREAM = 4
    FOLLOWED = 5
    RELAYED = 6
    CARRIER = 7
    NEW = 8
    STANCE = 9
    WEIGHT = 10
    PULL = 11
    FAR = 12
    COLUMNS = 13


_AUTHOR, _CREATED, _POSTED, _SHARES = int(Shown.AUTHOR), int(Shown.CREATED), int(Shown.POSTED), int(Shown.SHARES)
_FROM_STREAM, _FOLLOWED, _RELAYED = int(Shown.FROM_STREAM), int(Shown.FOLLOWED), int(Shown.RELAYED)
_CARRIER, _NEW, _STANCE = int(Shown.CARRIER), int(Shown.NEW), int(Shown.STANCE)
_WEIGHT, _PULL, _FAR = int(Shown.WEIGHT), int(Shown.PULL), int(Shown.FAR)


@inlined
def _rank(c: int, parameters: Parameters, scratch: Scratch) -> float:
    """What a message of the feed was chosen for, the greatest first."""
    if parameters.choices.by_arrival:
        return np.float64(scratch.arrived[c])
    return scratch.weight[c] if parameters.choices.ranked else np.float64(scratch.latest[c])


@inlined
def _put_in_order(seed: int, reader: int, n: int, parameters: Parameters, scratch: Scratch) -> None:
    """Sort the first ``n`` messages of the feed by what they were chosen for, ties by draw, as the feed has them."""
    feed, race = scratch.feed, scratch.race
    for i in range(n):
        c = feed[i]
        name = scratch.name[c]
        tie = feed_tie(seed, reader, name >> 16, name & 0xFFFF)
        rank = _rank(c, parameters, scratch)
        j = i
        while j > 0:
            other = feed[j - 1]
            its = _rank(other, parameters, scratch)
            if its > rank or (its == rank and race[j - 1] <= tie):
                break
            feed[j], race[j] = other, race[j - 1]
            j -= 1
        feed[j], race[j] = c, tie


@inlined
def _find_carriers(
    step: int, c: int, rows: int, row: Any, state: State, parameters: Parameters, scratch: Scratch
) -> None:
    """Who of the followees in ``scratch.row`` carries a candidate."""
    author, created = scratch.name[c] >> 16, scratch.name[c] & 0xFFFF
    followed, relayed, carrier, last = 0, 0, np.int64(-1), np.int64(-1)
    for i in range(rows):
        followee = scratch.row[i]
        posted = posted_last(step, followee, author, created, state, parameters)
        if posted < 0:
            continue
        if followee == author:
            followed = 1
            continue
        relayed += 1
        if posted > last:
            carrier, last = followee, posted
    row[_FOLLOWED], row[_RELAYED], row[_CARRIER] = followed, relayed, carrier


@lean_kernel
def show_feed(
    account: int, seed: int, weight: Any, rule_parameters: Any, state: State, society: Society, fixed: Parameters,
    scratch: Scratch, work: Work,
) -> int:  # fmt: skip
    """Write the feed that a person's account would read at the present step into ``work.shown``, first what followees carry, then
    what the topic stream adds; return how many messages are in it."""
    step = work.step[0]
    if account < 0 or account >= society.group.size or state.status[account] != ACTIVE:
        return READS_NOTHING
    person = np.int64(society.person[account])
    if person < 0:
        return READS_NOTHING
    parameters = parameters_at(step, fixed, work)
    if parameters.choices.reads_opinions:
        return 0
    list_stream(state, scratch)
    topic = parameters.feed.topic_slots > 0 and society.topic_reader[person]
    rows, shown = look(seed, step, account, True, topic, state, society, parameters, scratch)
    carried = np.int64(0)
    for i in range(shown):
        c = scratch.feed[i]
        scratch.weight[c] = weight_of(seed, step, c, society, parameters, scratch)
        carried += c < scratch.first_from_stream[0]
    _put_in_order(seed, account, carried, parameters, scratch)
    x = state.opinion[person, 0]
    confidence = np.float64(society.confidence_bound[person])
    discredited = discredits(parameters)
    news = 0
    for i in range(shown):
        c = scratch.feed[i]
        entry = scratch.entry[c]
        row = work.shown[i]
        row[_AUTHOR], row[_CREATED] = np.float64(entry.author), np.float64(entry.created)
        row[_POSTED], row[_SHARES] = np.float64(scratch.latest[c]), np.float64(scratch.shares[c])
        row[_FROM_STREAM] = np.float64(c >= scratch.first_from_stream[0])
        _find_carriers(step, c, rows, row, state, parameters, scratch)
        row[_WEIGHT] = scratch.weight[c]
        row[_STANCE] = row[_PULL] = np.nan
        row[_NEW] = row[_FAR] = 0.0
        if entry.stance == OFF_TOPIC:
            continue
        stance = stance_of(entry.stance)
        row[_STANCE] = stance
        if not is_news(c, account, state.last_awake[account], scratch):
            continue
        row[_NEW] = 1.0
        w = weight_of_reading(weight, x, stance, confidence, rule_parameters, parameters.rule.averages, scratch)
        row[_FAR] = np.float64(w == 0.0 and weight(x, x, confidence, rule_parameters) != 0.0)
        scratch.stance[news, 0] = stance
        scratch.factor[news] = believed(np.int64(entry.author), stance, state, parameters) if discredited else 1.0
        row[_PULL] = w * scratch.factor[news]
        news += 1
    # The same share of all of them, as it is taken when they are read.
    share, _ = share_of_weights(x, person, news, discredited, society, parameters, weight, rule_parameters, scratch)
    for i in range(shown):
        row = work.shown[i]
        row[_PULL] = row[_PULL] * share * (row[_STANCE] - x)
    return shown
