"""What a run is known by: the key of everything that decides its numbers, code included.

A key is the SHA-256 of the canonical JSON of world, branch, seed, the people's seed, days, the checksums of the files that the
world reads, the version and the sources of the model (``sim.sources``), the outcomes, and the sources of classes of the user's
own. Names of branches and how a run was launched are left out.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import os
import time
from abc import ABC
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sim import sources
from sim.branch import Branch
from sim.fields import InputError, Settings, canonical_json
from sim.graph.files import checksum
from sim.outcomes import OUTCOMES, OwnOutcome
from sim.outcomes.kept import Kept
from sim.run import NOTHING_MORE, Recording
from sim.version import MODEL_VERSION
from sim.world import World

_BUILT_IN = (object, ABC)


def file_checksums(world: World) -> dict[str, str]:
    """SHA-256 of the files that a world reads, by field."""
    return {field: checksum(path) for field, path in world.graph.files.items()}


def _stamps(world: World) -> dict[str, tuple[int, ...]]:
    """What changes when a file that a world reads is written to, by field; nothing for one that is gone."""
    stamps: dict[str, tuple[int, ...]] = {}
    for field, path in world.graph.files.items():
        with suppress(OSError):
            about = os.stat(path)
            stamps[field] = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
    return stamps


def classes_of(settings: Any) -> set[type[Settings]]:
    """The classes of some settings and of all within them."""
    if isinstance(settings, tuple):
        return set().union(*map(classes_of, settings))
    if not isinstance(settings, Settings):
        return set()
    return {type(settings)} | classes_of(tuple(getattr(settings, field.name) for field in dataclasses.fields(settings)))


def outcomes_fingerprint(own: Sequence[OwnOutcome], model: sources.Meanings) -> str:
    """SHA-256 of the names of the built-in outcomes, whose code is the model's, and of the user's ``own`` with their fields and
    code. Raises ``sim.sources.UnknownCodeError``."""
    content = {
        "built_in": [outcome.name for outcome in OUTCOMES],
        "own": [[outcome.column, outcome, own_code(outcome, model)] for outcome in own],
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def own_code(settings: Settings, model: sources.Meanings) -> dict[str, dict[str, str]]:
    """Fingerprints, by class and module, of the code of classes of the user's own. Raises ``sim.sources.UnknownCodeError``."""
    own = {base for cls in classes_of(settings) for base in cls.__mro__ if base not in _BUILT_IN}
    found = {f"{cls.__module__}.{cls.__qualname__}": sources.code_of(cls, model) for cls in own}
    return {name: code for name, code in found.items() if code}


def _told(keep: Kept | None) -> str:
    return canonical_json(keep and keep.content)


class RunKeys:
    """Keys of the runs of one world over a number of days; what they share is found out once.

    ``population_seed`` and ``recorded`` are those of the runs. Raises InputError for a file that cannot be read, and
    ``sim.sources.UnknownCodeError`` where it cannot be told which code would run.
    """

    def __init__(
        self, world: World, days: int, population_seed: int | None = None, recorded: Recording = NOTHING_MORE
    ) -> None:
        self.population_seed = population_seed
        self._world, self._stamps = world, _stamps(world)
        self.checksums = file_checksums(world)
        self._model = sources.model_sources()
        self._code = sources.fingerprint(self._model)
        self._own = own_code(world, self._model)
        for outcome in recorded.outcomes:
            self._own |= own_code(outcome, self._model)
        self._outcomes = outcomes_fingerprint(recorded.outcomes, self._model)
        self._own_of: dict[Branch, dict[str, dict[str, str]]] = {}
        self._shared = {
            "code": canonical_json(self._code),
            "days": canonical_json(days),
            "kept": _told(recorded.keep),
            "files": canonical_json(self.checksums),
            "model": canonical_json(MODEL_VERSION),
            "outcomes": canonical_json(self._outcomes),
            "world": world.canonical,
        }

    def keeping(self, keep: Kept | None) -> RunKeys:
        """Keys of the same runs where something else is kept of them."""
        found = copy.copy(self)
        found._shared = self._shared | {"kept": _told(keep)}
        return found

    def key(self, branch: Branch, seed: int) -> str:
        """Key of a run, 64 hexadecimal digits."""
        people = seed if self.population_seed is None else self.population_seed
        content = self._shared | {
            "branch": branch.canonical,
            "own": canonical_json(self._own_code(branch)),
            "people": canonical_json(people),
            "seed": canonical_json(seed),
        }
        text = ",".join(f'"{name}":{value}' for name, value in sorted(content.items()))
        return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()

    def check_files(self) -> None:
        """Raise InputError if a file that the world reads has been changed since its checksum was taken."""
        present = _stamps(self._world)
        for field in self.checksums:
            if present.get(field) != self._stamps.get(field):
                raise InputError("must not be changed while it is being simulated", field=f"world.graph.{field}")

    def made(self, branch: Branch) -> dict[str, Any]:
        """When and by which code a run of a branch is made now: what its record says of its origin."""
        return {
            "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "commit": sources.commit(),
            "model_version": MODEL_VERSION,
            "code": self._code,
            "outcomes": self._outcomes,
            "own_code": self._own_code(branch),
        }

    def _own_code(self, branch: Branch) -> dict[str, dict[str, str]]:
        if branch not in self._own_of:
            self._own_of[branch] = self._own | own_code(branch, self._model)
        return self._own_of[branch]
