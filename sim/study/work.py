"""What is to be simulated in a study, and what becomes of it."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sim.branch import Branch
from sim.fields import canonical_json
from sim.outcomes import OwnOutcome
from sim.outcomes.kept import Kept
from sim.run import Run, last_step
from sim.study.ledger import Ledger
from sim.study.shelf import Shelf
from sim.study.tree import Advanced, BranchTree, Keep
from sim.study.wanted import Wanted
from sim.world import World


@dataclass(frozen=True)
class Block:
    """What one worker simulates at a time; it can travel to another process or machine. Records are wanted under names."""

    world: World
    wanted: Mapping[str, Wanted]
    seed: int
    population_seed: int | None
    days: int
    outcomes: tuple[OwnOutcome, ...]

    @cached_property
    def tree(self) -> BranchTree:
        """The branches as a tree."""
        branches: dict[str, Branch] = {}
        keep: dict[str, Kept] = {}
        for name, wanted in self.wanted.items():
            branches[name] = wanted.branch
            if wanted.keep is not None:
                keep[name] = wanted.keep
        return BranchTree(self.world, branches, last_step(self.world, self.days), keep, self.outcomes)

    def grow(self, keep: Keep, advanced: Advanced, threads: int) -> None:
        """Simulate all branches; ``keep`` is called with each run as soon as it is done, ``advanced`` with ticks."""
        self.tree.grow(self.seed, self.population_seed, keep, advanced, threads)
        gc.collect()  # agents and their model refer to each other

    def only(self, wanted: Mapping[str, Wanted]) -> Block:
        """The same with some of its records."""
        return replace(self, wanted=wanted)

    def mark(self, name: str) -> str:
        """What tells a record from all others while it travels."""
        content = [name, self.world, self.wanted[name].branch, self.seed, self.population_seed, self.days]
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()

    def shelf(self, ledger: Ledger) -> Shelf:
        """The place of the runs in a ledger."""
        return Shelf(ledger, self.world, self.days, self.population_seed, self.outcomes)


class Work(NamedTuple):
    """A block that is to be simulated, the place of its runs in the ledger, if there is one, and the number of its world in a
    design."""

    block: Block
    shelf: Shelf | None
    number: int = 1

    def only(self, wanted: Mapping[str, Wanted]) -> Work:
        """The same with some of its records."""
        return self._replace(block=self.block.only(wanted))

    def kept(self, name: str, run: Run) -> Run:
        """A run as it is on record, after it has been put there."""
        return run if self.shelf is None else self.shelf.keep(self.block.wanted[name], run)


class Found(NamedTuple):
    """A run that has been simulated, by the name of its record."""

    work: Work
    name: str
    run: Run


class Failed(NamedTuple):
    """Work that could not be done (to its end), why, and the host that it was on, where that is known."""

    work: Work
    fault: Exception
    host: str = ""
