"""Followers of accounts with an agenda, drawn among the people.

Draws are keyed by the account that is followed and never by position in an array, so the followers of one account do not depend
on the others.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import kernel
from sim.fields import InputError
from sim.graph.follower_graph import LARGEST, checked_ids
from sim.graph.homophily import PATIENCE, acceptance
from sim.randomness import Stream, uniform, uniforms_of


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
            while attempts < PATIENCE or nearest < 0:
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
    marks[checked_ids("exclude", exclude, n)] = LARGEST
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
