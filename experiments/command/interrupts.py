"""Being told to stop: Ctrl-C, SIGTERM and SIGHUP end a program alike, each with its exit code; nothing is left half-written."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class _Flag:
    """What is set or not. ``threading.Event`` has a lock, and a second signal that comes while a first sets it would wait on."""

    _is_set = False

    def set(self) -> None:
        self._is_set = True

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set


STOP = _Flag()
"""Set when the program has been told to stop."""
_held = 0
_waiting: list[int] = []


class StoppedError(Exception):
    """Raised in simulating threads when the program has been told to stop."""


class Interrupted(KeyboardInterrupt):
    """The program has been told to stop by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def exit_code(error: BaseException) -> int:
    """Exit code of a program that was told to stop: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
    return error.exit_code if isinstance(error, Interrupted) else 128 + signal.SIGINT


def _interrupt(number: int, _: FrameType | None) -> None:
    if STOP.is_set() or _waiting:
        os._exit(128 + number)
    if _held:
        _waiting.append(number)
        return
    STOP.set()
    raise Interrupted(number)


@contextmanager
def interruptible() -> Iterator[None]:
    """A signal sets ``STOP``, so that simulating threads end, and raises ``Interrupted``; a second one ends at once.

    A hangup that whoever started the program had it ignore (``nohup``) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    STOP.clear()
    heard = [n for n in _SIGNALS if n == signal.SIGINT or signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, _interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What is done within is done whole: signals wait until it is."""
    global _held
    _held += 1
    try:
        yield
    finally:
        _held -= 1
        if _waiting and not _held:
            number = _waiting[0]
            _waiting.clear()
            _interrupt(number, None)
