"""What an outcome is: a name, a unit and a formula, computed from a stage at the end of a day."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.stage import Stage
from sim.engine.state import Count, Group
from sim.population.accounts import Status


class Outcome(NamedTuple):
    """An outcome with its unit and what it is in one sentence; ``value`` computes it at the end of a day."""

    name: str
    unit: str
    what: str
    value: Callable[[Stage], float]


def counts_today(stage: Stage) -> NDArray[np.int64]:
    """Counts of the day that has just ended, shape (columns,)."""
    return _counts(stage, stage.step_index - stage.world.ticks_per_day)


def counts_since_day_0(stage: Stage) -> NDArray[np.int64]:
    """Counts since day 0, shape (columns,)."""
    return _counts(stage, stage.world.burn_in_ticks)


def _counts(stage: Stage, first: int) -> NDArray[np.int64]:
    # A dozen outcomes ask for the same sums; they are kept until the stage moves on.
    key = (first, stage.step_index)
    if key not in stage.sums:
        stage.sums = {k: v for k, v in stage.sums.items() if k[1] == stage.step_index}
        stage.sums[key] = stage.state.counts[first : stage.step_index].sum(axis=0)
    return stage.sums[key]


def accounts_with(stage: Stage, status: Status, trolls: bool) -> int:
    """How many accounts of trolls, or of everybody else, have a status."""
    # Plain numbers: comparing bytes with an enumeration costs five times as much.
    of_trolls = stage.society.group >= int(Group.ACTIVE_TROLL)
    return int(np.count_nonzero((of_trolls == trolls) & (stage.state.status == int(status))))


def ratio(part: float, whole: float) -> float:
    """part / whole, nan where there is nothing to divide by."""
    return part / whole if whole else float("nan")


def roles(counts: NDArray[np.int64], first: Count) -> NDArray[np.int64]:
    """The three by-role columns (citizen, organiser, troll) that begin at ``first``."""
    return counts[first : first + 3]
