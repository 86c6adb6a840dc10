"""Branches of a study, simulated with some seeds after others."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sim.branch import Branch
from sim.engine.memory import needed, seeds_at_a_time
from sim.executors import Executor, Submits, executor_of
from sim.fields import InputError
from sim.run import Recording, Run
from sim.study.blocks import simulated
from sim.study.failures import FailedRunsError
from sim.study.kept import KeptRuns
from sim.study.ledger import Ledger
from sim.study.shelf import Shelf
from sim.study.work import Block, Found, Work
from sim.threads import checked_threads
from sim.world import World

Progress = Callable[[int, int], None]


@dataclass
class Batches:
    """Simulates the branches of a study with some seeds after others; ``progress`` is told the ticks of all so far."""

    world: World
    branches: Mapping[str, Branch]
    population_seed: int | None
    days: int
    recorded: Recording
    executor: Executor | Submits
    workers: int
    ledger: Ledger | None
    shelf: Shelf | None
    progress: Progress | None
    ticks: int = field(default=0, init=False)

    def simulated(self, seeds: Sequence[int]) -> dict[tuple[str, int], Run | None]:
        """The run of each branch and seed; None for one that the ledger has. Raises FailedRunsError, InputError."""
        shelf, branches = self.shelf, self.branches
        runs: dict[tuple[str, int], Run | None] = {}
        missing: dict[int, dict[str, Branch]] = {}
        for seed in seeds:
            for name, branch in branches.items():
                if shelf is not None and shelf.holds(branch, seed):
                    runs[name, seed] = None
                else:
                    missing.setdefault(seed, {})[name] = branch
        blocks = [
            Block(self.world, wanted, seed, self.population_seed, self.days, self.recorded)
            for seed, wanted in missing.items()
        ]
        states = max((block.tree.states() for block in blocks), default=1)
        workers = side_by_side(self.world, states, min(self.workers, max(1, len(blocks))))
        if shelf is not None:
            shelf.prepare((branch, block.seed) for block in blocks for branch in block.branches.values())
        total = self.ticks + sum(block.tree.ticks() for block in blocks)

        def advanced(ticks: int) -> None:
            self.ticks += ticks
            if self.progress is not None:
                self.progress(self.ticks, total)

        work = [Work(block, shelf) for block in blocks]
        with closing(simulated(work, self.executor, workers, advanced, self.ledger)) as arriving:
            faults = dict[tuple[str, int], Exception]()
            for one in arriving:
                seed = one.work.block.seed
                if isinstance(one, Found):
                    on_record = shelf is not None and shelf.keeps(branches[one.branch], seed)
                    runs[one.branch, seed] = None if on_record else one.run
                elif shelf is None or isinstance(one.fault, InputError):
                    raise one.fault
                else:
                    faults |= {(name, seed): one.fault for name in one.work.block.branches if (name, seed) not in runs}
        lacking = len(branches) * len(seeds) - len(runs)
        if lacking and self.ledger is not None:
            raise FailedRunsError(faults, lacking, self.ledger.directory) from next(iter(faults.values()), None)
        return runs


def runs_of(
    shelf: Shelf | None, branches: Mapping[str, Branch], runs: Mapping[tuple[str, int], Run | None]
) -> Mapping[tuple[str, int], Run]:
    """The runs of a study by branch and seed; None stands for one that is on record."""
    if shelf is None:
        return {key: run for key, run in runs.items() if run is not None}
    return KeptRuns(shelf, branches, runs)


def workers_of(executor: Executor | Submits | str, threads: int | None) -> tuple[Executor | Submits, int]:
    """The executor that is meant, and how many seeds are to be simulated at a time on this machine. Raises InputError."""
    found = executor_of(executor)
    if isinstance(found, Executor) and not found.brings_workers:
        return found, checked_threads(threads)
    if threads is not None:
        raise InputError("must be left out where an executor is given that has workers of its own", field="threads")
    return found, 1


def side_by_side(world: World, states: int, workers: int) -> int:
    """How many seeds run at a time, each with so many states held at once: ``workers``, or as many as there is memory for, which
    is then said. Raises InputError where one does not fit."""
    states += 1  # while a side branch is tried as a shadow
    fitting = seeds_at_a_time(world, states, workers)
    if fitting < workers:
        warnings.warn(
            f"{fitting} instead of {workers} seeds are simulated at a time, for want of memory: each takes about "
            f"{needed(world, states) / 1e9:.1f} GB.",
            stacklevel=4,
        )
    return fitting
