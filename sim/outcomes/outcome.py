"""What an outcome is: one row that says all there is to say of it, computed from a model at the end of a day."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.people.accounts import Status
from sim.society.groups import Group, of_campaign


@dataclass(frozen=True)
class Outcome:
    """An outcome with its unit and formula, in the symbols of docs/outcomes.md; ``value`` computes it at the end of a day.

    It lies from ``low`` to ``high`` in any world; ``may_be_nan`` where there may be nothing to measure. ``whole`` numbers are
    counts; what is ``cumulative`` has happened so far and never falls. ``cost`` is what a report calls it where it tells what
    moderation cost the innocent, empty for what is no such cost.
    """

    name: str
    unit: str
    formula: str
    value: Callable[[Engine], float]
    low: float = -math.inf
    high: float = math.inf
    may_be_nan: bool = False
    whole: bool = False
    cumulative: bool = False
    cost: str = ""

    @property
    def range(self) -> str:
        """The range in words, such as ``0 to 1`` or ``at least 0, or nan``."""
        if math.isinf(self.low) and math.isinf(self.high):
            words = "any"
        elif math.isinf(self.high):
            words = f"at least {self.low:g}"
        elif math.isinf(self.low):
            words = f"at most {self.high:g}"
        else:
            words = f"{self.low:g} to {self.high:g}"
        return f"{words}, or nan" if self.may_be_nan else words


def counts_today(model: Engine) -> NDArray[np.int64]:
    """Counts of the day that has just ended, shape (columns,)."""
    return _sum(model, "today", model.step_index - model.world.ticks_per_day)


def counts_since_day_0(model: Engine) -> NDArray[np.int64]:
    """Counts since day 0, shape (columns,)."""
    return _sum(model, "since day 0", model.world.burn_in_ticks)


def _sum(model: Engine, name: str, first: int) -> NDArray[np.int64]:
    # A dozen outcomes ask for the same sums. Those from the same step on are added to, or long calendars would take the square.
    counts, now = model.state.counts, max(first, model.step_index)
    since, until, total = model.sums.get(name, (-1, 0, counts[:0].sum(axis=0)))
    if since != first or until != now:
        total = total + counts[until:now].sum(axis=0) if since == first else counts[first:now].sum(axis=0)
        model.sums[name] = (first, now, total)
    return total


def trolls_with(model: Engine, status: Status) -> int:
    """How many of the campaign's accounts have a status."""
    # Plain numbers: comparing bytes with an enumeration costs five times as much.
    found = np.flatnonzero(model.state.status == int(status))
    return int(np.count_nonzero(of_campaign(model.drawn.groups_of(found))))


def weights(model: Engine) -> NDArray[np.float64]:
    """How many accounts in reality an account of each group stands for, shape (groups,)."""
    return model.fixed.parameters.by_group.weight


def in_reality(model: Engine, counts: NDArray[np.int64], first: Count, groups: Sequence[Group] = tuple(Group)) -> float:
    """What the columns by group that begin at ``first`` count, of these groups together, in reality."""
    return sum(float(counts[first + group]) * float(weights(model)[group]) for group in groups)


def ratio(part: float, whole: float) -> float:
    """part / whole, nan where there is nothing to divide by."""
    return part / whole if whole else float("nan")


def roles(counts: NDArray[np.int64], first: Count) -> NDArray[np.int64]:
    """The three columns by role of an author (citizen, organiser, troll) that begin at ``first``."""
    return counts[first : first + 3]
