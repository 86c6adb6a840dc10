"""How threads that run a kernel side by side divide its work, and wait for each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import inlined, lean_kernel
from sim.engine.kernels.shared_memory import load, sleep, step_aside, store
from sim.threads import cores

_LINE = 8  # numbers in a cache line, into which only one thread writes
_LOOKS = 4_000  # some 5 microseconds
_OFFERS = 300  # some 200 microseconds
_GONE = np.iinfo(np.int64).max


class Member(NamedTuple):
    """One of the threads that share a task: its ``number`` among ``members``.

    ``met`` (members, 8) has, in its first column, how many meetings each has come to. Who waits for another looks there ``looks``
    times, then steps aside between looks, at last sleeps. ``joined`` (members,) is how many people each has counted, ``unfit``
    (members, 4) what each has noted of the opinion rule (``Scratch``)."""

    number: int
    members: int
    looks: int
    met: NDArray[np.int64]
    joined: NDArray[np.int64]
    unfit: NDArray[np.float64]


def team_of(members: int) -> list[Member]:
    """So many threads that share a task."""
    met, joined = np.zeros((members, _LINE), dtype=np.int64), np.zeros(members, dtype=np.int64)
    unfit, looks = np.zeros((members, 4)), _LOOKS if members <= cores() else 0
    return [Member(number, members, looks, met, joined, unfit) for number in range(members)]


def leave(member: Member) -> None:
    """Have the others stop at their next meeting: a member has failed and will not come."""
    member.met[member.number, 0] = _GONE


@lean_kernel
def _all_come(member: Member, meeting: int) -> bool:
    for other in range(member.members):
        looks = 0
        while load(member.met, other) < meeting:
            looks += 1
            if looks > member.looks + _OFFERS:
                sleep()
            elif looks > member.looks:
                step_aside()
        if load(member.met, other) == _GONE:
            return False
    return True


@inlined
def meet(member: Member) -> bool:
    """Wait until all members have come here; each then sees what the others had written before. Whether all have: where one has
    left, what it was to write is not there."""
    if member.members == 1:
        return True
    meeting = member.met[member.number, 0] + 1
    store(member.met, member.number, meeting)
    return _all_come(member, meeting)


@inlined
def part_of(member: Member, first: int, rows: int) -> tuple[int, int]:
    """Which of so many rows are a member's, from … to (excluded); each of the ``first`` is as much work as eight others."""
    work = 7 * first + rows
    low, high = work * member.number // member.members, work * (member.number + 1) // member.members
    return _row_at(low, first), _row_at(high, first)


@inlined
def _row_at(work: int, first: int) -> int:
    return work // 8 if work <= 8 * first else work - 7 * first


@inlined
def any_unfit(member: Member) -> bool:
    """Whether anybody has noted that the opinion rule gave a weight that it must not give."""
    for other in range(member.members):
        if member.unfit[other, 0] != 0.0:
            return True
    return False
