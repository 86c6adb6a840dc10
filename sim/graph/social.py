"""A social graph: heavy-tailed, clustered, and people follow those they agree with.

All draws are keyed by the follower and never by position in an array, and every kernel is serial, so a graph is a pure function
of its arguments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.fields import InputError, Plausible, quantity, register
from sim.graph.follower_graph import FollowerGraph, sort_short
from sim.graph.homophily import PATIENCE, STEPS, chances_table
from sim.graph.kind import LeaningGraph
from sim.graph.laws import bounded_pareto, cumulated, fill_alias, lognormal, ratio_for, scale_for
from sim.randomness import Stream, uniform, uniforms

# Target followers of the greatest hub, as a share of the cap: leaves room for chance and for opinions in fashion.
_HEADROOM = 0.8
# Numbers of followees are Pareto with this shape, between half the mean and 25 times the mean.
_FOLLOWEES_SHAPE = 2.0
_FOLLOWEES_RATIO = 50.0
_POPULAR, _CLOSING, _SHARE, _SCAN = 0, 1, 2, 3
# Draws by fitness in the second stage begin here, beyond any of the first.
_SECOND_STAGE = 2**31
_LOW_WORD = np.uint64(0xFFFFFFFF)
_FOLLOW = int(Stream.FOLLOW)


@register("social")
@dataclass(frozen=True)
class Social(LeaningGraph):
    """A follower graph with heavy tails, clusters and homophily.

    Everybody has a number of followees (Pareto of shape 2, half to 25 times the mean; or, with ``following_spread``,
    lognormal with that standard deviation of its logarithm) and a fitness (bounded Pareto with density exponent
    ``tail_exponent``, which becomes the exponent of the number of followers; Caldarelli et al. 2002, doi
    10.1103/PhysRevLett.89.258702). A share ``following_popularity`` of the people have the same rank in both, which is
    their expected rank correlation. A share 1 - ``closure`` of the followees is picked in proportion to fitness, the
    others among followees of such followees (Holme and Kim 2002, doi 10.1103/PhysRevE.65.026107). Each candidate is
    accepted with probability 2 ** (-``homophily`` × opinion distance); after 64 candidates the nearest in opinion is
    taken. Nobody has more than floor(``hub_cap`` × n) followers, whatever happens. Negating all opinions gives the same
    graph.

    The number of edges is floor(n × ``followees``) exactly, less one at most for rounding. The homophily of 2 halvings per
    unit of opinion gives a correlation of opinions across edges of about 0.4 for broad distributions of opinion.
    """

    tail_exponent: float = quantity(
        2.3, unit="exponent", low=1.5, high=10, source="Kwak et al. 2010, doi 10.1145/1772690.1772751 (2.276)",
        doc="Power-law exponent of the distribution of followers.",
    )  # fmt: skip
    closure: float = quantity(
        0.3, unit="share of follows", low=0, high=1, source="assumption",
        doc="Share of follows made by following a followee's followee, which makes clusters.",
        plausible=Plausible(0.1, 0.5, "from loose to tight networks"),
    )  # fmt: skip
    following_spread: float | None = quantity(
        None, unit="standard deviation of the logarithm", low=0, high=5, source="model choice; 1.76 among ordinary accounts",
        doc="Spread of numbers of followees, lognormal (none: a Pareto law from half the mean on).",
    )  # fmt: skip
    following_popularity: float = quantity(
        0.0, unit="rank correlation", low=0, high=1, source="model choice",
        doc="How far those who follow many are followed by many.",
    )  # fmt: skip

    def draw(self, opinions: NDArray[np.float64], seed: int) -> FollowerGraph:
        n, cap = len(opinions), self.most_followers(len(opinions))
        if not np.all(np.abs(opinions) <= 1.0):
            raise InputError("opinions must all be from -1 to 1")
        if self.followees > self.most_followees(n):
            raise InputError(
                f"must be at most {self.most_followees(n):g} where {n:,} people may have up to {self.hub_cap:g} of all as "
                f"followers, not {self.followees:g}",
                field="followees",
            )
        edges = math.floor(n * self.followees)
        if edges == 0:
            return FollowerGraph.empty(n)
        # At most edges // cap people can be full, so a row of this length always finds someone to follow.
        longest = n - 1 if cap >= n - 1 else n - 1 - edges // cap
        ranks = uniforms(seed, Stream.FOLLOWEES, 0, n, 0)
        if self.following_spread is None:
            wishes = bounded_pareto(ranks, _FOLLOWEES_SHAPE, 1.0 / _FOLLOWEES_RATIO)
        else:
            wishes = lognormal(ranks, self.following_spread)
        indptr = cumulated(wishes * scale_for(wishes, float(edges), float(longest)), float(longest))
        ceiling = max(_HEADROOM * cap, self.followees)
        ratio = ratio_for(self.tail_exponent - 1.0, self.followees / ceiling)
        popularity = uniforms(seed, Stream.FITNESS, 0, n, 0)
        if self.following_popularity > 0.0:
            tied = uniforms(seed, Stream.FITNESS, 0, n, 1) < self.following_popularity
            popularity = np.where(tied, ranks, popularity)
        fitness = bounded_pareto(popularity, self.tail_exponent - 1.0, ratio)
        direct = _direct(np.uint64(seed), indptr, 1.0 - self.closure)
        followees = np.empty(indptr[-1], dtype=np.uint32)
        # Opinion and marks of a person side by side: one cache line a candidate.
        records = np.zeros((n, 2))
        records[:, 0] = opinions
        marks = records.view(np.uint32)[:, 2:]
        table = np.empty(n, dtype=np.uint64)
        fill_alias(fitness, table)
        chances = chances_table(self.homophily)
        _follow(np.uint64(seed), indptr, direct, table, records[:, 0], marks, chances, cap, _stride(n), followees)
        return FollowerGraph(indptr, followees)


def _stride(n: int) -> int:
    """A step coprime to n near the golden section: rows are visited in this step, so that who comes before a hub is
    full has nothing to do with how people are numbered."""
    step = max(1, round(0.6180339887498949 * n))
    while math.gcd(step, n) != 1:
        step += 1
    return step


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
    picks = np.empty(PATIENCE, dtype=np.int64)
    rest = np.empty(PATIENCE)
    distances = np.empty(PATIENCE)
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
                block = min(PATIENCE, 1 + (end - e) * tried // made)
                if kind == _POPULAR:
                    _draw_popular(seed, i, index, table, picks[:block], rest[:block])
                else:
                    _draw_closing(seed, i, index, indptr, direct, followees, picks[:block], rest[:block])
                index += block
                for k in range(block):
                    distances[k] = abs(opinions[i] - opinions[picks[k]])
                    rest[k] = rest[k] < chances[np.int64(distances[k] * STEPS)]
                for k in range(block):
                    j = picks[k]
                    refused += 1
                    tried += 1
                    if j != i and marks[j, 1] != i + 1 and marks[j, 0] < cap:
                        if rest[k] == 1.0:
                            nearest = j
                            refused = PATIENCE
                        elif distances[k] < least:
                            nearest = j
                            least = distances[k]
                    if refused < PATIENCE:
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
        sort_short(followees[indptr[i] : indptr[i + 1]])
