"""Numbers at the ends of what can be counted: each is right there, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.state import MOST_REPORTS, Count, Trace
from sim.fields import InputError, canonical_json
from sim.outcomes.measuring import counts, measured
from sim.simulation import begin
from sim.world import World
from tests.worlds import assert_same, busy_branch, busy_world, run

FEW: dict[str, Any] = {"people": 20, "graph": {"followees": 3.0, "hub_cap": 1.0}, "expression": {"on_topic_share": 1.0}}


def test_engines_agree_up_to_the_last_step_that_there_can_be() -> None:
    world = World(**FEW, days=65_535, population={"sessions_per_day": 0.5})  # type: ignore[arg-type]
    trunk = begin(world, None, 1).engine
    trunk._observe = None
    trunk.advance(trunk.last_step - 40)
    forks = [trunk.fork(None) for engine in ("arrays", "agents")]
    for fork in forks:
        fork._observe = None
        fork.advance(fork.last_step)
    assert_same(*forks)
    assert forks[0].step_index == 65_535
    assert forks[0].state.outbox["posted"].max() == 65_534


@pytest.mark.parametrize(
    "changes", [{"days": 65_536}, {"days": 65_535, "burn_in_days": 1}, {"days": 2_731, "ticks_per_day": 24}]
)
def test_steps_beyond_16_bits_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"^World\.days must .*65,?535"):
        World(people=20, calendar={"clock": [1 / 24] * 24}, campaign={"clock": [1 / 24] * 24}, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_seeds_have_63_bits(engine: str) -> None:
    digests = {sim.simulate(busy_world(), seed=seed, days=1, engine=engine).digest for seed in (0, 2**32, 2**63 - 1)}
    assert len(digests) == 3
    for field in ("seed", "population_seed"):
        with pytest.raises(
            InputError, match=rf"^{field} must be a whole number from 0 to 2\*\*63 - 1, not 9223372036854775808\.$"
        ):
            sim.simulate(busy_world(), engine=engine, **{field: 2**63})


def test_minus_zero_is_zero() -> None:
    """Keys take them for equal, so that runs have to be."""
    worlds = [
        busy_world(**{"population.opinions": (zero,) * 120, "campaign.stance": zero, "organisers.stance": zero})
        for zero in (0.0, -0.0)
    ]
    assert worlds[0] == worlds[1]
    assert canonical_json(worlds[0]) == canonical_json(worlds[1])
    assert run(worlds[0]).digest == run(worlds[1]).digest


def test_reports_are_counted_up_to_32_bits_and_not_from_0_again() -> None:
    ends = []
    for engine in ("arrays", "agents"):
        model = begin(busy_world(), busy_branch(), 1, engine).engine
        model.state.traces[:, Trace.REPORTS] = MOST_REPORTS - 1
        model.advance(model.last_step)
        ends.append(model)
    assert_same(*ends)
    reports = ends[0].state.traces[:, Trace.REPORTS].astype(np.int64)
    assert set(reports.tolist()) == {MOST_REPORTS - 1, MOST_REPORTS}
    plain = run(busy_world(), busy_branch()).state.traces[:, Trace.REPORTS]
    assert plain.max() > 1
    np.testing.assert_array_equal(reports == MOST_REPORTS, plain > 0)


def test_the_mean_quality_of_more_than_64_bits_of_qualities() -> None:
    model = run(busy_world())
    today = slice(model.step_index - model.world.ticks_per_day, model.step_index)
    model.state.counts[today, Count.QUALITY] = 2**62
    model.state.counts[today, Count.SLOTS : Count.SLOTS + 3] = [2**31, 0, 0]
    assert measured(model)["quality_shown"] == 0.5


def test_qualities_that_a_tick_cannot_add_up_are_refused() -> None:
    shown = {"feed.length": 200, "feed.topic_slots": 50}
    large = World(people=9_000_000).replace(shown)
    with pytest.raises(
        InputError, match=r"^World\.feed\.measure_quality must be no where 2,250,000,000 messages may be shown"
    ):
        large.replace({"feed.measure_quality": True})
    assert World(people=100_000_000).replace({"feed.measure_quality": True}).feed.measure_quality


def test_counts_are_those_of_the_steps_whenever_they_are_asked_for() -> None:
    world = busy_world(burn_in_days=2)
    often, seldom = begin(world, busy_branch(), 1).engine, begin(world, busy_branch(), 1).engine
    while often.step_index < often.last_step:
        often.advance(often.step_index + 5)
        kept, now = often.state.counts, often.step_index
        for _ in range(2):
            np.testing.assert_array_equal(counts(often, True), kept[world.burn_in_ticks : now].sum(axis=0))
        if now >= world.ticks_per_day:
            np.testing.assert_array_equal(counts(often, False), kept[now - world.ticks_per_day : now].sum(axis=0))
    seldom.advance(seldom.last_step)
    np.testing.assert_array_equal(counts(often, True), counts(seldom, True))


@pytest.mark.parametrize(
    ("sessions", "allowed"), [("inf", False), ("1e300", False), ("-1", False), ("nan", False), ("1e6", True)]
)
def test_sessions_of_a_node_table_are_numbers_that_can_be_multiplied(
    tmp_path: Path, sessions: str, allowed: bool
) -> None:
    (tmp_path / "edges.csv").write_text("0,1\n1,0\n")
    (tmp_path / "nodes.csv").write_text(f"index,bot,sessions\n0,0,{sessions}\n1,0,1\n")
    files = {"kind": "file", "edges": str(tmp_path / "edges.csv"), "nodes": str(tmp_path / "nodes.csv")}
    world = World(people=2, days=2, graph=files, population={"sessions_column": "sessions"})  # type: ignore[arg-type]
    if allowed:
        assert sim.simulate(world).digest == sim.simulate(world, engine="agents").digest
        return
    with pytest.raises(
        InputError, match=r"^world\.population\.sessions_column must name a column of numbers from 0 to 1,000,000"
    ):
        sim.simulate(world)
