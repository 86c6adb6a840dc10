"""Many runs of one world: its people and graph are drawn once, and seeds run side by side on threads."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from experiments.validation.check import Progress
from sim.branch import Branch
from sim.engine.arrays import ArrayEngine, default_threads
from sim.engine.society import Setting, build
from sim.engine.stage import Snapshot
from sim.world import World

T = TypeVar("T")


class Ensemble(NamedTuple):
    """A world drawn once, from which runs with different seeds begin."""

    setting: Setting
    beginning: Snapshot

    def start(self, seed: int, branch: Branch | None = None, snapshot: Snapshot | None = None) -> ArrayEngine:
        """A run at its beginning, or at a fork of the same seed."""
        return ArrayEngine(
            self.setting.world, branch, seed, setting=self.setting, snapshot=snapshot or self.beginning, threads=1
        )


def ensemble(world: World, population_seed: int = 1) -> Ensemble:
    """Draw a world without sleepers (when those wake depends on the seed of a run)."""
    if world.campaign.sleepers.accounts:
        raise ValueError("a world with sleepers has to be drawn for each seed")
    setting, state = build(world, population_seed, population_seed)
    return Ensemble(setting, Snapshot(0, state, (), ()))


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
