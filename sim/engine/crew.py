"""Threads that do the same for different rows, at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

Result = TypeVar("Result")


class Crew:
    """So many ``threads``, the caller's among them; the others are in the ``pool``."""

    def __init__(self, threads: int, pool: ThreadPoolExecutor | None = None) -> None:
        self.threads, self._pool = threads, pool

    def each(self, call: Callable[[int], Result], give_up: Callable[[], None] = lambda: None) -> list[Result]:
        """Make ``call(0)``, ``call(1)``, … side by side, one on each thread; what they return. ``give_up()`` is called where
        some may be under way and others, the caller's among them, will not be made: no thread can be begun, or Ctrl-C."""
        if self._pool is None:
            return [call(0)]
        others: list[Future[Result]] = []
        try:
            for number in range(1, self.threads):
                others.append(self._pool.submit(call, number))
            first = call(0)
        except BaseException:
            give_up()
            raise
        finally:
            wait(others)
        return [first, *(other.result() for other in others)]

    def spread(self, rows: int, kernel: Callable[[int, int, int], Result]) -> list[Result]:
        """Run ``kernel(thread, low, high)`` on all threads, each on its part of the rows; what each returned."""
        parts = self.parts(rows)
        return self.each(lambda number: kernel(number, *parts[number]))

    def parts(self, rows: int) -> list[tuple[int, int]]:
        """The rows of each thread, from … to (excluded)."""
        return list(pairwise(rows * number // self.threads for number in range(self.threads + 1)))


@contextmanager
def crew_of(threads: int) -> Iterator[Crew]:
    """Threads that are there for as long as they are needed."""
    if threads == 1:
        yield Crew(1)
        return
    with ThreadPoolExecutor(threads - 1) as pool:
        yield Crew(threads, pool)
