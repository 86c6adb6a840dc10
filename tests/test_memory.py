"""Memory: the estimate covers what a world takes, grows with it, and a world that does not fit is refused at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import memory
from sim.engine.society import build
from sim.memory import available, check_memory, needed
from sim.world import World
from tests.worlds import busy_world

LARGE: dict[str, Any] = {"people": 100_000_000, "people_reachable": 8_000_000_000}


def bytes_of(world: World) -> int:
    """What the arrays of a world take when it has just been built, its state twice."""
    setting, state = build(world, 1, 1)
    arrays = [
        *setting.society,
        *setting.schedule,
        *setting.rules,
        setting.followers,
        setting.following,
        *setting.profile,
    ]
    kept = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
    return kept + 2 * sum(array.nbytes for array in state)


@pytest.mark.parametrize(
    "world",
    [
        World.hk2019(people=20_000, days=10),
        World.hk2019(people=20_000, days=153),
        World.hk2019(people=5_000, days=2, **{"feed.memory": 32, "graph.followees": 100.0}),
        World.hk2019(people=2_000, days=2, graph={"kind": "complete"}),
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
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "max", tmp_path / "absent"))
    unlimited = available()
    (tmp_path / "limit").write_text("1000000000000000000\n")
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "limit",))
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


def test_a_world_that_fits_is_not_refused() -> None:
    check_memory(busy_world())
