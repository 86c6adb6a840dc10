"""Accounts: who runs them, in what state they are, and how ids are laid out.

Account ids run: citizens, organisers, genuine outlets, active trolls, sleepers; then those on the second platform: members,
organisers' pages, outlets' pages, the campaign's pages. Citizens come first, and the campaign after everybody else on the
first platform, so that nothing about the others there depends on how large it is; the second platform comes last so that
nothing about the first depends on it. A citizen's account and the person behind it have *different* numbers from day one
(people are numbered in the reverse order), because one person may hold accounts on two platforms: code that confuses them
fails at once.

That order stays inside. Whoever uses the model knows people by the *nodes* of the network, in which citizens have the order of
their first accounts: ``by_person`` takes what a user gives a value a node to where the engine has it, ``by_node`` brings the
engine's values back.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

import numpy as np
from numba import int64
from numpy.typing import NDArray

from sim.compiled import scalar

NOBODY = -1
Value = TypeVar("Value", bound=np.generic)


class Role(IntEnum):
    """Who runs an account."""

    CITIZEN = 0
    ORGANISER = 1
    TROLL = 2


class Status(IntEnum):
    """What an account can do now. Sleeping accounts are not in use yet: sleepers, and newcomers before they register."""

    ACTIVE = 0
    SLEEPING = 1
    SUSPENDED = 2


def persons_of_citizens(people: int) -> NDArray[np.int32]:
    """The person behind each citizen's first account 0 … people - 1; its own inverse."""
    return np.arange(people - 1, -1, -1, dtype=np.int32)


@scalar(int64(int64, int64))
def first_account(person: int, people: int) -> int:
    """The first account of a person among so many ``people``."""
    return people - 1 - person


def by_node(values: NDArray[Value]) -> NDArray[Value]:
    """Values of persons, one row a person, in the order of nodes."""
    return values[persons_of_citizens(len(values))]


def by_person(values: NDArray[Value]) -> NDArray[Value]:
    """Values of citizens in the order of nodes, one row a node, in the order of persons."""
    arranged = np.empty_like(values)
    arranged[persons_of_citizens(len(values))] = values
    return arranged
