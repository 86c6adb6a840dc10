"""Progress on standard error: a bar with the time left on a terminal, otherwise a line every ten seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from experiments.command.interrupts import STOP, StoppedError
from experiments.command.terminal import console, shown
from experiments.command.words import duration
from sim.compiled import is_kept
from sim.engine.kernels.ticks import run_ticks

__all__ = ["STOP", "Reporter", "StoppedError"]

Foreseen = Callable[[int], str | None]
_EVERY = 10.0


class Reporter:
    """Tells how far a piece of work is; ``advanced`` is what ``sim.compare`` calls, and ends the simulation on ``STOP``."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._bar: Progress | None = None
        self._what = ""
        self._began = self._said = 0.0
        self._first: tuple[float, int] | None = None
        self._counted = ""
        self._foreseen: Foreseen | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            columns = (
                TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
                TextColumn("left"), TimeRemainingColumn(),
            )  # fmt: skip
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, sentence: str) -> None:
        """A sentence of its own."""
        if self._bar is not None:
            self._bar.console.print(shown(sentence))
        else:
            print(shown(sentence), file=sys.stderr, flush=True)

    def say_if_it_compiles(self) -> None:
        """Say so where the engine has not been compiled yet for exactly these sources."""
        if not is_kept(run_ticks):
            self.say("Compiling the engine for this machine, once: about half a minute.")

    def begin(self, what: str, counted: str = "", foreseen: Foreseen | None = None) -> None:
        """What follows is this piece of work; ``counted`` names what it is counted in, where that tells how fast it goes.
        ``foreseen`` has a sentence for how much there is to do, if any, which is said before it is begun."""
        self._counted, self._foreseen = counted, foreseen
        self._what = what = shown(what)
        self._began = self._said = time.monotonic()
        self._first = None
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(what, total=None)

    def end_if_told(self) -> None:
        """Raise StoppedError where the program has been told to stop."""
        if STOP.is_set():
            raise StoppedError

    def advanced(self, done: int, total: int) -> None:
        """So many of the ticks are done; none before the first is begun."""
        self.end_if_told()
        if done == 0:
            sentence = None if self._foreseen is None else self._foreseen(total)
            if sentence is not None:
                self.say(sentence)
            return
        if self._bar is not None:
            for task in self._bar.task_ids:
                self._bar.update(task, completed=done, total=total, description=self._what + self._rate(done))
            return
        now = time.monotonic()
        if self._first is None:  # the time before it went into compiling
            self._first = (now, done)
        if now - self._said >= _EVERY and done > self._first[1] and now - self._first[0] > 1.0:
            self._said = now
            left = (now - self._first[0]) * (total - done) / (done - self._first[1])
            self.say(
                f"{self._what}: {done / total:.0%} after {duration(now - self._began)}{self._rate(done)}, about "
                f"{duration(left)} left"
            )

    def _rate(self, done: int) -> str:
        """How fast it goes, over all workers."""
        passed = time.monotonic() - self._began
        return f", {done / passed:.3g} {self._counted} a second" if self._counted and done and passed > 1.0 else ""
