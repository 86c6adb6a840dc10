"""Who follows whom, as it is stored.

A graph is kept by followers: row i lists, in ascending order, the accounts that account i follows, because a feed is
read row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import kernel
from sim.fields import InputError

LARGEST = 2**32 - 1
"""Most accounts; where accounts are marked by a number, the one that stands for none of them."""


@dataclass(frozen=True, eq=False)
class FollowerGraph:
    """A directed graph of accounts in compressed rows.

    ``indptr`` (n + 1,) int64 and ``followees`` (edges,) uint32: account i follows ``followees[indptr[i]:indptr[i +
    1]]``, ascending, without itself and without duplicates. With ``complete`` everybody follows everybody else and no
    edge is stored (``indptr`` is all zeros).
    """

    indptr: NDArray[np.int64]
    followees: NDArray[np.uint32]
    complete: bool = False

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of follows: n (n - 1) in a complete graph, although ``followees`` is empty there."""
        return self.n * (self.n - 1) if self.complete else len(self.followees)

    @property
    def mean_degree(self) -> float:
        """Mean number of followees, which is also the mean number of followers; 0 without accounts."""
        return self.n_edges / self.n if self.n else 0.0

    def following_count(self) -> NDArray[np.int64]:
        """Followees of each account, shape (n,)."""
        return np.full(self.n, self.n - 1, dtype=np.int64) if self.complete else np.diff(self.indptr)

    def followers_count(self) -> NDArray[np.int64]:
        """Followers of each account, shape (n,)."""
        if self.complete:
            return self.following_count()
        return np.bincount(self.followees, minlength=self.n).astype(np.int64)

    def relabelled(self, labels: ArrayLike) -> FollowerGraph:
        """The same graph with account i called ``labels[i]``; ``labels`` is a permutation of 0 … n - 1, else
        InputError."""
        new = checked_ids("labels", labels, self.n)
        if len(new) != self.n or len(np.unique(new)) != self.n:
            raise InputError(f"must be a permutation of 0 to {self.n - 1}", field="labels")
        if self.complete:
            return self
        indptr = np.zeros(self.n + 1, dtype=np.int64)
        indptr[1 + new] = np.diff(self.indptr)
        np.cumsum(indptr, out=indptr)
        followees = np.empty_like(self.followees)
        _relabel(self.indptr, self.followees, new, indptr, followees)
        return FollowerGraph(indptr, followees)

    @classmethod
    def from_edges(cls, n: int, sources: ArrayLike, targets: ArrayLike) -> FollowerGraph:
        """Graph of ``n`` accounts in which ``sources[e]`` follows ``targets[e]``.

        Duplicates count once and self loops are dropped. Raises InputError for ids that are not whole numbers in
        0 … n - 1, for lists of unequal length, and for more than 2**32 - 1 accounts.
        """
        check_size(n)
        source, target = checked_ids("sources", sources, n), checked_ids("targets", targets, n)
        if len(source) != len(target):
            raise InputError(f"must be as many as targets ({len(target)}), not {len(source)}", field="sources")
        indptr, followees = _rows(n, source, target)
        return cls(indptr, followees)

    @classmethod
    def complete_graph(cls, n: int) -> FollowerGraph:
        """Everybody follows everybody else, without stored edges."""
        check_size(n)
        return cls(np.zeros(n + 1, dtype=np.int64), np.empty(0, dtype=np.uint32), complete=True)

    @classmethod
    def empty(cls, n: int) -> FollowerGraph:
        """``n`` accounts that follow nobody."""
        check_size(n)
        return cls(np.zeros(n + 1, dtype=np.int64), np.empty(0, dtype=np.uint32))


def merge_edges(graph: FollowerGraph, n: int, sources: ArrayLike, targets: ArrayLike) -> FollowerGraph:
    """``graph`` enlarged to ``n`` accounts, with the follows of ``sources[e]`` to ``targets[e]`` added, in O(n +
    edges).

    Raises InputError as ``from_edges`` does, for fewer accounts than the graph has, and for adding accounts to a
    complete graph (whose edges are not stored, so that an account cannot be left out of them).
    """
    if n < graph.n:
        raise InputError(f"must be at least the {graph.n} accounts of the graph, not {n}", field="n")
    if graph.complete and n > graph.n:
        raise InputError(f"must be {graph.n}, the accounts of the complete graph, not {n}", field="n")
    added = FollowerGraph.from_edges(n, sources, targets)
    if graph.complete or added.n_edges == 0 == n - graph.n:
        return graph
    old = np.concatenate([graph.indptr, np.full(n - graph.n, graph.indptr[-1])])
    indptr, followees = _merge_rows(old, graph.followees, added.indptr, added.followees)
    return FollowerGraph(indptr, followees)


