"""The platform's moderator: applies a branch's policies, seeing only what a platform can see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.actors.agent import Actor
from sim.actors.timetable import NEVER
from sim.engine.removals import RemovalRecord, whose
from sim.engine.state import Trace
from sim.fields import InputError, checked, shown, unchanged
from sim.moderation.chance import cases_within
from sim.moderation.desk import FIRST
from sim.moderation.detectors.detector import Detector
from sim.moderation.policy import Policy
from sim.moderation.view import OracleSignal, PlatformView, Traces
from sim.people.accounts import NOBODY, Status
from sim.randomness import Stream, uniforms_of
from sim.society.groups import of_campaign

if TYPE_CHECKING:
    from sim.engine.engine import Engine


class PolicyDesk:
    """The desk of one policy (``sim.moderation.Desk``)."""

    def __init__(self, moderator: Moderator, place: int) -> None:
        self._moderator, self._model = moderator, moderator.model
        self.policy = moderator.policies[place]
        self._key = (self.policy, moderator.policies[:place].count(self.policy))
        self.ticks_per_day: int = self._model.world.ticks_per_day
        self._view: PlatformView | None = None
        self._next: int | None = self._model.world.tick(self.policy.day)

    def due(self, step: int) -> int:
        """First step from ``step`` on at which the policy acts (a very large number if never); steps only go forward."""
        burn_in = self._model.world.burn_in_ticks
        while self._next is not None and burn_in + self._next < step:
            last, field = self._next, self._field("next_tick")
            self._next = checked(self.policy.next_tick(last, self.ticks_per_day), int | None, field, low=last + 1)
        return NEVER if self._next is None else burn_in + self._next

    @property
    def tick(self) -> int:
        return int(self._model.step_index - self._model.world.burn_in_ticks)

    @property
    def kept(self) -> Any:
        return self._model.kept.get(self._key)

    @kept.setter
    def kept(self, value: Any) -> None:
        self._model.kept[self._key] = value

    def view(self) -> PlatformView:
        if self._view is None:
            self._view = self._moderator.view()
        return self._view

    def act(self) -> None:
        """Let the policy act. It looks at one and the same view, renewed when it has suspended or restored somebody."""
        self._view = None
        try:
            with unchanged(self.policy, "act", "desk.kept is what it may remember", "desk.draws has random numbers"):
                self.policy.act(self)
        except Exception as error:
            world = self._model.world
            day = self.tick // self.ticks_per_day
            error.add_note(
                f"Policy {self.policy.name} acted at the start of tick {self.tick} (day {day}, {world.date(day)})."
            )
            raise
        self._view = None

    def scores(self, detector: Detector) -> NDArray[np.float64]:
        view, oracle = self.view(), None
        if detector.idealised:
            oracle = OracleSignal(troll=of_campaign(self._model.drawn.groups_of(view.account)))
        return detector.suspicion(view, oracle, self._model.seed_of_run)

    def standing_for(self, accounts: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._model.stands_for(self._seen(accounts, "standing_for", distinct=False))

    def first_of(self, ranked: NDArray[np.int64], wanted: float) -> NDArray[np.int64]:
        wanted = checked(wanted, float, self._field("first_of"), low=0)
        weight = self._model.stands_for(self._seen(ranked, "first_of", distinct=False))
        if np.unique(ranked).size != weight.size:
            raise InputError(f"must name each account once, not {shown(ranked)}", self._field("first_of"))
        ids = np.asarray(ranked, dtype=np.int64)
        return np.asarray(ranked[: cases_within(np.uint64(self._model.seed_of_run), ids, weight, float(wanted))])

    def tips(self) -> NDArray[np.int64]:
        mine = self._moderator.platform
        ticks = {r.tick for r in self._model.removals if r.platform != mine and r.action == "suspend" and r.removed}
        return np.array(sorted(ticks), dtype=np.int64)

    def draws(self, salt: int = 0) -> NDArray[np.float64]:
        return uniforms_of(self._model.seed_of_run, Stream.DETECTOR, salt, self.view().account, 2)

    def review(self, accounts: NDArray[np.int64], minutes: float) -> None:
        each = checked(minutes, float, self._field("review"), low=0)
        cases = self._model.stands_for(self._seen(accounts, "review", distinct=False))
        self._model.review_hours += float(cases.sum()) * each / 60.0

    def _field(self, name: str) -> str:
        return f"{type(self.policy).__name__}.{name}"

    def _seen(self, accounts: object, what: str, distinct: bool = True) -> NDArray[np.int64]:
        """Ids of accounts that the platform sees, each once and ascending if they are to be ``distinct``. Raises InputError for
        anything else."""
        ids, seen = np.asarray(accounts), self.view().account
        if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu") or not np.isin(ids, seen).all():
            raise InputError(f"must name accounts of its view by their ids, not {shown(accounts)}", self._field(what))
        return (np.unique(ids) if distinct else ids).astype(np.int64)

    def _mistakes_left_out(self, accounts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The accounts, without innocent ones in a branch that spares them."""
        if not self._model.branch.spares_innocents:
            return accounts
        return accounts[of_campaign(self._model.drawn.groups_of(accounts))]

    def suspend(self, accounts: NDArray[np.int64], asked: float) -> None:
        asked = checked(asked, float, self._field("suspend"), low=0)
        accounts = self._mistakes_left_out(self._seen(accounts, "suspend"))
        sleeping = self._model.state.status[accounts] == Status.SLEEPING
        self._model.suspend(accounts)
        self._record("suspend", accounts, sleeping, asked)

    def restore(self, accounts: NDArray[np.int64], asked: float) -> None:
        asked = checked(asked, float, self._field("restore"), low=0)
        back = self._model.restore(self._seen(accounts, "restore"))
        self._record("restore", back, self._model.state.status[back] == Status.SLEEPING, asked)

    def _record(self, action: str, accounts: NDArray[np.int64], sleeping: NDArray[np.bool_], asked: float) -> None:
        group = self._model.drawn.groups_of(accounts)
        found = whose(group, sleeping, self.standing_for(accounts))
        self._view = None
        self._model.removals.append(
            RemovalRecord(self.policy.name, self._moderator.platform, action, self.tick, asked, found)
        )

    def flag(self, accounts: NDArray[np.int64], flag: int) -> None:
        mark = checked(flag, int, self._field("flag"), low=0, high=255)
        self._model.state.flags[self._mistakes_left_out(self._seen(accounts, "flag"))] |= np.uint8(mark)

    def provoke(self, share: float, strength: float, side: int) -> None:
        share, strength = (checked(x, float, self._field("provoke"), low=0, high=1) for x in (share, strength))
        self._model.provoke(share, strength, checked(side, int, self._field("provoke"), low=-1, high=1))

    def disclose(self) -> None:
        self._model.disclose()


