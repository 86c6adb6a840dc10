"""Who has which account: the order of account ids, and whose they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.people.accounts import NOBODY, persons_of_citizens
from sim.randomness import Stream, uniforms
from sim.society.groups import KINDS, Group, accounts_on_second
from sim.society.sleepers import Sleepers, draw_sleepers
from sim.world import World


class Layout(NamedTuple):
    """``group`` and ``person`` (``NOBODY`` with an agenda) of each account that may be in use; ``second`` and ``twin`` as in
    ``Society``. The ids of the reserve of ``sleepers`` come after all of these."""

    group: NDArray[np.uint8]
    person: NDArray[np.int32]
    second: int
    twin: NDArray[np.int64]
    sleepers: Sleepers

    def reserve(self) -> NDArray[np.int64]:
        """Ids of the reserve, ascending."""
        return self.group.size + np.arange(self.sleepers.reserve.size)

    def members(self) -> NDArray[np.int64]:
        """Accounts of people on the second platform; ids ascending."""
        return self.second + np.flatnonzero(self.group[self.second :] == Group.CITIZEN)

    def on_first(self, group: Group) -> NDArray[np.int64]:
        """Accounts of a group on the first platform; ids ascending."""
        return np.flatnonzero(self.group[: self.second] == group)

    def pages(self, group: Group) -> NDArray[np.int64]:
        """A side's pages on the second platform; ids ascending."""
        return self.second + np.flatnonzero(self.group[self.second :] == group)


def lay_out(world: World, seed: int) -> Layout:
    """Accounts of a world, in the order of ``sim.people.accounts``."""
    people = world.people
    on_first = [KINDS[group].accounts(world) for group in Group]
    sleepers = draw_sleepers(world, sum(on_first[: Group.SLEEPER]), seed)
    on_first[Group.SLEEPER] = sleepers.in_use
    on_second = [accounts_on_second(world, group) for group in Group]
    holders = _members(world, seed)
    group = np.repeat(np.array([*Group, *Group], dtype=np.uint8), on_first + on_second)
    boundary = sum(on_first)
    person = np.full(group.size, NOBODY, dtype=np.int32)
    person[:people] = persons_of_citizens(people)
    person[boundary : boundary + holders.size] = person[holders]
    twin = np.full(people if holders.size else 0, -1, dtype=np.int64)
    twin[holders] = boundary + np.arange(holders.size)
    return Layout(group, person, boundary, twin, sleepers)


def _members(world: World, seed: int) -> NDArray[np.int64]:
    """First accounts of those who have a second one: the people with the least draws; ids ascending."""
    wanted = world.second_members
    draws = uniforms(seed, Stream.MEMBER, 0, world.people, 0)
    chosen = np.argsort(draws, kind="stable")[:wanted]
    return np.sort(persons_of_citizens(world.people)[chosen].astype(np.int64))
