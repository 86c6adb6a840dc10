"""Blocks of a study: one seed's branches, simulated together by one worker, wherever that is."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, ParamSpec, TypeVar

from sim.branch import Branch
from sim.executors import Elsewhere, Executor, Submits
from sim.executors.processes import told_to_stop
from sim.fields import InputError
from sim.run import Recording, Run, last_step
from sim.study.ledger import Ledger, Shelf
from sim.study.records import pack, unpack
from sim.study.tree import Advanced, BranchTree
from sim.study.tree import Keep as KeepNamed
from sim.world import World

T = TypeVar("T")
P = ParamSpec("P")
_MOST_WAITING = 2_000  # tasks handed to an executor of which nothing is known, before one has come back


@dataclass(frozen=True)
class Block:
    """What one worker simulates at a time; it can travel to another process or machine."""

    world: World
    branches: Mapping[str, Branch]
    seed: int
    population_seed: int | None
    days: int
    recorded: Recording

    @cached_property
    def tree(self) -> BranchTree:
        """The branches as a tree."""
        return BranchTree(self.world, self.branches, last_step(self.world, self.days), self.recorded)

    def grow(self, keep: KeepNamed, advanced: Advanced) -> None:
        """Simulate all branches; ``keep`` is called with each run as soon as it is done, ``advanced`` with ticks."""
        self.tree.grow(self.seed, self.population_seed, keep, advanced)
        gc.collect()  # agents and their model refer to each other

    def shelf(self, ledger: Ledger) -> Shelf:
        """The place of the runs in a ledger."""
        return Shelf(ledger, self.world, self.days, self.population_seed, self.recorded)


class Work(NamedTuple):
    """A block that is to be simulated, the place of its runs in the ledger, if there is one, and the number of its world in a
    design."""

    block: Block
    shelf: Shelf | None
    number: int = 1

    def kept(self, run: Run) -> Run:
        """A run as it is on record, after it has been put there."""
        return run if self.shelf is None else self.shelf.keep(run)


class Found(NamedTuple):
    """A run that has been simulated."""

    work: Work
    branch: str
    run: Run


class Failed(NamedTuple):
    """Work that could not be done (to its end), and why."""

    work: Work
    fault: Exception


def simulated(
    work: Iterable[Work],
    executor: Executor | Submits,
    workers: int,
    advanced: Advanced,
    ledger: Ledger | None = None,
) -> Generator[Found | Failed, None, None]:
    """The runs of blocks, in no order, kept as they are done; ``advanced`` is called with ticks. Of the work no more is taken
    at a time than keeps the workers busy. A block that cannot be simulated ends nothing; what else goes wrong is raised."""
    if isinstance(executor, Elsewhere):
        with executor.opened(workers, None if ledger is None else ledger.directory) as pool:
            yield from elsewhere(work, pool, advanced, executor, ledger)
    elif isinstance(executor, Executor):
        yield from in_threads(work, workers, advanced)
    else:
        yield from elsewhere(work, executor, advanced)


def in_threads(work: Iterable[Work], workers: int, advanced: Advanced) -> Generator[Found | Failed, None, None]:
    """The runs of blocks that are simulated in so many threads of this process. Whatever ends the waiting for them also ends
    the threads, with the day that they are in."""
    stopped = Event()

    def heard(ticks: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        advanced(ticks)

    def simulate(each: Work) -> list[Found | Failed]:
        found: list[Found | Failed] = []
        fault = _grown(each.block, lambda name, run: found.append(Found(each, name, each.kept(run))), heard)
        return found if fault is None else [*found, Failed(each, fault)]

    with ThreadPoolExecutor(workers) as pool:
        try:
            for _, future in _as_they_end(work, lambda each: pool.submit(simulate, each), 2 * workers):
                yield from future.result()
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise


class _StoppedError(Exception):
    """Ends a block's simulation when another has failed or the user has had enough."""


