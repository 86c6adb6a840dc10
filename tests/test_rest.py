"""A world at rest stays at rest: without campaign and events, opinions keep their mean and spread over the calendar."""

from __future__ import annotations

import pytest

import sim
from sim.branch import Branch
from sim.run import Run

MEAN, SPREAD = 0.01, 0.10


def quiet(people: int, seed: int, **changes: object) -> Run:
    """Hong Kong without campaign and without events."""
    world = sim.World.hk2019(people=people, **{"calendar.events": (), **changes})
    return sim.simulate(world, Branch(campaign=False), seed=seed)


@pytest.mark.parametrize("changes", [{}, {"organisers.accounts": 0}], ids=["all", "people alone"])
@pytest.mark.parametrize(
    ("people", "seed"), [(2000, 1), (2000, 2), (2000, 3), pytest.param(10_000, 1, marks=pytest.mark.slow)]
)
def test_a_world_at_rest_stays_at_rest(people: int, seed: int, changes: dict[str, object]) -> None:
    timeline = quiet(people, seed, **changes).timeline
    mean, spread = timeline["opinion_mean"], timeline["opinion_sd"]
    assert len(timeline) == 153
    assert (mean - mean.iloc[0]).abs().max() <= MEAN
    assert (spread / spread.iloc[0] - 1.0).abs().max() <= SPREAD
    assert not timeline[["troll_part", "event_part"]].any(axis=None)


def test_nobody_moves_without_anything_to_read() -> None:
    world = sim.World.hk2019(people=1000, days=10, burn_in_days=2, **{"calendar.events": (), "organisers.accounts": 0})
    run = sim.simulate(world.replace({"expression.posting": 0.0}), Branch(campaign=False))
    assert run.timeline["opinion_mean"].nunique() == 1
    assert run.timeline["opinion_sd"].nunique() == 1
    assert run.timeline["posts"].sum() == 0
