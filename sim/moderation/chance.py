"""What is left to chance in moderation: whom a detector of given error rates flags, and the last case that there is room for.

Both are kernels that a page calls as well as Python.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, kernel, lean_kernel
from sim.randomness import Stream, uniform

_DETECTOR, _LAST_CASE = int(Stream.DETECTOR), int(Stream.LAST_CASE)


@inlined
def is_flagged(seed: int, salt: int, account: int, is_troll: bool, tpr: float, fpr: float) -> bool:
    """Whether a detector of true- and false-positive rates ``tpr`` and ``fpr`` flags an account, once and for all."""
    return uniform(seed, _DETECTOR, salt, account, 0) < (tpr if is_troll else fpr)


@inlined
def suspicion(seed: int, salt: int, account: int) -> float:
    """The score of an account that such a detector flags."""
    return 1.0 + uniform(seed, _DETECTOR, salt, account, 1)


@kernel
def _score(
    seed: int, salt: int, accounts: NDArray[np.int64], troll: NDArray[np.bool_], tpr: float, fpr: float,
    scores: NDArray[np.float64],
) -> None:  # fmt: skip
    for i in range(accounts.size):
        if is_flagged(seed, salt, accounts[i], troll[i], tpr, fpr):
            scores[i] = suspicion(seed, salt, accounts[i])


def scores_of(
    seed: int, salt: int, accounts: NDArray[np.int64], troll: NDArray[np.bool_], tpr: float, fpr: float
) -> NDArray[np.float64]:
    """The scores of accounts, 0 for those not flagged, shape (accounts,)."""
    scores = np.zeros(accounts.size)
    _score(np.uint64(seed), salt, accounts, troll, float(tpr), float(fpr), scores)
    return scores


@lean_kernel
def cases_within(seed: int, ranked: NDArray[np.int64], weight: NDArray[np.float64], wanted: float) -> int:
    """How many of the accounts, in their order, make up ``wanted`` in reality, where each stands for ``weight``: those that fit,
    and the next one as often as its share of what is left says."""
    until = 0.0
    for i in range(ranked.size):
        until += weight[i]
        if until > wanted:
            left = wanted - (until - weight[i])
            return i + 1 if uniform(seed, _LAST_CASE, 0, ranked[i], 0) * weight[i] < left else i
    return ranked.size
