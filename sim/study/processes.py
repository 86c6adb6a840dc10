"""Worker processes of this machine that end when their work is given up, and when the process that began them dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event
from threading import Thread

_STOP: Event | None = None


@contextmanager
def worker_processes(number: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes, started afresh (a copy of a process with threads may hang). An exception ends them with the simulated
    day that they are in."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(number, mp_context=context, initializer=_begin, initargs=(stop,)) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def told_to_stop() -> bool:
    """Whether this is a worker process whose work has been given up."""
    return _STOP is not None and _STOP.is_set()


def _begin(stop: Event) -> None:
    global _STOP
    _STOP = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells everybody; whoever began this process decides
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
