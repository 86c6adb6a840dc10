"""Temporary files beside what they will become: named after who writes them, so that what the dead left can be told.

A name carries the host (by its name, when it started, and its space of process ids: clones and containers may share a folder
and a host's name), the process, and when that began. What a process of this very host left is removed once it is gone; what
others left, hosts that have been started anew among them, a week after it was last written to by the file system's own clock.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

MARK = r"[0-9a-f]{8}-\d+-\d+"
"""What ``mark`` gives, as a regular expression."""
FORGOTTEN = 7 * 86_400
"""Seconds after which nobody writes to a temporary any more."""
_NAME = re.compile(rf"\..+\.({MARK})-\d+\.tmp")
_COUNT = itertools.count()
_SLACK = 2  # seconds by which a process seems to have begun at another time when the clock is set


@cache
def _host() -> str:
    start = space = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid")
        start = Path("/proc/sys/kernel/random/boot_id").read_text()
    return hashlib.sha256(f"{socket.gethostname()} {space} {start}".encode()).hexdigest()[:8]


def _began(process: int) -> int | None:
    """When a process began, in whole seconds; None if there is none."""
    try:
        return int(psutil.Process(process).create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.Error:
        return -1  # there is one, and that is all one is told


def mark() -> str:
    """Names this process, as part of a name."""
    process = os.getpid()
    return f"{_host()}-{process}-{_began(process)}"


def is_of_the_dead(given: str) -> bool:
    """Whether a mark is that of a process of this host that is no more."""
    host, process, then = given.split("-")
    if host != _host():
        return False
    began = _began(int(process))
    return began is None or (began >= 0 and abs(began - int(then)) > _SLACK)


def temporary_for(path: Path) -> Path:
    """A name beside a path, which nobody else uses."""
    return path.with_name(f".{path.name}.{mark()}-{next(_COUNT)}.tmp")


def left_by_the_dead(path: Path) -> bool:
    """Whether a path is a temporary of a process of this host that is no more."""
    found = _NAME.fullmatch(path.name)
    return found is not None and is_of_the_dead(found[1])


def sweep(folder: Path) -> None:
    """Remove the temporary files that dead processes of this host left in a folder, and forgotten ones of others."""
    with suppress(OSError):
        others = []
        for path in list(folder.glob(".*.tmp")):
            if left_by_the_dead(path):
                path.unlink(missing_ok=True)
            elif _NAME.fullmatch(path.name):
                others.append(path)
        if others:
            latest = now_in(folder) - FORGOTTEN
            for path in others:
                if path.stat().st_mtime < latest:
                    path.unlink(missing_ok=True)


def now_in(folder: Path) -> float:
    """What time it is by the clock that files in a folder are dated by."""
    probe = temporary_for(folder / "now")
    try:
        probe.touch()
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)
