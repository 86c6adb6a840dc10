"""Memory: the estimate covers what a world takes, grows with it, and a world that does not fit is refused at once."""

from __future__ import annotations

import threading
import time
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from experiments.validation.ensemble import ensemble
from sim import machine
from sim.engine import memory
from sim.engine.fixed import fixed_for
from sim.engine.memory import check_memory, needed
from sim.engine.state import State, first_state
from sim.machine import available
from sim.society.society import draw
from sim.study.tree import BranchTree
from sim.world import World
from tests.worlds import busy_world

LARGE: dict[str, Any] = {"people": 100_000_000, "people_reachable": 8_000_000_000}


def bytes_of(world: World) -> int:
    """What the arrays of a world take when it has just been built, its state twice."""
    drawn = draw(world, 1)
    fixed = fixed_for(world, drawn)
    arrays = [
        *drawn.arrays,
        *fixed.schedule,
        *fixed.parameters,
        *fixed.parameters.by_group,
        drawn.wakes_at,
        drawn.reserve,
        drawn.followers,
        drawn.following,
        *drawn.profile,
    ]
    kept = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    return kept + 2 * sum(array.nbytes for array in first_state(world, drawn))


@pytest.mark.parametrize(
    "world",
    [
        World.hk2019(people=20_000, days=10),
        World.hk2019(people=20_000, days=153),
        World.hk2019(people=5_000, days=2, **{"feed.memory": 32, "graph.followees": 100.0}),
        World.hk2019(people=2_000, people_reachable=None, days=2, graph={"kind": "complete"}),
        World.hk2019(people=5_000, days=2, **{"signals.observe": True}),
        busy_world(people=5_000, **{"campaign.sleepers.accounts": 20_000, "graph.followees": 2.0}),
    ],
    ids=["short", "whole calendar", "long memory", "complete", "observed", "mostly sleepers"],
)
def test_the_estimate_covers_the_arrays_without_exaggeration(world: World) -> None:
    need, taken = needed(world), bytes_of(world)
    assert taken <= need <= 2.5 * taken


