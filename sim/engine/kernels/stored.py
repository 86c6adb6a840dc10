"""Feeds by arrival: what a stored feed would hold, told from the copies in the outboxes of those whom an account follows."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.kernels.workspace import BIN_BITS, Scratch
from sim.engine.parameters import Parameters
from sim.feed.ranking import feed_tie

_CANDIDATE_BITS = 40
_CANDIDATE = (1 << _CANDIDATE_BITS) - 1


@inlined
def note_copy(posted: int, c: int, troll: bool, scratch: Scratch) -> None:
    """Put a copy of candidate ``c`` on the list, as one number that says when it was posted, of what, and whether by a troll."""
    scratch.copies[scratch.copied[0]] = (posted << _CANDIDATE_BITS) | (c << 1) | np.int64(troll)
    scratch.copied[0] += 1


@inlined
def _sort_copies(scratch: Scratch) -> None:
    """By when they were posted, the oldest first: sorted by counting, digit by digit, mostly a single one."""
    n = scratch.copied[0]
    oldest, newest = np.int64(_CANDIDATE), np.int64(0)
    for i in range(n):
        posted = scratch.copies[i] >> _CANDIDATE_BITS
        oldest = min(oldest, posted)
        newest = max(newest, posted)
    shift = np.int64(0)
    while newest - oldest >> shift > 0:
        for digit in range(1 << BIN_BITS):
            scratch.by_age[digit] = 0
        for i in range(n):
            scratch.by_age[_digit(scratch.copies[i], oldest, shift)] += 1
        place = np.int64(0)
        for digit in range(1 << BIN_BITS):
            here = scratch.by_age[digit]
            scratch.by_age[digit] = place
            place += here
        for i in range(n):
            copy = scratch.copies[i]
            digit = _digit(copy, oldest, shift)
            scratch.used[scratch.by_age[digit]] = copy
            scratch.by_age[digit] += 1
        for i in range(n):
            scratch.copies[i] = scratch.used[i]
        shift += BIN_BITS


@inlined
def _digit(copy: int, oldest: int, shift: int) -> int:
    return (((copy >> _CANDIDATE_BITS) - oldest) >> shift) & ((1 << BIN_BITS) - 1)


@inlined
def _first_to_go(shown: int, scratch: Scratch) -> int:
    """Where in a feed the message lies that came in first, of several the one with the greatest draw, which is its weight."""
    last = 0
    for i in range(1, shown):
        a, b = scratch.feed[i], scratch.feed[last]
        if scratch.arrived[a] < scratch.arrived[b] or (
            scratch.arrived[a] == scratch.arrived[b] and scratch.weight[a] > scratch.weight[b]
        ):
            last = i
    return last


@inlined
def _put_in(fresh: int, shown: int, length: int, scratch: Scratch) -> int:
    """Put the ``fresh`` candidates listed in ``scratch.used`` into the feed of ``shown`` messages; return how many it has then.
    For each that does not fit in one goes, of the feed or itself."""
    last = -1
    for k in range(fresh):
        c = scratch.used[k]
        if shown < length:
            scratch.feed[shown] = c
            shown += 1
            continue
        if last < 0:
            last = _first_to_go(shown, scratch)
        out = scratch.feed[last]
        if scratch.arrived[out] < scratch.arrived[c] or scratch.weight[out] > scratch.weight[c]:
            scratch.feed[last] = c
            last = -1
        else:
            out = c
        scratch.arrived[out] = -1
    return shown


@inlined
def select_stored(seed: int, reader: int, n: int, parameters: Parameters, scratch: Scratch) -> int:
    """Put the copies of ``n`` candidates into a feed, step by step, as they were posted. Returns how many messages it holds in
    the end; ``scratch.feed`` has them, with the step at which each came in and its shares since then.

    A message lies where it came in, gaining shares from later copies, until newer ones push it out; a later copy brings it in
    anew.
    """
    for c in range(n):
        scratch.arrived[c] = -1
    _sort_copies(scratch)
    shown = 0
    i = 0
    while i < scratch.copied[0]:
        step = scratch.copies[i] >> _CANDIDATE_BITS
        fresh = 0
        while i < scratch.copied[0] and scratch.copies[i] >> _CANDIDATE_BITS == step:
            c = (scratch.copies[i] & _CANDIDATE) >> 1
            if scratch.arrived[c] < 0:
                scratch.arrived[c] = step
                scratch.shares[c] = 0
                name = scratch.name[c]
                scratch.weight[c] = feed_tie(seed, reader, name >> 16, name & 0xFFFF)
                scratch.used[fresh] = c
                fresh += 1
            scratch.shares[c] += parameters.campaign.flooding if scratch.copies[i] & 1 else 1
            i += 1
        shown = _put_in(fresh, shown, parameters.feed.length, scratch)
    return shown
