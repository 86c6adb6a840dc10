"""Preferential attachment, every link followed both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.fields import InputError
from sim.graph.follower_graph import FollowerGraph, check_size
from sim.randomness import Stream, uniform

_ATTACHMENT = int(Stream.ATTACHMENT)


def preferential_graph(seed: int, n: int, links: int = 1) -> FollowerGraph:
    """Preferential attachment (Barabasi and Albert 1999, doi 10.1126/science.286.5439.509), every link followed both ways.

    Account ``links`` is linked to all before it; each one after it links to ``links`` different earlier ones, chosen in
    proportion to their degrees. Raises InputError unless 1 <= ``links`` < n.
    """
    check_size(n)
    if not 1 <= links < n:
        raise InputError(f"must be from 1 to {n - 1}, one less than the people, not {links}", field="links")
    ends = _attach(np.uint64(seed), n, links)
    newcomers, others = ends[0::2], ends[1::2]
    return FollowerGraph.from_edges(n, np.concatenate([newcomers, others]), np.concatenate([others, newcomers]))


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
