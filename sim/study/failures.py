"""Runs that could not be simulated, each with its reason: on record beside the runs until it is there after all."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.branch import Branch
from sim.fields import InputError
from sim.study.files import put_in_place, temporary_file
from sim.world import World

_LONGEST = 300


@dataclass(frozen=True)
class Failure:
    """Why a run is not there: the fault's sentence, the host that it was on or was told to, and when. ``branch`` is a plain
    mapping."""

    key: str
    reason: str
    host: str
    when: str
    seed: int
    people: int
    branch: dict[str, Any]


def reason(fault: BaseException) -> str:
    """A fault in one sentence."""
    text = " ".join(str(fault).split())
    said = text if isinstance(fault, InputError) else f"{type(fault).__name__}: {text}".removesuffix(": ")
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def failure(key: str, world: World, branch: Branch, seed: int, fault: BaseException, host: str = "") -> Failure:
    """The failure of a run, which has just been told, on a host (default: not known, so the one that was told)."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    told_on = host or socket.gethostname()
    return Failure(key, reason(fault), told_on, when, seed, world.people, json.loads(branch.canonical))


class FailedRunsError(RuntimeError):
    """Runs of a study could not be simulated; the others are kept. ``faults`` has each one's by branch and seed; those of the
    ``lacking`` that are not among them were not begun."""

    def __init__(self, faults: Mapping[tuple[str, int], Exception], lacking: int, kept_in: Path) -> None:
        self.faults, self.lacking = dict(faults), lacking
        first = (f"seed {seed} in {branch!r} ({reason(fault)})" for (branch, seed), fault in self.faults.items())
        left = f", and {lacking - len(faults):,} were not begun" if lacking > len(faults) else ""
        number = f"{len(faults):,} run{'s' if len(faults) > 1 else ''}"
        super().__init__(
            f"{number} could not be simulated, first {next(first, 'none')}{left}; the others are kept in {kept_in}, and the same "
            "again simulates only what is missing, each run that failed by itself"
        )


class Failures:
    """Failures on record in a folder. What cannot be written is not there: a failure is told at the end in any case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self, failed: Failure) -> None:
        """Put a failure on record, in place of a former one of the same run."""
        path = self._path(failed.key)
        with suppress(OSError), temporary_file(path) as (temporary, file):
            file.write(json.dumps(asdict(failed)).encode())
            put_in_place(temporary, file, path)

    def forget(self, key: str) -> None:
        """The run is there now, or nobody asks for it any more."""
        with suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def has(self, key: str) -> bool:
        """Whether a run is on record as failed."""
        return self._path(key).exists()

    def __iter__(self) -> Iterator[Failure]:
        """The failures on record; a file that is none is left out."""
        try:
            names = sorted(os.listdir(self.folder))
        except OSError:
            return
        for name in names:
            with suppress(OSError, ValueError, TypeError):
                if name.endswith(".json") and not name.startswith("."):
                    yield Failure(**json.loads((self.folder / name).read_bytes()))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.json"
