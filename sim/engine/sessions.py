"""Who opens the platform when: draws that nothing in a run can change, so that the branches of a study can share them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernels.waking import draw_block
from sim.engine.parameters import Parameters
from sim.society.schedule import Schedule
from sim.society.society import Society

_DRAWS = 240_000  # of a block: a day of hours for 10,000 people, and long enough where few people have many short steps

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
        self.length = max(1, _DRAWS // society.anchor.size)
        self._found = np.empty(1536, dtype=np.int32)
        self._draws = np.empty(512)

    def block(self, number: int) -> Block:
        """Citizens by step from ``number * length`` on, and where in their list those of each step end."""
        if number in self._kept:
            return self._kept[number]
        if self._last is None or self._last[0] != number:
            self._last = (number, self._draw(number * self.length))
            size = sum(part.nbytes for part in self._last[1])
            if size <= self.room:
                self.room -= size
                self._kept[number] = self._last[1]
        return self._last[1]

    def _draw(self, first: int) -> Block:
        ends = np.zeros(min(self.length, self._schedule.sessions.size - first), dtype=np.int64)
        while True:
            found = draw_block(
                self._seed, first, self._society, self._schedule, self._parameters, self._draws, ends, self._found
            )
            if found <= self._found.size:
                return ends, self._found[:found].copy()
            self._found = np.empty(2 * found, dtype=np.int32)
