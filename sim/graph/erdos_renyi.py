"""A directed Erdős-Rényi graph."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import InputError, quantity, register
from sim.graph.follower_graph import FollowerGraph
from sim.graph.kind import GeneratedGraph
from sim.randomness import Stream, uniforms


@register("random")
@dataclass(frozen=True)
class ErdosRenyi(GeneratedGraph):
    """Follows between uniformly drawn people: floor(people x ``followees``) of them, loops and repeats dropped."""

    followees: float = quantity(
        20.0, unit="followees per person", low=0, high=10_000, source="assumption",
        doc="Mean people that a person follows, repeats counted.",
    )  # fmt: skip

    def expected_edges(self, people: int) -> float:
        return people * self.followees

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        n = len(opinions)
        if self.followees > n - 1:
            raise InputError(f"must be from 0 to {n - 1}, not {self.followees:g}", field="followees")
        edges = math.floor(n * self.followees)
        ends = [(uniforms(seed, Stream.RANDOM_EDGES, 0, edges, side) * n).astype(np.int64) for side in (0, 1)]
        return FollowerGraph.from_edges(n, ends[0], ends[1])
