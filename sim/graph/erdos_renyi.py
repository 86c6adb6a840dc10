"""A directed Erdős-Rényi graph."""

from __future__ import annotations

import math

import numpy as np

from sim.fields import InputError
from sim.graph.follower_graph import FollowerGraph, check_size
from sim.randomness import Stream, uniforms


def random_graph(seed: int, n: int, mean_followees: float) -> FollowerGraph:
    """A directed Erdos-Renyi graph: floor(n x ``mean_followees``) edges between uniformly drawn people, loops and repeats
    dropped. Raises InputError when the mean exceeds n - 1."""
    check_size(n)
    if not 0.0 <= mean_followees <= n - 1:
        raise InputError(f"must be from 0 to {n - 1}, not {mean_followees:g}", field="mean_followees")
    edges = math.floor(n * mean_followees)
    ends = [(uniforms(seed, Stream.RANDOM_EDGES, 0, edges, side) * n).astype(np.int64) for side in (0, 1)]
    return FollowerGraph.from_edges(n, ends[0], ends[1])
