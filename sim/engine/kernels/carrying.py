"""Who carried trolls' messages to readers, and what each carrier moved by that: found out beside a tick, before it is simulated.

Nothing of a run is written to: who is awake, what they are shown and how far it moves them are asked of the functions that the
tick itself uses.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import OF_CITIZEN, TROLL, role_of
from sim.engine.kernels.feeds import look
from sim.engine.kernels.gathering import posted_last, takes_all
from sim.engine.kernels.reading import discredits, list_news, read_message, row_of, share_of_weights, weight_of_reading
from sim.engine.kernels.topic_slots import list_stream
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.opinion.provenance import DIRECT, RELAYED, channels_moved, drawn
from sim.people.accounts import first_account
from sim.society.schedule import Schedule
from sim.society.society import Society

STREAM = -1
"""The carrier of what the topic stream shows."""
NO_ROOM = -1
UNIT = 2.0**500
"""What a step of ``scale`` is."""
WASHED_OUT = 8
"""Steps of ``scale`` by which nothing is left."""


class Log(NamedTuple):
    """A row for each reading of a troll's message and each account that carried it to the ``reader`` (a person): the ``carrier``,
    the message's ``name`` (author * 2**16 + created), the ``channel`` by which it came, how far it ``moved`` the reader through
    this carrier, and how much was left of earlier readings at that moment (``left`` * 2 ** (500 * ``scale``))."""

    reader: NDArray[np.int32]
    carrier: NDArray[np.int64]
    name: NDArray[np.int64]
    channel: NDArray[np.uint8]
    moved: NDArray[np.float64]
    left: NDArray[np.float64]
    scale: NDArray[np.int32]


class Readers(NamedTuple):
    """Whose readings are followed: ``watched`` (people,); their troll ``channel`` as it has been accounted for, and how much is
    ``left`` in it now of what was in it at first, each (people, 2), in steps of ``scale``."""

    watched: NDArray[np.bool_]
    channel: NDArray[np.float64]
    left: NDArray[np.float64]
    scale: NDArray[np.int32]


@lean_kernel
def _read(
    seed: int, step: int, account: int, topic: bool, n: int, rows: int, state: State, society: Society, parameters: Parameters,
    scratch: Scratch, log: Log,
) -> tuple[int, int]:  # fmt: skip
    """Add what an account reads now to ``n`` readings, and the carriers of trolls' messages among it to the log, which has so
    many ``rows``; return how many there are of either. A row then has the number of its reading in ``scale`` and how many carried
    it in ``left``."""
    followees, shown = look(seed, step, account, takes_all(parameters), topic, state, society, parameters, scratch)
    found = list_news(account, state.last_awake[account], shown, scratch)
    discredited = discredits(parameters)
    for i in range(found):
        c = scratch.new[i]
        entry = scratch.entry[c]
        author, created = np.int64(entry.author), np.int64(entry.created)
        role = role_of(society.group[author])
        read_message(c, n, role, discredited, state, society, parameters, scratch)
        if role == TROLL:
            first = rows
            if c >= scratch.first_from_stream[0]:
                if rows == log.reader.size:
                    return n, NO_ROOM
                log.carrier[rows] = STREAM
                rows += 1
            else:
                for f in range(followees):
                    if posted_last(step, scratch.row[f], author, created, state, parameters) >= 0:
                        if rows == log.reader.size:
                            return n, NO_ROOM
                        log.carrier[rows] = scratch.row[f]
                        rows += 1
            for row in range(first, rows):
                log.reader[row] = society.person[account]
                log.name[row] = scratch.name[c]
                log.channel[row] = scratch.relayed[n]
                log.left[row] = rows - first
                log.scale[row] = n
        n += 1
    return n, rows


@inlined
def _wash(person: int, channel: int, kept: float, readers: Readers) -> None:
    """Of what was in a channel the share ``kept`` is left."""
    left = readers.left[person, channel] * kept
    if left == 0.0:
        left = 1.0
        readers.scale[person, channel] -= WASHED_OUT
    elif abs(left) < 1.0 / UNIT:
        left *= UNIT
        readers.scale[person, channel] -= 1
    elif abs(left) > UNIT:
        left /= UNIT
        readers.scale[person, channel] += 1
    readers.left[person, channel] = left


@inlined
def settle(person: int, state: State, readers: Readers) -> None:
    """Account for what happened to a person's channels other than by reading: a disclosure moves people without it."""
    for channel in range(2):
        before, now = readers.channel[person, channel], state.channel[person, channel]
        if now != before:
            _wash(person, channel, now / before if before != 0.0 else 1.0, readers)
            readers.channel[person, channel] = now


