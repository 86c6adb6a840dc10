"""Slurm's jobs and the thread that looks after them: everybody waits for it, so nothing that happens to one job ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from sim.executors import slurm

submitit = pytest.importorskip("submitit", reason="submitit is not installed (extra slurm)")
_SOON = 60  # seconds that a test waits for what comes at once


class Job:
    """A job that has ended, and what it says of itself."""

    def __init__(self, error: Exception | None = None, result: Callable[[], Any] = lambda: "done") -> None:
        self._error, self.result = error, result
        self.cancelled = False

    def done(self) -> bool:
        return True

    def exception(self) -> Exception | None:
        return self._error

    def cancel(self) -> None:
        self.cancelled = True


class Queue:
    """Gives these jobs in turn, or raises what is given in the place of one."""

    cluster = "local"

    def __init__(self, *given: Any) -> None:
        self._given = iter(given)

    def submit(self, _call: Any) -> Any:
        found = next(self._given)
        if isinstance(found, Exception):
            raise found
        return found


@contextmanager
def looked_after(*given: Any, retries: int = 1) -> Iterator[slurm._Jobs]:
    with slurm._Jobs(Queue(*given), retries) as jobs:
        yield jobs


def ended(jobs: slurm._Jobs) -> Any:
    """What becomes of one job more: the thread is still there."""
    return jobs.submit(print).result(_SOON)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm, "_LATER", 0.0)


def test_a_result_that_cannot_be_read_is_the_jobs_own_fault() -> None:
    def unreadable() -> Any:
        raise EOFError("Ran out of input")

    with looked_after(Job(result=unreadable), Job()) as jobs:
        with pytest.raises(EOFError):
            jobs.submit(print).result(_SOON)
        assert ended(jobs) == "done"


@pytest.mark.parametrize("fault", [None, RuntimeError("of the job")])
def test_a_job_that_is_given_up_just_as_it_ends_disturbs_no_other(fault: Exception | None) -> None:
    given_up = Future[Any]()

    class Late(Job):
        def done(self) -> bool:
            for future in list(jobs._under_way):
                future.cancel()
            given_up.set_result(None)
            return True

    with looked_after(Late(fault), Job()) as jobs:
        jobs.submit(print)
        given_up.result(_SOON)
        assert ended(jobs) == "done"


def test_what_is_given_up_is_cancelled() -> None:
    job, may_look = Job(), threading.Event()
    job.done = lambda: False  # type: ignore[method-assign]

    def cancel() -> None:
        job.cancelled = True
        may_look.set()

    job.cancel = cancel  # type: ignore[method-assign]
    with looked_after(job, Job()) as jobs:
        assert jobs.submit(print).cancel()
        assert may_look.wait(_SOON) and ended(jobs) == "done"
    assert job.cancelled


def test_a_job_that_is_lost_is_handed_in_again_so_often() -> None:
    lost = submitit.core.utils.UncompletedJobError("preempted")
    with looked_after(Job(lost), Job(), Job(lost), Job(lost), Job()) as jobs:
        assert ended(jobs) == "done"
        with pytest.raises(submitit.core.utils.UncompletedJobError):
            jobs.submit(print).result(_SOON)
        assert ended(jobs) == "done"


def test_a_queue_that_has_never_taken_a_job_is_told_at_once() -> None:
    with looked_after(OSError("no such partition")) as jobs, pytest.raises(OSError, match="no such partition"):
        jobs.submit(print)


def test_what_a_queue_does_not_take_at_the_moment_is_handed_in_later() -> None:
    """The jobs that it has are not given up for that."""
    with looked_after(Job(), OSError("timed out"), Job(), OSError("timed out"), OSError("still"), Job()) as jobs:
        assert ended(jobs) == "done"
        assert ended(jobs) == "done"
        with pytest.raises(OSError, match="still"):
            jobs.submit(print).result(_SOON)
        assert ended(jobs) == "done"


def test_a_lost_job_that_the_queue_does_not_take_again_is_handed_in_later() -> None:
    lost = submitit.core.utils.UncompletedJobError("preempted")
    with looked_after(Job(lost), OSError("timed out"), Job(), retries=2) as jobs:
        assert ended(jobs) == "done"


def test_the_end_waits_no_longer_than_it_must_for_a_queue_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm, "_PATIENCE", 0.0)
    asked, answers, answered = threading.Event(), threading.Event(), list[bool]()

    class Silent(Job):
        def done(self) -> bool:
            asked.set()
            answered.append(answers.wait(_SOON))
            return True

    job = Silent()
    try:
        with looked_after(job) as jobs:
            jobs.submit(print)
            assert asked.wait(_SOON)
        assert job.cancelled and not answered
    finally:
        answers.set()
