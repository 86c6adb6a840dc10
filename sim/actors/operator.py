"""The campaign's operator: has its accounts post, wakes sleepers as planned, and answers losses."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.actors.adaptation import Losses, Response
from sim.actors.agent import Actor
from sim.actors.surroundings import Accounts, Surroundings
from sim.actors.timetable import NEVER, Timetable
from sim.actors.volume import posting_plan, share_volume, weekly_rhythm
from sim.people.accounts import Status
from sim.randomness import Stream, uniforms_of


class Operator(Actor):
    """Has the accounts post from day 0 on, and wakes each sleeper at its time unless it was suspended first; answers
    losses in the way of ``campaign.adaptation``.

    It decides about the active accounts, the sleepers, and the campaign's ``pages`` on the second platform. What it writes down
    in their rows of the state's ``posting`` are expected posts at each step of an active account of unit weight, of a woken
    sleeper, and of a page.
    """

    model: Surroundings

    def __init__(self, model: Surroundings, actives: Accounts, sleepers: Accounts, pages: Accounts) -> None:
        super().__init__(model)
        self.actives, self.sleepers, self.pages = actives, sleepers, pages
        self.adaptation = model.world.campaign.adaptation
        self.timetable = Timetable(sleepers.ids, model.wakes_at)

    def next_step(self, step: int) -> int:
        if not self._reacts:
            return NEVER  # the timetable is carried out without being asked
        per_day = self.model.world.ticks_per_day
        return -(-max(step, self.model.world.burn_in_ticks) // per_day) * per_day

    @property
    def _reacts(self) -> bool:
        return bool(self.adaptation.reacts and self.model.branch.campaign)

    @property
    def response(self) -> Response:
        """What has been done about losses so far."""
        return self.model.kept.get(Operator, Response())

    def first_waking(self, sleepers: NDArray[np.int64]) -> int:
        """The first step at which it matters that some sleepers cannot be woken (a very large number if never)."""
        if self._reacts:
            return 0
        return self.timetable.first_step_of(sleepers)

    def act(self, step: int) -> None:
        """Begin to post, wake the sleepers whose time has come, and once a day see to losses."""
        world = self.model.world
        if step == world.burn_in_ticks:
            self._plan(step, Response())
        self.wake_due(step)
        if self._reacts and step >= world.burn_in_ticks and step % world.ticks_per_day == 0:
            self._see_to_losses(step)

    def wake_due(self, step: int) -> None:
        """Wake the sleepers whose time has come."""
        self._wake(self.timetable.due(step))

    def _wake(self, sleepers: NDArray[np.int64]) -> None:
        waking = sleepers[self.model.state.status[sleepers] == Status.SLEEPING]
        if waking.size:
            self.model.wake(waking)

    def tactics(self) -> dict[str, float]:
        """Shares of the active accounts' posts that losses have changed, by name: ``on_topic_share``, ``new_share``."""
        shares = {"on_topic_share": self.response.on_topic_share, "new_share": self.response.new_share}
        return {name: share for name, share in shares.items() if share is not None}

    def _see_to_losses(self, step: int) -> None:
        lost, before = self._lost(), self.response
        if lost.size == 0 and Operator not in self.model.kept:
            return
        response = self.adaptation.checked_answer(self._losses(step, lost))
        replacements = np.asarray(response.wake)
        after = response._replace(replaced=before.replaced + replacements.size, wake=())
        self._wake(replacements)
        changed = after._replace(memory=None) != before._replace(memory=None)
        if changed or after.memory is not before.memory:
            self.model.kept[Operator] = after
        if changed:
            self._plan(step, after)

    def _lost(self) -> NDArray[np.int64]:
        """Its accounts that were in use and are suspended."""
        state, sleepers = self.model.state, self.sleepers.ids
        used = sleepers[(state.active_since[sleepers] > 0) | (state.posts[sleepers] > 0)]
        mine = np.concatenate([self.actives.ids, used])
        return mine[state.status[mine] == Status.SUSPENDED]

    def _losses(self, step: int, lost: NDArray[np.int64]) -> Losses:
        """What is ``lost``, and what could replace it."""
        model, state, tick = self.model, self.model.state, step - self.model.world.burn_in_ticks
        sleepers = self.sleepers.ids
        could_wake = (state.status[sleepers] == Status.SLEEPING) & (self.sleepers.created <= tick)
        return Losses(
            tick=tick,
            ticks_per_day=model.world.ticks_per_day,
            before=self.response,
            gone_for=step - state.suspended_since[lost].astype(np.int64),
            sleepers=sleepers.size,
            asleep=sleepers[could_wake],
            draws=uniforms_of(model.seed_of_run, Stream.REPLACEMENT, 0, sleepers[could_wake], 0),
            _audience=lambda: self.audience[could_wake],
        )

    @cached_property
    def audience(self) -> NDArray[np.int64]:
        """Followers of the followers of each sleeper, added up, shape (sleepers,)."""
        graph, followers = self.model.graph, self.model.followers
        sleepers = self.sleepers.ids.size
        first = int(self.sleepers.ids[0]) if sleepers else 0  # their ids run on without gaps
        edges = np.flatnonzero((graph.followees >= first) & (graph.followees < first + sleepers))
        reader = np.searchsorted(graph.indptr, edges, side="right") - 1
        audience = np.zeros(sleepers, dtype=np.int64)
        np.add.at(audience, graph.followees[edges].astype(np.int64) - first, followers[reader])
        return audience

    def _plan(self, step: int, response: Response) -> None:
        """Write down what is posted from a step on."""
        model = self.model
        world, status = model.world, model.state.status
        plan = posting_plan(world)[step - world.burn_in_ticks :]
        rhythm = weekly_rhythm(world)[step - world.burn_in_ticks :]
        self._pages_posts[step:] = np.minimum(1.0, world.second.campaign_posts_per_day * rhythm)
        usual = world.campaign.sleepers.posts_per_day * rhythm
        posts, sleepers_posts = model.state.posting[self.actives.row], model.state.posting[self.sleepers.row]
        left, awake = self.actives.weight, 0
        if response.keeps_volume:
            left = left[status[self.actives.ids] != Status.SUSPENDED]
            plan = plan - self._move(step, response.moved_share, plan, left)
            woken = (status[self.sleepers.ids] == Status.ACTIVE) & (model.state.active_since[self.sleepers.ids] > 0)
            awake = int(woken.sum())
        ordered = np.sort(left)[::-1].copy()
        share_volume(plan, usual, ordered, awake, np.empty(left.size), posts[step:], sleepers_posts[step:])
        # What is hot is the first platform: pages on the second one go on.
        quiet_until = world.burn_in_ticks + response.quiet_until
        if quiet_until > step:
            posts[step:quiet_until] = sleepers_posts[step:quiet_until] = 0.0

    @property
    def _pages_posts(self) -> NDArray[np.float64]:
        return np.asarray(self.model.state.posting[self.pages.row])

    def _move(
        self, step: int, share: float, plan: NDArray[np.float64], left: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Have the pages on the second platform make a share of the posts that lost accounts were to make; returns how many
        that is at each step from ``step`` on."""
        there = int((self.model.state.status[self.pages.ids] == Status.ACTIVE).sum())
        if there == 0 or self.actives.weight.size == 0:
            return np.zeros_like(plan)
        lost = 1.0 - left.sum() / self.actives.weight.sum()
        moved = np.minimum(share * lost * plan, there * (1.0 - self._pages_posts[step:]))
        self._pages_posts[step:] += moved / there
        return np.asarray(moved)
