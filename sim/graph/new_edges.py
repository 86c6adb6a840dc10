"""Edges to an account that has just woken come alive one by one."""

from __future__ import annotations

import math

from numba import float64, int64, types, uint64

from sim.compiled import scalar
from sim.randomness import Stream, exponential

_DELAY = int(Stream.EDGE_DELAY)


@scalar(types.boolean(uint64, int64, int64, int64, float64))
def edge_has_come_alive(seed: int, follower: int, followee: int, ticks_awake: int, half_life: float) -> bool:
    """Whether ``follower`` sees a sleeper's posts ``ticks_awake`` ticks after it woke; delays are exponential with the given
    half-life in ticks and keyed by the edge."""
    return ticks_awake >= math.floor(exponential(seed, _DELAY, 0, follower, followee) * half_life)
