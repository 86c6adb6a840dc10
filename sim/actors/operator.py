"""The campaign's operator: has its accounts post, wakes sleepers as planned, and answers losses."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.actors.adaptation import Evading, Response
from sim.actors.agent import Agent
from sim.actors.timetable import Timetable
from sim.actors.volume import even_out, posting_plan, weekly_rhythm
from sim.people.accounts import Status
from sim.randomness import Stream, uniforms_of


class Operator(Agent):
    """Has the accounts post from day 0 on, and wakes each sleeper at its time unless it was suspended first; answers
    losses in the way of ``campaign.adaptation``.

    ``weights`` are the relative posting rates of the active accounts ``actives``; ``sleepers`` are account ids and ``wakes_at``
    the steps at which they wake. What the operator writes down are the rows of the state's ``posting`` that have the numbers
    ``rows``: expected posts at each step of an active account of unit weight, of a woken sleeper, and of one of its ``pages`` on
    the second platform.
    """

    def __init__(
        self,
        model: Any,
        actives: NDArray[np.int64],
        weights: NDArray[np.float64],
        sleepers: NDArray[np.int64],
        wakes_at: NDArray[np.int64],
        pages: NDArray[np.int64],
        rows: tuple[int, int, int],
    ) -> None:
        super().__init__(model)
        self.actives, self.weights, self.sleepers, self.pages = actives, weights, sleepers, pages
        self.rows = rows
        self.adaptation = model.world.campaign.adaptation
        self.timetable = Timetable(sleepers, wakes_at)

    def next_step(self, step: int) -> int:
        """First step from ``step`` on at which there is something to do (a very large number if never)."""
        if not self._reacts:
            return self.timetable.next_step(step)
        per_day = self.model.world.ticks_per_day
        tomorrow = -(-max(step, self.model.world.burn_in_ticks) // per_day) * per_day
        return min(self.timetable.next_step(step), tomorrow)

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
        self._wake(self.timetable.due(step))
        if self._reacts and step >= world.burn_in_ticks and step % world.ticks_per_day == 0:
            self._see_to_losses(step)

    def _wake(self, sleepers: NDArray[np.int64]) -> None:
        waking = sleepers[self.model.state.status[sleepers] == Status.SLEEPING]
        if waking.size:
            self.model.wake(waking)

    def tactics(self) -> tuple[float, float] | None:
        """Shares of the active accounts' posts that are on the topic and that are new, where losses have changed them."""
        adaptation = self.adaptation
        if not isinstance(adaptation, Evading) or self.response.quiet_until < 0:
            return None
        return adaptation.on_topic_share, adaptation.new_share

    def _see_to_losses(self, step: int) -> None:
        model, how, before = self.model, self.adaptation, self.response
        world = model.world
        known = self._lost(step - round(how.notice_days * world.ticks_per_day))
        day = (step - world.burn_in_ticks) // world.ticks_per_day
        pace = min(how.budget_hours / how.hours_per_account * world.scale, float(self.sleepers.size))
        able = math.floor(pace * (day + 1)) - math.floor(pace * day)
        wanted = math.floor(known.sum() * how.replacement) - before.replaced
        replacements = self._replacements(step, max(0, min(wanted, able)))
        quiet_until = before.quiet_until
        if isinstance(how, Evading) and known.sum() > before.lost:
            quiet_until = step + round(how.pause_days * world.ticks_per_day)
        after = Response(int(known.sum()), before.replaced + replacements.size, quiet_until)
        self._wake(replacements)
        if after != before:
            model.kept[Operator] = after
            self._plan(step, after)

    def _lost(self, by: int) -> NDArray[np.bool_]:
        """Which of its accounts (active ones, then sleepers) were in use and have been suspended since step ``by`` or longer."""
        state = self.model.state
        mine = np.concatenate([self.actives, self.sleepers])
        woken = (state.active_since[self.sleepers] > 0) | (state.posts[self.sleepers] > 0)
        used = np.concatenate([np.ones(self.actives.size, dtype=bool), woken])
        return used & (state.status[mine] == Status.SUSPENDED) & (state.suspended_since[mine] <= by)

    def _replacements(self, step: int, wanted: int) -> NDArray[np.int64]:
        """The sleepers that are woken first, of those that are registered and asleep: by a draw an account, or where the operator
        goes for hubs those whose followers have the most followers themselves."""
        model = self.model
        tick = step - model.world.burn_in_ticks
        asleep = (model.state.status[self.sleepers] == Status.SLEEPING) & (model.society.created[self.sleepers] <= tick)
        there = self.sleepers[asleep]
        draws = uniforms_of(model.seed_of_run, Stream.REPLACEMENT, 0, there, 0)
        if isinstance(self.adaptation, Evading) and self.adaptation.hubs and there.size:
            draws = draws - self.audience[asleep]
        return np.sort(there[np.argsort(draws, kind="stable")[:wanted]])

    @cached_property
    def audience(self) -> NDArray[np.int64]:
        """Followers of the followers of each sleeper, added up, shape (sleepers,)."""
        graph, followers = self.model.drawn.graph, self.model.followers
        first, sleepers = self.sleepers[0], self.sleepers.size  # their ids run on without gaps
        edges = np.flatnonzero((graph.followees >= first) & (graph.followees < first + sleepers))
        reader = np.searchsorted(graph.indptr, edges, side="right") - 1
        audience = np.zeros(sleepers, dtype=np.int64)
        np.add.at(audience, graph.followees[edges].astype(np.int64) - first, followers[reader])
        return audience

    def _plan(self, step: int, response: Response) -> None:
        """Write down what is posted from a step on."""
        model = self.model
        world, status = model.world, model.state.status
        in_reality = posting_plan(world)[step - world.burn_in_ticks :]
        rhythm = weekly_rhythm(world)[step - world.burn_in_ticks :]
        plan = in_reality * world.scale
        self._pages_posts[step:] = np.minimum(1.0, world.second.campaign_posts_per_day * rhythm)
        usual = world.campaign.sleepers.posts_per_day * rhythm
        posts, sleepers_posts = model.state.posting[self.rows[0]], model.state.posting[self.rows[1]]
        if not (response.lost and self.adaptation.keeps_volume):
            posts[step:] = even_out(plan, self.weights)
            sleepers_posts[step:] = usual
        else:
            left = self.weights[status[self.actives] != Status.SUSPENDED]
            plan = plan - self._move(step, in_reality, left) * world.scale
            posts[step:] = even_out(plan, left)
            awake = int(
                ((status[self.sleepers] == Status.ACTIVE) & (model.state.active_since[self.sleepers] > 0)).sum()
            )
            missing = plan if left.size == 0 else np.maximum(0.0, plan - left.size)
            sleepers_posts[step:] = np.minimum(1.0, usual + missing / awake) if awake else usual
        # What is hot is the first platform: pages on the second one go on.
        if response.quiet_until > step:
            posts[step : response.quiet_until] = sleepers_posts[step : response.quiet_until] = 0.0

    @property
    def _pages_posts(self) -> NDArray[np.float64]:
        return np.asarray(self.model.state.posting[self.rows[2]])

    def _move(self, step: int, plan: NDArray[np.float64], left: NDArray[np.float64]) -> NDArray[np.float64]:
        """Have the pages on the second platform make their part of the posts that lost accounts were to make; returns how many
        that is in reality at each step from ``step`` on. Neither pages nor what they post scale with the world."""
        there = int((self.model.state.status[self.pages] == Status.ACTIVE).sum())
        if not isinstance(self.adaptation, Evading) or there == 0 or self.weights.size == 0:
            return np.zeros_like(plan)
        lost = 1.0 - left.sum() / self.weights.sum()
        moved = np.minimum(self.adaptation.moved_share * lost * plan, there * (1.0 - self._pages_posts[step:]))
        self._pages_posts[step:] += moved / there
        return np.asarray(moved)
