"""A run in progress: the one door to a simulation that has been begun."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, Self

import pandas as pd

from sim.branch import Branch
from sim.calendar import day_number
from sim.engine.agents import AgentEngine
from sim.engine.arrays import ArrayEngine
from sim.engine.engine import Engine, Snapshot
from sim.fields import InputError, chosen, instance
from sim.outcomes import OwnOutcome
from sim.outcomes.day import Day
from sim.outcomes.individuals import ToKeep, present
from sim.outcomes.kept import Kept
from sim.outcomes.network import network
from sim.run import NOTHING_MORE, Recording, Run, checked_days, record, recording
from sim.society.society import Drawn
from sim.threads import checked_threads
from sim.world import World


class Simulation:
    """A world in one branch with one seed, simulated as far as it has been advanced (``sim.begin`` makes one).

    What ends it while it is advanced (Ctrl-C, a fault) ends it for good: some of a step has been done, and some has not.
    """

    def __init__(self, engine: Engine, recorded: Recording | None = NOTHING_MORE, cpu_seconds: float = 0.0) -> None:
        self._engine, self._recorded, self._cpu_seconds = engine, recorded, cpu_seconds

    def __repr__(self) -> str:
        done = f"{self.day} of {self.world.days} days" if self.day >= 0 else "before day 0"
        return f"Simulation({self.world.people:,} people, {done}, seed {self.seed})"

    @property
    def engine(self) -> Engine:
        """What simulates it: the present state, and the accounts and actors (``sim.engine``). Raises InputError where it was
        ended while it was advanced, as all do that read the state."""
        self._engine.check_whole()
        return self._engine

    @property
    def world(self) -> World:
        """The world."""
        return self._engine.world

    @property
    def branch(self) -> Branch:
        """What is done about it."""
        return self._engine.branch

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return self._engine.seed_of_run

    @property
    def society(self) -> Drawn:
        """The people, accounts and follows, for ``begin`` to use again in a world with other feeds or opinion rules."""
        return self._engine.drawn

    @property
    def day(self) -> float:
        """Days since day 0 at the present tick, which is the next to be simulated; negative during the burn-in."""
        return self._engine.days_passed

    @property
    def digest(self) -> str:
        """SHA-256 of the present state, equal across engines, threads and forks."""
        return self.engine.digest

    def advance(self, until: float | str | None = None) -> Self:
        """Simulate up to the start of a day (a number or ISO date; default: to the end of the calendar), burn-in included.

        Returns itself. Raises InputError for a day that has passed or lies beyond the calendar, the day after its last excepted.
        """
        world, days = self.world, self.world.days
        day = float(days) if until is None else day_number(until, world.first_day, days + 1, "until")
        if day < self.day:
            raise InputError(f"must not be before the present (day {self.day:g}), not {until!r}", field="until")
        step = world.burn_in_ticks + min(math.floor(day * world.ticks_per_day + 1e-9), world.ticks)
        began = time.process_time()
        self._engine.advance(step)
        self._cpu_seconds += time.process_time() - began
        return self

    def fork(self, branch: Branch | None = None, engine: str | None = None, threads: int | None = None) -> Simulation:
        """A simulation of its own that goes on from the present in another branch and engine (default: in the same).

        Raises InputError for a branch that would have done anything else up to now.
        """
        if branch is not None:
            self._check_same_past(instance(branch, Branch, "branch"))
        present = self.engine
        kind = ("agents" if isinstance(present, AgentEngine) else "arrays") if engine is None else engine
        found = begun(
            present.world, present.branch if branch is None else branch, present.seed_of_run, kind, threads,
            present.population_seed, self._recorded, start=present.snapshot()._replace(given=True),
        )  # fmt: skip
        found._cpu_seconds = self._cpu_seconds
        return found

    def _check_same_past(self, branch: Branch) -> None:
        branch.check_against(self.world)
        step, world = self.engine.step_index, self.world
        past = [
            [policy for policy in each.policies if world.burn_in_ticks + world.tick(policy.day) < step]
            for each in (self.branch, branch)
        ]
        alike = past[0] == past[1] and (not past[0] or self.branch.spares_innocents == branch.spares_innocents)
        if not alike or (step > world.burn_in_ticks and self.branch.campaign != branch.campaign):
            raise InputError(
                f"must have done the same as the present branch until now (day {self.day:g}): begin anew for another past",
                field="branch",
            )

    @property
    def now(self) -> Day:
        """What can be read now: arrays of people, accounts, follows and counts, read-only, as outcomes of one's own see them."""
        return Day(self.engine, self.engine.daily[-1] if self.engine.daily else {})

    def people(self) -> pd.DataFrame:
        """What people think and do now, one row a person in node order (columns as in docs/individual_data.md)."""
        return present(self.engine)

    def network(self) -> Any:
        """The follower graph now as an ``nx.DiGraph``, as ``Run.network`` gives it."""
        return network(self.engine)

    def run(self) -> Run:
        """What is on record so far. Raises InputError before the first day has ended."""
        if self._recorded is None or not self.engine.daily:
            raise InputError("must have been advanced to the end of its first day to have a record", field="simulation")
        return record(self.engine, self._cpu_seconds, self._recorded)


