"""One answer at every scale: people scale, accounts with an agenda do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.actors.campaign import Campaign, Sleepers, TrollGroup
from sim.actors.organisers import Organisers
from sim.branch import Branch
from sim.calendar import Calendar
from sim.feed.settings import Feed
from sim.graph import Social
from sim.moderation import PreemptiveRemoval, Rates, Takedown
from sim.opinion import Opinion
from sim.people.accounts import Status
from sim.people.people import Population
from sim.simulation import begin
from sim.society.society import draw
from sim.world import World
from tests.worlds import TWO_PLATFORMS, assert_same, busy_world, run


def voters_and_zealots(people: int, reality: int) -> World:
    """People who all begin at 1 and adopt the opinion of a followee now and then: of one of six voters, of one zealot of
    stance 1 or of one of two of stance -1, on average."""
    zealots = TrollGroup("zealots", 1.0, (0.0, 1.0), (reality / 6, reality / 6))
    return World(
        people=people,
        people_reachable=reality,
        days=3,
        ticks_per_day=4,
        population=Population(opinions=(1.0,) * people, sessions_per_day=1.0),
        graph=Social(followees=6.0, homophily=0.0, hub_cap=0.2),
        calendar=Calendar(clock=(0.25,) * 4),
        feed=Feed(reading="one_random_followee"),
        opinion=Opinion(rule="voter"),  # type: ignore[arg-type]
        organisers=Organisers(accounts=12, stance=1.0, followers=reality / 12),
        campaign=Campaign(
            accounts=12, stance=-1.0, groups=(zealots,), local_follower_share=1.0, amplified=0, clock=(0.25,) * 4,
            daily_posts=(1.0,), sleepers=Sleepers(accounts=0),
        ),
    )  # fmt: skip


def mean_and_error(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def assert_alike(a: list[float], b: list[float]) -> None:
    """The means agree within four standard errors."""
    (one, error), (other, its) = mean_and_error(a), mean_and_error(b)
    assert abs(one - other) < 4 * np.hypot(error, its), (one, error, other, its)


def test_zealots_move_voters_alike_at_any_scale() -> None:
    """Voters are moved by their zealots as fast where one of them stands for ten."""
    found = []
    for people, seeds in ((300, 60), (3000, 10)):
        world = voters_and_zealots(people, 3000)
        found.append([sim.simulate(world, seed=s).timeline["opinion_mean"].iloc[-1] for s in range(1, seeds + 1)])
    assert_alike(*found)
    mean, error = mean_and_error(found[0])
    assert -0.3 < mean < 0.9 and error < 0.02  # on the way, and so closely that another speed would be seen


def test_a_removal_hits_the_same_numbers_at_any_scale() -> None:
    """936 of those whom a detector flags among 936 trolls and a hundred thousand people: half of the ones, and a tenth of the
    others, as far as they have posted; that is more than are asked for."""
    trolls, innocents = [], []
    for people, seeds in ((500, 40), (5_000, 8)):
        world = World.hk2019(
            people=people, people_reachable=100_000, days=1, burn_in_days=1,
            **{"graph.followees": 3.0, "campaign.sleepers.accounts": 0, "campaign.daily_posts": (100.0,)},
        )  # fmt: skip
        records = [hit(world, seed) for seed in range(1, seeds + 1)]
        assert all(record["asked"] == 936 for record in records)
        trolls.append([record["active_trolls"] for record in records])
        innocents.append([record["citizens"] for record in records])
    assert_alike(*trolls)
    assert_alike(*innocents)
    assert mean_and_error(innocents[1])[0] > 300 and mean_and_error(trolls[1])[0] > 300


def hit(world: World, seed: int) -> dict[str, Any]:
    """What a removal at the first tick of day 0 did."""
    model = begin(world, Branch((Takedown(0, Rates(tpr=0.5, fpr=0.1)),)), seed).engine
    model.advance(world.burn_in_ticks + 1)
    (record,) = model.removals
    return {"asked": record.asked, **record.whose}


SMALL: dict[str, Any] = {
    "people_reachable": 1_200, "campaign.sleepers.accounts": 300, "campaign.sleepers.waking_rate": 0.05,
}  # fmt: skip


@pytest.mark.parametrize("changes", [{}, TWO_PLATFORMS], ids=["one platform", "two platforms"])
@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_the_reserve_matters_to_nobody(engine: str, changes: dict[str, Any]) -> None:
    """Suspended or not, people and all other accounts fare the same."""
    world = busy_world(**SMALL, **changes)
    model, untouched = begin(world, None, 1, engine).engine, run(world, None, 1, engine)
    in_use = model.society.group.size
    reserve = in_use + np.arange(model.drawn.reserve.size)
    assert reserve.size > 200
    model.advance(world.burn_in_ticks + 3)
    model.suspend(reserve)
    model.advance(model.last_step)
    assert (model.state.status[reserve] == Status.SUSPENDED).all()
    for name, held in model.state._asdict().items():
        other = getattr(untouched.state, name)
        if held.shape[:1] == (model.drawn.registered,):
            held, other = held[:in_use], other[:in_use]
        np.testing.assert_array_equal(held, other, err_msg=name)


def test_a_world_whose_sleepers_all_wake_has_no_reserve() -> None:
    wakes = {"campaign.sleepers.waking_rate": 10.0, "campaign.sleepers.created_until": 1.0}
    assert draw(busy_world(**{**SMALL, **wakes}), 1).reserve.size == 0
    assert draw(busy_world(**SMALL), 1).reserve.size > 200


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_removing_all_of_them_is_no_campaign_in_a_small_world(engine: str) -> None:
    world = busy_world(**SMALL, **{"campaign.sleepers.created_before": 1.0})
    removed = run(world, Branch((Takedown(0, accounts=9), PreemptiveRemoval(0, accounts=300))), 1, engine)
    assert_same(removed, run(world, Branch(campaign=False), 1, engine), removals=False)
    assert [record.removed for record in removed.removals] == [9, 300]
