"""How many threads a run may take."""

from __future__ import annotations

import os

from sim.fields import InputError, checked


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
