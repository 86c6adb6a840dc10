"""Branches of a study, simulated with some seeds after others."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sim.engine.memory import needed, seeds_at_a_time
from sim.executors import Executor, Submits, executor_of
from sim.fields import InputError
from sim.outcomes import OwnOutcome
from sim.run import Run
from sim.study.blocks import simulated
from sim.study.failures import FailedRunsError
from sim.study.kept import KeptRuns
from sim.study.ledger import Ledger
from sim.study.looks import Record
from sim.study.shelf import Shelf
from sim.study.wanted import Wanted
from sim.study.work import Block, Found, Work
from sim.threads import checked_threads
from sim.world import World

Progress = Callable[[int, int], None]


@dataclass
class Batches:
    """Simulates what a study wants with some seeds after others; ``progress`` is told the ticks of all so far."""

    world: World
    records: Mapping[str, Record]
    population_seed: int | None
    days: int
    outcomes: tuple[OwnOutcome, ...]
    executor: Executor | Submits
    workers: int
    ledger: Ledger | None
    shelf: Shelf | None
    progress: Progress | None
    ticks: int = field(default=0, init=False)

    def simulated(self, seeds: Sequence[int]) -> dict[tuple[str, int], Run | None]:
        """The run of each record and seed, by name; None for one that the ledger has. Raises FailedRunsError, InputError."""
        shelf = self.shelf
        runs: dict[tuple[str, int], Run | None] = {}
        missing: dict[int, dict[str, Wanted]] = {}
        for seed in seeds:
            for name, record in self.records.items():
                if record.seeds is not None and seed not in record.seeds:
                    continue
                if shelf is not None and shelf.holds(record.wanted, seed):
                    runs[name, seed] = None
                else:
                    missing.setdefault(seed, {})[name] = record.wanted
        blocks = [
            Block(self.world, wanted, seed, self.population_seed, self.days, self.outcomes)
            for seed, wanted in missing.items()
        ]
        states = max((block.tree.held() for block in blocks), default=1)
        workers = side_by_side(self.world, states, min(self.workers, max(1, len(blocks))))
        if shelf is not None:
            shelf.prepare((wanted, block.seed) for block in blocks for wanted in block.wanted.values())
        total = self.ticks + sum(block.tree.ticks() for block in blocks)

        def advanced(ticks: int) -> None:
            self.ticks += ticks
            if self.progress is not None:
                self.progress(self.ticks, total)

        if blocks:
            advanced(0)
        work = [Work(block, shelf) for block in blocks]
        with closing(simulated(work, self.executor, workers, self.workers, advanced, self.ledger)) as arriving:
            faults = dict[tuple[str, int], Exception]()
            for one in arriving:
                seed = one.work.block.seed
                if isinstance(one, Found):
                    on_record = shelf is not None and shelf.keeps(self.records[one.name].wanted, seed)
                    runs[one.name, seed] = None if on_record else one.run
                elif shelf is None or isinstance(one.fault, InputError):
                    raise one.fault
                else:
                    lost = (name for name in one.work.block.wanted if (name, seed) not in runs)
                    faults |= {(self.records[name].of, seed): one.fault for name in lost}
        lacking = {
            (self.records[name].of, seed)
            for seed, wanted in missing.items() for name in wanted if (name, seed) not in runs
        }  # fmt: skip
        if lacking and self.ledger is not None:
            raise FailedRunsError(faults, len(lacking), self.ledger.directory) from next(iter(faults.values()), None)
        return runs


def runs_of(
    shelf: Shelf | None,
    records: Mapping[str, Record],
    runs: Mapping[tuple[str, int], Run | None],
    seeds: Sequence[int],
    look: str | None = None,
) -> Mapping[tuple[str, int], Run]:
    """The runs of a look (None: the study's own) by branch and seed, in the order of ``records`` and ``seeds``; ``runs`` has them
    by the names of records, and None for one that is on record."""
    own = {name: record for name, record in records.items() if record.look == look}
    found = {
        (record.of, seed): runs[name, seed] for name, record in own.items() for seed in seeds if (name, seed) in runs
    }
    if shelf is None:
        return {key: run for key, run in found.items() if run is not None}
    return KeptRuns(shelf, {record.of: record.wanted for record in own.values()}, found)


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
    fitting = seeds_at_a_time(world, states, workers)
    if fitting < workers:
        warnings.warn(
            f"{fitting} instead of {workers} seeds are simulated at a time, for want of memory: each takes about "
            f"{needed(world, states) / 1e9:.1f} GB.",
            stacklevel=4,
        )
    return fitting
