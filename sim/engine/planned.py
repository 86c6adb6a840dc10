"""What is known before a run which of its accounts come into use when, if nothing stops them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.actors.timetable import Timetable


class Planned(NamedTuple):
    """Accounts that are asleep until a ``step``, in the order of these steps, each shape (rows,): newcomers, who register then,
    and sleepers, who are woken."""

    step: NDArray[np.int64]
    account: NDArray[np.int64]

    def between(self, first: int, last: int) -> Planned:
        """The rows of steps first … last - 1."""
        low, high = np.searchsorted(self.step, [first, last])
        return Planned(self.step[low:high], self.account[low:high])


def planned(*timetables: Timetable) -> Planned:
    """What several timetables have, together."""
    steps, accounts = (np.concatenate(column) for column in zip(*(t.rows for t in timetables), strict=True))
    order = np.argsort(steps, kind="stable")
    return Planned(steps[order], accounts[order])
