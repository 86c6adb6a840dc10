"""How many threads a run may take, and how one waits for what they do."""

from __future__ import annotations

import os
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from sim.fields import InputError, checked

_LOOK_UP = 0.1  # seconds


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def default_threads() -> int:
    """Threads that a run takes by default: GROUNDSWELL_THREADS, else all cores of this process."""
    given = os.environ.get("GROUNDSWELL_THREADS")
    if given is None:
        return cores()
    if not given.isdecimal() or int(given) < 1:
        raise InputError(f"must be a whole number of at least 1, not {given!r}", field="GROUNDSWELL_THREADS")
    return int(given)


def checked_threads(threads: int | None) -> int:
    """``threads``, or the default for None; InputError for what is not a number of threads."""
    if threads is None:
        return default_threads()
    return int(checked(threads, int, "threads", low=1))


class Ending:
    """Futures in the order in which they end.

    Who waits looks up now and then: a signal that comes when Python has looked for one, but does not sleep yet, wakes nobody, and
    Ctrl-C would be heard only when the next future has ended, which may be hours later.
    """

    def __init__(self) -> None:
        self._ended = SimpleQueue[Future[Any]]()

    def watch(self, future: Future[Any]) -> None:
        """Have ``next`` give this one, too, when it has ended."""
        future.add_done_callback(self._ended.put)

    def next(self) -> Future[Any]:
        """Wait for the next that ends."""
        while True:
            try:
                return self._ended.get(timeout=_LOOK_UP)
            except Empty:
                continue
