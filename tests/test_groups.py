"""The table of groups: what is derived from it, and what the kernels and the agents know of it, agree."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.engine.agents import AgentEngine
from sim.engine.kernels.codes import OF_TROLLS_FROM, role_of
from sim.engine.memory import needed
from sim.engine.removals import RemovalRecord, table, whose
from sim.people.accounts import Role
from sim.society.groups import IS_CAMPAIGN, KINDS, Group, all_accounts, by_group, texts_by_group
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


@pytest.mark.parametrize(
    "world", [busy_world(), two_platforms(), World.hk2019(people=1000), World(people=20, graph={"kind": "complete"})]
)
def test_as_many_accounts_are_drawn_as_memory_is_reckoned_for(world: World) -> None:
    group = draw(world, 1).arrays.group
    assert all_accounts(world) == group.size
    assert needed(world, objects=1000) - needed(world) == 1000 * group.size


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


def test_a_removal_is_recorded_by_whose_accounts_it_hit() -> None:
    group = np.array([0, 0, 1, 2, 3, 4, 4, 5], dtype=np.uint8)
    sleeping = np.array([0, 1, 0, 0, 0, 0, 1, 0], dtype=bool)
    found = whose(group, sleeping)
    assert found == {"active_trolls": 3, "sleepers": 1, "citizens": 2, "organisers": 1, "outlets": 1}
    record = RemovalRecord("takedown", "first", "suspend", 3, 9, 9, found)
    assert record.removed == 8
    columns = ["policy", "platform", "action", "tick", "asked_in_reality", "asked", *found]
    assert table([]).columns.tolist() == table([record]).columns.tolist() == columns
    assert table([record]).iloc[0].tolist() == ["takedown", "first", "suspend", 3, 9, 9, 3, 1, 2, 1, 1]
    assert sim.simulate(busy_world(), seed=1, days=1).removals.columns.tolist() == columns


def test_roles_are_three() -> None:
    assert {kind.role for kind in KINDS.values()} == set(Role)
