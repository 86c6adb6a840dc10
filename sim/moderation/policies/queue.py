"""A queue of cases that wait for review, first come, first served. Pure: every change makes a new queue."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0.6180339887498949
_EVERYBODY = 2.0**40  # more cases than there can be accounts


class Queue(NamedTuple):
    """Accounts in the order in which they are reviewed, and the tick at which each entered."""

    account: NDArray[np.int64]
    entered: NDArray[np.int64]

    def enter(self, accounts: NDArray[np.int64], tick: int) -> Queue:
        """The queue with more accounts at its end."""
        ticks = np.full(accounts.size, tick, dtype=np.int64)
        return Queue(np.concatenate([self.account, accounts]), np.concatenate([self.entered, ticks]))

    def take(self, weight: NDArray[np.float64], capacity: float, until: int) -> tuple[NDArray[np.int64], Queue, float]:
        """The first accounts of those that entered by tick ``until`` that stand for at most ``capacity`` cases, each for its
        ``weight``; the queue without them; and what is left of the capacity for the case that is next, if one waits."""
        until_each = np.cumsum(weight[: int(np.searchsorted(self.entered, until, side="right"))])
        n = int(np.searchsorted(until_each, capacity, side="right"))
        left = capacity - (float(until_each[n - 1]) if n else 0.0) if n < until_each.size else 0.0
        return self.account[:n], Queue(self.account[n:], self.entered[n:]), left


EMPTY = Queue(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def daily_capacity(mean: float, day: int) -> int:
    """Whole cases that can be reviewed on a day, on average ``mean`` of them: the fractions are spread evenly over the days, and
    on no day is it less for a larger mean."""
    return math.floor(min(mean, _EVERYBODY) + (day * _GOLDEN) % 1.0)
