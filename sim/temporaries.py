"""Temporary files beside what they will become: named after who writes them, so that what the dead left can be told.

A name carries the host (with its space of process ids, as containers may share a folder and a host's name), the process, and
when that began. Only what a process of this very host left is ever removed, and only once it is gone.
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
_NAME = re.compile(rf"\..+\.({MARK})-\d+\.tmp")
_COUNT = itertools.count()
_SLACK = 2  # seconds by which a process seems to have begun at another time when the clock is set


@cache
def _host() -> str:
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return hashlib.sha256(f"{socket.gethostname()} {space}".encode()).hexdigest()[:8]


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
    """Remove the temporary files that dead processes of this host left in a folder."""
    with suppress(OSError):
        for path in list(folder.glob(".*.tmp")):
            if left_by_the_dead(path):
                path.unlink(missing_ok=True)
