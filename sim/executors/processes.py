"""Worker processes of this machine that end when their work is given up, and when the process that began them dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

from sim.executors.executor import ONE_THREAD, Elsewhere, Submits, environment
from sim.fields import register

_STOP: Any = None


@register("processes")
@dataclass(frozen=True)
class Processes(Elsewhere):
    """Processes of this machine, as many as ``threads``. A script needs its ``if __name__ == "__main__"`` then."""

    @contextmanager
    def opened(self, workers: int, place: Path | None) -> Iterator[Submits]:
        """Started afresh (a copy of a process with threads may hang). An exception ends them with the simulated day that they
        are in."""
        context = multiprocessing.get_context("spawn")
        # An Event has a lock, and a worker that is killed while it looks would never give it back.
        stop = context.RawValue("b", 0)
        with (
            environment(**ONE_THREAD),
            ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(stop,)) as pool,
        ):
            try:
                yield pool
            except BaseException:
                stop.value = 1
                pool.shutdown(wait=True, cancel_futures=True)
                raise


def told_to_stop() -> bool:
    """Whether this is a worker process whose work has been given up."""
    return _STOP is not None and bool(_STOP.value)


def _begin(stop: Any) -> None:
    global _STOP
    _STOP = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells everybody; whoever began this process decides
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
