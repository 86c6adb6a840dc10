"""The feeds of accounts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.codes import ACTIVE
from sim.engine.kernels.gathering import gather, live_followees
from sim.engine.kernels.selecting import select
from sim.engine.kernels.topic_slots import add_topic
from sim.engine.kernels.workspace import Scratch
from sim.engine.parameters import Parameters
from sim.engine.state import State
from sim.society.society import Society


@inlined
def look(
    seed: int, step: int, account: int, whole: bool, topic: bool, state: State, society: Society, parameters: Parameters,
    scratch: Scratch,
) -> tuple[int, int]:  # fmt: skip
    """Choose the feed of an account; return how many followees were looked at and how many messages are shown."""
    rows = live_followees(seed, step, account, state, society, parameters, scratch)
    n = gather(seed, step, account, rows, whole, state, society, parameters, scratch)
    shown = select(seed, step, account, n, society, parameters, scratch)
    scratch.first_from_stream[0] = n
    if topic:
        shown = add_topic(seed, step, account, rows, whole, n, shown, state, society, parameters, scratch)
    return rows, shown


@lean_kernel
def list_feeds(
    seed: int, step: int, low: int, high: int, state: State, society: Society, parameters: Parameters, scratch: Scratch,
    names: NDArray[np.int64],
) -> int:  # fmt: skip
    """Write the names of the messages in the feeds that active accounts low … high - 1 would read at a step; return how many
    (a message is listed once for each feed that has it)."""
    n = 0
    for account in range(low, high):
        if state.status[account] != ACTIVE:
            continue
        rows = live_followees(seed, step, account, state, society, parameters, scratch)
        candidates = gather(seed, step, account, rows, True, state, society, parameters, scratch)
        shown = select(seed, step, account, candidates, society, parameters, scratch)
        for i in range(shown):
            names[n] = scratch.name[scratch.feed[i]]
            n += 1
    return n
