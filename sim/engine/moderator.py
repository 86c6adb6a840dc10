"""The platform's moderator: applies a branch's policies, seeing only what a platform can see."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.engine.state import Group
from sim.moderation.policy import Policy
from sim.moderation.view import OracleSignal, PlatformView
from sim.population.accounts import Status
from sim.population.agent import Agent


class RemovalRecord(NamedTuple):
    """What one policy did: accounts of the real case it asked for, that number scaled to the world, and who was suspended."""

    policy: str
    tick: int
    asked_in_reality: int
    asked: int
    active_trolls: int
    sleepers: int
    citizens: int
    organisers: int

    @property
    def removed(self) -> int:
        """Accounts suspended in all."""
        return self.active_trolls + self.sleepers + self.citizens + self.organisers


class Moderator(Agent):
    """Acts at the start of each policy's first day, in the order in which the policies are listed."""

    def __init__(self, model: Any, policies: tuple[Policy, ...]) -> None:
        super().__init__(model)
        self.policies = policies
        burn_in = model.world.burn_in_ticks
        self.steps = [burn_in + model.world.tick(policy.day) for policy in policies]

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        return min((s for s in self.steps if s >= step), default=int(np.iinfo(np.int64).max))

    def act(self, step: int) -> None:
        """Apply the policies whose day begins."""
        for policy, due in zip(self.policies, self.steps, strict=True):
            if due == step:
                self._apply(policy)

    def _apply(self, policy: Policy) -> None:
        model = self.model
        view, oracle = self.view(), None
        if policy.detector.idealised:
            oracle = OracleSignal(troll=model.society.group[view.account] >= Group.ACTIVE_TROLL)
        asked = model.world.scaled(policy.in_reality())
        scores = policy.detector.scores(view, oracle, model.seed_of_run)
        removal = policy.remove(view, scores, asked)
        group = model.society.group[removal.accounts]
        sleeping = model.state.status[removal.accounts] == Status.SLEEPING
        trolls = group >= Group.ACTIVE_TROLL
        model.suspend(removal.accounts)
        model.removals.append(
            RemovalRecord(
                policy=policy.name,
                tick=view.tick,
                asked_in_reality=policy.in_reality(),
                asked=asked,
                active_trolls=int((trolls & ~sleeping).sum()),
                sleepers=int((trolls & sleeping).sum()),
                citizens=int((group == Group.CITIZEN).sum()),
                organisers=int((group == Group.ORGANISER).sum()),
            )
        )

    def view(self) -> PlatformView:
        """What the platform sees now: registered accounts only."""
        model = self.model
        tick = model.step_index - model.world.burn_in_ticks
        account = np.flatnonzero(model.society.created <= max(tick, 0))
        return PlatformView(
            tick=tick,
            account=account,
            created=model.society.created[account].astype(np.int64),
            posts=model.state.posts[account].astype(np.int64),
            followers=model.followers[account],
            following=model.following[account],
            suspended=model.state.status[account] == Status.SUSPENDED,
        )
