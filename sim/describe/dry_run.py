"""The engine's schedule without its accounts, gone through twice.

The society is built as for a run, and its actors (operator and moderator) go through the whole calendar while the
accounts do nothing. That is done twice: once nobody ever posts, once everybody who can has posted. What a policy finds
depends on that alone, so the two bracket how many accounts it removes in a run with the same seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.engine.engine import Engine
from sim.engine.removals import RemovalRecord
from sim.moderation.desk import PLATFORMS
from sim.moderation.policy import RemovalPolicy
from sim.people.accounts import Status
from sim.society.groups import IS_CAMPAIGN, KINDS, Group
from sim.world import World


def _sorts() -> Iterator[tuple[Group, bool | None]]:
    for group in sorted(Group, key=lambda group: not (IS_CAMPAIGN[group] and KINDS[group].pages is None)):
        yield from ((group, False), (group, True)) if KINDS[group].held_back else ((group, None),)


SORTS = tuple(_sorts())
"""What accounts are told apart: those of a group, and where they are woken one by one whether they are asleep still."""

Found: TypeAlias = tuple[int, ...]
"""Accounts in reality that one policy removes, a number for each of ``SORTS``."""


class _ActorsOnly(Engine):
    """The engine's schedule without accounts: none of them reads, and either none or all of the active ones have posted."""

    def __init__(self, *args: Any, everybody_posts: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.everybody_posts = everybody_posts
        self.woken = 0
        self.suspensions: list[Found] = []

    def advance_accounts(self, first: int, last: int) -> None:
        for step in np.unique(self.planned.between(first, last).step):
            self.carry_out(int(step))
        if self.everybody_posts:
            active = self.state.status[: self.state.posts.size] == Status.ACTIVE
            self.state.posts[active] = np.maximum(self.state.posts[active], 1)

    def suspend(self, accounts: NDArray[np.int64]) -> None:
        group = self.drawn.groups_of(accounts)
        weight = self.stands_for(accounts)
        sleeping = self.state.status[accounts] == Status.SLEEPING
        of_sort = ((group == which) & (asleep is None or sleeping == asleep) for which, asleep in SORTS)
        self.suspensions.append(tuple(round(weight[found].sum()) for found in of_sort))
        super().suspend(accounts)

    def found(self, names: set[str]) -> list[Found]:
        """What policies of these names found, in the order in which they acted."""
        return [who for r, who in self.by_record() if r.policy in names]

    def by_record(self) -> list[tuple[RemovalRecord, Found]]:
        """Every suspension by a policy with who was found, in the order in which they happened."""
        records = [record for record in self.removals if record.action == "suspend"]
        return list(zip(records, self.suspensions[len(self.suspensions) - len(records) :], strict=True))

    def wake(self, sleepers: NDArray[np.int64]) -> None:
        self.woken += sleepers.size
        super().wake(sleepers)


class DryRun(NamedTuple):
    """The two passes through the calendar: nobody posts, everybody does."""

    silent: _ActorsOnly
    posting: _ActorsOnly

    def removals(self) -> list[tuple[RemovalPolicy, float, Found, Found]]:
        """Removals on one day, as they follow each other: day, who is found in either pass."""
        world, policies = self.silent.world, self.silent.branch.policies
        acting = sorted(
            (p for p in policies if isinstance(p, RemovalPolicy)),
            key=lambda p: (world.tick(p.day), PLATFORMS.index(p.platform)),
        )
        names = {policy.name for policy in acting}
        rows = zip(acting, *(model.found(names) for model in self), strict=True)
        return [(policy, world.day(policy.day), a, b) for policy, a, b in rows]


def dry_run(world: World, branch: Branch | None = None, seed: int = 1) -> DryRun:
    """Both passes of the actors through the calendar, finished. Raises InputError as ``simulate`` does."""
    silent = _ActorsOnly(world, branch, seed, everybody_posts=False)
    posting = _ActorsOnly(world, branch, seed, everybody_posts=True, start=silent.snapshot())
    silent.advance(silent.last_step)
    posting.advance(posting.last_step)
    return DryRun(silent, posting)