def elsewhere(
    work: Iterable[Work],
    pool: Submits,
    advanced: Advanced,
    executor: Elsewhere | None = None,
    ledger: Ledger | None = None,
) -> Generator[Found | Failed, None, None]:
    """The runs of blocks that a pool has simulated: kept as they arrive, or by the workers in a ledger that all see."""
    shared = executor is not None and executor.shared_ledger
    if shared and ledger is None:
        raise InputError(
            "must be false where there is no ledger that workers could write into", field="executor.shared_ledger"
        )
    size, waiting = (1, _MOST_WAITING) if executor is None else (executor.seeds_a_task, executor.waiting)
    place = ledger.directory.absolute() if shared and ledger is not None else None

    def submitted(task: tuple[Work, ...]) -> Any:
        return pool.submit(packed, Task(tuple(each.block for each in task), place))

    for task, future in _as_they_end(_batches(work, size), submitted, waiting):
        for each, outcome in zip(task, future.result(), strict=True):
            block = each.block
            if isinstance(outcome, Exception):
                yield Failed(each, outcome)
                advanced(block.tree.ticks())
                continue
            for name, branch in block.branches.items():
                if shared:
                    run = None if each.shelf is None else each.shelf.arrived(branch, block.seed)
                    if run is None:
                        raise InputError(
                            f"must be a folder that workers see as it is seen here, and the code of runs one that can be told, "
                            f"where workers keep runs themselves: {place} does not have a run that was kept there",
                            field="ledger",
                        )
                    yield Found(each, name, run)
                else:
                    yield Found(each, name, each.kept(unpack(outcome[name], "", block.world, branch)))
            advanced(block.tree.ticks())


class Task(NamedTuple):
    """What travels: blocks, and the ledger that their runs go into; None sends them back."""

    blocks: tuple[Block, ...]
    ledger: Path | None


Outcome = dict[str, bytes] | Exception
"""What becomes of a block: its runs as records by branch (empty where the ledger has them), or why there are none."""


def packed(task: Task) -> list[Outcome]:
    """The runs of blocks as records (``sim.study.records``), which is how they travel."""
    return [_outcome(block, task.ledger) for block in task.blocks]


def _outcome(block: Block, place: Path | None) -> Outcome:
    found: dict[str, bytes] = {}
    if place is None:
        fault = _grown(block, lambda name, run: found.__setitem__(name, b"".join(pack("", run))), _heard)
    else:
        fault = _grown_into(block, block.shelf(Ledger(place)))
    return found if fault is None else fault


def _grown(block: Block, keep: KeepNamed, advanced: Advanced) -> Exception | None:
    """Simulate a block; returns the fault that it has. What ``keep`` and ``advanced`` raise is none of its own, and raised."""
    others: list[BaseException] = []

    def guarded(function: Callable[P, None]) -> Callable[P, None]:
        def call(*arguments: P.args, **named: P.kwargs) -> None:
            try:
                function(*arguments, **named)
            except BaseException as error:
                others.append(error)
                raise

        return call

    try:
        block.grow(guarded(keep), guarded(advanced))
    except Exception as error:
        if others:
            raise
        return error
    return None


def _grown_into(block: Block, shelf: Shelf) -> Exception | None:
    """Simulate what a ledger lacks: a task may have been begun before, and ended with its worker."""

    def kept(_branch: str, run: Run) -> None:
        shelf.keep(run)

    missing = {name: branch for name, branch in block.branches.items() if shelf.find(branch, block.seed) is None}
    rest = Block(block.world, missing, block.seed, block.population_seed, block.days, block.recorded)
    return _grown(rest, kept, _heard) if missing else None


def _heard(_ticks: int) -> None:
    if told_to_stop():
        raise _StoppedError


def _batches(work: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    rest = iter(work)
    while batch := tuple(islice(rest, size)):
        yield batch


def _as_they_end(work: Iterable[T], submit: Callable[[T], Any], waiting: int) -> Iterator[tuple[T, Any]]:
    """Each piece of work with its future when that has ended; no more than ``waiting`` are under way. Futures of others than
    this library come in their order. Whatever ends this cancels what has not begun."""
    rest, under_way = iter(work), dict[Any, T]()
    try:
        while True:
            for each in islice(rest, waiting - len(under_way)):
                under_way[submit(each)] = each
            if not under_way:
                return
            for future in _ended(under_way):
                yield under_way.pop(future), future
    except BaseException:
        for future in under_way:
            future.cancel()
        raise


def _ended(under_way: Collection[Any]) -> list[Any]:
    if all(isinstance(future, Future) for future in under_way):
        return list(wait(under_way, return_when=FIRST_COMPLETED).done)
    return [next(iter(under_way))]
