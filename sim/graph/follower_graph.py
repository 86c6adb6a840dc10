"""Who follows whom: the stored graph, and the kernels that draw it.

A graph is kept by followers: row i lists, in ascending order, the accounts that account i follows, because a feed is
read row by row. All draws are keyed by the follower (or, for organisers and trolls, by the one followed) and never by
position in an array, and every kernel is serial, so a graph is a pure function of its arguments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import float64
from numpy.typing import ArrayLike, NDArray

from sim.compiled import kernel, scalar
from sim.fields import InputError
from sim.randomness import Stream, uniform, uniforms, uniforms_of
from sim.tables import exp2, normal_quantile, power

_LARGEST = 2**32 - 1
# Candidates looked at for one follow before homophily gives way: then the nearest in opinion among them is taken.
_PATIENCE = 64
# Target followers of the greatest hub, as a share of the cap: leaves room for chance and for opinions in fashion.
_HEADROOM = 0.8
# Numbers of followees are Pareto with this shape, between half the mean and 25 times the mean.
_FOLLOWEES_SHAPE = 2.0
_FOLLOWEES_RATIO = 50.0
_LOG2_E = 1.4426950408889634
_LEAST_DRAW = 2.0**-54
_POPULAR, _CLOSING, _SHARE, _SCAN = 0, 1, 2, 3
# Draws by fitness in the second stage begin here, beyond any of the first.
_SECOND_STAGE = 2**31
_STEPS = 2048
_LOW_WORD = np.uint64(0xFFFFFFFF)
_FOLLOW, _ATTACHMENT = int(Stream.FOLLOW), int(Stream.ATTACHMENT)


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
        new = _ids("labels", labels, self.n)
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
        _check_size(n)
        source, target = _ids("sources", sources, n), _ids("targets", targets, n)
        if len(source) != len(target):
            raise InputError(f"must be as many as targets ({len(target)}), not {len(source)}", field="sources")
        indptr, followees = _rows(n, source, target)
        return cls(indptr, followees)

    @classmethod
    def complete_graph(cls, n: int) -> FollowerGraph:
        """Everybody follows everybody else, without stored edges."""
        _check_size(n)
        return cls(np.zeros(n + 1, dtype=np.int64), np.empty(0, dtype=np.uint32), complete=True)

    @classmethod
    def empty(cls, n: int) -> FollowerGraph:
        """``n`` accounts that follow nobody."""
        _check_size(n)
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


def _check_size(n: int) -> None:
    if not 0 <= n <= _LARGEST:
        raise InputError(f"must be from 0 to {_LARGEST}, not {n}", field="n")


def _ids(name: str, values: ArrayLike, n: int) -> NDArray[np.int64]:
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
def _sort_short(row: NDArray[np.uint32]) -> None:
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
        _sort_short(new_followees[place:end])


@scalar(float64(float64, float64))
def acceptance(distance: float, homophily: float) -> float:
    """Probability of following a candidate at this opinion distance; it halves every 1 / homophily units."""
    return exp2(-homophily * abs(distance))


@kernel
def _chances(homophily: float) -> NDArray[np.float64]:
    # Acceptance at distances 0 to 2 in steps of 1 / 2048, because looking it up takes a tenth of the time.
    out = np.empty(2 * _STEPS + 1)
    for k in range(out.size):
        out[k] = acceptance(k / _STEPS, homophily)
    return out


def social_graph(
    seed: int,
    opinions: NDArray[np.float64],
    mean_followees: float = 20.0,
    tail_exponent: float = 2.3,
    closure: float = 0.3,
    homophily: float = 2.0,
    hub_cap: float = 0.05,
    following_spread: float | None = None,
    following_popularity: float = 0.0,
) -> FollowerGraph:
    """A follower graph among people with the given ``opinions`` (shape (n,), -1 to 1), numbered like them.

    Everybody has a number of followees (Pareto of shape 2, half to 25 times the mean; or, with ``following_spread``,
    lognormal with that standard deviation of its logarithm) and a fitness (bounded Pareto with density exponent
    ``tail_exponent`` > 1, which becomes the exponent of the number of followers; Caldarelli et al. 2002, doi
    10.1103/PhysRevLett.89.258702). A share ``following_popularity`` of the people have the same rank in both, which is
    their expected rank correlation. A share 1 - ``closure`` of the followees is picked in proportion to fitness, the
    others among followees of such followees (Holme and Kim 2002, doi 10.1103/PhysRevE.65.026107). Each candidate is
    accepted with probability 2 ** (-``homophily`` × opinion distance); after 64 candidates the nearest in opinion is
    taken. Nobody has more than floor(``hub_cap`` × n) followers, whatever happens. Negating all opinions gives the same
    graph.

    The number of edges is floor(n × ``mean_followees``) exactly, less one at most for rounding. The homophily of 2
    halvings per unit of opinion gives a correlation of opinions across edges of about 0.4 for broad distributions of
    opinion. Raises InputError when an argument is out of range, or the mean exceeds half of what the cap admits.
    """
    n = len(opinions)
    _check_size(n)
    for name, value, low, high in (
        ("mean_followees", mean_followees, 0.0, math.inf),
        ("closure", closure, 0.0, 1.0),
        ("homophily", homophily, 0.0, math.inf),
        ("hub_cap", hub_cap, 0.0, 1.0),
        ("following_spread", following_spread or 0.0, 0.0, 5.0),
        ("following_popularity", following_popularity, 0.0, 1.0),
    ):
        if not (low <= value <= high and math.isfinite(value)):
            allowed = f"from {low:g} to {high:g}" if math.isfinite(high) else f"a number of at least {low:g}"
            raise InputError(f"must be {allowed}, not {value:g}", field=name)
    if not 1.0 < tail_exponent <= 100.0:
        raise InputError(f"must be above 1 and at most 100, not {tail_exponent:g}", field="tail_exponent")
    if not np.all(np.abs(opinions) <= 1.0):
        raise InputError("must all be from -1 to 1", field="opinions")
    cap = math.floor(hub_cap * n)
    if mean_followees > cap / 2:
        raise InputError(
            f"must be at most {cap / 2:g}, half of the {cap} followers that hub_cap = {hub_cap:g} admits among {n} "
            f"people, not {mean_followees:g}",
            field="mean_followees",
        )
    edges = math.floor(n * mean_followees)
    if edges == 0:
        return FollowerGraph.empty(n)
    # At most edges // cap people can be full, so a row of this length always finds someone to follow.
    longest = n - 1 if cap >= n - 1 else n - 1 - edges // cap
    ranks = uniforms(seed, Stream.FOLLOWEES, 0, n, 0)
    if following_spread is None:
        wishes = _bounded_pareto(ranks, _FOLLOWEES_SHAPE, 1.0 / _FOLLOWEES_RATIO)
    else:
        wishes = _lognormal(ranks, float(following_spread))
    indptr = _cumulate(wishes * _scale(wishes, float(edges), float(longest)), float(longest))
    ceiling = max(_HEADROOM * cap, mean_followees)
    ratio = _ratio(tail_exponent - 1.0, mean_followees / ceiling)
    popularity = uniforms(seed, Stream.FITNESS, 0, n, 0)
    if following_popularity > 0.0:
        popularity = np.where(uniforms(seed, Stream.FITNESS, 0, n, 1) < following_popularity, ranks, popularity)
    fitness = _bounded_pareto(popularity, tail_exponent - 1.0, ratio)
    direct = _direct(np.uint64(seed), indptr, 1.0 - closure)
    followees = np.empty(indptr[-1], dtype=np.uint32)
    # Opinion and marks of a person side by side: one cache line a candidate.
    records = np.zeros((n, 2))
    records[:, 0] = opinions
    marks = records.view(np.uint32)[:, 2:]
    table = np.empty(n, dtype=np.uint64)
    _fill_alias(fitness, table)
    chances = _chances(float(homophily))
    _follow(np.uint64(seed), indptr, direct, table, records[:, 0], marks, chances, cap, _stride(n), followees)
    return FollowerGraph(indptr, followees)


def random_graph(seed: int, n: int, mean_followees: float) -> FollowerGraph:
    """A directed Erdos-Renyi graph: floor(n x ``mean_followees``) edges between uniformly drawn people, loops and repeats
    dropped. Raises InputError when the mean exceeds n - 1."""
    _check_size(n)
    if not 0.0 <= mean_followees <= n - 1:
        raise InputError(f"must be from 0 to {n - 1}, not {mean_followees:g}", field="mean_followees")
    edges = math.floor(n * mean_followees)
    ends = [(uniforms(seed, Stream.RANDOM_EDGES, 0, edges, side) * n).astype(np.int64) for side in (0, 1)]
    return FollowerGraph.from_edges(n, ends[0], ends[1])


def preferential_graph(seed: int, n: int, links: int = 1) -> FollowerGraph:
    """Preferential attachment (Barabasi and Albert 1999, doi 10.1126/science.286.5439.509), every link followed both ways.

    Account ``links`` is linked to all before it; each one after it links to ``links`` different earlier ones, chosen in
    proportion to their degrees. Raises InputError unless 1 <= ``links`` < n.
    """
    _check_size(n)
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


def _stride(n: int) -> int:
    """A step coprime to n near the golden section: rows are visited in this step, so that who comes before a hub is
    full has nothing to do with how people are numbered."""
    step = max(1, round(0.6180339887498949 * n))
    while math.gcd(step, n) != 1:
        step += 1
    return step


@kernel
def _bounded_pareto(draws: NDArray[np.float64], shape: float, ratio: float) -> NDArray[np.float64]:
    # Inverse distribution function of a Pareto law cut off at 1 / ratio times its least value, in units of that value.
    out = np.empty(draws.size)
    span = 1.0 - power(ratio, shape)
    for i in range(draws.size):
        out[i] = power(1.0 - draws[i] * span, -1.0 / shape)
    return out


@kernel
def _lognormal(draws: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    # Inverse distribution function of a lognormal law with median 1.
    out = np.empty(draws.size)
    for i in range(draws.size):
        out[i] = exp2(_LOG2_E * spread * normal_quantile(max(draws[i], _LEAST_DRAW)))
    return out


@kernel
def _sum(values: NDArray[np.float64]) -> float:
    # In written order: numpy's sum depends on the machine's vector length.
    total = 0.0
    for value in values:
        total += value
    return total


def _ratio(shape: float, mean: float) -> float:
    """Least over greatest value of a bounded Pareto law whose mean is ``mean`` times the greatest."""
    grid = (np.arange(16384) + 0.5) / 16384
    low, high = 1e-12, 1.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        if _sum(_bounded_pareto(grid, shape, middle)) * middle < mean * grid.size:
            low = middle
        else:
            high = middle
    return high


@kernel
def _scale(values: NDArray[np.float64], total: float, ceiling: float) -> float:
    # Bisection for the factor with which the values, cut at the ceiling, sum to the total (or all reach the ceiling).
    mean = _sum(values) / values.size
    low = 0.0
    high = total / (mean * values.size)
    for _ in range(64):
        reached = 0.0
        for value in values:
            reached += min(high * value, ceiling)
        if reached >= total * (1.0 - 1e-12):
            break
        low = high
        high *= 2.0
    if low == 0.0:
        return high
    for _ in range(60):
        middle = 0.5 * (low + high)
        reached = 0.0
        for value in values:
            reached += min(middle * value, ceiling)
        if reached < total:
            low = middle
        else:
            high = middle
    return low


@kernel
def _cumulate(values: NDArray[np.float64], ceiling: float) -> NDArray[np.int64]:
    # Whole numbers of followees whose sum is that of the values: what rounding takes from one row, it gives to the
    # next.
    indptr = np.zeros(values.size + 1, dtype=np.int64)
    total = 0.0
    for i in range(values.size):
        total += min(values[i], ceiling)
        indptr[i + 1] = min(np.int64(total + 1e-6), indptr[i] + np.int64(ceiling))
    return indptr


@kernel
def _direct(seed: int, indptr: NDArray[np.int64], share: float) -> NDArray[np.int32]:
    # Followees of each row that are picked by fitness; at least one, because closure needs somebody to start from.
    out = np.empty(indptr.size - 1, dtype=np.int32)
    for i in range(out.size):
        size = indptr[i + 1] - indptr[i]
        wanted = np.int64(share * size + uniform(seed, _FOLLOW, _SHARE, i, 0))
        out[i] = min(max(wanted, 1), size)
    return out


@kernel
def _fill_alias(weights: NDArray[np.float64], table: NDArray[np.uint64]) -> None:
    # Walker's alias table (Vose 1991, doi 10.1109/32.92917), threshold and alias packed in one word: one cache line a
    # pick.
    n = weights.size
    mean = _sum(weights) / n
    left = weights / mean
    small = np.empty(n, dtype=np.uint32)
    large = np.empty(n, dtype=np.uint32)
    smalls = larges = 0
    for i in range(n):
        if left[i] < 1.0:
            small[smalls] = i
            smalls += 1
        else:
            large[larges] = i
            larges += 1
    while smalls > 0 and larges > 0:
        smalls -= 1
        i = np.int64(small[smalls])
        j = np.int64(large[larges - 1])
        table[i] = (np.uint64(j) << np.uint64(32)) | np.uint64(min(left[i] * 4294967296.0, 4294967295.0))
        left[j] -= 1.0 - left[i]
        if left[j] < 1.0:
            larges -= 1
            small[smalls] = j
            smalls += 1
    for k in range(smalls):
        i = np.int64(small[k])
        table[i] = (np.uint64(i) << np.uint64(32)) | np.uint64(0xFFFFFFFF)
    for k in range(larges):
        i = np.int64(large[k])
        table[i] = (np.uint64(i) << np.uint64(32)) | np.uint64(0xFFFFFFFF)


@kernel
def _draw_popular(
    seed: int, who: int, index: int, table: NDArray[np.uint64], picks: NDArray[np.int64], rest: NDArray[np.float64]
) -> None:
    # Candidates in proportion to fitness. What a draw does not need for its pick is uniform again and decides
    # acceptance. Two loops, so that the reads of the table wait for each other as little as possible.
    for k in range(picks.size):
        position = uniform(seed, _FOLLOW, _POPULAR, who, index + k) * table.size
        picks[k] = np.int64(position)
        rest[k] = position - picks[k]
    for k in range(picks.size):
        word = table[picks[k]]
        threshold = (np.float64(word & _LOW_WORD) + 1.0) * (1.0 / 4294967296.0)
        if rest[k] < threshold:
            rest[k] /= threshold
        else:
            picks[k] = np.int64(word >> np.uint64(32))
            rest[k] = (rest[k] - threshold) / (1.0 - threshold)


@kernel
def _draw_closing(
    seed: int,
    who: int,
    index: int,
    indptr: NDArray[np.int64],
    direct: NDArray[np.int32],
    followees: NDArray[np.uint32],
    picks: NDArray[np.int64],
    rest: NDArray[np.float64],
) -> None:
    # Candidates among followees' followees; nobody (who itself, later refused) where the followee follows nobody.
    for k in range(picks.size):
        position = uniform(seed, _FOLLOW, _CLOSING, who, index + k) * direct[who]
        slot = np.int64(position)
        picks[k] = followees[indptr[who] + slot]
        rest[k] = position - slot
    for k in range(picks.size):
        middle = picks[k]
        position = rest[k] * direct[middle]
        slot = np.int64(position)
        picks[k] = followees[indptr[middle] + slot] if direct[middle] > 0 else who
        rest[k] = position - slot


@kernel
def _follow(
    seed: int,
    indptr: NDArray[np.int64],
    direct: NDArray[np.int32],
    table: NDArray[np.uint64],
    opinions: NDArray[np.float64],
    marks: NDArray[np.uint32],
    chances: NDArray[np.float64],
    cap: int,
    stride: int,
    followees: NDArray[np.uint32],
) -> None:
    # marks: followers so far, and one more than the last account seen to follow. No helper for a single candidate:
    # handing it the arrays would cost more than what it does.
    n = direct.size
    picks = np.empty(_PATIENCE, dtype=np.int64)
    rest = np.empty(_PATIENCE)
    distances = np.empty(_PATIENCE)
    tried = made = 1
    for stage in (_POPULAR, _CLOSING):
        i = 0
        for _ in range(n):
            i = (i + stride) % n
            row = indptr[i]
            e = row if stage == _POPULAR else row + direct[i]
            end = row + direct[i] if stage == _POPULAR else indptr[i + 1]
            if e == end:
                continue
            for followed in followees[row:e]:
                marks[followed, 1] = i + 1
            kind = stage
            index = np.int64(0) if stage == _POPULAR else _SECOND_STAGE
            refused = 0
            nearest = np.int64(-1)
            least = np.inf
            while e < end:
                # As many candidates as the rest of the row will need; how many are drawn at once changes nothing.
                block = min(_PATIENCE, 1 + (end - e) * tried // made)
                if kind == _POPULAR:
                    _draw_popular(seed, i, index, table, picks[:block], rest[:block])
                else:
                    _draw_closing(seed, i, index, indptr, direct, followees, picks[:block], rest[:block])
                index += block
                for k in range(block):
                    distances[k] = abs(opinions[i] - opinions[picks[k]])
                    rest[k] = rest[k] < chances[np.int64(distances[k] * _STEPS)]
                for k in range(block):
                    j = picks[k]
                    refused += 1
                    tried += 1
                    if j != i and marks[j, 1] != i + 1 and marks[j, 0] < cap:
                        if rest[k] == 1.0:
                            nearest = j
                            refused = _PATIENCE
                        elif distances[k] < least:
                            nearest = j
                            least = distances[k]
                    if refused < _PATIENCE:
                        continue
                    if nearest < 0:
                        if kind == _CLOSING:
                            # Followees' followees are used up: what is left of the row goes by fitness.
                            kind = _POPULAR
                            index = _SECOND_STAGE
                            refused = 0
                            break
                        nearest = np.int64(uniform(seed, _FOLLOW, _SCAN, i, e - row) * n)
                        while nearest == i or marks[nearest, 1] == i + 1 or marks[nearest, 0] >= cap:
                            nearest = (nearest + 1) % n
                    followees[e] = nearest
                    marks[nearest, 0] += 1
                    marks[nearest, 1] = i + 1
                    e += 1
                    made += 1
                    refused = 0
                    nearest = np.int64(-1)
                    least = np.inf
                    if e == end:
                        break
    for i in range(n):
        _sort_short(followees[indptr[i] : indptr[i + 1]])


@kernel
def _draw_followers(
    seed: int,
    stream: int,
    whos: NDArray[np.int64],
    stances: NDArray[np.float64],
    counts: NDArray[np.int64],
    opinions: NDArray[np.float64],
    homophily: float,
    marks: NDArray[np.uint32],
    sources: NDArray[np.uint32],
    targets: NDArray[np.int64],
) -> None:
    # marks[j] is one more than the last row that took j; the caller marks those excluded with the largest number.
    n = marks.size
    size = 0
    for row in range(whos.size):
        who = whos[row]
        index = 0
        for _ in range(counts[row]):
            nearest = np.int64(-1)
            least = np.inf
            attempts = 0
            while attempts < _PATIENCE or nearest < 0:
                j = np.int64(uniform(seed, stream, 0, who, index) * n)
                attempts += 1
                index += 2
                if marks[j] == row + 1 or marks[j] == np.uint32(0xFFFFFFFF):
                    continue
                distance = abs(stances[row] - opinions[j]) if homophily > 0.0 else 0.0
                if distance < least:
                    nearest = j
                    least = distance
                if homophily == 0.0 or uniform(seed, stream, 0, who, index - 1) < acceptance(distance, homophily):
                    nearest = j
                    break
            marks[nearest] = row + 1
            sources[size] = nearest
            targets[size] = row
            size += 1


def followers_of_leaning(
    seed: int,
    stream: int,
    whos: ArrayLike,
    stances: ArrayLike,
    counts: ArrayLike,
    opinions: NDArray[np.float64],
    homophily: float,
    exclude: ArrayLike = (),
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Followers of accounts that take a stance (organisers), drawn among the people with the given ``opinions`` (n,).

    ``whos[t]`` keys the draws of an account of stance ``stances[t]`` (-1 to 1) with ``counts[t]`` followers. A person
    is accepted with probability 2 ** (-``homophily`` × distance from the stance); after 64 candidates the nearest is
    taken. Returns ``sources`` (positions in ``opinions``) and ``targets`` (positions in ``whos``), both of length
    sum(counts) and grouped by target; the followers of one account are distinct, and its first k are the same however
    many are asked for. Negating stances and opinions changes nothing. Raises InputError for more followers than there
    are people not in ``exclude``.
    """
    n = len(opinions)
    who = np.asarray(whos, dtype=np.int64)
    stance = np.asarray(stances, dtype=np.float64)
    count = np.asarray(counts, dtype=np.int64)
    if not who.shape == stance.shape == count.shape:
        problem = f"must be as many as whos ({len(who)}), not {len(count)} and {len(stance)}"
        raise InputError(problem, field="counts and stances")
    if not (homophily >= 0.0 and math.isfinite(homophily)):
        raise InputError(f"must be a number of at least 0, not {homophily:g}", field="homophily")
    marks = np.zeros(n, dtype=np.uint32)
    marks[_ids("exclude", exclude, n)] = _LARGEST
    admitted = n - int(np.count_nonzero(marks))
    if count.size and not 0 <= count.min() <= count.max() <= admitted:
        wrong = count.min() if count.min() < 0 else count.max()
        raise InputError(f"must be from 0 to {admitted}, the people who can follow, not {wrong}", field="counts")
    sources = np.empty(count.sum(), dtype=np.uint32)
    targets = np.empty(len(sources), dtype=np.int64)
    leanings = opinions.astype(np.float64)
    _draw_followers(
        np.uint64(seed), int(stream), who, stance, count, leanings, float(homophily), marks, sources, targets
    )  # fmt: skip
    return sources, targets


