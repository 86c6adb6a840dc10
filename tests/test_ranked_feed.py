"""Ranked feeds: what engages most comes first, whoever reads and however old it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.engine.agents import Account, AgentEngine, Item
from sim.feed.ranking import appeal, engagement
from sim.population.accounts import Role
from sim.world import World
from tests.strategies.worlds import SEEDS, worlds
from tests.worlds import assert_same, busy_branch, busy_world, run

RANKED: dict[str, Any] = {"feed.reading": "ranked"}
SEED = np.uint64(3)


def test_engagement_is_appeal_times_shares_times_recency() -> None:
    for role in (int(Role.CITIZEN), int(Role.TROLL)):
        expected = appeal(SEED, 5, 9, role, 5.0, 0.4) * 3 * 0.7
        assert engagement(SEED, 5, 9, role, 5.0, 0.4, 3, 0.7) == expected
    assert engagement(SEED, 5, 9, 0, 5.0, 0.4, 0, 0.7) == 0.0


@pytest.mark.parametrize("branch", [None, busy_branch()], ids=["no policy", "removals"])
def test_both_engines_rank_alike(branch: Any) -> None:
    for changes in ({}, {"feed.length": 1}, {"feed.lifetime": 3, "campaign.deception": 1.0}):
        world = busy_world(**RANKED, **changes)
        assert_same(run(world, branch, 2), run(world, branch, 2, "agents"))


def test_it_matters_how_feeds_are_ordered() -> None:
    assert run(busy_world(**RANKED)).digest != run(busy_world()).digest


@given(worlds(), SEEDS)
@settings(max_examples=20)
def test_a_feed_that_holds_everything_needs_no_order(world: World, seed: int) -> None:
    world = world.replace({"feed.length": 200, "feed.memory": 1, "feed.reading": "newest"})
    if world.graph.kind == "complete":
        world = world.replace({"campaign.accounts": 9, "campaign.sleepers.accounts": 0})
    ranked = world.replace(RANKED)
    assert run(ranked, None, seed).digest == run(world, None, seed).digest


def test_nothing_left_out_weighs_more_than_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, cut, older = Account.feed_of, [], []

    def checked(self: Account, carried: dict[tuple[int, int], Item]) -> list[Item]:
        shown = chosen(self, carried)
        left = [item for name, item in carried.items() if name not in {item.entry.name for item in shown}]
        if left:
            cut.append(
                min(self.engagement_of(item) for item in shown) >= max(self.engagement_of(item) for item in left)
            )
            newest = sorted(carried.values(), key=lambda item: -item.latest)[: len(shown)]
            older.append(min(item.latest for item in shown) < min(item.latest for item in newest))
        return shown

    monkeypatch.setattr(Account, "feed_of", checked)
    stage = AgentEngine(busy_world(**RANKED), busy_branch(), 1)
    stage.advance(stage.last_step)
    assert len(cut) > 100
    assert all(cut)
    assert any(older)
