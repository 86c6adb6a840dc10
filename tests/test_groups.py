"""The table of groups: what is derived from it, and what the kernels and the agents know of it, agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.actors.timetable import NEVER
from sim.engine.agents import AgentEngine
from sim.engine.kernels.codes import OF_TROLLS_FROM, role_of
from sim.engine.memory import needed
from sim.engine.removals import RemovalRecord, table, whose
from sim.people.accounts import Role
from sim.society.groups import IS_CAMPAIGN, KINDS, Group, all_accounts, by_group, texts_by_group
from sim.society.sleepers import most_in_use
from sim.society.society import draw
from sim.world import World
from tests.test_platforms import two_platforms
from tests.worlds import busy_world


def test_every_group_has_its_row_and_the_campaigns_come_last() -> None:
    assert list(KINDS) == list(Group) == list(range(len(Group)))
    assert (np.flatnonzero(IS_CAMPAIGN) == np.arange(OF_TROLLS_FROM, len(Group))).all()
    assert len({kind.words.name for kind in KINDS.values()}) == len(Group)
    for kind in KINDS.values():
        assert kind.held_back == (kind.words.asleep is not None)


@pytest.mark.parametrize("group", Group)
def test_kernels_and_agents_know_the_role_of_a_group(group: Group) -> None:
    assert role_of.py_func(int(group)) == KINDS[group].role
    model = AgentEngine(two_platforms(), seed=1)
    roles = {account.role for account in model.accounts if account.group == group}
    assert roles == {KINDS[group].role}


@pytest.mark.parametrize("world", [busy_world(), two_platforms(), World(people=20, graph={"kind": "complete"})])
def test_as_many_accounts_are_drawn_as_memory_is_reckoned_for(world: World) -> None:
    group = draw(world, 1).arrays.group
    assert all_accounts(world) == group.size
    assert needed(world, objects=1000) - needed(world) == 1000 * group.size


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("rate", [0.0, 1e-4, 0.05, 5.0])
def test_sleepers_that_do_not_wake_are_the_reserve(rate: float, seed: int) -> None:
    """Memory is reckoned for as many as may wake, and a few more; the others are there, and are no more than a date."""
    world = busy_world(
        people_reachable=6_000, **{"campaign.sleepers.accounts": 5_000, "campaign.sleepers.waking_rate": rate}
    )
    drawn = draw(world, seed)
    woken = int((drawn.arrays.group == Group.SLEEPER).sum())
    assert woken == drawn.wakes_at.size and (drawn.wakes_at < NEVER).all()
    assert woken + drawn.reserve.size == 5_000 and drawn.registered == all_accounts(world)
    assert woken <= most_in_use(world) <= max(2.0 * woken, woken + 100)
    ids = np.arange(drawn.registered)
    assert (drawn.groups_of(ids)[: drawn.arrays.group.size] == drawn.arrays.group).all()
    assert (drawn.groups_of(ids)[drawn.arrays.group.size :] == Group.SLEEPER).all()
    assert all(column.size == drawn.registered for column in drawn.profile)


@pytest.mark.parametrize("changes", [{}, {"people_reachable": 6_000, "campaign.adaptation": "rebuilding"}])
def test_nobody_is_set_apart_at_full_scale_or_where_an_operator_may_wake_anybody(changes: dict[str, Any]) -> None:
    world = busy_world(**{"campaign.sleepers.waking_rate": 1e-4}, **changes)
    drawn = draw(world, 1)
    assert drawn.reserve.size == 0 and drawn.wakes_at.size == world.campaign.sleepers.accounts == most_in_use(world)
    assert (drawn.wakes_at == NEVER).any()


def test_only_people_stand_for_several() -> None:
    world = two_platforms().replace({"people_reachable": 480})
    assert world.people == 120 and world.scale == 0.25
    assert by_group(lambda kind: kind.weight(world)).tolist() == [4.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert by_group(lambda kind: kind.accounts(world)).tolist() == [120.0, 4.0, 2.0, 9.0, 11.0, 0.0]


def test_what_differs_by_group_is_read_from_the_world() -> None:
    world = two_platforms().replace(
        {
            "organisers.stance": 0.8, "outlets.stance": -0.3, "campaign.stance": -0.9, "expression.slogans": 7,
            "organisers.scripts": 5, "outlets.scripts": 0, "campaign.scripts": 3,
        }
    )  # fmt: skip
    assert by_group(lambda kind: kind.stance(world)).tolist() == [0.0, 0.8, -0.3, -0.9, -0.9, -0.9]
    texts, first = texts_by_group(world)
    assert texts.tolist() == [7, 5, 0, 3, 3, 3]
    assert first.tolist() == [0, 7, 12, 12, 12, 12]
    texts, first = texts_by_group(world.replace({"people_reachable": 480}))  # of 7 slogans a quarter, in whole numbers
    assert texts.tolist() == [2, 5, 0, 3, 3, 3]
    assert first.tolist() == [0, 2, 7, 7, 7, 7]
    texts, _ = texts_by_group(world.replace({"people_reachable": 120_000}))
    assert texts[Group.CITIZEN] == 1


def test_a_removal_is_recorded_by_whose_accounts_it_hit() -> None:
    group = np.array([0, 0, 1, 2, 3, 4, 4, 5], dtype=np.uint8)
    sleeping = np.array([0, 1, 0, 0, 0, 0, 1, 0], dtype=bool)
    found = whose(group, sleeping, np.where(group == Group.CITIZEN, 2.5, 1.0))
    assert found == {"active_trolls": 3, "sleepers": 1, "citizens": 5, "organisers": 1, "outlets": 1}
    record = RemovalRecord("takedown", "first", "suspend", 3, 12, found)
    assert record.removed == 11
    columns = ["policy", "platform", "action", "tick", "asked", *found]
    assert table([]).columns.tolist() == table([record]).columns.tolist() == columns
    assert table([record]).iloc[0].tolist() == ["takedown", "first", "suspend", 3, 12, 3, 1, 5, 1, 1]
    assert sim.simulate(busy_world(), seed=1, days=1).removals.columns.tolist() == columns


def test_roles_are_three() -> None:
    assert {kind.role for kind in KINDS.values()} == set(Role)
