"""Many runs of one world: its people and graph are drawn once, and seeds run side by side on threads."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from experiments.validation.check import Progress
from sim.branch import Branch
from sim.engine.engine import Engine
from sim.simulation import begun
from sim.society.society import Drawn
from sim.threads import default_threads
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


def over(items: int, work: Callable[[int], T], progress: Progress) -> list[T]:
    """``work(1) … work(items)`` on as many threads as a run takes by default; results in order."""
    found: dict[int, T] = {}
    with _brief_collections(), ThreadPoolExecutor(default_threads()) as pool:
        futures = {pool.submit(work, item): item for item in range(1, items + 1)}
        try:
            for future in as_completed(list(futures)):
                found[futures.pop(future)] = future.result()
                gc.collect()
                progress(len(found), items)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[item] for item in range(1, items + 1)]


@contextmanager
def _brief_collections() -> Iterator[None]:
    """A run that is over is a cycle of objects that holds large arrays: collected after each run, which is quick as long as
    what was imported before is not looked at again."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def part_of(progress: Progress, part: int, parts: int) -> Progress:
    """Progress of one of several equal parts of a piece of work."""
    return lambda done, total: progress(part * total + done, parts * total)
