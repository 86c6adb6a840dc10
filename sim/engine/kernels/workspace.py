"""The arrays that kernels work in: candidates of a feed, decisions of a tick, and what is read on the second platform."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.parameters import Parameters
from sim.feed.outbox import ENTRY

BIN_BITS = 7

NOTHING = 0
NEW = 1
RESHARE = 2


class Scratch(NamedTuple):
    """Work space of one thread: the candidates of one feed, and a hash table from message names to them.

    ``last_post`` (accounts,) is the step of each account's newest post, 0 before its first: read off the outbox, and one array
    for all threads. A look at it spares most looks into outboxes, which are far larger. ``unfit`` has whether the opinion rule
    gave a weight that it must not give, and the opinion, stance and confidence for which it first did."""

    last_post: NDArray[np.uint16]
    unfit: NDArray[np.float64]

    table: NDArray[np.int32]
    used: NDArray[np.int64]
    name: NDArray[np.int64]
    entry: NDArray[np.void]
    latest: NDArray[np.int64]
    earliest: NDArray[np.int64]
    shares: NDArray[np.int64]
    weight: NDArray[np.float64]
    from_troll: NDArray[np.uint8]
    arrived: NDArray[np.int64]
    copies: NDArray[np.int64]
    copied: NDArray[np.int64]
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
    topic_counterpart: NDArray[np.int64]
    topic_draw: NDArray[np.float64]
    first_from_stream: NDArray[np.int64]


class Decisions(NamedTuple):
    """What each awake account is about to do: opinion and inner confidence after reading, action, and the entry it posts. Where
    signals are observed also whose message it reports (-1: nobody's) and the script that it copies; ``copies`` (0 between
    ticks) counts by script."""

    opinion: NDArray[np.float64]
    inner_confidence: NDArray[np.float64]
    action: NDArray[np.uint8]
    entry: NDArray[np.void]
    from_stream: NDArray[np.uint8]
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
        stance=np.zeros((*rows, 4)),
        role=np.zeros(rows, dtype=np.uint8),
        relayed=np.zeros(rows, dtype=np.uint8),
        factor=np.zeros(rows),
        discredits=discredits,
    )


def make_scratch(
    candidates: int,
    followees: int,
    opinions: int,
    parameters: Parameters,
    topic_capacity: int,
    last_post: NDArray[np.uint16],
    unfit: NDArray[np.float64],
) -> Scratch:
    """Work space for feeds of at most ``candidates`` candidates from so many ``followees``, or for reading that many
    ``opinions`` at once; readings of two platforms fit in."""
    size = candidates + parameters.feed.topic_slots + 1
    table = 1 << max(4, int(2 * size).bit_length())
    shown = parameters.feed.length + parameters.feed.topic_slots
    readings = max(2 * shown, opinions) + 1
    return Scratch(
        last_post=last_post,
        unfit=unfit,
        table=np.full(table, -1, dtype=np.int32),
        used=np.zeros(size, dtype=np.int64),
        name=np.zeros(size, dtype=np.int64),
        entry=np.zeros(size, dtype=ENTRY),
        latest=np.zeros(size, dtype=np.int64),
        earliest=np.zeros(size, dtype=np.int64),
        shares=np.zeros(size, dtype=np.int64),
        weight=np.zeros(size),
        from_troll=np.zeros(size, dtype=np.uint8),
        arrived=np.zeros(size, dtype=np.int64),
        copies=np.zeros(size, dtype=np.int64),
        copied=np.zeros(1, dtype=np.int64),
        row=np.zeros(followees + 1, dtype=np.int64),
        by_age=np.zeros(1 << BIN_BITS, dtype=np.int64),
        newest=np.zeros(parameters.feed.length, dtype=np.int64),
        feed=np.zeros(shown, dtype=np.int64),
        new=np.zeros(shown, dtype=np.int64),
        race=np.zeros(max(parameters.feed.topic_slots, 1) + parameters.feed.length, dtype=np.float64),
        place=np.zeros(max(parameters.feed.topic_slots, 1) + parameters.feed.length, dtype=np.int64),
        stance=np.zeros((readings, 4)),
        role=np.zeros(readings, dtype=np.uint8),
        relayed=np.zeros(readings, dtype=np.uint8),
        factor=np.ones(readings),
        draws=np.zeros(512),
        topic_author=np.zeros(topic_capacity, dtype=np.int64),
        topic_created=np.zeros(topic_capacity, dtype=np.int64),
        topic_counterpart=np.zeros(topic_capacity, dtype=np.int64),
        topic_draw=np.zeros(topic_capacity),
        first_from_stream=np.zeros(1, dtype=np.int64),
    )


def make_decisions(accounts: int, parameters: Parameters) -> Decisions:
    """Room for the decisions of ``accounts`` awake accounts."""
    observed = accounts if parameters.signals.observe else 0
    return Decisions(
        reported=np.zeros(observed, dtype=np.int64),
        script=np.zeros(observed, dtype=np.int64),
        copies=np.zeros(int((parameters.by_group.first_script + parameters.by_group.scripts).max()), dtype=np.int64),
        opinion=np.zeros((accounts, 4)),
        inner_confidence=np.zeros(accounts),
        action=np.zeros(accounts, dtype=np.uint8),
        entry=np.zeros(accounts, dtype=ENTRY),
        from_stream=np.zeros(accounts, dtype=np.uint8),
    )