def followers_of(
    seed: int, stream: int, whos: ArrayLike, counts: ArrayLike, n_people: int, exclude: ArrayLike = ()
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Followers drawn uniformly without replacement among ``n_people``; otherwise as ``followers_of_leaning``."""
    indifferent = np.zeros(np.shape(counts))
    return followers_of_leaning(seed, stream, whos, indifferent, counts, np.zeros(n_people), 0.0, exclude)


def draw_followers(
    seed: int, stream: int, who: int, n_followers: int, candidates: int, exclude: ArrayLike = ()
) -> NDArray[np.uint32]:
    """``n_followers`` distinct persons among 0 … ``candidates`` - 1 without those in ``exclude``; see
    ``followers_of``."""
    return followers_of(seed, stream, [who], [n_followers], candidates, exclude)[0]


def scaled_counts(seed: int, whos: ArrayLike, values: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers of followers with the given expectations: the fraction becomes one more by a draw keyed by
    ``whos``."""
    who = np.asarray(whos, dtype=np.int64)
    value = np.asarray(values, dtype=np.float64)
    if not np.all((value >= 0.0) & np.isfinite(value)):
        raise InputError("must all be finite and at least 0", field="values")
    whole = np.floor(value)
    more = uniforms_of(seed, Stream.FOLLOWER_ROUNDING, 0, who, 0) < value - whole
    return whole.astype(np.int64) + more


def scaled_count(seed: int, who: int, value: float) -> int:
    """``scaled_counts`` of one account."""
    return int(scaled_counts(seed, [who], [value])[0])
