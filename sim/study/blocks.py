"""Blocks of a study (``sim.study.work``): one seed's branches, simulated together by one worker, wherever that is."""

from __future__ import annotations

import pickle
import socket
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sized
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, ParamSpec, TypeVar

from sim.executors import Elsewhere, Executor, Submits
from sim.executors.processes import told_to_stop
from sim.fields import InputError, shown
from sim.garbage import brief_collections
from sim.run import Run
from sim.study.ledger import Ledger
from sim.study.records import BrokenRecordError, pack, unpack
from sim.study.sharing import shared
from sim.study.shelf import Shelf
from sim.study.tree import Advanced, Keep
from sim.study.work import Block, Failed, Found, Work
from sim.threads import Ending

T = TypeVar("T")
P = ParamSpec("P")
Done = Generator[Found | Failed, None, None]
_MOST_WAITING = 2_000  # tasks handed to an executor of which nothing is known, before one has come back


def simulated(
    work: Iterable[Work],
    executor: Executor | Submits,
    workers: int,
    threads: int,
    advanced: Advanced,
    ledger: Ledger | None = None,
) -> Done:
    """The runs of blocks, in no order, kept as they are done; ``advanced`` is called with ticks. Workers in this process
    share so many ``threads`` out among them. Of the work no more is taken at a time than keeps the workers busy, and none that
    somebody else does with the same ledger (``sim.study.sharing``). A block that cannot be simulated ends nothing; what
    else goes wrong is raised."""
    if isinstance(executor, Elsewhere):
        simulate = partial(in_pools, executor=executor, workers=workers, advanced=advanced, ledger=ledger)
    elif isinstance(executor, Executor):
        simulate = partial(in_threads, workers=workers, threads=threads // workers, advanced=advanced)
    else:
        simulate = partial(elsewhere, pool=executor, advanced=advanced)
    with brief_collections():
        yield from shared(work, simulate)


def in_threads(work: Iterable[Work], workers: int, threads: int, advanced: Advanced) -> Done:
    """The runs of blocks of which so many are simulated at a time in this process, with ``threads`` each. Whatever ends the
    waiting for them also ends the threads, with the day that they are in."""
    stopped = Event()

    def heard(ticks: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        advanced(ticks)

    def simulate(each: Work) -> list[Found | Failed]:
        found: list[Found | Failed] = []
        fault = _grown(
            each.block, lambda name, run: found.append(Found(each, name, each.kept(name, run))), heard, threads
        )
        return found if fault is None else [*found, Failed(each, fault, socket.gethostname())]

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


def in_pools(
    work: Iterable[Work], executor: Elsewhere, workers: int, advanced: Advanced, ledger: Ledger | None
) -> Done:
    """The runs of blocks that an executor's pool has simulated. Where a worker is killed and takes the pool with it, another is
    opened, and what was under way is simulated again, one piece at a time: that with which a worker is killed once more has
    failed."""
    rest, lost = iter(work), deque[Work]()

    def opened(some: Iterator[Work], number: int, waiting: int) -> Iterator[Found | Failed]:
        with executor.opened(number, None if ledger is None else ledger.directory) as pool:
            yield from elsewhere(some, pool, advanced, executor, ledger, waiting)

    broken = True
    while broken:
        broken = False
        for found in opened(rest, workers, executor.waiting if executor.brings_workers else 2 * workers):
            if isinstance(found, Failed) and isinstance(found.fault, BrokenExecutor):
                lost.append(found.work)
                broken = True
            else:
                yield found
    while lost:
        yield from opened(_taken_from(lost), 1, 1)


def elsewhere(
    work: Iterable[Work],
    pool: Submits,
    advanced: Advanced,
    executor: Elsewhere | None = None,
    ledger: Ledger | None = None,
    waiting: int = _MOST_WAITING,
) -> Done:
    """The runs of blocks that a pool has simulated: kept as they arrive, or by the workers in a ledger that all see. Of a pool
    that is broken no more is asked: what it had has failed, and the rest is left."""
    is_shared = executor is not None and executor.shared_ledger
    if is_shared and ledger is None:
        raise InputError(
            "must be false where there is no ledger that workers could write into", field="executor.shared_ledger"
        )
    size = 1 if executor is None else executor.seeds_a_task
    place = ledger.directory.absolute() if is_shared and ledger is not None else None
    broken = Event()

    def submitted(task: tuple[Work, ...]) -> Any:
        try:
            return pool.submit(packed, Task(tuple(each.block for each in task), place))
        except BrokenExecutor as fault:
            return _raising(fault)

    for task, future in _as_they_end(_until(broken, _batches(work, size)), submitted, waiting):
        try:
            outcomes = _checked(future.result(), task)
        except InputError:
            raise
        except Exception as fault:  # whatever the worker died of
            if isinstance(fault, BrokenExecutor):
                broken.set()
            outcomes = [Outcome({}, fault) for _ in task]
        for each, outcome in zip(task, outcomes, strict=True):
            yield from _arrived(each, outcome, place)
            advanced(each.block.tree.ticks())


def _arrived(each: Work, outcome: Outcome, place: Path | None) -> Iterator[Found | Failed]:
    """The runs of a block as they have come back, or as they lie in the ledger that a worker has put them into."""
    block = each.block
    for name, wanted in block.wanted.items():
        if place is None or isinstance(outcome.fault, BrokenExecutor):
            if name in outcome.runs:
                yield Found(each, name, each.kept(name, _unpacked(outcome.runs[name], block, name)))
            continue
        run = None if each.shelf is None else each.shelf.arrived(wanted, block.seed)
        if run is not None:
            yield Found(each, name, run)
        elif outcome.fault is None:
            raise InputError(
                f"must be a folder that workers see as it is seen here, and the code of runs one that can be told, "
                f"where workers keep runs themselves: {place} does not have a run that was kept there",
                field="ledger",
            )
    if outcome.fault is not None:
        yield Failed(each, outcome.fault, outcome.host)


def _unpacked(content: bytes, block: Block, name: str) -> Run:
    try:
        return unpack(content, block.mark(name), block.world, block.wanted[name].branch)
    except BrokenRecordError as error:
        raise InputError(
            f"must give back what the function returned that it was given: a run {error}", "executor"
        ) from None


def _checked(outcomes: object, task: Sized) -> list[Outcome]:
    """What has come back, if it is of a task. Raises InputError."""
    if (
        isinstance(outcomes, list)
        and len(outcomes) == len(task)
        and all(isinstance(each, Outcome) for each in outcomes)
    ):
        return outcomes
    raise InputError(f"must give back what the function returned that it was given, not {shown(outcomes)}", "executor")


class Task(NamedTuple):
    """What travels: blocks, and the ledger that their runs go into; None sends them back."""

    blocks: tuple[Block, ...]
    ledger: Path | None


class Outcome(NamedTuple):
    """What becomes of a block: its runs as records by name (none where the ledger has them), and why there are not all."""

    runs: dict[str, bytes]
    fault: Exception | None = None
    host: str = ""


def packed(task: Task) -> list[Outcome]:
    """The runs of blocks as records (``sim.study.records``), which is how they travel."""
    return [_outcome(block, task.ledger) for block in task.blocks]


def _outcome(block: Block, place: Path | None) -> Outcome:
    found: dict[str, bytes] = {}
    if place is None:
        fault = _grown(block, lambda name, run: found.__setitem__(name, b"".join(pack(block.mark(name), run))), _heard)
    else:
        fault = _grown_into(block, block.shelf(Ledger(place)))
    return Outcome(found, None if fault is None else _travelling(fault), socket.gethostname())


def _travelling(fault: Exception) -> Exception:
    """A fault, or what it says where it cannot travel itself."""
    try:
        pickle.loads(pickle.dumps(fault))
    except Exception:
        return RuntimeError(f"{type(fault).__name__}: {fault}")
    return fault


def _grown(block: Block, keep: Keep, advanced: Advanced, threads: int = 1) -> Exception | None:
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
        block.grow(guarded(keep), guarded(advanced), threads)
    except Exception as error:
        if others:
            raise
        return error
    return None


def _grown_into(block: Block, shelf: Shelf) -> Exception | None:
    """Simulate what a ledger lacks: a task may have been begun before, and ended with its worker."""

    def kept(name: str, run: Run) -> None:
        shelf.keep(block.wanted[name], run)

    missing = {name: wanted for name, wanted in block.wanted.items() if shelf.find(wanted, block.seed) is None}
    return _grown(block.only(missing), kept, _heard) if missing else None


def _heard(_ticks: int) -> None:
    if told_to_stop():
        raise _StoppedError


def _raising(fault: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(fault)
    return future


def _taken_from(queue: deque[T]) -> Iterator[T]:
    while queue:
        yield queue.popleft()


def _until(ended: Event, work: Iterable[T]) -> Iterator[T]:
    """What is asked for until an event is set; nothing is taken that is not handed on."""
    rest = iter(work)
    while not ended.is_set():
        try:
            each = next(rest)
        except StopIteration:
            return
        yield each


def _batches(work: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    rest = iter(work)
    while batch := tuple(islice(rest, size)):
        yield batch


def _as_they_end(work: Iterable[T], submit: Callable[[T], Any], waiting: int) -> Iterator[tuple[T, Any]]:
    """Each piece of work with its future when that has ended; no more than ``waiting`` are under way. Futures of others than
    this library come in their order. Whatever ends this cancels what has not begun."""
    rest, under_way, ending = iter(work), dict[Any, T](), Ending()
    try:
        while True:
            for each in islice(rest, waiting - len(under_way)):
                future = submit(each)
                under_way[future] = each
                if isinstance(future, Future):
                    ending.watch(future)
            if not under_way:
                return
            future = _ended(under_way, ending)
            yield under_way.pop(future), future
    except BaseException:
        for future in under_way:
            future.cancel()
        raise


def _ended(under_way: Collection[Any], ending: Ending) -> Any:
    if not all(isinstance(future, Future) for future in under_way):
        return next(iter(under_way))
    while (future := ending.next()) not in under_way:
        pass  # it came in its order, among futures of others
    return future
