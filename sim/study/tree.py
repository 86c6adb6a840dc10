"""Branches of one seed, simulated together: what they have in common is computed once.

Two savings, neither of which changes a bit. Branches that have done the same so far share one simulation. And a branch that
has only removed sleepers is *shadowed*: until the first of them would have woken, nothing differs from the simulation it
left but that they are suspended instead of asleep, for nobody reads or counts an account that sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.engine.arrays import ArrayEngine
from sim.engine.engine import Keeper
from sim.engine.removals import RemovalRecord
from sim.moderation.policy import RemovalPolicy
from sim.outcomes import OwnOutcome
from sim.outcomes.kept import Kept, Rows
from sim.people.accounts import Status
from sim.run import Recording, Run, record
from sim.simulation import begun
from sim.world import World

Keep = Callable[[str, Run], None]
Advanced = Callable[[int], None]

_ROOM = 64_000_000  # bytes for what a seed's branches share; the whole calendar of 10,000 people takes 5 MB

# What a branch has of its own while it shadows another's simulation.
_OWN = ("branch", "removals", "daily", "rows", "kept", "review_hours")


@dataclass
class _Shadow:
    """Branches that differ from a simulation only in that ``sleepers`` have been suspended at step ``since``; from step
    ``until`` on they may differ otherwise."""

    names: list[str]
    branch: Branch
    since: int
    until: int
    sleepers: NDArray[np.int64]
    removals: list[RemovalRecord]
    daily: list[dict[str, float]]
    rows: dict[Keeper, list[Rows]]
    kept: dict[Any, Any]
    review_hours: float

    @contextmanager
    def over(self, model: ArrayEngine) -> Iterator[None]:
        """The model as these branches have it, for as long as the context lasts."""
        state, sleepers = model.state, self.sleepers
        asleep, since = state.status[sleepers].copy(), state.suspended_since[sleepers].copy()
        own = {name: getattr(model, name) for name in _OWN}
        state.status[sleepers], state.suspended_since[sleepers] = Status.SUSPENDED, self.since
        for name in _OWN:
            setattr(model, name, getattr(self, name))
        try:
            yield
        finally:
            state.status[sleepers], state.suspended_since[sleepers] = asleep, since
            for name, value in own.items():
                setattr(model, name, value)


class BranchTree:
    """Branches as a tree over time, up to step ``end``. ``keep`` says what is kept of some of them, ``outcomes`` are the user's
    own. The same branch may be there several times, to have several things kept of it, and is simulated once."""

    def __init__(
        self,
        world: World,
        branches: Mapping[str, Branch],
        end: int,
        keep: Mapping[str, Kept] = MappingProxyType({}),
        outcomes: tuple[OwnOutcome, ...] = (),
    ) -> None:
        self.world = world
        self.branches = branches
        self.end = end
        self.keep = keep
        self.outcomes = outcomes

    def _step(self, policy: Any) -> int:
        return self.world.burn_in_ticks + self.world.tick(policy.day)

    def _acts(self, name: str, step: int) -> tuple[Any, ...]:
        branch = self.branches[name]
        policies = tuple(p for p in branch.policies if self._step(p) == step)
        return (branch.campaign or step != self.world.burn_in_ticks, policies, branch.spares_innocents and policies)

    def _split(self, names: list[str], after: int) -> tuple[int, list[list[str]]]:
        """The first step after ``after`` at which the branches do different things, and who then stays together."""
        steps = {self.world.burn_in_ticks} | {self._step(p) for name in names for p in self.branches[name].policies}
        for step in sorted(s for s in steps if after < s < self.end):
            groups: dict[object, list[str]] = {}
            for name in names:
                groups.setdefault(self._acts(name, step), []).append(name)
            if len(groups) > 1:
                return step, list(groups.values())
        return self.end, [names]

    def _next_act(self, names: list[str], after: int) -> int:
        """The first step after ``after`` at which a policy of any of the branches begins."""
        steps = (self._step(p) for name in names for p in self.branches[name].policies)
        return min((s for s in steps if s > after), default=self.end)

    def ticks(self, names: list[str] | None = None, start: int = 0, after: int = -1) -> int:
        """Ticks that the branches have apart from each other; shadowed ones included."""
        names = list(self.branches) if names is None else names
        step, groups = self._split(names, after)
        rest = sum(self.ticks(group, step, step) for group in groups) if len(groups) > 1 else 0
        return step - start + rest

    def _keepers(self, names: Iterable[str]) -> tuple[Kept, ...]:
        """What is to be kept of any of the branches."""
        return tuple(dict.fromkeys(self.keep[name] for name in names if name in self.keep))

    def _idle(self, names: list[str], step: int) -> bool:
        """Whether the branches do nothing at a step."""
        return self._acts(names[0], step)[:2] == (True, ())

    def _trunk(self, groups: list[list[str]], step: int) -> list[str]:
        """Who goes on where branches part at a step, when all others are done: those that do nothing, else those that part
        most deeply later on."""
        idle = (group for group in groups if self._idle(group, step))
        return next(idle, None) or max(groups, key=lambda group: self.states(group, step))

    def states(self, names: list[str] | None = None, after: int = -1) -> int:
        """States held at the same time to simulate branches that have been the same up to step ``after``."""
        names = list(self.branches) if names is None else names
        step, groups = self._split(names, after)
        if len(groups) == 1:
            return 1
        trunk = self._trunk(groups, step)
        sides = max(self.states(group, step) for group in groups if group is not trunk)
        return max(1 + sides, self.states(trunk, step))

    def held(self) -> int:
        """States held at the same time to simulate all branches, and one more while a side branch is tried as a shadow."""
        return self.states() + 1

    def grow(self, seed: int, population_seed: int | None, keep: Keep, advanced: Advanced, threads: int = 1) -> None:
        """Simulate all branches for one seed; ``keep`` is called with each run as soon as it is done, ``advanced`` with ticks."""
        growth = _Growth(self, seed, population_seed, keep, advanced, threads)
        names = list(self.branches)
        growth.climb(names, -1, growth.begin(names), [])


class _Growth:
    """One seed's way through the tree."""

    def __init__(
        self, tree: BranchTree, seed: int, population_seed: int | None, keep: Keep, advanced: Advanced, threads: int
    ) -> None:
        self.tree, self.seed, self.population_seed, self.threads = tree, seed, population_seed, threads
        self.keep, self.advanced = keep, advanced

    def begin(self, names: Sequence[str]) -> ArrayEngine:
        """The engine of branches before their beginning."""
        tree = self.tree
        found = begun(
            tree.world, tree.branches[names[0]], self.seed, "arrays", self.threads, self.population_seed,
            Recording(tree.outcomes), keepers=tree._keepers(names),
        ).engine  # fmt: skip
        assert isinstance(found, ArrayEngine)
        if len(set(tree.branches.values())) > 1:
            found.sessions.room = _ROOM
        return found

    def climb(self, names: list[str], after: int, model: ArrayEngine, shadows: list[_Shadow]) -> None:
        """Simulate branches that have been the same up to step ``after``, at which ``model`` is, with those that shadow them.

        Side branches are simulated to their end one after the other, each in a copy that is given up then; the trunk goes on
        in what it has. So as many states are held as branches lie nested in each other (``BranchTree.states``). A model keeps
        what is to be kept of its branches and of those that shadow it, and no more.
        """
        while True:
            step, groups = self.tree._split(names, after)
            acts = self.tree._next_act(names[:1], after)
            if acts < step:
                for shadow in shadows:
                    shadow.until = min(shadow.until, acts)
            began = time.thread_time()
            self._advance(model, step, shadows)
            cpu = (time.thread_time() - began) * model.threads  # others are busy for as long
            if len(groups) == 1:
                self._record(names, model, cpu)
                for shadow in shadows:
                    with shadow.over(model):
                        self._record(shadow.names, model, 0.0)
                model.close()
                return
            trunk = self.tree._trunk(groups, step)
            idle = self.tree._idle(trunk, step)
            if not idle:
                for shadow in shadows:
                    self._emerge(shadow, model)
                shadows = []
            for group in groups:
                if group is not trunk:
                    found = self._shadow(group, step, model) if idle else None
                    if found is None:
                        self.climb(group, step, self._side(group, model), [])
                    else:
                        shadows.append(found)
            keepers = self.tree._keepers([*trunk, *(name for shadow in shadows for name in shadow.names)])
            model = model.turned_to(self.tree.branches[trunk[0]], keepers)
            names, after = trunk, step

    def _side(self, names: list[str], model: ArrayEngine) -> ArrayEngine:
        """A model of branches that part from another's here."""
        return model.fork(self.tree.branches[names[0]], self.tree._keepers(names))

    def _record(self, names: list[str], model: ArrayEngine, cpu: float) -> None:
        for name in names:
            model.branch = self.tree.branches[name]
            self.keep(name, record(model, cpu, Recording(self.tree.outcomes, self.tree.keep.get(name))))

    def _advance(self, model: ArrayEngine, until: int, shadows: list[_Shadow]) -> None:
        per_day = self.tree.world.ticks_per_day
        while True:
            for shadow in [s for s in shadows if s.until <= model.step_index]:
                shadows.remove(shadow)
                self._emerge(shadow, model)
            before, days = model.step_index, len(model.daily)
            if before >= until:
                return
            model.advance(min(until, (before // per_day + 1) * per_day, *(shadow.until for shadow in shadows)))
            if len(model.daily) > days:
                for shadow in shadows:
                    with shadow.over(model):
                        model.record_day()
            self.advanced((model.step_index - before) * (1 + len(shadows)))

    def _shadow(self, names: list[str], step: int, trunk: ArrayEngine) -> _Shadow | None:
        """The branches as a shadow from ``step`` on, at which they have just parted; None if they do more than remove
        sleepers, or ever did."""
        tree = self.tree
        active = [p for p in tree.branches[names[0]].policies if tree._step(p) <= step]
        if step == tree.world.burn_in_ticks or not all(isinstance(policy, RemovalPolicy) for policy in active):
            return None
        with closing(self._side(names, trunk)) as model:
            model.arrivals.act(step)
            before = model.state.status.copy()
            for moderator in model.moderators:
                moderator.act(step)
            removed = np.flatnonzero(model.state.status != before)
            if not np.all(before[removed] == Status.SLEEPING):
                return None
            until = min(model.operator.first_waking(removed), tree._next_act(names, step))
            if until <= step:
                return None
            return _Shadow(
                names,
                model.branch,
                step,
                until,
                removed,
                model.removals,
                model.daily,
                model.rows,
                model.kept,
                model.review_hours,
            )

    def _emerge(self, shadow: _Shadow, model: ArrayEngine) -> None:
        """Go on with shadowed branches by themselves."""
        with shadow.over(model):
            side = self._side(shadow.names, model)
        self.climb(shadow.names, shadow.since, side, [])
