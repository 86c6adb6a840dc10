"""What a page's kernel has in hand beside what the engine's kernels have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.ended import Room
from sim.page.kernels.operating import Operator
from sim.page.kernels.ranking import Ranking
from sim.sums import Sums


class Work(NamedTuple):
    """Numbers of the branch and the calendar, where the run has got to, and room to work in.

    ``step`` (1,) is the next step; ``review_hours`` (1,) as of ``Engine``; ``outcomes`` (days, outcomes) are the daily ones, nan
    before their day has ended. ``policies`` (rows, ``Row``) is what the platform does and ``takedowns`` (rows, 3) what of it
    ``Measures`` has. ``registered_from`` (registered,) is the tick from day 0 on which each account is there, 0 for those that
    always were. ``room`` is to measure days in. ``ends``, ``sessions``, ``awake`` and ``on_duty`` are those of ``run_ticks``,
    ``joined``, ``met`` and ``unfit`` those of its only ``Member``; ``ranking`` and ``values`` (registered,) are to rank accounts
    and to sum. ``shown`` (messages, ``Shown``) is the feed that was looked at last."""

    campaign: bool
    spares_innocents: bool
    ticks_per_day: int
    burn_in_ticks: int
    step: NDArray[np.int64]
    review_hours: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    room: Room
    policies: NDArray[np.float64]
    takedowns: NDArray[np.float64]
    registered_from: NDArray[np.uint16]
    ends: NDArray[np.int64]
    sessions: NDArray[np.int32]
    awake: NDArray[np.int64]
    on_duty: NDArray[np.int64]
    operator: Operator
    ranking: Ranking
    values: NDArray[np.float64]
    sums: Sums
    joined: NDArray[np.int64]
    met: NDArray[np.int64]
    unfit: NDArray[np.float64]
    shown: NDArray[np.float64]
