"""Ray: a task for each piece of work, given to another worker when one dies."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.executors.executor import ONE_THREAD, Elsewhere, Submits, environment
from sim.extras import imported
from sim.fields import InputError, quantity, register


@register("ray")
@dataclass(frozen=True)
class Ray(Elsewhere):
    """Tasks of Ray's, one core each. A cluster has to find the same code and packages on its nodes."""

    address: str = quantity(
        "", unit="address", source="given by the user",
        doc="Of the cluster, as ray.init takes it (auto, ray://HOST:PORT; empty: RAY_ADDRESS, else one begun on this machine).",
    )  # fmt: skip
    retries: int = quantity(
        3, unit="times", low=0, high=1_000, source="given by the user",
        doc="How often a task is given to another worker when one dies with it.",
    )  # fmt: skip

    @property
    def brings_workers(self) -> bool:
        """True for a cluster that is there already."""
        return bool(self._address)

    @property
    def _address(self) -> str:
        return self.address or os.environ.get("RAY_ADDRESS", "")

    @contextmanager
    def opened(self, workers: int, place: Path | None) -> Iterator[Submits]:
        """A cluster begun here ends here, and with this process; one that is there already stays."""
        ray = imported("ray", "ray", "executor ray")
        began = not ray.is_initialized()
        if began:
            _begin(ray, self._address, workers)
        tasks = _Tasks(ray, self.retries)
        try:
            yield tasks
        except BaseException:
            tasks.give_up()
            raise
        finally:
            if began:
                ray.shutdown()


def _begin(ray: Any, address: str, workers: int) -> None:
    with environment(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0", **ONE_THREAD), _its_own_sigterm():
        if not address:
            ray.init(
                "local", num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
            )
            return
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError) as error:
            reason = str(error).partition("\n")[0][:200]
            raise InputError(
                f"must be that of a Ray cluster, which {address!r} is not ({reason})", field="executor.address"
            ) from None


@contextmanager
def _its_own_sigterm() -> Iterator[None]:
    """Ray ends a process at SIGTERM wherever it is; where somebody has decided otherwise, it stays with that."""
    former = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        decided = former not in (None, signal.SIG_DFL)
        if decided and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, former)


class _Tasks:
    """Takes work as ``concurrent.futures`` has it."""

    def __init__(self, ray: Any, retries: int) -> None:
        self._ray = ray
        self._work = ray.remote(num_cpus=1, max_retries=retries)(_call)
        self._under_way: dict[Future[Any], Any] = {}

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        task = self._work.remote(function, *arguments)
        future: Future[Any] = task.future()
        self._under_way[future] = task
        future.add_done_callback(lambda done: self._under_way.pop(done, None))
        return future

    def give_up(self) -> None:
        """End what is under way."""
        for task in list(self._under_way.values()):
            self._ray.cancel(task, force=True)


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)
