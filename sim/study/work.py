"""What is to be simulated in a study, and what becomes of it."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sim.branch import Branch
from sim.run import Recording, Run, last_step
from sim.study.ledger import Ledger
from sim.study.shelf import Shelf
from sim.study.tree import Advanced, BranchTree, Keep
from sim.world import World


@dataclass(frozen=True)
class Block:
    """What one worker simulates at a time; it can travel to another process or machine."""

    world: World
    branches: Mapping[str, Branch]
    seed: int
    population_seed: int | None
    days: int
    recorded: Recording

    @cached_property
    def tree(self) -> BranchTree:
        """The branches as a tree."""
        return BranchTree(self.world, self.branches, last_step(self.world, self.days), self.recorded)

    def grow(self, keep: Keep, advanced: Advanced) -> None:
        """Simulate all branches; ``keep`` is called with each run as soon as it is done, ``advanced`` with ticks."""
        self.tree.grow(self.seed, self.population_seed, keep, advanced)
        gc.collect()  # agents and their model refer to each other

    def shelf(self, ledger: Ledger) -> Shelf:
        """The place of the runs in a ledger."""
        return Shelf(ledger, self.world, self.days, self.population_seed, self.recorded)


class Work(NamedTuple):
    """A block that is to be simulated, the place of its runs in the ledger, if there is one, and the number of its world in a
    design."""

    block: Block
    shelf: Shelf | None
    number: int = 1

    def only(self, branches: Mapping[str, Branch]) -> Work:
        """The same with some of its branches."""
        return self._replace(block=replace(self.block, branches=branches))

    def kept(self, run: Run) -> Run:
        """A run as it is on record, after it has been put there."""
        return run if self.shelf is None else self.shelf.keep(run)


class Found(NamedTuple):
    """A run that has been simulated."""

    work: Work
    branch: str
    run: Run


class Failed(NamedTuple):
    """Work that could not be done (to its end), why, and the host that it was on, where that is known."""

    work: Work
    fault: Exception
    host: str = ""
