"""What both engines share: the actors, the clock, suspension and waking, forks, and the record of a run.

A step is: newcomers register, and actors whose time has come decide (the moderators first, then the operator, then who leads
the movement); then accounts read, decide and commit. An engine supplies the second half in ``advance_accounts``, for as many
steps as no actor decides in; newcomers and sleepers whose time was planned come into use there, too (``planned``).
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.agent import Actor
from sim.actors.leadership import Leadership
from sim.actors.operator import Operator
from sim.actors.timetable import NEVER
from sim.branch import Branch
from sim.engine.arrivals import Arrivals
from sim.engine.attitudes import Attitudes
from sim.engine.carriers import Carriers
from sim.engine.fixed import Fixed, fixed_for
from sim.engine.memory import check_memory
from sim.engine.moderator import Moderator
from sim.engine.parameters import Parameters
from sim.engine.planned import Planned, planned
from sim.engine.removals import RemovalRecord
from sim.engine.state import Count, State, first_state
from sim.fields import InputError, instance
from sim.graph.follower_graph import FollowerGraph
from sim.moderation.desk import FIRST, PLATFORMS, SECOND
from sim.moderation.measures import NO_MEASURES, Measures, in_force
from sim.moderation.policy import Policy
from sim.opinion.provenance import FULL, WITHOUT_ORGANISERS, WITHOUT_TROLLS, channels_moved, drawn, moved
from sim.people.accounts import Role, Status
from sim.randomness import Stream, checked_seed, uniforms_of
from sim.society.groups import INNOCENT, Group, groups_where, of_campaign
from sim.society.society import Drawn, draw
from sim.world import World


class Snapshot(NamedTuple):
    """Everything needed to continue a run from the start of a step, whatever the branch does from there on; ``given`` to whoever
    continues, who then takes the state over instead of copying it."""

    fixed: Fixed
    state: State
    step: int = 0
    removals: tuple[RemovalRecord, ...] = ()
    daily: tuple[dict[str, float], ...] = ()
    kept: Mapping[Any, Any] = MappingProxyType({})
    review_hours: float = 0.0
    rows: Mapping[Keeper, tuple[Any, ...]] = MappingProxyType({})
    carriers: Mapping[Keeper, Carriers] = MappingProxyType({})
    given: bool = False

    def kept_by(self, keepers: Sequence[Keeper]) -> Snapshot:
        """The same without what others than these keep."""
        rows = {keeper: rows for keeper, rows in self.rows.items() if keeper in keepers}
        carriers = {keeper: carriers for keeper, carriers in self.carriers.items() if keeper in keepers}
        return self._replace(rows=rows, carriers=carriers)

    def copy(self) -> Snapshot:
        """The same with what changes copied; also what policies and operator keep, who may change it in place all the same."""
        carriers = {keeper: carriers.copy() for keeper, carriers in self.carriers.items()}
        kept = {key: copy.deepcopy(value) for key, value in self.kept.items()}
        return self._replace(state=self.state.copy(), carriers=carriers, kept=kept)


Observe = Callable[["Engine"], dict[str, float]]


class Keeper(Protocol):
    """What is kept of a run beside its outcomes: ``rows`` at the end of a day, None on days that are not kept. ``readers`` are
    the persons, as a mask, of whom it is followed who carried trolls' messages to them; None where that is not asked for.
    Keepers that are equal keep the same, and are hashed alike."""

    @property
    def counts_impressions(self) -> bool: ...

    def readers(self, drawn: Drawn) -> NDArray[np.bool_] | None: ...

    def rows(self, model: Engine) -> Any: ...


class Engine(mesa.Model):
    """Base of both engines: a world in one branch, ready to run from the start of the burn-in, or from ``start``.

    ``drawn`` is a society to use instead of drawing one by ``population_seed`` (default: ``seed``). ``observe`` is called at the
    end of each day and returns a row of ``daily``; each of the ``keepers`` returns what is then put into its ``rows``. None of
    them changes the state's digest. Raises InputError for bad input, and for what does not fit into memory.
    """

    objects: ClassVar[int] = 0  # bytes of Python objects an account

    def __init__(
        self,
        world: World,
        branch: Branch | None = None,
        seed: int = 1,
        population_seed: int | None = None,
        drawn: Drawn | None = None,
        start: Snapshot | None = None,
        observe: Observe | None = None,
        keepers: Sequence[Keeper] = (),
    ) -> None:
        instance(world, World, "world")
        branch = Branch() if branch is None else instance(branch, Branch, "branch")
        branch.check_against(world)
        seed = checked_seed(seed)
        super().__init__(seed=seed)
        self.world, self.branch, self.seed_of_run = world, branch, seed
        self.population_seed = seed if population_seed is None else checked_seed(population_seed, "population_seed")
        if start is None:
            check_memory(world, objects=self.objects)
            drawn = draw(world, self.population_seed) if drawn is None else drawn
            state = first_state(world, drawn)
            if keepers:
                state = state.counting_people(any(keeper.counts_impressions for keeper in keepers))
            readers = {keeper: keeper.readers(drawn) for keeper in keepers}
            carriers = {keeper: Carriers(mask) for keeper, mask in readers.items() if mask is not None}
            start = Snapshot(fixed_for(world, drawn), state, carriers=carriers, given=True)
        if not start.given:
            start = start.copy()
        self.fixed, self.drawn = start.fixed, start.fixed.drawn
        self.society, self.schedule = self.drawn.arrays, start.fixed.schedule
        self.step_index = start.step
        self._is_whole = True
        self.state = start.state
        self.carriers = {keeper: start.carriers[keeper] for keeper in keepers if keeper in start.carriers}
        self.removals = list(start.removals)
        self.daily = list(start.daily)
        self.kept = dict(start.kept)
        self.review_hours = start.review_hours  # what moderation cost so far, in hours of work in reality
        self.rows = {keeper: list(start.rows.get(keeper, ())) for keeper in keepers}
        self._observe = observe
        self.room: Any = None  # to measure in, made when a day is first measured (``sim.outcomes``)
        self.last_step = world.burn_in_ticks + world.ticks
        self.followers: NDArray[np.int64] = self.drawn.followers
        self.following: NDArray[np.int64] = self.drawn.following
        self._innocent_others = world.people + np.flatnonzero(~of_campaign(self.society.group[world.people :]))
        self._first_sleeper = int(np.argmax(self.society.group == Group.SLEEPER))
        self._first_steps: dict[float | str, int] = {}
        self._in_force: dict[str, tuple[tuple[Policy, ...], Measures]] = {}
        self.attitudes = Attitudes(self)
        self.arrivals = Arrivals(self)
        platforms = PLATFORMS if self.society.twin.size else (FIRST,)
        self.moderators = tuple(Moderator(self, platform) for platform in platforms)
        held = self.fixed.held
        self.operator = Operator(self, held[Group.ACTIVE_TROLL], held[Group.SLEEPER], held[Group.PAGE])
        self.leadership = Leadership(self, held[Group.ORGANISER])
        self.parameters, self.second_parameters = self._parameters_at(start.step)
        self.actors: tuple[Actor, ...] = (self.arrivals, *self.moderators, self.operator, self.leadership)

    @property
    def graph(self) -> FollowerGraph:
        """Who follows whom."""
        return self.drawn.graph

    @property
    def wakes_at(self) -> NDArray[np.int64]:
        """Step at which each sleeper that may be in use wakes if nobody stops it, shape (sleepers,)."""
        return self.drawn.wakes_at

    @property
    def keepers(self) -> tuple[Keeper, ...]:
        """What keeps something of the run."""
        return tuple(self.rows)

    def fork(self, branch: Branch | None = None, keepers: Sequence[Keeper] | None = None) -> Self:
        """An engine of its own that goes on from the present in another branch (default: in the same), where some of the keepers
        (default: all) go on as well."""
        kept_by = self.keepers if keepers is None else keepers
        return self._continued(self._present().kept_by(kept_by).copy(), branch, kept_by)

    def turned_to(self, branch: Branch, keepers: Sequence[Keeper] | None = None) -> Self:
        """``fork`` with what this engine has, which is closed."""
        for carriers in self.carriers.values():
            carriers.leave()
        kept_by = self.keepers if keepers is None else keepers
        continued = self._continued(self._present(), branch, kept_by)
        self.close()
        return continued

    def _continued(self, start: Snapshot, branch: Branch | None, keepers: Sequence[Keeper]) -> Self:
        return type(self)(
            self.world,
            self.branch if branch is None else branch,
            self.seed_of_run,
            population_seed=self.population_seed,
            start=start._replace(given=True),
            **self._more(keepers),
        )

    def _more(self, keepers: Sequence[Keeper]) -> dict[str, Any]:
        """What an engine takes beside what all do, for one that goes on from here."""
        return {"observe": self._observe, "keepers": keepers}

    def close(self) -> None:
        """Give up everything at once: an engine and its actors refer to each other, and would wait for the garbage collector."""
        self.__dict__.clear()

    def snapshot(self) -> Snapshot:
        """A fork of the present."""
        return self._present().copy()

    def _present(self) -> Snapshot:
        self.check_whole()
        removals, daily = tuple(self.removals), tuple(self.daily)
        rows = {keeper: tuple(rows) for keeper, rows in self.rows.items()}
        return Snapshot(
            self.fixed,
            self.state,
            self.step_index,
            removals,
            daily,
            dict(self.kept),
            self.review_hours,
            rows,
            self.carriers,
        )

    def __copy__(self) -> Self:
        # Two engines that shared arrays would each go on with what the other has written.
        return copy.deepcopy(self)

    @property
    def day(self) -> int:
        """The day that the last finished step belongs to; negative during the burn-in."""
        return (self.step_index - 1) // self.world.ticks_per_day - self.world.burn_in_days

    @property
    def days_passed(self) -> float:
        """Days from day 0 to the next step; negative during the burn-in."""
        return (self.step_index - self.world.burn_in_ticks) / self.world.ticks_per_day

    @property
    def digest(self) -> str:
        """SHA-256 of the present state; equal across engines, threads and forks."""
        return self.state.digest(self.step_index)

    def stands_for(self, accounts: NDArray[np.int64]) -> NDArray[np.float64]:
        """For how many accounts in reality each of these stands, the reserve's among them, shape (accounts,)."""
        return self.fixed.parameters.by_group.weight[self.drawn.groups_of(accounts)]

    @cached_property
    def planned(self) -> Planned:
        """Newcomers who will register and sleepers who will wake."""
        return planned(self.arrivals.timetable, self.operator.timetable)

    def carry_out(self, step: int) -> bool:
        """Let those come into use whose time was planned to be now; whether there are any."""
        self.step_index = step
        if not self.planned.between(step, step + 1).step.size:
            return False
        self.arrivals.act(step)
        self.operator.wake_due(step)
        return True

    def on_duty(self) -> NDArray[np.int64]:
        """Ids, ascending, of the accounts beyond people's first ones that can be awake until somebody comes into use or an actor
        acts, or whose lost posts count: active ones, and innocent ones that are suspended. Not the sleepers, who may be most of
        all accounts."""
        status, people = self.state.status, self.world.people
        active = people + np.flatnonzero(status[people : self.society.group.size] == int(Status.ACTIVE))
        silenced = self._innocent_others[status[self._innocent_others] == int(Status.SUSPENDED)]
        return np.sort(np.concatenate([active, silenced])) if silenced.size else active

    def suspend(self, accounts: NDArray[np.int64]) -> None:
        """Suspend accounts from this step on: they are in no feed any more, nor are their messages."""
        fresh = accounts[self.state.status[accounts] != Status.SUSPENDED]
        self.state.status[fresh] = Status.SUSPENDED
        self.state.suspended_since[fresh] = self.step_index
        self.attitudes.suspended(fresh)

    def restore(self, accounts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Lift the suspension of accounts from this step on: they are in feeds again, and so are their messages. Returns those
        restored: accounts that are suspended, and no troll's in a branch without campaign.

        A sleeper whose time to wake passed while it was suspended wakes now.
        """
        state, step = self.state, self.step_index
        back = accounts[state.status[accounts] == Status.SUSPENDED]
        if not self.branch.campaign:
            back = back[~of_campaign(self.drawn.groups_of(back))]
        group, since = self.drawn.groups_of(back), state.suspended_since[back].astype(np.int64)
        for which in INNOCENT:
            state.counts[step, Count.RESTORED + which] += np.count_nonzero(group == which)
            state.counts[step, Count.SILENCED + which] += (step - since[group == which]).sum()
        reserve = back >= self.society.group.size
        wakes_at = np.where(reserve, NEVER, -1)
        sleeper = (group == Group.SLEEPER) & ~reserve
        wakes_at[sleeper] = self.wakes_at[back[sleeper] - self._first_sleeper]
        state.status[back] = np.where(wakes_at >= step, Status.SLEEPING, Status.ACTIVE)
        state.suspended_since[back] = -1
        self.wake(back[(wakes_at >= since) & (wakes_at < step)])
        return back

    def provoke(self, share: float, strength: float, side: int) -> None:
        """Move a share of people part of the way to the end of the scale on a side, as an event would. Anchors stay."""
        people = np.arange(self.society.anchor.size)
        draws = uniforms_of(self.seed_of_run, Stream.BACKLASH, 0, people, 0)
        for person in people[draws < share]:
            opinion, channel = self.state.opinion[person], self.state.channel[person]
            to = drawn(opinion[FULL], 0.0, 0.0, 0.0, strength, side)
            channel[:] = channels_moved(*channel, 0.0, 0.0, 0.0, 0.0, strength, to)
            for level in (FULL, WITHOUT_TROLLS, WITHOUT_ORGANISERS):
                opinion[level] = moved(opinion[level], 0.0, 0.0, 0.0, strength, side)

    def disclose(self) -> None:
        """Tell people that there was a campaign."""
        self.attitudes.disclosed()

    def wake(self, sleepers: NDArray[np.int64]) -> None:
        """Make sleepers active from this step on."""
        self.state.status[sleepers] = Status.ACTIVE
        self.state.active_since[sleepers] = self.step_index

    def advance(self, until: int) -> None:
        """Run to the start of step ``until`` (at most the last), measuring at the end of each day.

        What ends this (Ctrl-C, a fault) ends the run for good: some of a step has been done, and some has not. Raises InputError
        where it was ended so."""
        self.check_whole()
        self._is_whole = False
        until = min(until, self.last_step)
        per_day = self.world.ticks_per_day
        days_matter = self._observe is not None or bool(self.rows) or self.attitudes.moves
        while self.step_index < until:
            step = self.step_index
            # 1. act
            self._actors_decide(step)
            stop = min(until, *(actor.next_step(step + 1) for actor in self.actors))
            if days_matter:
                stop = min(stop, (step // per_day + 1) * per_day)
            if step < self.world.burn_in_ticks:
                stop = min(stop, self.world.burn_in_ticks)
            elif self.carriers:
                stop = step + 1
                for carriers in self.carriers.values():
                    carriers.look(self, step)
            self.advance_accounts(step, stop)
            self.step_index = stop
            # 9. measure
            if stop % per_day == 0:
                self.attitudes.end_day()
            if stop % per_day == 0 and stop > self.world.burn_in_ticks:
                self.record_day()
        self._is_whole = True

    def check_whole(self) -> None:
        """Raise InputError where the run was ended while it was advanced."""
        if not self._is_whole:
            raise InputError(
                f"must be begun anew, for it was ended in the middle of a step (after day {self.days_passed:g}); a fork that was "
                "made before can go on",
                field="simulation",
            )

    def record_day(self) -> None:
        """Put the day that has just ended on record."""
        if self._observe is not None:
            self.daily.append(self._observe(self))
        for keeper, rows in self.rows.items():
            of_day = keeper.rows(self)
            if of_day is not None:
                rows.append(of_day)

    def _actors_decide(self, step: int) -> None:
        if step == self.world.burn_in_ticks:
            self._begin_campaign()
        for actor in self.actors:
            actor.act(step)
        self.parameters, self.second_parameters = self._parameters_at(step)

    def _parameters_at(self, step: int) -> tuple[Parameters, Parameters]:
        """The world's parameters on either platform with the measures of the policies that have begun there by this step, in
        their order, and what the operator has changed about its accounts."""
        parameters = self.fixed.parameters
        for name, share in self.operator.tactics().items():
            shares = getattr(parameters.by_group, name).copy()
            shares[Group.ACTIVE_TROLL] = share
            parameters = parameters._replace(by_group=parameters.by_group._replace(**{name: shares}))
        first = parameters._replace(measures=self._measures_at(step, FIRST))
        if not self.society.twin.size:
            return first, first
        return first, parameters._replace(measures=self._measures_at(step, SECOND))

    def _measures_at(self, step: int, platform: str) -> Measures:
        begun = [
            policy
            for policy in self.branch.policies
            if (policy.platform == platform or policy.public) and self._first_step(policy.day) <= step
        ]
        # Asked at every stop, and hardly ever others than at the last.
        known, measures = self._in_force.get(platform, ((), NO_MEASURES))
        if len(known) != len(begun) or any(map(operator.is_not, known, begun)):
            per_day = self.world.ticks_per_day
            changes = ((self._first_step(each.day), partial(each.measures, ticks_per_day=per_day)) for each in begun)
            measures = in_force(changes, step)
            self._in_force[platform] = tuple(begun), measures
        return measures

    def _first_step(self, day: float | str) -> int:
        # Asked at every stop of every policy; reading a date takes longer than all else there.
        if day not in self._first_steps:
            self._first_steps[day] = self.world.burn_in_ticks + self.world.tick(day)
        return self._first_steps[day]

    def _begin_campaign(self) -> None:
        self.state.impressions[:] = 0  # counted since day 0, as trolls' are, who are asleep until then
        if self.branch.campaign:
            begin = groups_where(lambda kind: kind.role == Role.TROLL and not kind.held_back)
            self.state.status[np.flatnonzero(np.isin(self.society.group, begin))] = Status.ACTIVE
        else:
            everybody = np.arange(self.drawn.registered)
            self.suspend(everybody[of_campaign(self.drawn.groups_of(everybody))])

    def messages_in_feeds(self) -> NDArray[np.int64]:
        """Names (author * 2**16 + created) of the distinct messages that the feeds of all active citizens would have, were they
        read now; topic slots, which are drawn anew each time, are left out."""
        raise NotImplementedError

    def advance_accounts(self, first: int, last: int) -> None:
        """Steps first … last - 1 of all accounts, with no decision of an actor in between, but with what was ``planned``."""
        raise NotImplementedError