@pytest.mark.parametrize(
    "changes",
    [
        {"people": 4_000},
        {"graph.followees": 30.0},
        {"feed.memory": 8},
        {"days": 153},
        {"campaign.sleepers.accounts": 10**7},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_more_of_anything_needs_more(changes: dict[str, Any]) -> None:
    world = World.hk2019(people=2_000, days=20)
    assert needed(world.replace(changes)) > needed(world)


def test_a_million_people_take_what_they_should() -> None:
    """The whole of Hong Kong's platform at 1:1 fits into a laptop."""
    assert 0.2e9 < needed(World.hk2019(people=1_000_000)) < 2e9


def test_some_memory_is_available() -> None:
    assert 1e7 < available() < 1e14


def test_a_control_group_limits_what_is_available(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "max").write_text("max\n")
    monkeypatch.setattr(machine, "_LIMITS", (tmp_path / "max", tmp_path / "absent"))
    unlimited = available()
    (tmp_path / "limit").write_text("1000000000000000000\n")
    monkeypatch.setattr(machine, "_LIMITS", (tmp_path / "limit",))
    assert available() == pytest.approx(unlimited, rel=0.2)
    (tmp_path / "limit").write_text("100\n")
    assert available() < 100


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_world_that_does_not_fit_is_refused_before_anything_is_allocated(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 16_000_000_000)
    began = time.perf_counter()
    world = World.hk2019(**LARGE)
    with pytest.raises(sim.InputError) as refused:
        sim.simulate(world, seed=1, engine=engine)
    assert time.perf_counter() - began < 2.0
    sentence = str(refused.value)
    assert sentence.startswith(
        "world.people must be small enough for 16.0 GB of available memory; 100,000,000 people need"
    )
    assert sentence.endswith(" GB.")


def test_a_study_that_does_not_fit_is_refused_likewise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 16_000_000_000)
    began = time.perf_counter()
    with pytest.raises(sim.InputError, match=r"world\.people must be small enough for 16\.0 GB"):
        sim.compare(World.hk2019(**LARGE), {"none": sim.Branch(), "other": sim.Branch(campaign=False)}, seeds=2)
    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize("door", ["describe", "ground_truth", "SocietyModel", "ensemble"])
def test_every_door_refuses_it(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 16_000_000_000)
    world = World.hk2019(**LARGE)
    doors: dict[str, Any] = {
        "describe": lambda: sim.describe(world),
        "ground_truth": lambda: sim.ground_truth(world, days=1),
        "SocietyModel": lambda: sim.SocietyModel(world, seed=1),
        "ensemble": lambda: ensemble(world.replace({"campaign.sleepers.accounts": 0})),
    }
    with pytest.raises(sim.InputError, match=r"world\.people must be small enough for 16\.0 GB"):
        doors[door]()


def test_agents_need_more_than_arrays() -> None:
    world = World.hk2019(people=1_000)
    assert needed(world, objects=sim.SocietyModel.objects) > needed(world) + 1_000 * 1_000


def chained(branches: int, days: int) -> dict[str, sim.Branch]:
    """The reference, and branches that each begin on a day of their own."""
    removals = {
        str(day): sim.Branch((sim.moderation.Takedown(day, accounts=2),)) for day in range(days)[: branches - 1]
    }
    return {"none": sim.Branch(), **removals}


class Counted:
    """How many states are held at the same time: those made by building or copying that are not let go yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held, self.most, lock = 0, 0, threading.RLock()  # a collection may let go while it is held
        copy = State.copy

        def let_go() -> None:
            with lock:
                self.held -= 1

        def counting(state: State) -> State:
            made = copy(state)
            with lock:
                self.held += 1
                self.most = max(self.most, self.held)
            weakref.finalize(made.opinion, let_go)
            return made

        monkeypatch.setattr(State, "copy", counting)


@pytest.mark.parametrize("branches", [1, 2, 12])
def test_a_study_holds_the_trunk_and_one_side_branch_however_many_there_are(
    branches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, world = Counted(monkeypatch), busy_world(days=12, **{"campaign.daily_posts": (20.0,)})
    study = sim.compare(world, chained(branches, 12), seeds=1)
    assert len(study.runs) == branches
    assert counted.most <= 1  # beside the state that was built
    assert BranchTree(world, study.branches, world.burn_in_ticks + world.ticks).states() == min(branches, 2)


def test_states_that_lie_nested_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Side branches that part again later on hold the trunk, themselves and their own side."""
    counted, world = Counted(monkeypatch), busy_world()
    one, two = sim.moderation.Takedown(0, accounts=1), sim.moderation.Takedown(1, accounts=1)
    three = sim.moderation.Takedown(2, accounts=1)
    branches = {
        "none": sim.Branch(),
        "a": sim.Branch((one,)),
        "b": sim.Branch((one, two)),
        "c": sim.Branch((one, two, three)),
    }
    tree = BranchTree(world, branches, world.burn_in_ticks + world.ticks)
    sim.compare(world, branches, seeds=1)
    assert counted.most == 3 and tree.states() == 4  # the state that was built is no copy


def test_fewer_seeds_run_at_a_time_where_memory_is_short_and_the_study_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, branches = busy_world(), chained(3, 3)
    free = sim.compare(world, branches, seeds=4, threads=4)
    monkeypatch.setattr(memory, "available", lambda: 2 * needed(world, 3) + 1)
    with pytest.warns(UserWarning, match="2 instead of 4 seeds are simulated at a time, for want of memory"):
        tight = sim.compare(world, branches, seeds=4, threads=4)
    assert [run.digest for run in tight.runs.values()] == [run.digest for run in free.runs.values()]
    monkeypatch.setattr(memory, "available", lambda: needed(world, 3) - 1)
    with pytest.raises(sim.InputError, match=r"world\.people must be small enough"):
        sim.compare(world, branches, seeds=4, threads=4)


def test_a_world_that_fits_is_not_refused() -> None:
    check_memory(busy_world())
