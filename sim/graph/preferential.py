"""Preferential attachment, every link followed both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.fields import InputError, quantity, register
from sim.graph.follower_graph import FollowerGraph, merge_edges
from sim.graph.kind import GeneratedGraph
from sim.randomness import Stream, uniform

_ATTACHMENT = int(Stream.ATTACHMENT)


@register("preferential")
@dataclass(frozen=True)
class Preferential(GeneratedGraph):
    """Preferential attachment (Barabasi and Albert 1999, doi 10.1126/science.286.5439.509), every link followed both ways.

    Account ``links`` is linked to all before it; each one after it links to ``links`` different earlier ones, chosen in
    proportion to their degrees. Accounts with an agenda link to people likewise.
    """

    links: int = quantity(
        1, unit="links per newcomer", low=1, high=1000, source="Ross et al. 2019, doi 10.1080/0960085X.2018.1560920 (m)",
        doc="Mutual follows that each newcomer makes; so does each account with an agenda.",
    )  # fmt: skip

    def expected_edges(self, people: int) -> float:
        return 2.0 * people * self.links

    def check_people(self, people: int) -> None:
        if self.links >= people:
            raise InputError(f"must be below the number of people ({people}), not {self.links}", field="links")

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        n = len(opinions)
        self.check_people(n)
        ends = _attach(np.uint64(seed), n, self.links)
        newcomers, others = ends[0::2], ends[1::2]
        return FollowerGraph.from_edges(n, np.concatenate([newcomers, others]), np.concatenate([others, newcomers]))

    def enlarged(self, graph: FollowerGraph, accounts: int, seed: int) -> FollowerGraph:
        actors, linked = linked_by_degree(seed, graph, np.arange(graph.n, accounts), self.links)
        return merge_edges(graph, accounts, np.concatenate([actors, linked]), np.concatenate([linked, actors]))


@kernel
def _attach(seed: int, n: int, links: int) -> NDArray[np.int64]:
    # Both ends of every link: an account stands here as often as its degree, so a uniform place is one by degree.
    ends = np.empty(2 * links * (n - links), dtype=np.int64)
    size = 0
    for newcomer in range(links, n):
        known = size
        index = 0
        for k in range(links):
            chosen = k
            if newcomer > links:
                chosen, index = _pick_another(seed, newcomer, index, ends[:known], ends[known:size][1::2])
            ends[size] = newcomer
            ends[size + 1] = chosen
            size += 2
    return ends


@kernel
def _pick_another(seed: int, who: int, index: int, places: NDArray[np.int64], taken: NDArray[np.int64]) -> Any:
    # A uniform place whose account is not among those taken, and the index of the next draw.
    while True:
        chosen = np.int64(places[np.int64(uniform(seed, _ATTACHMENT, 0, who, index) * places.size)])
        index += 1
        again = False
        for other in taken:
            again |= other == chosen
        if not again:
            return chosen, index


def linked_by_degree(
    seed: int, graph: FollowerGraph, whos: NDArray[np.int64], links: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Links of accounts outside a graph of mutual follows to ``links`` different ones inside it, in proportion to their
    degrees there; draws are keyed by ``whos``. Returns both ends of each link, shape (len(whos) x links,). Raises InputError
    for more links than accounts inside."""
    if not 1 <= links <= int(np.count_nonzero(graph.following_count())):
        raise InputError(f"must be from 1 to the accounts that have links, not {links}", field="links")
    linked = np.empty((len(whos), links), dtype=np.int64)
    _link(np.uint64(seed), graph.followees.astype(np.int64), whos, linked)
    return np.repeat(whos, links), linked.ravel()


@kernel
def _link(seed: int, places: NDArray[np.int64], whos: NDArray[np.int64], linked: NDArray[np.int64]) -> None:
    for i in range(whos.size):
        index = 0
        for k in range(linked.shape[1]):
            linked[i, k], index = _pick_another(seed, whos[i], index, places, linked[i, :k])
