"""Who opens the platform when: draws that nothing in a run can change, so that all branches of a seed have the same."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.crew import Crew
from sim.engine.kernels.waking import draw_block
from sim.engine.parameters import Parameters
from sim.society.schedule import Schedule
from sim.society.society import Society

_DRAWS = 960_000  # of a block: four days of hours for 10,000 people
_STEPS = 8  # of a block at least: several threads draw some each

Block = tuple[NDArray[np.int64], NDArray[np.int32]]


class Sessions:
    """The citizens who have a session at each step, whether or not they can read then, in blocks of ``length`` steps.

    The last block drawn is kept, and earlier ones as far as they fit into ``room`` bytes: none until there is any.
    """

    def __init__(self, seed: int, society: Society, schedule: Schedule, parameters: Parameters) -> None:
        self.room = 0
        self._seed, self._society, self._schedule, self._parameters = np.uint64(seed), society, schedule, parameters
        self._kept: dict[int, Block] = {}
        self._last: tuple[int, Block] | None = None
        self.length = max(_STEPS, _DRAWS // society.anchor.size)

    def block(self, number: int, crew: Crew) -> Block:
        """Citizens by step from ``number * length`` on, and where in their list those of each step end."""
        if number in self._kept:
            return self._kept[number]
        last = self._last  # another engine may go on with these sessions at the same time
        if last is not None and last[0] == number:
            return last[1]
        found = self._draw(number * self.length, crew)
        self._last = (number, found)
        size = sum(part.nbytes for part in found)
        if size <= self.room:
            self.room -= size
            self._kept[number] = found
        return found

    def _draw(self, first: int, crew: Crew) -> Block:
        steps = min(self.length, self._schedule.sessions.size - first)
        drawn = crew.spread(steps, lambda _, low, high: self._draw_steps(first + low, first + high))
        before = np.cumsum([0, *(found.size for _, found in drawn[:-1])])
        ends = np.concatenate([ends + earlier for (ends, _), earlier in zip(drawn, before, strict=True)])
        return ends, np.concatenate([found for _, found in drawn])

    @cached_property
    def _a_day(self) -> float:
        """Sessions a day of all citizens together."""
        return float(self._society.sessions_per_day.sum(dtype=np.float64))

    def _draw_steps(self, first: int, last: int) -> Block:
        expected = self._a_day * float(self._schedule.sessions[first:last].sum())
        room = min(math.ceil(expected + 6.0 * math.sqrt(expected)), (last - first) * self._society.anchor.size) + 64
        ends, found, draws = np.zeros(last - first, dtype=np.int64), np.empty(room, dtype=np.int32), np.empty(512)
        while True:
            n = draw_block(self._seed, first, self._society, self._schedule, self._parameters, draws, ends, found)
            if n <= found.size:
                return ends, found[:n]
            found = np.empty(2 * n, dtype=np.int32)