class Moderator(Actor):
    """One platform's: lets each of its policies act at the start of its day and whenever it wants to again, in the order in which
    they are listed."""

    model: Engine

    def __init__(self, model: Engine, platform: str) -> None:
        super().__init__(model)
        self.platform = platform
        self.policies: tuple[Policy, ...] = tuple(p for p in model.branch.policies if p.platform == platform)
        self.desks = [PolicyDesk(self, place) for place in range(len(self.policies))]

    def next_step(self, step: int) -> int:
        return min((desk.due(step) for desk in self.desks), default=NEVER)

    def act(self, step: int) -> None:
        """Let the policies act whose time has come."""
        for desk in self.desks:
            if desk.due(step) == step:
                desk.act()

    def view(self) -> PlatformView:
        """What the platform sees now: its registered accounts only."""
        model = self.model
        tick = model.step_index - model.world.burn_in_ticks
        burn_in, state, profile = model.world.burn_in_ticks, model.state, model.drawn.profile
        society = model.society
        since = np.concatenate([society.created, model.drawn.reserve])
        registered = np.flatnonzero(since <= max(tick, 0))
        on_second = (registered >= society.second) & (registered < society.group.size)
        account = registered[~on_second if self.platform == FIRST else on_second]
        in_use = account[: np.searchsorted(account, society.group.size)]
        idle = np.zeros(account.size - in_use.size, dtype=np.int64)
        created = since[account].astype(np.int64)
        suspended = state.status[account] == Status.SUSPENDED
        traces = None
        if model.parameters.signals.observe:
            counts = [np.concatenate([column, idle]) for column in state.traces[in_use].astype(np.int64).T]
            traces = Traces(
                office_posts=counts[Trace.OFFICE_POSTS],
                reshares=counts[Trace.RESHARES],
                coordinated=counts[Trace.COORDINATED],
                reports=self._reports_in_reality(account, counts[Trace.REPORTS]),
                login=profile.login[account],
            )
        return PlatformView(
            tick=tick,
            ticks_per_day=model.world.ticks_per_day,
            account=account,
            created=created,
            watched=tick - np.maximum(created, -burn_in),
            posts=np.concatenate([state.posts[in_use].astype(np.int64), idle]),
            followers=profile.followers[account],
            following=profile.following[account],
            suspended=suspended,
            since=np.where(suspended, state.suspended_since[account] - burn_in, -1),
            page=self._pages(account),
            traces=traces,
        )

    def _pages(self, account: NDArray[np.int64]) -> NDArray[np.bool_]:
        society = self.model.society
        pages = np.zeros(account.size, dtype=bool)
        if self.platform != FIRST:
            pages[:] = society.person[account] == NOBODY
        return pages

    def _reports_in_reality(self, account: NDArray[np.int64], reports: NDArray[np.int64]) -> NDArray[np.int64]:
        """Reports that each account has had: of what an account with an agenda posts only the modelled people report any, and
        each stands for several."""
        readers = self.model.world.weight / self.model.stands_for(account)
        return np.asarray(np.floor(reports * readers + 0.5).astype(np.int64))
