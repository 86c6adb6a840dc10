"""What is simulated beside what was observed."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

import sim
from experiments.studies.observed import clock_look, compare_with_observed
from sim.branch import Branch
from sim.cases.hk2019.case import CASE
from sim.engine.state import Count
from sim.fields import InputError
from sim.society.groups import Group
from sim.world import World
from tests.worlds import busy_world


def test_the_clock_is_that_of_the_reference_with_the_first_seed() -> None:
    world, branches = World.hk2019(people=1000, burn_in_days=1), {"gone": Branch(campaign=False), "none": Branch()}
    looks = clock_look(CASE, world, "none")
    study = sim.compare(world, branches, seeds=[5, 6], reference="none", days=9, looks=looks)
    found = compare_with_observed(study, CASE).set_index("what")
    simulation = sim.begin(world, seed=5).advance(9)
    counts = simulation.engine.state.counts[world.burn_in_ticks : simulation.engine.step_index]
    columns = [Count.NEW_POSTS + g for g in (Group.ACTIVE_TROLL, Group.SLEEPER)]
    columns += [Count.RESHARES + g for g in (Group.ACTIVE_TROLL, Group.SLEEPER)]
    posts = counts[:, columns].sum(axis=1)
    week = (datetime.date.fromisoformat(world.first_day).weekday() * 24 + np.arange(posts.size)) % (7 * 24)
    for what, hours, share, _ in CASE.observed.clock:
        mask = np.zeros((7, 24), dtype=bool)
        mask[hours] = True
        expected = posts[mask.reshape(-1)[week]].sum() / posts.sum()
        assert found.loc[what, "simulated"] == pytest.approx(expected) and found.loc[what, "observed"] == share
    assert posts.sum() > 0


def test_a_study_that_was_not_looked_at_says_so() -> None:
    study = sim.compare(World.hk2019(people=1000, burn_in_days=1), {"none": Branch()}, seeds=1, days=1)
    with pytest.raises(InputError, match=r"look must be one of"):
        compare_with_observed(study, CASE)


def test_no_clock_is_looked_for_in_a_world_with_another_calendar() -> None:
    assert clock_look(CASE, World.hk2019(people=1000), "none")
    other = busy_world()
    assert other.ticks_per_day != 24 and clock_look(CASE, other, "none") == {}
