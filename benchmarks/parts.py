"""What is measured. Each function returns rows; contenders of a group start from the same fork and do the same work."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable

import sim
from benchmarks.classroom import classroom
from benchmarks.frames import replay
from benchmarks.timing import Row, side_by_side, timed
from sim.engine.engine import Engine
from sim.engine.state import Count
from sim.moderation import PreemptiveRemoval, Takedown
from sim.simulation import begun
from sim.society.society import draw
from sim.world import World

_WARM_DAYS = 60  # outboxes are mostly full by then, as they are in most of a run


def _warm(world: World) -> Engine:
    """A world some days after day 0."""
    model = begun(world, None, 1, threads=1, recorded=None).engine
    model.advance(world.burn_in_ticks + _WARM_DAYS * world.ticks_per_day)
    return model


def _fork(trunk: Engine, engine: str = "arrays", threads: int = 1) -> Engine:
    return begun(trunk.world, None, 1, engine, threads, start=trunk.snapshot()).engine


def _updates(model: Engine) -> int:
    return int(model.state.counts[:, Count.READERS].sum())


def _ahead(
    trunk: Engine, days: int, engine: str = "arrays", threads: int = 1
) -> tuple[Callable[[], None], Callable[[], int]]:
    """A task that runs a fork ``days`` further, and the updates (accounts awake that read) that this makes."""
    model = _fork(trunk, engine, threads)
    before = _updates(model)
    return lambda: model.advance(model.step_index + days * model.world.ticks_per_day), lambda: _updates(model) - before


def _updates_a_second(trunk: Engine, days: int, engine: str) -> float:
    task, updates = _ahead(trunk, days, engine)
    seconds = timed(task)
    return updates() / seconds


def engines(repeats: int) -> list[Row]:
    """Updates a CPU second of both engines, 10,000 people, from the same fork."""
    trunk = _warm(World.hk2019(people=10_000))
    return side_by_side(
        "engines, 10,000 people",
        "updates a CPU s",
        {
            "agents (1 day)": lambda: _updates_a_second(trunk, 1, "agents"),
            "arrays (20 days)": lambda: _updates_a_second(trunk, 20, "arrays"),
        },
        repeats,
    )


def threads(repeats: int) -> list[Row]:
    """Wall time of a simulated day of 100,000 people on one thread and on two."""
    trunk = _warm(World.hk2019(people=100_000))

    def day(count: int) -> float:
        task, _ = _ahead(trunk, 1, threads=count)
        return timed(task, time.perf_counter)

    contenders = {"1 thread": lambda: day(1), "2 threads": lambda: day(2)}
    return side_by_side("threads, 100,000 people", "wall s a simulated day", contenders, repeats)


def followees(repeats: int) -> list[Row]:
    """CPU time per update by the number of people that a person follows."""
    trunks = {n: _warm(World.hk2019(people=10_000, **{"graph.followees": float(n)})) for n in (2, 20, 40)}

    def per_update(trunk: Engine) -> float:
        task, updates = _ahead(trunk, 10)
        return timed(task) / updates() * 1e6

    contenders = {f"{n} followees": lambda trunk=trunk: per_update(trunk) for n, trunk in trunks.items()}
    return side_by_side("followees, 10,000 people", "CPU µs an update", contenders, repeats)


def prefixes(repeats: int) -> list[Row]:
    """CPU time of a study whose branches share what they have in common, and of the same branches one by one."""
    world = World.hk2019(people=5_000)
    day = "2019-08-19"
    branches = {
        "none": sim.Branch(),
        "reactive": sim.Branch(policies=(Takedown(day=day),)),
        "preemptive": sim.Branch(policies=(PreemptiveRemoval(day=day),)),
    }

    def one_by_one() -> list[sim.Run]:
        return [sim.simulate(world, branch, seed=1, threads=1) for branch in branches.values()]

    def shared() -> sim.Study:
        return sim.compare(world, branches, seeds=[1], threads=1)

    contenders = {"one by one": lambda: timed(one_by_one), "shared prefix": lambda: timed(shared)}
    return side_by_side("study, 5,000 people, 3 branches that part on day 110", "CPU s", contenders, repeats)


def building(repeats: int) -> list[Row]:
    """CPU time to draw people, accounts and the follower graph."""
    worlds = {people: World.hk2019(people=people) for people in (10_000, 100_000)}
    contenders = {
        f"{people:,} people": lambda world=world: timed(lambda: draw(world, 1)) for people, world in worlds.items()
    }
    return side_by_side("building the society", "CPU s", contenders, repeats)


def full_calendar(_repeats: int) -> list[Row]:
    """One run of 100,000 people through the whole calendar, in a process of its own: time and peak memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        values = pool.apply(_full_calendar)
    units = {"wall": "s", "CPU": "s", "updates": "updates", "per update": "CPU µs"}
    return [Row("full calendar, 100,000 people", what, value, units.get(what, "MB")) for what, value in values.items()]


def compile_all() -> None:
    """Have every kernel compiled, and kept on disk, before anything is measured."""
    sim.simulate(World.hk2019(people=1000, days=1, burn_in_days=0), engine="agents")
    for people, count in ((1000, 1), (10_000, 2)):
        sim.simulate(World.hk2019(people=people, days=1, burn_in_days=0), threads=count)


def _peak_memory() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _full_calendar() -> dict[str, float]:
    for count in (1, 2):  # load what has been compiled already
        sim.simulate(World.hk2019(people=10_000, days=1, burn_in_days=0), threads=count)
    before = _peak_memory()
    wall, cpu = time.perf_counter(), time.process_time()
    run = sim.simulate(World.hk2019(people=100_000), seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    updates = run.work["updates"]
    return {
        "wall": wall,
        "CPU": cpu,
        "updates": updates,
        "per update": cpu / updates * 1e6,
        "peak memory": _peak_memory(),
        "of which before the run": before,
    }


PARTS = {
    "building": building,
    "engines": engines,
    "threads": threads,
    "followees": followees,
    "prefixes": prefixes,
    "replay": replay,
    "classroom": classroom,
    "full": full_calendar,
}
