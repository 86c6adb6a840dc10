"""The place of one world's runs in a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sim.outcomes import OwnOutcome
from sim.outcomes.kept import Kept
from sim.run import Recording, Run
from sim.sources import UnknownCodeError
from sim.study.failures import failure
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger
from sim.study.wanted import Wanted
from sim.world import World


class Shelf:
    """The records of one world's runs over a number of days. Runs whose code cannot be told have none, which is said once."""

    def __init__(
        self,
        ledger: Ledger,
        world: World,
        days: int,
        population_seed: int | None = None,
        outcomes: tuple[OwnOutcome, ...] = (),
    ) -> None:
        self._ledger, self._world = ledger, world
        self._said: set[str] = set()
        self._keys: dict[Kept | None, RunKeys] = {}
        try:
            self._keys[None] = RunKeys(world, days, population_seed, Recording(outcomes))
        except UnknownCodeError as error:
            self._say(error)

    def key(self, wanted: Wanted, seed: int) -> str | None:
        """What a run is known by; None where its code cannot be told."""
        if not self._keys:
            return None
        if wanted.keep not in self._keys:
            self._keys[wanted.keep] = self._keys[None].keeping(wanted.keep)
        try:
            return self._keys[wanted.keep].key(wanted.branch, seed)
        except UnknownCodeError as error:
            self._say(error)
            return None

    def find(self, wanted: Wanted, seed: int) -> Run | None:
        """The record of a run, or None. Raises InputError as ``Ledger.find`` does."""
        key = self.key(wanted, seed)
        return None if key is None else self._ledger.find(key, self._world, wanted.branch, wanted.counted)

    def arrived(self, wanted: Wanted, seed: int) -> Run | None:
        """The record of a run that a worker has kept by itself; it counts as kept. Raises InputError as ``Ledger.find`` does."""
        found = self.find(wanted, seed)
        if found is not None and wanted.counted:
            self._ledger.count_as_kept()
        return found

    def holds(self, wanted: Wanted, seed: int) -> bool:
        """Whether there is a record of a run, which is whole, and counts as found. Raises InputError for one that may not be
        read."""
        key = self.key(wanted, seed)
        return key is not None and self._ledger.holds(key, wanted.counted)

    def keeps(self, wanted: Wanted, seed: int) -> bool:
        """Whether a run can be on record."""
        return self.key(wanted, seed) is not None

    def read(self, wanted: Wanted, seed: int) -> Run | None:
        """The record of a run, or None; it is not counted. Raises InputError as ``Ledger.find`` does."""
        key = self.key(wanted, seed)
        return None if key is None else self._ledger.read(key, self._world, wanted.branch)

    def claim(self, wanted: Wanted, seed: int) -> bool:
        """Claim a run, so that nobody else simulates it; False where somebody who is alive has."""
        key = self.key(wanted, seed)
        return key is None or self._ledger.claims.take(key)

    def release(self, wanted: Wanted, seed: int) -> None:
        """Give up the claim to a run."""
        key = self.key(wanted, seed)
        if key is not None:
            self._ledger.claims.release(key)

    def holder(self, wanted: Wanted, seed: int) -> str | None:
        """Who has claimed a run, in words."""
        key = self.key(wanted, seed)
        return None if key is None else self._ledger.claims.holder(key)

    def fail(self, wanted: Wanted, seed: int, fault: BaseException, host: str) -> None:
        """Put a run on record as failed, until it is kept; ``host`` is that of the fault, if it is known."""
        key = self.key(wanted, seed)
        if key is not None:
            self._ledger.failures.record(failure(key, self._world, wanted.branch, seed, fault, host))

    def has_failed(self, wanted: Wanted, seed: int) -> bool:
        """Whether a run is on record as failed."""
        key = self.key(wanted, seed)
        return key is not None and self._ledger.failures.has(key)

    def say(self, sentence: str) -> None:
        """Say something to whoever uses the ledger."""
        self._ledger.say(sentence)

    def prepare(self, runs: Iterable[tuple[Wanted, int]]) -> None:
        """Make sure that runs can be kept. Raises InputError."""
        keys = (self.key(wanted, seed) for wanted, seed in runs)
        self._ledger.prepare(key for key in keys if key is not None)

    def keep(self, wanted: Wanted, run: Run) -> Run:
        """Keep a run; the run as it is on record. Raises InputError where it cannot be written, or is of a file that has been
        changed meanwhile."""
        key = self.key(wanted, run.seed)
        if key is None:
            return run
        self._keys[None].check_files()
        run = replace(run, made=self._keys[None].made(run.branch))
        self._ledger.keep(key, run, wanted.counted)
        return run

    def _say(self, error: UnknownCodeError) -> None:
        sentence = f"{error}: its runs are neither sought in the ledger nor kept there."
        if sentence not in self._said:
            self._said.add(sentence)
            self._ledger.say(sentence)
