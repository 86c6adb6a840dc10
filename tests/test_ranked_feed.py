"""Feeds that do not go by the latest posts: ranked ones, in which what engages most comes first, whoever reads and however old
it is, and those that go by arrival."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from experiments.validation.networks import posting_world
from sim.engine.agents import Account, AgentEngine, Entry, Item
from sim.feed.ranking import appeal, engagement, feed_tie, recency_table
from sim.feed.settings import Feed
from sim.graph import ErdosRenyi
from sim.people.accounts import Role
from sim.people.people import Population
from sim.world import World
from tests.strategies.worlds import SEEDS, worlds
from tests.worlds import assert_same, busy_branch, busy_world, run

RANKED: dict[str, Any] = {"feed.reading": "ranked"}
ARRIVAL: dict[str, Any] = {"feed.reading": "arrival"}
SEED = np.uint64(3)


def test_engagement_is_appeal_times_shares_times_recency() -> None:
    for role in (int(Role.CITIZEN), int(Role.TROLL)):
        expected = appeal(SEED, 5, 9, role, 5.0, 0.4) * 3 * 0.7
        assert engagement(SEED, 5, 9, role, 5.0, 0.4, 3, 0.7) == expected
    assert engagement(SEED, 5, 9, 0, 5.0, 0.4, 0, 0.7) == 0.0


@pytest.mark.parametrize("reading", [RANKED, ARRIVAL], ids=["ranked", "by arrival"])
@pytest.mark.parametrize("branch", [None, busy_branch()], ids=["no policy", "removals"])
def test_both_engines_rank_alike(branch: Any, reading: dict[str, Any]) -> None:
    for changes in ({}, {"feed.length": 1}, {"feed.lifetime": 3, "campaign.deception": 1.0}, {"feed.length": 40}):
        world = busy_world(**reading, **changes, **{"feed.measure_quality": "feed.length" in changes})
        assert_same(run(world, branch, 2), run(world, branch, 2, "agents"))


def test_it_matters_how_feeds_are_ordered() -> None:
    assert len({run(busy_world(**how)).digest for how in ({}, RANKED, ARRIVAL)}) == 3


def test_by_arrival_a_message_stays_where_it_came_in_until_newer_ones_push_it_out() -> None:
    """Room for two. 1 comes in at step 2, 2 at 4, and 3 at 6, which pushes 1 out; a copy of 1 at step 9 brings it in anew."""

    def feed(reading: str, copies: dict[int, tuple[int, ...]]) -> list[tuple[int, int, float]]:
        model = AgentEngine(busy_world(**{"feed.reading": reading, "feed.length": 2}), None, 1)
        model.advance(10)
        account = model.accounts[0]
        carried = {
            (author, 0): Item(
                Entry(author, 0, steps[-1], 0, (0, 0, 0)),
                steps[-1],
                steps[0],
                len(steps),
                False,
                tuple((s, 1) for s in steps),
            )
            for author, steps in copies.items()
        }
        shown = account.feed_of(carried)
        return [
            (
                item.entry.author,
                item.shares,
                account.engagement_of(item) / engagement(model.seed64, *item.entry.name, 0, 5.0, 0.0, item.shares, 1.0),
            )
            for item in shown
        ]

    at = recency_table(11)
    before = {1: (2, 3), 2: (4, 5, 8), 3: (6,)}
    assert feed("arrival", before) == [(3, 1, pytest.approx(at[3])), (2, 3, pytest.approx(at[5]))]
    assert feed("newest", before) == [(2, 3, pytest.approx(at[10])), (3, 1, pytest.approx(at[10]))]
    after = {**before, 1: (2, 3, 9)}
    assert feed("arrival", after) == [(1, 1, pytest.approx(at[0])), (3, 1, pytest.approx(at[3]))]


def test_by_arrival_a_feed_is_what_a_list_kept_from_step_to_step_would_be() -> None:
    """As long as no post has been forgotten, replaying them gives the list into which they were put when they were made."""
    steps, length = 20, 5
    world = posting_world(
        25, steps, ErdosRenyi(followees=4.0), Population(sessions_per_day=1.0, equal_sessions=True),
        Feed(reading="arrival", memory=32, length=length), 0.25,
    )  # fmt: skip
    model = AgentEngine(world, None, 1)
    lists: dict[int, dict[tuple[int, int], tuple[int, int]]] = {reader: {} for reader in range(25)}
    pushed_out = again = own = 0
    for step in range(steps):
        for reader, kept in lists.items():
            shown = {item.entry.name: (item.arrived, item.shares) for item in model.accounts[reader].feed()}
            assert shown == kept
            own += any(author == reader for author, _ in kept)
        model.advance(step + 1)
        for reader, kept in lists.items():
            new = [
                entry.name
                for followee in model.accounts[reader].followees()
                for entry in followee.outbox()
                if entry.posted == step
            ]
            for name in new:
                arrived, shares = kept.get(name, (step, 0))
                again += name not in kept and name[1] < step
                kept[name] = (arrived, shares + 1)
            order = sorted(kept, key=lambda name: (-kept[name][0], feed_tie(model.seed64, reader, *name)))
            pushed_out += len(order[length:])
            lists[reader] = {name: kept[name] for name in order[:length]}
    assert pushed_out > 100 and again > 100 and own > 10


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
    model = AgentEngine(busy_world(**RANKED), busy_branch(), 1)
    model.advance(model.last_step)
    assert len(cut) > 100
    assert all(cut)
    assert any(older)
