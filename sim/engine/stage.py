"""What both engines share: the actors, the clock, suspension and waking, forks, and the record of a run.

A step is: newcomers register, and actors whose time has come decide (moderator first, then operator); then accounts read,
decide and commit. An engine supplies the second half in ``advance_accounts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.branch import Branch
from sim.campaign.operator import Operator
from sim.engine.arrivals import Arrivals
from sim.engine.moderator import Moderator, RemovalRecord
from sim.engine.society import Setting, build
from sim.engine.state import Count, Group, State
from sim.fields import InputError
from sim.population.accounts import Status
from sim.world import World


class Snapshot(NamedTuple):
    """Everything needed to continue a run from the start of a step, whatever the branch does from there on."""

    step: int
    state: State
    removals: tuple[RemovalRecord, ...]
    daily: tuple[dict[str, float], ...]
    kept: Mapping[Any, Any] = MappingProxyType({})
    review_hours: float = 0.0


def _check_seed(field: str, seed: object) -> None:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**63:
        raise InputError(f"must be a whole number from 0 to 2**63 - 1, not {seed!r}", field=field)


class Stage(mesa.Model):  # type: ignore[misc]
    """Base of both engines: a world in one branch, ready to run from the start of the burn-in.

    ``setting`` and ``snapshot`` continue from a fork; otherwise the world is built. ``observe`` is called at the end of each
    day and returns a row of ``daily``. Raises InputError for bad input.
    """

    def __init__(
        self,
        world: World,
        branch: Branch | None = None,
        seed: int = 1,
        population_seed: int | None = None,
        setting: Setting | None = None,
        snapshot: Snapshot | None = None,
        observe: Callable[[Stage], dict[str, float]] | None = None,
    ) -> None:
        if not isinstance(world, World):
            raise InputError(f"must be a World, not {type(world).__name__}", field="world")
        if branch is not None and not isinstance(branch, Branch):
            raise InputError(f"must be a Branch, not {type(branch).__name__}", field="branch")
        _check_seed("seed", seed)
        if population_seed is not None:
            _check_seed("population_seed", population_seed)
        super().__init__(seed=int(seed))
        self.world = world
        self.branch = branch or Branch()
        self.branch.check_against(world)
        self.seed_of_run = int(seed)
        if setting is None:
            people = self.seed_of_run if population_seed is None else int(population_seed)
            setting, state = build(world, people, self.seed_of_run)
            snapshot = Snapshot(0, state, (), ())
        assert snapshot is not None
        self.setting = setting
        self.society, self.schedule, self.rules = setting.society, setting.schedule, setting.rules
        self.step_index = snapshot.step
        self.state = snapshot.state.copy()
        self.removals = list(snapshot.removals)
        self.daily = list(snapshot.daily)
        self.kept = dict(snapshot.kept)
        self.review_hours = snapshot.review_hours  # what moderation cost so far, in hours of work in reality
        self._observe = observe
        self.sums: dict[tuple[int, int], NDArray[np.int64]] = {}
        self.last_step = world.burn_in_ticks + world.ticks
        self.followers: NDArray[np.int64] = setting.followers
        self.following: NDArray[np.int64] = setting.following
        sleepers = np.flatnonzero(self.society.group == Group.SLEEPER)
        self.arrivals = Arrivals(self)
        self.moderator = Moderator(self, self.branch.policies)
        self.operator = Operator(self, sleepers, self.society.wakes_at)

    def snapshot(self) -> Snapshot:
        """A fork of the present."""
        removals, daily = tuple(self.removals), tuple(self.daily)
        return Snapshot(self.step_index, self.state.copy(), removals, daily, dict(self.kept), self.review_hours)

    @property
    def day(self) -> int:
        """The day that the last finished step belongs to; negative during the burn-in."""
        return (self.step_index - 1) // self.world.ticks_per_day - self.world.burn_in_days

    @property
    def digest(self) -> str:
        """SHA-256 of the present state; equal across engines, threads and forks."""
        return self.state.digest(self.step_index)

    def suspend(self, accounts: NDArray[np.int64]) -> None:
        """Suspend accounts from this step on: they are in no feed any more, nor are their messages."""
        fresh = accounts[self.state.status[accounts] != Status.SUSPENDED]
        self.state.status[fresh] = Status.SUSPENDED
        self.state.suspended_since[fresh] = self.step_index

    def restore(self, accounts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Lift the suspension of accounts from this step on: they are in feeds again, and so are their messages. Returns those
        restored: accounts that are suspended, and no troll's in a branch without campaign.

        A sleeper whose time to wake passed while it was suspended wakes now.
        """
        state, group, step = self.state, self.society.group, self.step_index
        back = accounts[state.status[accounts] == Status.SUSPENDED]
        if not self.branch.campaign:
            back = back[group[back] < Group.ACTIVE_TROLL]
        since = state.suspended_since[back].astype(np.int64)
        innocent = group[back] < Group.ACTIVE_TROLL
        state.counts[step, Count.RESTORED] += innocent.sum()
        state.counts[step, Count.SILENCED] += (step - since[innocent]).sum()
        wakes_at = np.full(back.size, -1, dtype=np.int64)
        sleeper = group[back] == Group.SLEEPER
        wakes_at[sleeper] = self.society.wakes_at[back[sleeper] - (group.size - self.society.wakes_at.size)]
        state.status[back] = np.where(wakes_at >= step, Status.SLEEPING, Status.ACTIVE)
        state.suspended_since[back] = -1
        self.wake(back[(wakes_at >= since) & (wakes_at < step)])
        return back

    def wake(self, sleepers: NDArray[np.int64]) -> None:
        """Make sleepers active from this step on."""
        self.state.status[sleepers] = Status.ACTIVE
        self.state.active_since[sleepers] = self.step_index

    def advance(self, until: int) -> None:
        """Run to the start of step ``until`` (at most the last), measuring at the end of each day."""
        until = min(until, self.last_step)
        per_day = self.world.ticks_per_day
        while self.step_index < until:
            step = self.step_index
            self._actors_decide(step)
            next_day = (step // per_day + 1) * per_day
            actors = (self.arrivals, self.moderator, self.operator)
            stop = min(until, next_day, *(actor.next_step(step + 1) for actor in actors))
            if step < self.world.burn_in_ticks:
                stop = min(stop, self.world.burn_in_ticks)
            self.advance_accounts(step, stop)
            self.step_index = stop
            if self._observe is not None and stop % per_day == 0 and stop > self.world.burn_in_ticks:
                self.daily.append(self._observe(self))

    def _actors_decide(self, step: int) -> None:
        if step == self.world.burn_in_ticks:
            self._begin_campaign()
        self.arrivals.act(step)
        self.moderator.act(step)
        self.operator.act(step)

    def _begin_campaign(self) -> None:
        if self.branch.campaign:
            self.state.status[self.society.group == Group.ACTIVE_TROLL] = Status.ACTIVE
        else:
            self.suspend(np.flatnonzero(self.society.group >= Group.ACTIVE_TROLL))

    def advance_accounts(self, first: int, last: int) -> None:
        """Steps first … last - 1 of all accounts, with no actor in between."""
        raise NotImplementedError
