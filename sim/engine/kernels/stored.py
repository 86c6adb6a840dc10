"""Feeds by arrival: what a stored feed would hold, told from the copies in the outboxes of those whom an account follows."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.engine.kernels.workspace import Scratch
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
    """Shell's sort, by when they were posted first of all."""
    n = scratch.copied[0]
    gap = 1
    while gap < n:
        gap = 3 * gap + 1
    while gap > 1:
        gap //= 3
        for i in range(gap, n):
            copy = scratch.copies[i]
            j = i
            while j >= gap and scratch.copies[j - gap] > copy:
                scratch.copies[j] = scratch.copies[j - gap]
                j -= gap
            scratch.copies[j] = copy


@inlined
def _put_in(c: int, shown: int, length: int, scratch: Scratch) -> int:
    """Put candidate ``c``, whose draw is its weight, into the feed of ``shown`` messages; return how many it has then. Where it
    is full, the one that came in first goes, of several the one with the greatest draw."""
    if shown < length:
        scratch.feed[shown] = c
        return shown + 1
    last = 0
    for i in range(1, shown):
        a, b = scratch.feed[i], scratch.feed[last]
        if scratch.arrived[a] < scratch.arrived[b] or (
            scratch.arrived[a] == scratch.arrived[b] and scratch.weight[a] > scratch.weight[b]
        ):
            last = i
    out = scratch.feed[last]
    if scratch.arrived[out] < scratch.arrived[c] or scratch.weight[out] > scratch.weight[c]:
        scratch.feed[last] = c
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
        for k in range(fresh):
            shown = _put_in(scratch.used[k], shown, parameters.feed.length, scratch)
    return shown
