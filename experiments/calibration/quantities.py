"""What is simulated to be held against a target: some branches of a world for some days, and a number with its error."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.fields import InputError, Settings, quantity, register
from sim.moderation import PreemptiveRemoval, Takedown
from sim.outcomes import OUTCOMES
from sim.study.compare import Study
from sim.world import World

DIRECT = "troll_part_direct"


class Measured(NamedTuple):
    """A simulated number, and the standard error that it has because seeds are few."""

    value: float
    error: float


class Simulated(Settings, ABC):
    """Base of what can be simulated for a target."""

    name: ClassVar[str]

    @abstractmethod
    def branches(self, world: World) -> dict[str, Branch]:
        """The branches that it takes."""

    @abstractmethod
    def days(self, world: World) -> int:
        """How many days it takes. Raises InputError where the calendar is too short."""

    @abstractmethod
    def measured(self, study: Study) -> Measured:
        """The number from runs of these branches. Raises InputError where they do not give any."""


@register("outcome")
@dataclass(frozen=True)
class FinalOutcome(Simulated):
    """An outcome at the end of a day: mean over seeds."""

    outcome: str = quantity(
        unit="name",
        choices=tuple(outcome.name for outcome in OUTCOMES),
        source="given by the user",
        doc="Which outcome.",
    )
    after: int = quantity(1, unit="days", low=1, high=65_535, source="given by the user", doc="After so many days.")
    campaign: bool = quantity(True, unit="yes or no", source="given by the user", doc="Whether the campaign runs.")

    def branches(self, world: World) -> dict[str, Branch]:
        return {"all": Branch(campaign=self.campaign)}

    def days(self, world: World) -> int:
        return _fitting(self.after, world, "after")

    def measured(self, study: Study) -> Measured:
        values = study.outcomes[self.outcome].to_numpy(dtype=float)
        return _ratio(values, np.ones_like(values), f"the outcome {self.outcome}")


@register("persuasion_left")
@dataclass(frozen=True)
class PersuasionLeft(Simulated):
    """The share of what trolls' messages did to their readers that is left some days later.

    A burst is what was read from trolls on one day: the difference in the direct part of opinion between the world that removes
    every troll account at the end of that day and the one that does so at its beginning. It is followed while there is nothing
    new to read from trolls in either. The share is of sums over people, days of bursts and seeds, so that each reader counts by
    what was read: those who are often online have more of it, and forget sooner.
    """

    first: float | str = quantity(
        unit="day number or ISO date", source="given by the user", doc="Day of the first burst."
    )
    bursts: int = quantity(
        8, unit="days", low=1, high=60, source="given by the user", doc="Bursts, on as many days one after the other."
    )
    after: int = quantity(
        30, unit="days", low=1, high=3_650, source="given by the user", doc="Days until what is left is looked at."
    )

    def branches(self, world: World) -> dict[str, Branch]:
        first = self._first(world)
        return {_removed(day): _without_trolls(day) for day in range(first, first + self.bursts + 1)}

    def days(self, world: World) -> int:
        return _fitting(self._first(world) + self.bursts + self.after, world, "first")

    def measured(self, study: Study) -> Measured:
        first = self._first(study.world)
        at_once, left = np.zeros(len(study.seeds)), np.zeros(len(study.seeds))
        for i, seed in enumerate(study.seeds):
            direct = {name: study.runs[name, seed].timeline[DIRECT].to_numpy() for name in study.branches}
            for day in range(first, first + self.bursts):
                burst = direct[_removed(day + 1)] - direct[_removed(day)]
                at_once[i] += burst[day]
                left[i] += burst[day + self.after]
        return _ratio(left, at_once, f"what trolls' messages did from {study.world.date(first)} on")

    def _first(self, world: World) -> int:
        return int(world.day(self.first, "first"))


def _removed(day: int) -> str:
    return f"no trolls from day {day} on"


def _without_trolls(day: int) -> Branch:
    return Branch((Takedown(day), PreemptiveRemoval(day)))


def _fitting(days: int, world: World, field: str) -> int:
    if days > world.days:
        raise InputError(f"must leave enough of the calendar: it has {world.days} days, and {days} are needed", field)
    return days


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64], what: str) -> Measured:
    """The ratio of two sums over seeds, with its jackknife error."""
    whole = below.sum()
    rest = whole - below
    if not np.isfinite(above).all() or not whole or not rest.all():
        raise InputError(f"must be something that there is with every seed, which {what} is not", "quantity")
    without = (above.sum() - above) / rest
    n = len(above)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    return Measured(float(above.sum() / whole), float(error))
