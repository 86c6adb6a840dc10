"""Interventions that do nothing change nothing, bit for bit; and taking everything down is as if there had been no campaign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sim
from sim.actors.second_platform import SecondPlatform
from sim.branch import Branch
from sim.moderation import Detector, Perfect, Policy, PreemptiveRemoval, Rates, Takedown
from sim.people.accounts import Status
from sim.society.groups import Group
from sim.world import World
from tests.strategies.branches import branches, days, detectors, removals
from tests.strategies.worlds import GENERATED, SEEDS, worlds
from tests.worlds import TWO_PLATFORMS, assert_same, busy_world, run


def idle_policies(world: World) -> st.SearchStrategy[Policy]:
    """Policies that remove nobody: asked for none, or with a detector that flags none."""
    day = days(world)
    blind = st.builds(Rates, salt=st.integers(0, 9), tpr=st.just(0.0), fpr=st.just(0.0))
    return st.one_of(
        st.builds(Takedown, day, detectors(world), accounts=st.just(0)),
        st.builds(PreemptiveRemoval, day, detectors(world), accounts=st.just(0)),
        st.builds(Takedown, day, blind, accounts=st.just(min(1, world.campaign.accounts))),
    )


@st.composite
def idle_cases(draw: st.DrawFn) -> tuple[World, Branch, Branch]:
    """A world, a branch, and the branch with an idle policy put somewhere into its list."""
    world = draw(worlds())
    if not world.campaign.accounts and world.graph.kind != "file":
        world = world.replace({"campaign.accounts": 3})
    branch = draw(branches(world))
    idle = draw(idle_policies(world))
    at = draw(st.integers(0, len(branch.policies)))
    return world, branch, replace(branch, policies=(*branch.policies[:at], idle, *branch.policies[at:]))


@given(idle_cases(), SEEDS)
@settings(max_examples=30)
def test_a_policy_that_removes_nobody_does_not_disturb_its_neighbours(
    case: tuple[World, Branch, Branch], seed: int
) -> None:
    world, without, with_idle = case
    a, b = run(world, without, seed), run(world, with_idle, seed)
    assert_same(a, b, removals=False)
    removals = list(b.removals)
    assert len(removals) == len(a.removals) + 1
    for record in a.removals:
        removals.remove(record)
    assert removals[0].removed == 0


@pytest.mark.parametrize(
    "policy",
    [
        Takedown(1, accounts=0),
        Takedown(1, Rates(tpr=0.0, fpr=0.0), accounts=20),
        PreemptiveRemoval("2019-05-02", accounts=0),
        PreemptiveRemoval(0, Rates(salt=9, tpr=0.0, fpr=0.0), accounts=11),
    ],
    ids=lambda policy: f"{policy.name}, {policy.detector.name}",
)
@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_removing_nobody_changes_nothing(policy: Policy, engine: str) -> None:
    world = busy_world()
    idle = run(world, Branch(policies=(policy,)), 1, engine)
    assert_same(idle, run(world, None, 1, engine), removals=False)
    assert [record.removed for record in idle.removals] == [0]


@pytest.mark.parametrize("detector", [Perfect(), Perfect(salt=5), Rates(), Rates(salt=123, tpr=0.2, fpr=0.2)])
def test_salts_do_not_matter_when_nobody_is_removed(detector: Detector) -> None:
    world = busy_world()
    assert run(world, Branch(policies=(Takedown(1, detector, accounts=0),))).digest == run(world).digest


def test_salts_matter_when_somebody_is_removed() -> None:
    removed = []
    for salt in range(4):
        model = run(busy_world(), Branch(policies=(Takedown(1, Perfect(salt=salt), accounts=4),)))
        removed.append(tuple(np.flatnonzero(model.state.status == Status.SUSPENDED)))
    assert len(set(removed)) > 1


@given(worlds(GENERATED), SEEDS)
@settings(max_examples=20)
def test_a_campaign_without_accounts_is_no_campaign(world: World, seed: int) -> None:
    empty = world.replace({"campaign.accounts": 0, "campaign.sleepers.accounts": 0, "second.campaign": ()})
    assert_same(run(empty, Branch(), seed), run(empty, Branch(campaign=False), seed))


@given(worlds(GENERATED), SEEDS)
@example(busy_world(**TWO_PLATFORMS), 1)
@settings(max_examples=20)
def test_how_large_the_campaign_is_does_not_matter_once_it_is_gone(world: World, seed: int) -> None:
    """Citizens' draws and edges never look at the campaign, so people fare the same in a world that never had one. (With
    one random followee a suspended account may still be drawn, and another draw is made instead.)"""
    if world.feed.reading == "one_random_followee":
        world = world.replace({"feed.reading": "newest"})
    # Accounts on the second platform come after the trolls: their ids, which key their draws, are others without them.
    world = world.replace(second=SecondPlatform())
    empty = world.replace({"campaign.accounts": 0, "campaign.sleepers.accounts": 0})
    gone, never = run(world, Branch(campaign=False), seed), run(empty, Branch(), seed)
    # Organisers come before trolls in the numbering, so ids agree, too.
    for name in ("opinion", "channel", "climate", "last_call", "turnout"):
        np.testing.assert_array_equal(getattr(gone.state, name), getattr(never.state, name), err_msg=name)
    here = never.society.group.size
    np.testing.assert_array_equal(gone.state.outbox[:here], never.state.outbox)


def everything(world: World) -> Branch:
    """All trolls that a perfect detector can find on day 0: those that have posted, those that have not, and pages."""
    accounts, sleepers = world.campaign.accounts, world.campaign.sleepers.accounts
    policies: tuple[Policy, ...] = (Takedown(0, accounts=accounts), PreemptiveRemoval(0, accounts=sleepers))
    if world.second.members:
        pages = sum(pages.accounts for pages in world.second.campaign)
        policies += (Takedown(0, accounts=pages, platform="second"),)
    return Branch(policies=policies)


@given(worlds(), SEEDS)
@settings(max_examples=20)
def test_perfect_removal_at_tick_0_is_no_campaign(world: World, seed: int) -> None:
    """Where all sleepers exist on day 0, and the operator does not answer losses."""
    world = world.replace({"campaign.sleepers.created_before": 1.0, "campaign.adaptation": "static"})
    removed = run(world, everything(world), seed)
    assert_same(removed, run(world, Branch(campaign=False), seed), removals=False)
    trolls = (removed.society.group >= Group.ACTIVE_TROLL).sum() + removed.drawn.reserve.size
    assert sum(record.removed for record in removed.removals) == trolls


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_perfect_removal_at_tick_0_is_no_campaign_in_the_busy_world(engine: str) -> None:
    world = busy_world(**{"campaign.sleepers.created_before": 1.0})
    assert_same(run(world, everything(world), 1, engine), run(world, Branch(campaign=False), 1, engine), removals=False)
    assert run(world, Branch(campaign=False)).digest != run(world).digest


def test_in_hong_kong_sleepers_created_later_escape_a_removal_on_day_0() -> None:
    """54 % of the sleepers are registered during the calendar (published), so no platform can remove them on day 0: a
    perfect removal leaves them, and those that wake afterwards are a campaign again. Only ``campaign=False`` is none."""
    world = sim.World.hk2019(people=1000, days=2, burn_in_days=0)
    model = run(world, everything(world))
    registered = np.arange(model.drawn.registered)
    sleepers = model.drawn.groups_of(registered) == Group.SLEEPER
    later = np.concatenate([model.society.created, model.drawn.reserve])[sleepers] > 0
    assert sleepers.sum() == 200_000
    assert later.mean() == pytest.approx(0.54, abs=0.005)
    suspended = model.state.status[sleepers] == Status.SUSPENDED
    np.testing.assert_array_equal(suspended, ~later)
    trolls = model.drawn.groups_of(registered) == Group.ACTIVE_TROLL
    assert (model.state.status[trolls] == Status.SUSPENDED).all()
    takedown, preemptive = model.removals
    assert (takedown.asked, takedown.whose["active_trolls"]) == (936, 936)
    assert (preemptive.asked, preemptive.whose["sleepers"]) == (200_000, int((~later).sum()))


@given(worlds(), st.data(), SEEDS)
@settings(max_examples=20)
def test_without_a_campaign_policies_find_nobody_but_the_innocent(world: World, data: st.DataObject, seed: int) -> None:
    policy = data.draw(removals(world))
    model = run(world, Branch(policies=(policy,), campaign=False), seed)
    assert model.removals[0].whose["active_trolls"] == model.removals[0].whose["sleepers"] == 0


def test_repeating_a_takedown_finds_nobody_left() -> None:
    """On the same tick: all active trolls are removed by the first, none are left for the second."""
    world = busy_world()
    first = Takedown(1, accounts=20)
    once, twice = run(world, Branch(policies=(first,))), run(world, Branch(policies=(first, first)))
    assert_same(once, twice, removals=False)
    assert twice.removals[1].removed == 0
