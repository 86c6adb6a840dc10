"""Everybody follows everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.fields import register
from sim.graph.follower_graph import FollowerGraph
from sim.graph.kind import GeneratedGraph


@register("complete")
@dataclass(frozen=True)
class Complete(GeneratedGraph):
    """Everybody follows everybody else, accounts with an agenda included; no follow is stored."""

    def expected_edges(self, people: int) -> float:
        return 0.0

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        return FollowerGraph.complete_graph(len(opinions))

    def enlarged(self, graph: FollowerGraph, accounts: int, seed: int) -> FollowerGraph:
        return FollowerGraph.complete_graph(accounts)