def begin(
    world: World,
    branch: Branch | None = None,
    seed: int = 1,
    engine: str = "arrays",
    threads: int | None = None,
    population_seed: int | None = None,
    outcomes: OwnOutcome | Sequence[OwnOutcome] = (),
    keep: ToKeep = (),
    every: int | None = None,
    society: Drawn | None = None,
) -> Simulation:
    """Begin to simulate a world in one branch with one seed: before the burn-in, nothing has happened yet.

    Arguments as in ``simulate``. ``society`` is that of a simulation whose world differs in nothing but feed, opinion,
    expression, severity, trust and calendar; it is used instead of drawing the same people again.

    Raises InputError in one sentence for anything that cannot be simulated as asked, before anything is drawn.

    >>> import sim
    >>> simulation = sim.begin(sim.World.hk2019(people=1000), seed=1).advance("2019-05-02")
    >>> fork = simulation.fork(sim.Branch(policies=(sim.moderation.Takedown(day="2019-05-02", accounts=936),)))
    >>> fork.advance(3).run().timeline["day"].tolist()
    [0, 1, 2]
    """
    instance(world, World, "world")
    recorded = recording(world, world.days, outcomes, keep, every)
    return begun(world, branch, seed, engine, threads, population_seed, recorded, society)


def begun(
    world: World,
    branch: Branch | None,
    seed: int,
    engine: str = "arrays",
    threads: int | None = None,
    population_seed: int | None = None,
    recorded: Recording | None = NOTHING_MORE,
    society: Drawn | None = None,
    start: Snapshot | None = None,
    keepers: Sequence[Kept] = (),
) -> Simulation:
    """``begin`` with what is put on record (None: nothing), or to go on from a snapshot of the same world and seed; ``keepers``
    keep what is for other records."""
    chosen(engine, ("arrays", "agents"), "engine")
    threads = checked_threads(threads)
    if society is not None:
        instance(society, Drawn, "society").check_serves(world, seed if population_seed is None else population_seed)
    common: dict[str, Any] = {"drawn": society, "start": start}
    if recorded is not None:
        common |= {"observe": recorded.measure, "keepers": (*recorded.keepers, *keepers)}
    if engine == "agents":
        return Simulation(AgentEngine(world, branch, seed, population_seed, **common), recorded)
    return Simulation(ArrayEngine(world, branch, seed, population_seed, threads=threads, **common), recorded)


def simulate(
    world: World,
    branch: Branch | None = None,
    seed: int = 1,
    engine: str = "arrays",
    days: int | None = None,
    threads: int | None = None,
    population_seed: int | None = None,
    outcomes: OwnOutcome | Sequence[OwnOutcome] = (),
    keep: ToKeep = (),
    every: int | None = None,
) -> Run:
    """Simulate one branch of a world with one seed.

    ``engine`` is "arrays" (fast) or "agents" (one Mesa agent an account, to be read); both give the same bits. ``days`` stops
    early; ``threads`` (default: GROUNDSWELL_THREADS, else all cores) never changes a result; ``population_seed`` fixes the
    people while ``seed`` varies (default: the same number). ``outcomes`` of the user's own are measured beside the others.
    ``keep`` names what to keep of every person (``run.people``): opinion, parts, exposure, standing, climate, status; on day 0,
    on every ``every``-th day after it (default: each) and on the last. Or it is a ``sim.Watch``: accounts to be watched
    instead; or ``sim.Relays``: who carried the campaign's words (``run.relays``); or ``sim.Posts``: posts by the tick
    (``run.kept``).

    Raises InputError in one sentence for anything that cannot be simulated as asked.

    >>> import sim
    >>> run = sim.simulate(sim.World.hk2019(people=1000), seed=1, days=2)
    >>> len(run.timeline)
    2
    """
    instance(world, World, "world")
    length = checked_days(world, days)
    recorded = recording(world, length, outcomes, keep, every)
    return begun(world, branch, seed, engine, threads, population_seed, recorded).advance(length).run()


def again(run: Run, day: float | str | None = None) -> Simulation:
    """A run simulated again to the end of a day (default: the last simulated), for what its record does not hold.

    Raises InputError for a day that was not simulated, and where the same numbers do not come out again, as when the code has
    changed since.
    """
    world, simulated = run.world, len(run.timeline)
    number = simulated - 1 if day is None else math.floor(world.day(day))
    if number >= simulated:
        raise InputError(f"must be one of the {simulated} days simulated, not {day!r}", field="day")
    simulation = begin(world, run.branch, run.seed, population_seed=run.population_seed).advance(number + 1)
    recorded = run.timeline.iloc[number].to_dict()
    for name, value in simulation.engine.daily[-1].items():
        before = recorded.get(name, math.nan)
        if value != before and not (math.isnan(value) and math.isnan(before)):
            raise InputError(
                f"must be simulated again as it was, but {name} comes out as {value!r} and not as {before!r}: the code has "
                "changed since",
                field="day",
            )
    return simulation
