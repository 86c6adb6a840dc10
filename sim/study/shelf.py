"""The place of one world's runs in a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sim.branch import Branch
from sim.run import NOTHING_MORE, Recording, Run
from sim.sources import UnknownCodeError
from sim.study.failures import failure
from sim.study.keys import RunKeys
from sim.study.ledger import Ledger
from sim.world import World


class Shelf:
    """The records of one world's runs over a number of days. Runs whose code cannot be told have none, which is said once."""

    def __init__(
        self,
        ledger: Ledger,
        world: World,
        days: int,
        population_seed: int | None = None,
        recorded: Recording = NOTHING_MORE,
    ) -> None:
        self._ledger, self._world = ledger, world
        self._said: set[str] = set()
        self._keys: RunKeys | None = None
        try:
            self._keys = RunKeys(world, days, population_seed, recorded)
        except UnknownCodeError as error:
            self._say(error)

    def key(self, branch: Branch, seed: int) -> str | None:
        """What a run is known by; None where its code cannot be told."""
        try:
            return None if self._keys is None else self._keys.key(branch, seed)
        except UnknownCodeError as error:
            self._say(error)
            return None

    def find(self, branch: Branch, seed: int) -> Run | None:
        """The record of a run, or None. Raises InputError as ``Ledger.find`` does."""
        key = self.key(branch, seed)
        return None if key is None else self._ledger.find(key, self._world, branch)

    def arrived(self, branch: Branch, seed: int) -> Run | None:
        """The record of a run that a worker has kept by itself; it counts as kept. Raises InputError as ``Ledger.find`` does."""
        found = self.find(branch, seed)
        if found is not None:
            self._ledger.count_as_kept()
        return found

    def holds(self, branch: Branch, seed: int) -> bool:
        """Whether there is a record of a run, which is whole, and counts as found. Raises InputError for one that may not be
        read."""
        key = self.key(branch, seed)
        return key is not None and self._ledger.holds(key)

    def keeps(self, branch: Branch, seed: int) -> bool:
        """Whether a run can be on record."""
        return self.key(branch, seed) is not None

    def read(self, branch: Branch, seed: int) -> Run | None:
        """The record of a run, or None; it is not counted. Raises InputError as ``Ledger.find`` does."""
        key = self.key(branch, seed)
        return None if key is None else self._ledger.read(key, self._world, branch)

    def claim(self, branch: Branch, seed: int) -> bool:
        """Claim a run, so that nobody else simulates it; False where somebody who is alive has."""
        key = self.key(branch, seed)
        return key is None or self._ledger.claims.take(key)

    def release(self, branch: Branch, seed: int) -> None:
        """Give up the claim to a run."""
        key = self.key(branch, seed)
        if key is not None:
            self._ledger.claims.release(key)

    def holder(self, branch: Branch, seed: int) -> str | None:
        """Who has claimed a run, in words."""
        key = self.key(branch, seed)
        return None if key is None else self._ledger.claims.holder(key)

    def fail(self, branch: Branch, seed: int, fault: BaseException, host: str) -> None:
        """Put a run on record as failed, until it is kept; ``host`` is that of the fault, if it is known."""
        key = self.key(branch, seed)
        if key is not None:
            self._ledger.failures.record(failure(key, self._world, branch, seed, fault, host))

    def has_failed(self, branch: Branch, seed: int) -> bool:
        """Whether a run is on record as failed."""
        key = self.key(branch, seed)
        return key is not None and self._ledger.failures.has(key)

    def say(self, sentence: str) -> None:
        """Say something to whoever uses the ledger."""
        self._ledger.say(sentence)

    def prepare(self, runs: Iterable[tuple[Branch, int]]) -> None:
        """Make sure that runs can be kept. Raises InputError."""
        keys = (self.key(branch, seed) for branch, seed in runs)
        self._ledger.prepare(key for key in keys if key is not None)

    def keep(self, run: Run) -> Run:
        """Keep a run; the run as it is on record. Raises InputError where it cannot be written, or is of a file that has been
        changed meanwhile."""
        key = self.key(run.branch, run.seed)
        if key is None or self._keys is None:
            return run
        self._keys.check_files()
        run = replace(run, made=self._keys.made(run.branch))
        self._ledger.keep(key, run)
        return run

    def _say(self, error: UnknownCodeError) -> None:
        sentence = f"{error}: its runs are neither sought in the ledger nor kept there."
        if sentence not in self._said:
            self._said.add(sentence)
            self._ledger.say(sentence)