@lean_kernel
def settle_all(state: State, readers: Readers) -> None:
    """Account for what happened to everybody's channels other than by reading."""
    for person in range(readers.watched.size):
        if readers.watched[person]:
            settle(person, state, readers)


@inlined
def _credit(
    step: int, person: int, n: int, first: int, rows: int, discredited: bool, state: State, society: Society, schedule: Schedule,
    parameters: Parameters, weight: Any, rule_parameters: Any, scratch: Scratch, readers: Readers, log: Log,
) -> None:  # fmt: skip
    """Move a person's channels by ``n`` readings, as the tick will, and share what trolls' messages moved among their carriers,
    whose rows of the log are ``first`` … ``rows`` - 1."""
    x = state.opinion[person, 0]
    confidence = np.float64(society.confidence_bound[person])
    share, anchoring = share_of_weights(
        x, person, n, discredited, society, parameters, weight, rule_parameters, scratch
    )
    pull = direct = relayed = other = 0.0
    for i in range(n):
        stance = scratch.stance[i, 0]
        w = weight_of_reading(weight, x, stance, confidence, rule_parameters, parameters.rule.averages, scratch)
        if discredited:
            w *= scratch.factor[i]
        w *= share
        by = w * (stance - x)
        scratch.stance[i, 1] = by
        pull += by
        if scratch.role[i] != TROLL:
            other += w
        elif scratch.relayed[i]:
            relayed += by
        else:
            direct += by
    side = schedule.event_side[step]
    event_pull = parameters.calendar.event_pull if side != 0.0 else 0.0
    to = drawn(x, pull, society.anchor[person], anchoring, event_pull, side)
    before = readers.channel[person]
    retained = 1.0 - other - anchoring - event_pull
    both = channels_moved(before[DIRECT], before[RELAYED], direct, relayed, other, anchoring, event_pull, to)
    for channel in range(2):
        raw = before[channel] * retained + (direct if channel == DIRECT else relayed)
        now = both[0] if channel == DIRECT else both[1]
        cut = now / raw if raw != 0.0 else 1.0  # what the end of the scale leaves of it
        _wash(person, channel, retained * cut, readers)
        readers.channel[person, channel] = now
        for row in range(first, rows):
            if log.channel[row] == channel:
                log.moved[row] = scratch.stance[log.scale[row], 1] / log.left[row] * cut
    for row in range(first, rows):
        channel = log.channel[row]
        log.left[row] = readers.left[person, channel]
        log.scale[row] = readers.scale[person, channel]


@lean_kernel
def follow(
    seed: int, step: int, awake: NDArray[np.int64], others: NDArray[np.int64], start: int, rows: int, state: State,
    society: Society, schedule: Schedule, parameters: Parameters, second: Parameters, weight: Any, rule_parameters: Any,
    scratch: Scratch, readers: Readers, log: Log,
) -> tuple[int, int]:  # fmt: skip
    """Add to the log what people read at this step on the first platform, where ``awake`` are, and on the ``second``, where the
    ``others`` are; numbers from ``start`` on of both together. Returns with which it ended, since there was no more room in the
    log (all, if there was), and how many rows the log has. To be called before the tick itself."""
    people = society.anchor.size
    discredited = discredits(parameters) or (society.twin.size > 0 and discredits(second))
    on_second = False  # a literal would be of another type
    list_stream(state, scratch)
    for i in range(start, awake.size + others.size):
        account = awake[i] if i < awake.size else others[i - awake.size]
        if society.group[account] != OF_CITIZEN:
            continue
        person = np.int64(society.person[account])
        if not readers.watched[person]:
            continue
        n, more = np.int64(0), np.int64(rows)
        if i < awake.size:
            topic = parameters.feed.topic_slots > 0 and society.topic_reader[person]
            n, more = _read(seed, step, account, topic, n, more, state, society, parameters, scratch, log)
            if society.twin.size > 0 and more != NO_ROOM:
                twin = np.int64(society.twin[account])
                if twin >= 0 and row_of(others, twin) >= 0:
                    n, more = _read(seed, step, twin, on_second, n, more, state, society, second, scratch, log)
            if more == NO_ROOM:
                return i, rows
            settle(person, state, readers)
            _credit(
                step, person, n, rows, more, discredited, state, society, schedule, parameters, weight, rule_parameters, scratch,
                readers, log,
            )  # fmt: skip
        else:
            if row_of(awake, first_account(person, people)) >= 0:
                continue
            n, more = _read(seed, step, account, on_second, n, more, state, society, second, scratch, log)
            if more == NO_ROOM:
                return i, rows
            settle(person, state, readers)
            _credit(
                step, person, n, rows, more, discredits(second), state, society, schedule, second, weight, rule_parameters,
                scratch, readers, log,
            )  # fmt: skip
        rows = more
    return awake.size + others.size, rows
