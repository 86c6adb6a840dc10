"""Blocks of a study: one seed's branches, simulated together by one worker, wherever that is."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import Any, Protocol

from sim.branch import Branch
from sim.fields import InputError, chosen, shown
from sim.run import Recording, Run
from sim.study.processes import told_to_stop, worker_processes
from sim.study.records import pack, unpack
from sim.study.tree import Advanced, BranchTree
from sim.study.tree import Keep as KeepNamed
from sim.world import World

Keep = Callable[[Run], Run]
Found = tuple[str, int, Run]  # name of the branch, seed


class Submits(Protocol):
    """Whatever takes work as ``concurrent.futures`` has it (PEP 3148): its pools, ``dask.distributed.Client.get_executor()``,
    ``mpi4py.futures.MPIPoolExecutor()``, joblib's loky."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """A future of what the function returns: ``result()`` waits for it, ``cancel()`` gives up what has not begun."""


@dataclass(frozen=True)
class Block:
    """What one worker simulates at a time; it can travel to another process or machine."""

    world: World
    branches: Mapping[str, Branch]
    seed: int
    population_seed: int | None
    end: int
    recorded: Recording

    @cached_property
    def tree(self) -> BranchTree:
        """The branches as a tree."""
        return BranchTree(self.world, self.branches, self.end, self.recorded)

    def grow(self, keep: KeepNamed, advanced: Advanced) -> None:
        """Simulate all branches; ``keep`` is called with each run as soon as it is done, ``advanced`` with ticks."""
        self.tree.grow(self.seed, self.population_seed, keep, advanced)
        gc.collect()  # agents and their model refer to each other


EXECUTORS = ("threads", "processes")
"""What this machine has by itself, by name."""


def check_executor(executor: object, threads: int | None) -> None:
    """Raise InputError for what takes no work."""
    if isinstance(executor, str):
        chosen(executor, EXECUTORS, "executor")
        return
    if not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"must be {', '.join(EXECUTORS)} or something with submit (concurrent.futures.Executor), not {shown(executor)}",
            field="executor",
        )
    if threads is not None:
        raise InputError("must be left out where an executor is given, which has workers of its own", field="threads")


def simulated(
    blocks: Collection[Block], executor: Submits | str, workers: int, keep: Keep, advanced: Advanced
) -> Generator[Found, None, None]:
    """The runs of blocks, in no order; ``keep`` is called with each and returns what becomes of it, ``advanced`` with ticks."""
    if executor == "processes":
        with worker_processes(workers) as pool:
            yield from elsewhere(blocks, pool, keep, advanced)
    elif isinstance(executor, str):
        yield from in_threads(blocks, workers, keep, advanced)
    else:
        yield from elsewhere(blocks, executor, keep, advanced)


def in_threads(blocks: Iterable[Block], workers: int, keep: Keep, advanced: Advanced) -> Generator[Found, None, None]:
    """The runs of blocks that are simulated in so many threads of this process. Whatever ends the waiting for them also ends
    the threads, with the day that they are in."""
    stopped = Event()

    def heard(ticks: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        advanced(ticks)

    def simulate(block: Block) -> list[Found]:
        found: list[Found] = []
        block.grow(lambda name, run: found.append((name, block.seed, keep(run))), heard)
        return found

    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(simulate, block) for block in blocks]
        try:
            for future in as_completed(futures):
                yield from future.result()
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise


class _StoppedError(Exception):
    """Ends a block's simulation when another has failed or the user has had enough."""


def elsewhere(
    blocks: Iterable[Block], executor: Submits, keep: Keep, advanced: Advanced
) -> Generator[Found, None, None]:
    """The runs of blocks that an executor has simulated, kept as they arrive."""
    futures = {executor.submit(packed, block): block for block in blocks}
    try:
        for future in _as_they_end(list(futures)):
            block = futures[future]
            for name, content in future.result().items():
                yield name, block.seed, keep(unpack(content, "", block.world, block.branches[name]))
            advanced(block.tree.ticks())
    except BaseException:
        for future in futures:
            future.cancel()
        raise


def packed(block: Block) -> dict[str, bytes]:
    """The runs of a block as records (``sim.study.records``), which is how they travel."""
    found: dict[str, bytes] = {}
    block.grow(lambda name, run: found.__setitem__(name, b"".join(pack("", run))), _heard)
    return found


def _heard(_ticks: int) -> None:
    if told_to_stop():
        raise _StoppedError


def _as_they_end(futures: list[Any]) -> Iterable[Any]:
    """Futures of this library come as they end, those of others in their order."""
    return as_completed(futures) if all(isinstance(future, Future) for future in futures) else futures
