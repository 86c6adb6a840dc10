"""Many runs of one world: its people and graph are drawn once, and seeds run side by side on threads."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from experiments.validation.check import Progress
from sim.branch import Branch
from sim.engine.engine import Engine
from sim.garbage import brief_collections
from sim.simulation import begun
from sim.society.society import Drawn
from sim.threads import Ending, default_threads
from sim.world import World

T = TypeVar("T")


class Ensemble(NamedTuple):
    """A world and its society, drawn once, in which runs with different seeds begin. Nothing is put on record day by day."""

    world: World
    society: Drawn

    def start(self, seed: int, branch: Branch | None = None) -> Engine:
        """A run at its beginning."""
        people = self.society.seed
        return begun(self.world, branch, seed, "arrays", 1, people, recorded=None, society=self.society).engine


def ensemble(world: World, population_seed: int = 1) -> Ensemble:
    """Draw the society of a world."""
    return Ensemble(world, begun(world, None, population_seed, threads=1, recorded=None).society)


def alone(world: World, seed: int) -> Engine:
    """A run at its beginning, on people and a graph of its own; as in an ensemble, nothing is put on record."""
    return begun(world, None, seed, "arrays", 1, recorded=None).engine


def over(items: int, work: Callable[[int], T], progress: Progress) -> list[T]:
    """``work(1) … work(items)`` on as many threads as a run takes by default; results in order."""
    found: dict[int, T] = {}
    gc.collect()  # the run of which a society was taken, too
    with brief_collections(), ThreadPoolExecutor(default_threads()) as pool:
        numbers, ending = dict[Future[T], int](), Ending()
        try:
            for item in range(1, items + 1):
                future = pool.submit(work, item)
                numbers[future] = item
                ending.watch(future)
            while numbers:
                future = ending.next()
                found[numbers.pop(future)] = future.result()
                gc.collect()
                progress(len(found), items)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[item] for item in range(1, items + 1)]


def part_of(progress: Progress, part: int, parts: int) -> Progress:
    """Progress of one of several equal parts of a piece of work."""
    return lambda done, total: progress(part * total + done, parts * total)
