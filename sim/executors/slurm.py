"""Slurm: jobs of many seeds each, handed in by submitit and handed in again when they are lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sim.executors.executor import ONE_THREAD, Elsewhere, Submits, environment
from sim.extras import imported
from sim.fields import InputError, quantity, register

_EVERY = 2.0  # seconds from one look at the jobs to the next; the queue itself is asked less often
_LATER = 60.0  # seconds until what the queue did not take is handed in again
_PATIENCE = 10.0  # seconds that the end waits for a look that is under way


@register("slurm")
@dataclass(frozen=True)
class Slurm(Elsewhere):
    """Jobs of Slurm's, one core and many seeds each, so that no limit of arrays matters.

    Every run enters the ledger as it is done: what is preempted or runs out of time goes on in another job, and loses one run.
    """

    seeds_a_task: int = quantity(
        50,
        unit="seeds",
        low=1,
        high=1_000_000,
        source="given by the user",
        doc="Seeds of a job, each with all its branches.",
    )
    shared_ledger: bool = quantity(
        True, unit="yes or no", source="given by the user",
        doc="Whether jobs write each run into the ledger themselves, on a file system that all see, as soon as it is done; "
        "otherwise runs are sent back when their job ends.",
    )  # fmt: skip
    jobs: int = quantity(
        100,
        unit="jobs",
        low=1,
        high=100_000,
        source="given by the user",
        doc="Most jobs in the queue at the same time.",
    )
    retries: int = quantity(
        3, unit="times", low=0, high=1_000, source="given by the user",
        doc="How often a job that was lost, or that the queue did not take, is handed in again.",
    )  # fmt: skip
    hours: float = quantity(
        4.0,
        unit="hours",
        low=0,
        low_open=True,
        high=10_000,
        source="given by the user",
        doc="Time that a job asks for.",
    )
    memory_gb: float = quantity(
        4.0,
        unit="GB",
        low=0,
        low_open=True,
        high=100_000,
        source="given by the user",
        doc="Memory that a job asks for.",
    )
    partition: str = quantity("", unit="name", source="given by the user", doc="Partition (empty: the usual one).")
    account: str = quantity(
        "", unit="name", source="given by the user", doc="Account that pays (empty: the usual one)."
    )
    folder: str = quantity(
        "", unit="path", source="given by the user",
        doc="What jobs are given, and what they say, lies here, on a file system that all nodes see (empty: jobs beside the "
        "ledger).",
    )  # fmt: skip
    cluster: str = quantity(
        "slurm", unit="name", choices=("slurm", "local"), source="given by the user",
        doc="local: jobs are processes of this machine, to try things out.",
    )  # fmt: skip

    @property
    def brings_workers(self) -> bool:
        """Slurm decides."""
        return True

    @property
    def waiting(self) -> int:
        """Most jobs in the queue."""
        return self.jobs

    @contextmanager
    def opened(self, workers: int, place: Path | None) -> Iterator[Submits]:
        """Jobs that have not ended are cancelled when the block ends by an error."""
        submitit = imported("submitit", "slurm", "executor slurm")
        folder = Path(self.folder) if self.folder else None if place is None else place.parent / "jobs"
        if folder is None:
            raise InputError("must name a folder that all nodes see where there is no ledger", field="executor.folder")
        try:
            jobs = submitit.AutoExecutor(folder=folder, cluster=self.cluster)
        except RuntimeError as error:
            raise InputError(
                f"must be slurm where there is one, which this machine does not see ({str(error)[:200]}); "
                "cluster: local tries it out without",
                field="executor",
            ) from None
        wanted = {"slurm_partition": self.partition, "slurm_account": self.account}
        jobs.update_parameters(
            name="groundswell", cpus_per_task=1, tasks_per_node=1, timeout_min=max(1, round(60 * self.hours)),
            mem_gb=self.memory_gb, **{name: value for name, value in wanted.items() if value},
        )  # fmt: skip
        with environment(**ONE_THREAD), _Jobs(jobs, self.retries) as queue:
            yield queue


class _Again:
    """A call that submitit hands in again where Slurm takes the node away; what is in the ledger by then is not done again."""

    def __init__(self, submitit: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.delayed = submitit.helpers.DelayedSubmission
        self.function, self.arguments = function, arguments

    def __call__(self) -> Any:
        return self.function(*self.arguments)

    def checkpoint(self) -> Any:
        return self.delayed(self)


class _HandedIn(NamedTuple):
    """A call that is under way: how often it may still be handed in again, and its job, or None with the moment from which on it
    is to be."""

    call: _Again
    retries: int
    job: Any = None
    not_before: float = 0.0


class _Jobs:
    """Takes work as ``concurrent.futures`` has it; a thread looks after the jobs. Everybody waits for that thread: whatever goes
    wrong with a job is its future's, and ends no other."""

    def __init__(self, jobs: Any, retries: int) -> None:
        self._submitit = imported("submitit", "slurm", "executor slurm")
        self._jobs, self._retries = jobs, retries
        self._under_way: dict[Future[Any], _HandedIn] = {}
        self._has_taken = False
        self._lock, self._handing_in, self._over = threading.Lock(), threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True)

    def __enter__(self) -> _Jobs:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join(_PATIENCE)  # it may wait for a queue that does not answer
        with self._lock:
            left = [each.job for each in self._under_way.values() if each.job is not None]
        for job in left:
            with suppress(Exception):  # it may have ended, and the queue may not answer
                job.cancel()

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            self._hand_in(future, _HandedIn(_Again(self._submitit, function, arguments), self._retries))
        except Exception as error:
            if not self._has_taken:
                raise
            future.set_exception(error)
        return future

    def _hand_in(self, future: Future[Any], given: _HandedIn) -> None:
        """Now, or later where the queue has a bad moment. Raises what is said by a queue that has never taken a job, or does not
        take this one however often it is asked."""
        try:
            with self._handing_in:
                found = given._replace(job=self._jobs.submit(given.call))
            self._has_taken = True
        except Exception:
            if not self._has_taken or given.retries == 0:
                raise
            found = given._replace(job=None, retries=given.retries - 1, not_before=time.monotonic() + _LATER)
        with self._lock:
            self._under_way[future] = found

    def _look_after(self) -> None:
        while not self._over.wait(_EVERY if self._jobs.cluster == "slurm" else 0.1):
            with self._lock:
                under_way = list(self._under_way.items())
            for future, given in under_way:
                if self._over.is_set():
                    return
                try:
                    self._look_at(future, given)
                except BaseException as error:
                    self._end(future, error)

    def _look_at(self, future: Future[Any], given: _HandedIn) -> None:
        job = given.job
        if future.cancelled():
            self._end(future)
            if job is not None:
                job.cancel()
        elif job is None:
            if time.monotonic() >= given.not_before:
                self._hand_in(future, given)
        elif job.done():
            error = job.exception()
            ends = self._submitit.core.utils
            lost = isinstance(error, ends.UncompletedJobError) and not isinstance(error, ends.FailedJobError)
            if lost and given.retries > 0:
                self._hand_in(future, given._replace(retries=given.retries - 1))
            else:
                self._end(future, error, None if error is not None else job.result())

    def _end(self, future: Future[Any], error: BaseException | None = None, result: Any = None) -> None:
        with self._lock:
            self._under_way.pop(future, None)
        with suppress(InvalidStateError):  # it has been cancelled meanwhile
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
