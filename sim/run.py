"""One run: a world in one branch with one seed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.branch import Branch
from sim.engine.agents import AgentEngine
from sim.engine.arrays import ArrayEngine, checked_threads
from sim.engine.moderator import RemovalRecord
from sim.engine.stage import Stage
from sim.engine.state import Count
from sim.fields import InputError
from sim.memory import check_memory
from sim.outcomes import OUTCOMES, measure, turnout_table
from sim.world import World


@dataclass(frozen=True, eq=False)
class Run:
    """What one seed gave.

    ``timeline`` has one row a simulated day (columns as in docs/outcomes.md, indexed by date), ``outcomes`` the values at the
    end, ``turnout`` one row an event, ``removals`` one row for each day on which a policy decided on accounts, ``work`` the
    counts of what was computed, and ``digest`` is the SHA-256 of the final state, equal across engines, threads and forks.
    """

    world: World
    branch: Branch
    seed: int
    timeline: pd.DataFrame
    turnout: pd.DataFrame
    removals: pd.DataFrame
    work: dict[str, float]
    digest: str

    @property
    def outcomes(self) -> pd.Series:
        """Scalar outcomes at the end of the last simulated day, by name."""
        return self.timeline.iloc[-1].drop("day")


def record(stage: Stage, cpu_seconds: float) -> Run:
    """The record of a stage that has run."""
    timeline = pd.DataFrame(stage.daily, columns=["day", *(outcome.name for outcome in OUTCOMES)])
    timeline.index = pd.Index([stage.world.date(day) for day in timeline["day"]], name="date")
    totals = stage.state.counts.sum(axis=0)
    return Run(
        world=stage.world,
        branch=stage.branch,
        seed=stage.seed_of_run,
        timeline=timeline.astype({"day": int}),
        turnout=turnout_table(stage),
        removals=pd.DataFrame(stage.removals, columns=RemovalRecord._fields),
        work={
            "updates": float(totals[Count.READERS]),
            "rows_scanned": float(totals[Count.ROWS_SCANNED]),
            "cpu_seconds": cpu_seconds,
        },
        digest=stage.digest,
    )


def simulate(
    world: World,
    branch: Branch | None = None,
    seed: int = 1,
    engine: str = "arrays",
    days: int | None = None,
    threads: int | None = None,
    population_seed: int | None = None,
) -> Run:
    """Simulate one branch of a world with one seed.

    ``engine`` is "arrays" (fast) or "agents" (one Mesa agent an account, to be read); both give the same bits. ``days`` stops
    early; ``threads`` (default: GROUNDSWELL_THREADS, else all cores) never changes a result; ``population_seed`` fixes the
    people while ``seed`` varies (default: the same number).

    Raises InputError in one sentence for anything that cannot be simulated as asked.

    >>> import sim
    >>> run = sim.simulate(sim.World.hk2019(people=1000), seed=1, days=2)
    >>> len(run.timeline)
    2
    """
    if not isinstance(world, World):
        raise InputError(f"must be a World, not {type(world).__name__}", field="world")
    check_memory(world)
    stage = make_stage(world, branch, seed, engine, threads, population_seed=population_seed)
    began = time.process_time()
    stage.advance(last_step(world, days))
    return record(stage, time.process_time() - began)


def last_step(world: World, days: int | None) -> int:
    """The step at which a run of ``days`` days ends (None: the whole calendar)."""
    if days is None:
        days = world.days
    if isinstance(days, bool) or not isinstance(days, (int, np.integer)) or not 1 <= days <= world.days:
        raise InputError(f"must be a whole number from 1 to {world.days}, not {days!r}", field="days")
    return world.burn_in_ticks + int(days) * world.ticks_per_day


def make_stage(
    world: World, branch: Branch | None, seed: int, engine: str = "arrays", threads: int | None = None, **more: Any
) -> Stage:
    """An engine by name, measuring every day; ``more`` goes to ``Stage``."""
    if engine == "arrays":
        return ArrayEngine(world, branch, seed, observe=measure, threads=threads, **more)
    if engine == "agents":
        checked_threads(threads)
        return AgentEngine(world, branch, seed, observe=measure, **more)
    raise InputError(f"must be 'arrays' or 'agents', not {engine!r}", field="engine")