def check_size(n: int) -> None:
    if not 0 <= n <= LARGEST:
        raise InputError(f"must be from 0 to {LARGEST}, not {n}", field="n")


def checked_ids(name: str, values: ArrayLike, n: int) -> NDArray[np.int64]:
    ids = np.asarray(values)
    if ids.size == 0:
        return np.empty(0, dtype=np.int64)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise InputError(f"must be one list of whole numbers, not {ids.dtype} of shape {ids.shape}", field=name)
    if ids.min() < 0 or ids.max() >= n:
        wrong = ids.min() if ids.min() < 0 else ids.max()
        raise InputError(f"must be from 0 to {n - 1}, not {wrong}", field=name)
    return ids.astype(np.int64, copy=False)


@kernel
def sort_short(row: NDArray[np.uint32]) -> None:
    if row.size > 64:
        row.sort()
        return
    for i in range(1, row.size):
        value = row[i]
        k = i
        while k > 0 and row[k - 1] > value:
            row[k] = row[k - 1]
            k -= 1
        row[k] = value


@kernel
def _rows(n: int, sources: NDArray[np.int64], targets: NDArray[np.int64]) -> Any:
    # Two counting sorts: by target, then by source, which leaves every row ascending and its duplicates adjacent.
    begins = np.zeros(n + 1, dtype=np.int64)
    indptr = np.zeros(n + 1, dtype=np.int64)
    for e in range(sources.size):
        begins[targets[e] + 1] += 1
        indptr[sources[e] + 1] += 1
    for i in range(n):
        begins[i + 1] += begins[i]
        indptr[i + 1] += indptr[i]
    place = begins[:-1].copy()
    by_target = np.empty(sources.size, dtype=np.uint32)
    for e in range(sources.size):
        by_target[place[targets[e]]] = sources[e]
        place[targets[e]] += 1
    place[:] = indptr[:-1]
    followees = np.empty(sources.size, dtype=np.uint32)
    for target in range(n):
        for e in range(begins[target], begins[target + 1]):
            source = np.int64(by_target[e])
            end = place[source]
            if source != target and (end == indptr[source] or followees[end - 1] != target):
                followees[end] = target
                place[source] = end + 1
    size = 0
    for i in range(n):
        begin = indptr[i]
        indptr[i] = size
        for e in range(begin, place[i]):
            followees[size] = followees[e]
            size += 1
    indptr[n] = size
    return indptr, followees[:size].copy()


@kernel
def _merge_rows(
    indptr_a: NDArray[np.int64],
    followees_a: NDArray[np.uint32],
    indptr_b: NDArray[np.int64],
    followees_b: NDArray[np.uint32],
) -> Any:
    n = indptr_a.size - 1
    indptr = np.zeros(n + 1, dtype=np.int64)
    followees = np.empty(followees_a.size + followees_b.size, dtype=np.uint32)
    size = 0
    for i in range(n):
        a, end_a = indptr_a[i], indptr_a[i + 1]
        b, end_b = indptr_b[i], indptr_b[i + 1]
        while a < end_a or b < end_b:
            if b == end_b or (a < end_a and followees_a[a] < followees_b[b]):
                followees[size] = followees_a[a]
                a += 1
            else:
                if a < end_a and followees_a[a] == followees_b[b]:
                    a += 1
                followees[size] = followees_b[b]
                b += 1
            size += 1
        indptr[i + 1] = size
    if size == followees.size:
        return indptr, followees
    return indptr, followees[:size].copy()


@kernel
def _relabel(
    indptr: NDArray[np.int64],
    followees: NDArray[np.uint32],
    labels: NDArray[np.int64],
    new_indptr: NDArray[np.int64],
    new_followees: NDArray[np.uint32],
) -> None:
    for i in range(indptr.size - 1):
        place = new_indptr[labels[i]]
        end = place + indptr[i + 1] - indptr[i]
        for e in range(indptr[i], indptr[i + 1]):
            new_followees[place + e - indptr[i]] = labels[followees[e]]
        sort_short(new_followees[place:end])
